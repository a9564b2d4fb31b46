"""Form controls drawn by Python.

Django draws each control with a template that includes a template for its attributes: on a page of 24 fields that was a ninth of the whole
page's time. The controls that our pages use are drawn here, byte for byte the same (a test compares them); any other goes to Django.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

Widget = dict[str, Any]

_HERE = "django/forms/widgets/"
OPTION = f"{_HERE}select_option.html"


def _text(value: Any) -> str:
    return conditional_escape(value if isinstance(value, SafeData) else str(value))


def _shown(value: Any) -> str:
    """What is read on the screen is written as the language writes it, what is sent back is not."""
    return conditional_escape(localize(value))


def _attrs(attrs: dict[str, Any]) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"' for name, value in attrs.items() if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attrs(widget["attrs"])}>'


def _option_input(widget: Widget) -> str:
    """A radio button or a box among several, with its label around it where the widget asks so."""
    control = _input(widget)
    if not widget.get("wrap_label"):
        return control
    target = widget["attrs"].get("id")
    bound = f' for="{_text(target)}"' if target else ""
    return f"<label{bound}>{control}\n {_shown(widget['label'])}</label>"


def _textarea(widget: Widget) -> str:
    value = _shown(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attrs(widget["attrs"])}>\n{value}</textarea>'


def _option(widget: Widget) -> str:
    return f'<option value="{_text(widget["value"])}"{_attrs(widget["attrs"])}>{_shown(widget["label"])}</option>\n'


def _select(widget: Widget) -> str:
    parts = []
    for group, choices, _index in widget["optgroups"]:
        options = "".join(f"\n  {_option(choice)}" for choice in choices)
        parts.append(f'\n  <optgroup label="{_shown(group)}">{options}\n  </optgroup>' if group else options)
    return f'<select name="{_text(widget["name"])}"{_attrs(widget["attrs"])}>{"".join(parts)}\n</select>'


_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{
        f"{_HERE}{name}.html": _input
        for name in ("text", "number", "email", "url", "password", "hidden", "date", "time", "file", "checkbox")
    },
    f"{_HERE}radio_option.html": _option_input,
    f"{_HERE}checkbox_option.html": _option_input,
    f"{_HERE}textarea.html": _textarea,
    f"{_HERE}select.html": _select,
}


def _own_lines(widget: Widget) -> bool:
    """A list that draws its lines its own way."""
    return any(choice["template_name"] != OPTION for _group, choices, _index in widget["optgroups"] for choice in choices)


class Renderer(DjangoTemplates):
    """Django's renderer, quicker for the usual controls."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        draw = _DRAWN.get(template_name)
        if draw is None or (draw is _select and _own_lines(context["widget"])):
            return mark_safe(super().render(template_name, context, request))
        return mark_safe(draw(context["widget"]))
