"""What other contexts may use of form_engine."""

from .answers import Line, Section, add_row, is_unanswered, read_page, remove_row, sendable, sent_path, stored_files, summary, was_shown
from .codes import bare as bare_code
from .codes import digest as code_digest
from .codes import new_code
from .definition import normalise, validate_definition
from .engine import problems, resolve
from .enums import FieldType
from .errors import AlreadySent, DraftGone, InvalidDefinition, UnknownForm
from .living import living, shown_lists
from .models import Draft, FormVersion
from .selectors import latest_form
from .services import attach_uploads, close_draft, draft_by_code, open_draft, publish_form, remove_upload, save_draft
from .states import FieldState, FormState, PageState, Problem, RowState
from .steps import Outcome, form_context, handle_post
from .values import address_line, show

__all__ = [
    "AlreadySent",
    "Draft",
    "DraftGone",
    "FieldState",
    "FieldType",
    "FormState",
    "FormVersion",
    "InvalidDefinition",
    "Line",
    "Outcome",
    "PageState",
    "Problem",
    "RowState",
    "Section",
    "UnknownForm",
    "add_row",
    "address_line",
    "attach_uploads",
    "bare_code",
    "close_draft",
    "code_digest",
    "draft_by_code",
    "form_context",
    "handle_post",
    "is_unanswered",
    "latest_form",
    "living",
    "new_code",
    "normalise",
    "open_draft",
    "problems",
    "publish_form",
    "read_page",
    "remove_row",
    "remove_upload",
    "resolve",
    "save_draft",
    "sendable",
    "sent_path",
    "show",
    "shown_lists",
    "stored_files",
    "summary",
    "validate_definition",
    "was_shown",
]
