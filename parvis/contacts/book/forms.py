"""What agents type about an organisation, and about who is what in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel.identifiers import InvalidIdentifier, parse_enterprise_number

from ..enums import ContactLanguage, OfficeKind, OrgNumberKind, PartyKind, PointKind, RoleKind
from ..errors import InvalidPerson
from ..forms import EndForm, FactForm, day_field, way_field
from ..services.reaching import check_point


class OrganisationNameForm(FactForm):
    name = forms.CharField(label=_("Name"), max_length=160)
    legal_form = forms.CharField(label=_("Legal form"), max_length=40, required=False, help_text=_("For example SRL, ASBL, NV."))
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)


class ProfileForm(FactForm):
    language = forms.ChoiceField(label=_("Language of our letters"), choices=ContactLanguage.choices)
    channel = way_field()
    no_email = forms.BooleanField(label=_("Wants no e-mail"), required=False)
    no_post = forms.BooleanField(label=_("Wants no post"), required=False)
    website = forms.CharField(label=_("Website"), max_length=150, required=False)
    note = forms.CharField(
        label=_("Note"), max_length=191, required=False, help_text=_("Opening hours, who to ask for. Nothing about clients.")
    )


class KindForm(FactForm):
    kind = forms.ChoiceField(label=_("Kind of contact"), choices=PartyKind.choices)


class OrgNumberForm(FactForm):
    kind = forms.ChoiceField(label=_("Kind of number"), choices=OrgNumberKind.choices)
    value = forms.CharField(label=_("Number"), max_length=30)


class OfficeForm(FactForm):
    kind = forms.ChoiceField(label=_("Kind of address"), choices=OfficeKind.choices)
    care_of = forms.CharField(label=_("Care of (c/o)"), max_length=120, required=False)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    number = forms.CharField(label=pgettext_lazy("in an address", "Number"), max_length=20, required=False)
    box = forms.CharField(label=_("Box"), max_length=20, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    municipality = forms.CharField(label=_("Municipality"), max_length=80, required=False)
    country = forms.CharField(label=_("Country (two letters)"), max_length=2, initial="BE")


class OfficePointForm(FactForm):
    kind = forms.ChoiceField(label=pgettext_lazy("phone or e-mail", "Kind"), choices=PointKind.choices)
    value = forms.CharField(label=_("Phone number or e-mail address"), max_length=120)
    label = forms.CharField(
        label=_("Which one"), max_length=40, required=False, help_text=_("For example: secretariat, emergency, invoices.")
    )


class RoleForm(forms.Form):
    """``person`` is picked on the page before; the period may lie in the past."""

    role = forms.ChoiceField(label=_("Role"), choices=RoleKind.choices)
    title = forms.CharField(label=_("Title or function"), max_length=80, required=False)
    valid_from = day_field(_("From"), required=True)
    last_day = day_field(_("Last day, if it has ended"))


class CloseForm(forms.Form):
    first_day = day_field(_("Closed from"), required=True)
    reason = forms.CharField(label=_("Reason"), max_length=191, required=False)


class NewOrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=160)
    legal_form = forms.CharField(label=_("Legal form"), max_length=40, required=False, help_text=_("For example SRL, ASBL, NV."))
    kinds = forms.MultipleChoiceField(label=_("Kinds of contact"), choices=PartyKind.choices, widget=forms.CheckboxSelectMultiple)
    enterprise_number = forms.CharField(label=_("Enterprise number"), max_length=20, required=False)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    number = forms.CharField(label=pgettext_lazy("in an address", "Number"), max_length=20, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    municipality = forms.CharField(label=_("Municipality"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail address"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language of our letters"), choices=ContactLanguage.choices, initial="fr")
    confirmed = forms.BooleanField(label=_("None of these is the right one: enter a new organisation"), required=False)

    def clean_enterprise_number(self) -> str:
        value = str(self.cleaned_data["enterprise_number"]).strip()
        if not value:
            return ""
        try:
            return parse_enterprise_number(value)
        except InvalidIdentifier as error:
            raise forms.ValidationError(str(error), code=error.code) from error

    def clean_phone(self) -> str:
        return self._point(PointKind.PHONE, "phone")

    def clean_email(self) -> str:
        return self._point(PointKind.EMAIL, "email")

    def clean_postal_code(self) -> str:
        value = str(self.cleaned_data["postal_code"]).strip()
        if value and not (value.isdecimal() and len(value) == 4 and value[0] != "0"):
            raise forms.ValidationError(_("A Belgian postal code has four digits."), code="postal_code")
        return value

    def _point(self, kind: str, name: str) -> str:
        value = str(self.cleaned_data[name]).strip()
        try:
            return check_point(kind, value) if value else ""
        except InvalidPerson as error:
            raise forms.ValidationError(str(error), code=error.code) from error

    @property
    def address(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {name: data[name] for name in ("street", "number", "postal_code", "municipality")}


__all__ = [
    "CloseForm",
    "EndForm",
    "KindForm",
    "NewOrganisationForm",
    "OfficeForm",
    "OfficePointForm",
    "OrgNumberForm",
    "OrganisationNameForm",
    "ProfileForm",
    "RoleForm",
]


class LettersForm(forms.Form):
    """On which day the addresses are to hold, and which of them a letter takes first."""

    day = day_field(_("Addresses as they hold on"), required=False)
    purpose = forms.ChoiceField(
        label=_("For"),
        required=False,
        choices=[
            ("letter", _("Letters")),
            ("notification", _("Notifications of decisions")),
            ("invoice", _("Invoices")),
            ("visit", _("Visits")),
        ],
    )
