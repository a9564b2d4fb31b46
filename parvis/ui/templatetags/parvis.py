"""``{% load parvis %}``: the tags of every page. They print; they never read the database."""

from __future__ import annotations

import functools
import uuid
import zlib
from typing import Any

from django import forms, template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from parvis.ui import clocks, drawing, formats, slots, together
from parvis.ui import shell as shell_module

register = template.Library()

IDEMPOTENCY_FIELD = "idempotency_key"


# Drawings --------------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """``{% icon "check" %}``, ``{% icon "alert" "lg" %}``. A label makes it speak; without one it is decoration."""
    if not label:
        return _drawing(str(name), str(size))
    classes = f"ico ico--{size}" if size else "ico"
    address = f"{static('ui/icons.svg')}#i-{name}"
    return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, address)


@functools.lru_cache(maxsize=1024)  # a page prints a hundred of them; the address holds for the life of the process
def _drawing(name: str, size: str) -> SafeString:
    classes = f"ico ico--{size}" if size else "ico"
    address = f"{static('ui/icons.svg')}#i-{name}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, address)


@register.simple_tag
def avatar(name: Any, size: str = "") -> SafeString:
    """Initials in a disc; the tint depends on the name and means nothing."""
    tint = ("", " avatar--b", " avatar--c", " avatar--d")[zlib.crc32(str(name).encode()) % 4]
    return format_html(
        '<span class="avatar{}{}" aria-hidden="true">{}</span>', tint, f" avatar--{size}" if size else "", formats.initials(name)
    )


@register.simple_block_tag(takes_context=True)
def link(context: template.Context, content: SafeString, name: str, *args: Any, css: str = "") -> SafeString:
    """``{% link "accounting:order" order.uuid %}P2026-0031{% endlink %}``: a link for who may open the page, the words alone for others."""
    from parvis.ui.http import may_open  # it imports this module

    request = context.get("request")
    actor = getattr(request, "actor", None)
    if actor is not None and may_open(actor, name):
        return format_html('<a href="{}"{}>{}</a>', reverse(name, args=args), format_html(' class="{}"', css) if css else "", content)
    return format_html('<span class="{}">{}</span>', css, content) if css else content


@register.filter
def reference(text: Any) -> str:
    """Where a value comes from, in words of the file; a key of the house ("request:12") says nothing to a reader."""
    kind, sep, number = str(text or "").partition(":")
    return "" if sep and number.isdecimal() and kind.replace("_", "").isalpha() else str(text or "")


@register.filter
def author(label: Any) -> str:
    """Who did it, for a reader: what a job did was done by Parvis, whatever the job is called."""
    return "Parvis" if str(label).startswith("system:") else str(label or "")


# Values ----------------------------------------------------------------------------------------------------------------
@register.filter
def amount(value: Any, currency: str = "EUR") -> str:
    return formats.amount(value, currency or "EUR")


@register.filter
def number(value: Any, digits: int | None = None) -> str:
    return formats.number(value, digits)


@register.filter
def day(value: Any, style: str = "") -> str:
    return formats.day(value, style)


@register.filter
def moment(value: Any, style: str = "") -> str:
    return formats.moment(value, style)


@register.filter
def last_day(value: Any) -> str:
    """The last day of a half-open period, empty when it is open."""
    return formats.day(formats.last_day(value))


@register.simple_tag
def period(start: Any, end: Any = None) -> str:
    return formats.period(start, end)


@register.filter
def colon(value: Any) -> str:
    """The label with its colon, as the reader's language spaces it."""
    return formats.colon(value)


@register.filter
def initials(value: Any) -> str:
    return formats.initials(value)


@register.simple_tag(name="t")
def t_tag(value: Any, language: str = "") -> str:
    """The reader's language of a ``{"fr": …, "nl": …}`` label."""
    return formats.label(value, language or None)


@register.filter(name="t")
def t_filter(value: Any) -> str:
    return formats.label(value)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """``mapping|get:key`` for keys that are variables."""
    try:
        return mapping.get(key)
    except AttributeError:
        return getattr(mapping, str(key), None)


# Clocks ----------------------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/components/clock.html")
def clock(
    term: Any = None,
    verb: Any = "",
    *,
    started_on: Any = None,
    met_on: Any = None,
    held: bool = False,
    today: Any = None,
) -> dict[str, Any]:
    """``{% clock due_on "decide" started_on=… %}`` or ``{% clock term %}`` with an object that has these names."""
    return {"c": clocks.read(term, verb, started_on=started_on, met_on=met_on, held=held, today=today)}


@register.inclusion_tag("ui/components/clock_card.html")
def clock_card(
    term: Any = None,
    verb: Any = "",
    *,
    started_on: Any = None,
    met_on: Any = None,
    held: bool = False,
    source: Any = "",
    today: Any = None,
) -> dict[str, Any]:
    """The same, as a card, with the event that started it."""
    face = clocks.read(term, verb, started_on=started_on, met_on=met_on, held=held, today=today)
    return {"c": face, "source": formats.label(source) or face.source}


