"""Forms of sign-in, account and administration. They check shape; the services check the rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.ui.fields import day_field

from .enums import LANGUAGES, Density, Function, Theme
from .models import Account, Unit


def _password(label: Any, autocomplete: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, strip=False, max_length=1024, widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}), **kwargs
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Password"), "current-password")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "mono"}),
    )


class RecoveryForm(forms.Form):
    recovery = forms.CharField(
        label=_("Recovery code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "mono"}),
    )


class TotpForm(CodeForm):
    label = forms.CharField(
        label=_("Name of the device"), max_length=80, required=False, help_text=_("To recognise it later: “office phone”.")
    )


class PasskeyForm(forms.Form):
    label = forms.CharField(
        label=_("Name of the passkey"), max_length=80, required=False, help_text=_("To recognise it later: “office computer”.")
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000, required=False)


class ConfirmForm(forms.Form):
    """Asks for the password again when the session is not fresh."""

    password = _password(_("Your current password"), "current-password")

    def __init__(self, *args: Any, ask: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask:
            del self.fields["password"]


class NewPasswordForm(forms.Form):
    password = _password(
        _("New password"), "new-password", help_text=_("At least 12 characters. Several words that only you would put together are best.")
    )
    again = _password(_("The same once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two are not the same."))
        return data


class ChangePasswordForm(NewPasswordForm):
    current = _password(_("Your current password"), "current-password")
    field_order = ["current", "password", "again"]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    density = forms.ChoiceField(label=_("Density of lists"), choices=Density.choices, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)


class AccountForm(forms.Form):
    display_name = forms.CharField(label=_("First name and name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    initials = forms.CharField(label=_("Initials"), max_length=4, required=False)
    email = forms.CharField(label=_("Work e-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class NewAccountForm(AccountForm):
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        help_text=_("Usually the work e-mail address. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["username", "display_name", "initials", "email", "language"]


class UnitChoice(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        from parvis.ui.formats import label

        return "\u2003" * unit.depth + (str(label(unit.name)) or unit.code)


class GrantForm(forms.Form):
    function = forms.ChoiceField(label=_("Function"), choices=[("", "—"), *Function.choices])
    unit = UnitChoice(queryset=Unit.objects.none(), label=_("Unit"), required=False, empty_label=_("The whole centre"))
    valid_from = day_field(_("First day"), required=False, help_text=_("Today when empty."))
    last_day = day_field(_("Last day"), required=False, help_text=_("Until further notice when empty."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["function"].widget.attrs["autocomplete"] = "off"


class UnitForm(forms.Form):
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=120, required=False)
    name_de = forms.CharField(label=_("Name in German"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    is_active = forms.BooleanField(label=_("In use: offered in lists"), required=False, initial=True)

    def names(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"name_{code}"] for code in ("fr", "nl", "de", "en")}


class NewUnitForm(UnitForm):
    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Short, in capitals. It cannot be changed later."))
    parent = UnitChoice(queryset=Unit.objects.none(), label=_("Belongs to"), required=False, empty_label=_("The centre itself"))
    field_order = ["code", "parent", "name_fr", "name_nl", "name_de", "name_en"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]
        del self.fields["is_active"]


class RightsForm(forms.Form):
    """The day; the cells of the table are read beside it."""

    valid_from = day_field(_("From"), help_text=_("Today, or a later day. What was read before stays as it was allowed."))


class SectorForm(forms.Form):
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=120, required=False)
    name_de = forms.CharField(label=_("Name in German"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    reserved = forms.BooleanField(
        label=_("Reserved: only its agents see its files"),
        required=False,
        help_text=_("The referent and the auditor still do. Otherwise agents without sector see them too."),
    )
    is_active = forms.BooleanField(label=_("In use: offered in lists"), required=False, initial=True)

    def names(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"name_{code}"] for code in ("fr", "nl", "de", "en")}


class NewSectorForm(SectorForm):
    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Short, in capitals. It cannot be changed later."))
    field_order = ["code", "name_fr", "name_nl", "name_de", "name_en", "reserved"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]


class AccountChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: Any) -> str:
        return str(account.display_name)


class AgentSectorForm(forms.Form):
    account = AccountChoice(queryset=Account.objects.none(), label=_("Agent"), empty_label="—")
    valid_from = day_field(_("First day"), required=False, help_text=_("Today when empty."))
    last_day = day_field(_("Last day"), required=False, help_text=_("Until further notice when empty."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.filter(is_active=True)  # type: ignore[attr-defined]


class ProxyForm(forms.Form):
    holder = AccountChoice(queryset=Account.objects.none(), label=_("Colleague"), empty_label="—")
    valid_from = day_field(_("First day"))
    last_day = day_field(_("Last day"))
    functions = forms.MultipleChoiceField(label=_("For these functions of mine"), required=False, widget=forms.CheckboxSelectMultiple)
    only = forms.CharField(
        label=_("Only for these files"),
        required=False,
        max_length=400,
        help_text=_("Numbers like 2026-00417, separated by spaces. All my files when empty."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=191, help_text=_("For example: leave, training."))

    def __init__(self, *args: Any, colleagues: Any, functions: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["functions"].choices = functions  # type: ignore[attr-defined]
