"""Controls drawn by Python are Django's own, byte for byte (F11)."""

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from parvis.ui.fields import day_field
from parvis.ui.widgets import Renderer

CHOICES = [("", "Nobody"), ("a & b", "A <b>"), (3, mark_safe("<i>three</i>")), ("Group <1>", [("x", "X"), ("y", 1.5)])]


class Every(forms.Form):
    text = forms.CharField(
        max_length=12, widget=forms.TextInput(attrs={"data-x": 'a"b<c', "autofocus": True, "hidden": False, "size": 1000})
    )
    number = forms.IntegerField(min_value=1, max_value=1440, localize=True)
    amount = forms.DecimalField(max_digits=8, decimal_places=2)
    email = forms.EmailField(required=False, help_text="Help & more")
    url = forms.URLField(required=False, assume_scheme="https")
    secret = forms.CharField(widget=forms.PasswordInput(render_value=True))
    hidden = forms.CharField(widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(required=False)
    moment = forms.DateTimeField(required=False)
    file = forms.FileField(required=False)
    yes = forms.BooleanField(required=False)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 6}))
    one = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES, widget=forms.SelectMultiple(attrs={"size": 4}))
    radio = forms.ChoiceField(choices=CHOICES[:2], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=CHOICES[:2], widget=forms.CheckboxSelectMultiple)
    maybe = forms.NullBooleanField()


INITIAL = {
    "text": "l'<é> & \"",
    "number": 12345,
    "amount": 0,
    "email": "a@b.example",
    "secret": "s<",
    "hidden": "",
    "day": dt.date(2026, 11, 23),
    "words": "\n<two>\nlines",
    "one": "a & b",
    "several": ["a & b", "y"],
    "radio": "a & b",
    "boxes": ["a & b"],
    "yes": True,
    "maybe": False,
}


@pytest.mark.parametrize(
    "state",
    [{}, {"initial": INITIAL}, {"data": {"text": "x" * 20, "number": "no", "one": "zz", "several": ["3", "x"], "yes": "on", "words": "<"}}],
    ids=["empty", "filled", "refused"],
)
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_each_control_is_what_django_draws(state, language):
    from django.utils import translation

    with translation.override(language):
        ours, theirs = (Every(**state, renderer=renderer(), auto_id="e_%s") for renderer in (Renderer, DjangoTemplates))
        for name in Every.base_fields:
            assert ours[name].as_widget(attrs={"class": "input"}) == theirs[name].as_widget(attrs={"class": "input"}), name
            for mine, other in zip(ours[name].subwidgets, theirs[name].subwidgets, strict=True):
                assert mine.tag() == other.tag()


def test_a_list_that_draws_its_lines_its_own_way_goes_to_django():
    class Own(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    class Form(forms.Form):
        one = forms.ChoiceField(choices=CHOICES[:2], widget=Own)

    assert str(Form(renderer=Renderer())["one"]) == str(Form(renderer=DjangoTemplates())["one"])


def test_what_was_typed_cannot_close_the_control():
    form = Every(data={"text": format_html("{}", '"><script>'), "words": "</textarea><script>"}, renderer=Renderer())
    assert "<script>" not in str(form["text"]) + str(form["words"])


@pytest.mark.parametrize("typed", ["9999-12-31", "0026-03-02", "31/12/9999", "02/03/1626"])
def test_a_year_that_nobody_means_is_told_and_never_counted_on(typed: str) -> None:
    """A picker gives the year 26 for a hasty 2026; other systems write 9999 for “no end”, and the day after it does not exist."""
    with pytest.raises(forms.ValidationError) as caught:
        day_field("Dernier jour").clean(typed)
    assert (caught.value.code, caught.value.messages) == ("year", ["Vérifiez l’année."])
    assert day_field("Dernier jour").clean("31/12/2199") == dt.date(2199, 12, 31)
