"""A letter on the screen. Every character of text is escaped; the only tags are those written here."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from parvis.documents.letters import markup
from parvis.documents.letters.blocks import COMPUTED, Block
from parvis.documents.letters.diff import BlockChange, blocks_diff
from parvis.documents.letters.envelope import Envelope, Sender, fact_word, word
from parvis.ui.templatetags.parvis import icon


def _spans(spans: Sequence[markup.Span], language: str) -> SafeString:
    out = []
    for span in spans:
        if span.pending:
            out.append(
                format_html(
                    '<span class="pend">{}<span class="sr"> ({})</span></span>', fact_word(span.text, language), word("pending", language)
                )
            )
        elif span.bold:
            out.append(format_html("<strong>{}</strong>", span.text))
        else:
            out.append(format_html("{}", span.text))
    return mark_safe("".join(out))


def text_html(text: str, language: str) -> SafeString:
    """Paragraphs and lists of a letter's Markdown."""
    out = []
    for part in markup.parse(text):
        if part.kind == "ul":
            out.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_spans(item, language),) for item in part.items))))
        else:
            out.append(format_html("<p>{}</p>", _spans(part.items[0], language)))
    return mark_safe("".join(out))


def _computed(block: Block, *, lives: bool) -> SafeString:
    rows = format_html_join(
        "", '<tr><td>{}</td><td class="amount">{}</td></tr>', ((row["label"], row["amount"]) for row in block.data.get("rows", ()))
    )
    notes = format_html_join("", "<p>{}</p>", ((note,) for note in block.data.get("notes", ())))
    tag = format_html(
        '<span class="calc-tag">{}{}</span>', icon("lock", "sm"), word("computed" if lives else "was_computed", block.language)
    )
    return format_html('<div class="calc">{}<table>{}</table></div>{}', tag, rows, notes)


def block_html(block: Block, *, lives: bool = True) -> SafeString:
    """One block, with its heading, as on paper. ``lives``: it is being written, and a computation still follows the facts."""
    heading = format_html("<h2>{}</h2>", block.heading) if block.heading and block.key != "opening" else ""
    body = _computed(block, lives=lives) if block.kind == COMPUTED else text_html(block.text, block.language)
    return format_html("{}{}", heading, body) if body else mark_safe("")


def logo_html(sender: Sender) -> SafeString:
    """The picture above the name, read from its own address; nothing when there is none."""
    if not sender.logo:
        return mark_safe("")
    return format_html('<img class="letlogo" src="{}?v={}" alt="">', reverse("documents:letter_head_logo"), sender.logo)


def _head(envelope: Envelope) -> SafeString:
    def lines(items: Sequence[str]) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((item,) for item in items if item))

    language = envelope.language
    colon = "\u00a0: " if language == "fr" else ": "
    right = []
    if envelope.reference:
        right.append(f"{word('reference', language)}{colon}{envelope.reference}")
    if envelope.contact:
        right.append(f"{word('contact', language)}{colon}{envelope.contact[0]}")
        right += envelope.contact[1:]
    left = [*envelope.sender.lines, envelope.service]
    return format_html(
        '<div class="lethead"><div>{}<strong>{}</strong>{}</div><div>{}</div></div>{}<p><strong>{}</strong></p>',
        logo_html(envelope.sender),
        envelope.sender.name,
        lines(left),
        lines(right),
        format_html('<p class="letaddr">{}</p>', lines(envelope.recipient)) if envelope.recipient else "",
        envelope.title,
    )


def render_letter_html(blocks: Sequence[Block], envelope: Envelope | None = None, *, label: str = "") -> SafeString:
    """The letter as an ``article`` of class ``paper``; without envelope, the blocks alone."""
    language = blocks[0].language if blocks else (envelope.language if envelope else "fr")
    body = format_html_join("", "{}", ((block_html(block, lives=False),) for block in blocks))
    foot = ""
    draft = envelope is not None and envelope.draft
    if envelope is not None:
        signatures = format_html_join("", "<p>{}<br>{}</p>", envelope.signatures)
        foot = format_html("{}{}", signatures, format_html("<p>{}</p>", envelope.dateline) if envelope.dateline else "")
    return format_html(
        '<article class="paper{}" lang="{}"{} aria-label="{}">{}{}{}</article>',
        " paper--draft" if draft else "",
        language,
        format_html(' data-draft="{}"', word("draft", language)) if draft else "",
        label or (envelope.subject if envelope else ""),
        _head(envelope) if envelope is not None else "",
        body,
        foot,
    )


def words_html(words: Sequence[tuple[str, str]]) -> SafeString:
    """A word difference as ``ins`` and ``del``."""
    tags = {"+": "<ins>{}</ins>", "-": "<del>{}</del>", "=": "{}"}
    return mark_safe("".join(format_html(tags[op], text) for op, text in words))


def render_changes_html(before: Sequence[Block], after: Sequence[Block]) -> SafeString:
    """What the chief or the committee changed: changed blocks with visible words, the others as they are."""
    by_key = {block.key: block for block in after}

    def one(change: BlockChange) -> SafeString:
        if change.state == "same" and change.key in by_key:
            return block_html(by_key[change.key])
        heading = format_html("<h2>{}</h2>", change.heading) if change.heading else ""
        return format_html("{}<p>{}</p>", heading, words_html(change.words))

    language = after[0].language if after else "fr"
    return format_html(
        '<article class="paper" lang="{}">{}</article>',
        language,
        format_html_join("", "{}", ((one(c),) for c in blocks_diff(before, after))),
    )
