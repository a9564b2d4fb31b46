"""Two parts that pages repeat by the hundred, drawn by Python: the field of a form and the rows of a list.

A template for each field was a tenth of the time of a page of 24 fields, a template's loop over 500 cells a third of the time of a list.
What is shown passes through the same escaping as a template's variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from parvis.ui import formats

if TYPE_CHECKING:
    from django.forms import BoundField

    from parvis.ui.columns import Column
    from parvis.ui.grid import GridPage

_safe = conditional_escape


# A field -----------------------------------------------------------------------------------------------------------------
def field(
    bound: BoundField,
    kind: str,
    *,
    label: str,
    help: str,
    control: str,
    affix: Any,
    source: Any,
    described: str,
    optional: bool,
    question: bool,
) -> SafeString:
    """Label, help, control and errors. ``kind``: ``input``, ``check`` (a box with its words) or ``choices`` (a group of them)."""
    classes = "field field--error" if bound.errors else "field"
    notes = _notes(bound, help)
    name = _safe(label)
    if kind == "check":
        return mark_safe(
            f'<div class="{classes}"><label class="check" for="{_safe(bound.id_for_label)}">{_safe(control)}<span>{name}</span></label>{notes}</div>'
        )
    extra = f' <span class="opt">{_safe(_("(optional)"))}</span>' if optional and not question else ""
    if kind == "choices":
        said = f' aria-describedby="{_safe(described)}"' if described else ""
        legend = f"<legend><h1>{name}</h1></legend>" if question else f'<legend class="label">{name}{extra}</legend>'
        options = "".join(
            f'<label class="choice" for="{_safe(one.id_for_label)}">{_safe(one.tag())}<span>{_safe(one.choice_label)}</span></label>'
            for one in bound
        )
        return mark_safe(f'<fieldset class="stack stack--2 {classes}"{said}>{legend}{notes}{options}</fieldset>')
    box = f'<div class="affix">{_safe(control)}<span>{_safe(formats.label(affix))}</span></div>' if affix else _safe(control)
    origin = f'<span class="source">{_icon("shield", "sm")}{_safe(formats.label(source))}</span>' if source else ""
    target = _safe(bound.id_for_label)
    if question:
        return mark_safe(f'<div class="{classes} stack--2"><h1><label for="{target}">{name}</label></h1>{notes}{box}{origin}</div>')
    return mark_safe(f'<div class="{classes}"><label class="label" for="{target}">{name}{extra}</label>{box}{origin}{notes}</div>')


def _notes(bound: BoundField, help: str) -> str:
    parts = f'<span class="help" id="{_safe(bound.auto_id)}_help">{_safe(help)}</span>' if help else ""
    if bound.errors:
        errors = " ".join(_safe(error) for error in bound.errors)
        word = _safe(formats.colon(_("Error")))
        parts += f'<span class="error" id="{_safe(bound.auto_id)}_error">{_icon("alert")}<span><span class="sr">{word} </span>{errors}</span></span>'
    return parts


def _icon(name: str, size: str = "") -> str:
    from parvis.ui.templatetags.parvis import icon  # it imports this module

    return icon(name, size)


#: What stands before the words of a chip, unless its caller says: icon and word, never colour alone (components/chip.html).
_OF_KIND = {"ok": "check", "info": "edit", "warn": "hourglass", "late": "alert", "hold": "pause"}


def chip(text: Any, *, kind: str = "", icon: str = "") -> SafeString:
    """``components/chip.html`` for the cells of a list."""
    mark = f" chip--{kind}" if kind else ""
    return format_html('<span class="chip{}">{}{}</span>', mark, _icon(icon or _OF_KIND.get(kind, "circle")), formats.label(text))


# The rows of a list --------------------------------------------------------------------------------------------------------
def rows(page: GridPage) -> SafeString:
    """The table's rows: a box to choose where the list has bulk actions, then a cell for each column, headed for narrow screens."""
    heads = [_head(column, first=number == 0) for number, column in enumerate(page.columns)]
    words = _("Choose %(name)s")
    choose, form = bool(page.bulk), _safe(f"{page.key}-bulk")
    drawn: list[str] = []
    for line in page.lines:
        drawn.append("<tr data-row>")
        if choose:
            said = _safe(words % {"name": line.name})
            drawn.append(
                f'<td class="sel"><input type="checkbox" class="cb" name="pick" value="{_safe(line.mark)}" form="{form}" aria-label="{said}"></td>'
            )
        for head, cell in zip(heads, line.cells, strict=True):
            shown = _safe(cell.html) if cell.html else _safe(cell.text)
            if cell.url and not cell.html:
                shown = f'<a class="plain t1" href="{_safe(cell.url)}">{shown}</a>'
            detail = f'<span class="t2">{_safe(cell.detail)}</span>' if cell.detail else ""
            drawn.append(f"{head}{shown}{detail}</td>")
        drawn.append("</tr>")
    return mark_safe("".join(drawn))


def _head(column: Column, *, first: bool) -> str:
    if first:
        return '<td class="main">'
    marks = " ".join(mark for mark, on in (("n", column.numeric), ("quiet", column.quiet)) if on)
    return format_html('<td data-l="{}"{}>', formats.label(column.title), format_html(' class="{}"', marks) if marks else "")
