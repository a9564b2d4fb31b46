"""What other contexts may use of ``documents``.

Files::

    file = accept_upload(request.FILES["lease"])                      # checked by content; UploadRefused says what to do
    attach(actor=actor, subject=SubjectRef("request", 12), file=file, title="Bail", kind=DocumentKind.HOUSING, dossier_id=4)
    pdf = store_bytes(render_pdf("receipt", data, date=day))          # in a job, never in a transaction

Letters::

    blocks = draft_letter("ris.grant", "de", {"request_on": day, "category": "1", "from_on": day, "computed": computed_data(tree, "de", notes), …})
    blocks = edit_block(blocks, "facts", text)                        # free blocks only
    missing_mentions(blocks)                                          # list of (key, label, detail); final=True before notifying
    complete_letter(blocks, {"decided_on": day, "decision_number": "CSSS 2026/0211"})
    render_letter_html(blocks, envelope); render_letter_pdf(blocks, envelope, date=day); render_letter_docx(…); render_letter_odt(…)
"""

from parvis.documents.access import asked_of, file_of, is_persons_own, may_bring_home, may_open_documents
from parvis.documents.enums import BlockKind, DocumentKind, Origin
from parvis.documents.errors import BlockLocked, DocumentError, UnknownTemplate, UploadRefused
from parvis.documents.letters.blocks import Block, blocks_from_json, blocks_to_json, edit_block, template_of
from parvis.documents.letters.diff import BlockChange, blocks_diff, word_diff
from parvis.documents.letters.drafting import (
    category_in_words,
    complete_letter,
    draft_letter,
    draft_text,
    fact_text,
    fields_in,
    fields_of,
    redraft_letter,
    subject_line,
    templates_for_many,
    usual_fields,
)
from parvis.documents.letters.envelope import Envelope, Sender, sender
from parvis.documents.letters.html import block_html, render_changes_html, render_letter_html, text_html, words_html
from parvis.documents.letters.mentions import (
    MENTIONS,
    Mention,
    abbreviations,
    check_list,
    missing_mentions,
    required_mentions,
    stock_text_only,
)
from parvis.documents.letters.office import render_letter_docx, render_letter_odt
from parvis.documents.letters.pdf import render_letter_pdf
from parvis.documents.models import Document, LetterTemplate, StoredFile
from parvis.documents.receipts import Promise, Receipt, receipt_text, render_receipt_pdf
from parvis.documents.services.copies import file_response, office_copy, taken_copy
from parvis.documents.services.storing import (
    accept_upload,
    attach,
    documents_about,
    documents_in_dossier,
    documents_of,
    documents_of_case,
    documents_then,
    file_in_dossier,
    read_bytes,
    store_bytes,
)
from parvis.documents.services.templates import load_reference, publish_template, template_faults
from parvis.documents.services.unstoring import LATER, forget_bytes
from parvis.documents.services.withdrawing import withdraw_document, withdrawn_about, withdrawn_among
from parvis.documents.sheets import Section, Table, render_sheet_pdf
from parvis.documents.typesetting import RenderError, render_pdf

__all__ = [
    "withdraw_document",
    "withdrawn_about",
    "withdrawn_among",
    "render_sheet_pdf",
    "Table",
    "Section",
    "render_receipt_pdf",
    "receipt_text",
    "Receipt",
    "Promise",
    "MENTIONS",
    "Block",
    "BlockChange",
    "BlockKind",
    "BlockLocked",
    "Document",
    "DocumentError",
    "DocumentKind",
    "Envelope",
    "LetterTemplate",
    "Mention",
    "Origin",
    "RenderError",
    "Sender",
    "StoredFile",
    "UnknownTemplate",
    "UploadRefused",
    "abbreviations",
    "accept_upload",
    "attach",
    "block_html",
    "blocks_diff",
    "blocks_from_json",
    "blocks_to_json",
    "check_list",
    "category_in_words",
    "complete_letter",
    "documents_about",
    "documents_in_dossier",
    "documents_of",
    "documents_of_case",
    "documents_then",
    "draft_letter",
    "draft_text",
    "fields_in",
    "templates_for_many",
    "usual_fields",
    "edit_block",
    "fact_text",
    "fields_of",
    "file_in_dossier",
    "file_of",
    "asked_of",
    "may_bring_home",
    "may_open_documents",
    "file_response",
    "office_copy",
    "taken_copy",
    "LATER",
    "forget_bytes",
    "is_persons_own",
    "load_reference",
    "missing_mentions",
    "publish_template",
    "read_bytes",
    "redraft_letter",
    "render_changes_html",
    "render_letter_docx",
    "render_letter_html",
    "render_letter_odt",
    "render_letter_pdf",
    "render_pdf",
    "required_mentions",
    "sender",
    "stock_text_only",
    "store_bytes",
    "subject_line",
    "template_faults",
    "template_of",
    "text_html",
    "word_diff",
    "words_html",
]