# Forms -----------------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def idempotency(context: template.Context) -> SafeString:
    """The key that makes a repeated POST lead where the first one led. A form shown again with errors keeps its key."""
    request = context.get("request")
    kept = request.POST.get(IDEMPOTENCY_FIELD, "") if request is not None and request.method == "POST" else ""
    key = kept if len(kept) == 32 and kept.isalnum() else uuid.uuid4().hex
    return format_html('<input type="hidden" name="{}" value="{}">', IDEMPOTENCY_FIELD, key)


INPUT_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
)


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, forms.HiddenInput):
        return "hidden"
    return "input"


@register.simple_tag
def seen(form: forms.BaseForm) -> SafeString:
    """What the form showed, so that two who change the same thing keep what each typed (``ui.together``)."""
    held = form.data.get(together.SEEN, "") if form.is_bound else ""
    return format_html('<input type="hidden" name="{}" value="{}">', together.SEEN, held or together.encoded(together.shown(form)))


@register.simple_tag
def field(
    bound: forms.BoundField | str,
    *,
    label: Any = None,
    help: Any = None,
    affix: Any = "",
    source: Any = "",
    hide_optional: bool = False,
    question: bool = False,
    classes: str = "",
    **attrs: Any,
) -> SafeString:
    """Label, help, control and errors of a form field, tied together for assistive tools.

    ``affix`` is a unit after the control; ``source`` says where a pre-filled value comes from; ``question=True`` makes the
    label the page's title; other keywords become attributes (``inputmode="decimal"``, ``autocomplete=…``, ``data_key=…``).
    """
    if isinstance(bound, str):  # an undefined variable must not pass silently
        raise template.TemplateSyntaxError("{% field %} needs a form field that exists")
    widget = bound.field.widget
    kind = _kind(widget)
    if kind == "hidden":
        return mark_safe(str(bound))
    help_text = formats.label(help if help is not None else bound.help_text)
    described = [f"{bound.auto_id}_help"] if help_text else []
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        extra["aria-invalid"] = "true"
    if described:
        extra["aria-describedby"] = " ".join(described)
    if kind == "input":
        base = next((name for cls, name in INPUT_CLASSES if isinstance(widget, cls)), "input")
        is_amount = isinstance(bound.field, forms.DecimalField)
        own = str(widget.attrs.get("class", ""))
        extra["class"] = " ".join(c for c in (base, "input--amount" if is_amount else "", own, classes) if c)
        if is_amount:
            extra.setdefault("inputmode", "decimal")
    if kind == "choices":
        extra = {k: v for k, v in extra.items() if k not in {"aria-invalid", "aria-describedby"}}
    # Django adds its own aria attributes by name; ours win and are the same on every page.
    control = "" if kind == "choices" else bound.as_widget(attrs=extra)
    return drawing.field(
        bound,
        kind,
        label=formats.label(label if label is not None else bound.label),
        help=help_text,
        control=control,
        affix=affix,
        source=source,
        described=" ".join(described),
        optional=not bound.field.required and not hide_optional and kind != "check",
        question=question,
    )


@register.inclusion_tag("ui/components/error_summary.html")
def errors(*bound_forms: Any, focus: bool = True) -> dict[str, Any]:
    """The errors of the forms, in one list that takes the focus; each leads to its field."""
    found: list[dict[str, Any]] = []
    for form in bound_forms:
        if form is None or isinstance(form, str) or not getattr(form, "is_bound", False):
            continue
        found.extend({"text": text, "target": "", "label": ""} for text in form.non_field_errors())
        for name, texts in form.errors.items():
            if name == forms.forms.NON_FIELD_ERRORS:
                continue
            bound = form[name]
            anchor = f"{bound.auto_id}_0" if _kind(bound.field.widget) == "choices" else bound.auto_id
            found.extend({"text": text, "target": anchor, "label": formats.label(bound.label)} for text in texts)
    return {"errors": found, "focus": focus}


# Addresses -------------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The present address's parameters with these changes; None removes one: ``href="{% query sort="name" after=None %}"``."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        elif isinstance(value, (list, tuple)):
            params.setlist(name, [str(v) for v in value])
        else:
            params[name] = str(value)
    text = params.urlencode()
    return f"?{text}" if text else context["request"].path


# Layout ----------------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def shell(context: template.Context) -> shell_module.Shell:
    """What the layouts show around a page: menu, languages, theme, account, messages."""
    return shell_module.of(context.get("request"))


@register.simple_tag(takes_context=True)
def slot(context: template.Context, name: str) -> SafeString:
    """What contexts above add to a place of the layouts (``ui.slots``)."""
    request = context.get("request")
    if request is None:
        return mark_safe("")
    return format_html_join("", "{}", ((part,) for part in slots.render(name, request)))
