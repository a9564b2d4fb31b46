"""Forms of the screens. They check shape; the law is checked by the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.errors import DomainError
from parvis.kernel.identifiers import InvalidIdentifier, parse_iban
from parvis.ui import formats
from parvis.ui.fields import day_field

from .enums import Channel, HearingMeans, Opinion
from .provisions import ONCE, Payee, Provision, Recover, provision_to_json


def kind_choices(current: str = "") -> list[tuple[str, str]]:
    """Kinds of aid offered today, and the one that stands there, also when it is offered no longer."""
    known = registries.provisions.items()
    if current in registries.provisions and current not in dict(known):
        known = [*known, (current, registries.provisions.get(current))]
    return [(key, formats.label(kind.title)) for key, kind in known]


class ProvisionForm(forms.Form):
    """One grant: typed once, read by letter, pack, entitlement and payment."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("Aid"))
    from_on = day_field(_("From"))
    to_on = day_field(_("Last day"), required=False, help_text=_("Empty: until it is revised."))
    amount = forms.DecimalField(label=_("Amount"), required=False, min_value=Decimal(0), max_digits=10, decimal_places=2)
    account = forms.ChoiceField(label=_("Paid to"), required=False)
    payee_name = forms.CharField(label=_("Name of another payee"), required=False, max_length=120)
    payee_iban = forms.CharField(label=_("IBAN of another payee"), required=False, max_length=42)
    recover = forms.BooleanField(label=_("To be recovered (advance)"), required=False)
    recover_debtor = forms.CharField(label=_("Who owes it back"), required=False, max_length=120)
    recover_ground = forms.CharField(label=_("Legal ground"), required=False, max_length=200)
    recover_from = day_field(_("Recovered from"), required=False)
    recover_to = day_field(_("Recovered to"), required=False)
    recover_amount = forms.DecimalField(label=_("Amount to recover"), required=False, min_value=Decimal(0), max_digits=10, decimal_places=2)
    remove = forms.BooleanField(label=_("Remove this grant"), required=False)

    OTHER = "other"

    def __init__(
        self,
        *args: Any,
        accounts: Sequence[Payee] = (),
        person_id: int | None = None,
        person_name: str = "",
        current: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.current = dict(current or {})
        self.person_id, self.person_name = person_id, person_name
        if current and "initial" not in kwargs:
            kwargs["initial"] = self._initial(current)
        super().__init__(*args, **kwargs)
        self.accounts = {str(p.bank_account_id): p for p in accounts if p.bank_account_id}
        self.fields["kind"].choices = kind_choices(str(self.current.get("kind") or ""))  # type: ignore[attr-defined]
        shown = [(pk, f"{p.name} · {formats_iban(p.iban)}") for pk, p in self.accounts.items()]
        self.fields["account"].choices = [("", "…"), *shown, (self.OTHER, _("Another account"))]  # type: ignore[attr-defined]
        self.inputs = self._kind_inputs()
        for item in self.inputs:
            choices = [(value, formats.label(text)) for value, text in item.choices]
            name = f"d_{item.key}"
            if item.kind == "choice":
                self.fields[name] = forms.ChoiceField(label=formats.label(item.label), choices=choices, required=item.required)
            elif item.kind == "check":
                self.fields[name] = forms.BooleanField(label=formats.label(item.label), required=False)
            elif item.kind == "amount":
                self.fields[name] = forms.DecimalField(
                    label=formats.label(item.label), required=item.required, min_value=Decimal(0), max_digits=10, decimal_places=2
                )
            else:
                self.fields[name] = forms.CharField(label=formats.label(item.label), required=item.required, max_length=200)
            details = self.current.get("details") or {}
            self.fields[name].initial = details.get(item.key)
            if isinstance(details.get(f"{item.key}_why"), dict) and self._kind_key() == self.current.get("kind"):
                self.fields[name].help_text = formats.label(details[f"{item.key}_why"])

    def _kind_key(self) -> str:
        if self.is_bound:
            return str(self.data.get(self.add_prefix("kind"), ""))
        return str(self.current.get("kind") or next((key for key, _kind in registries.provisions.items()), ""))

    def _kind_inputs(self) -> list[Any]:
        key = self._kind_key()
        return list(getattr(registries.provisions.get(key), "inputs", ())) if key in registries.provisions else []

    @property
    def computed(self) -> bool:
        key = self._kind_key()
        return key in registries.provisions and bool(getattr(registries.provisions.get(key), "computed", False))

    @property
    def detail_fields(self) -> list[Any]:
        return [self[f"d_{item.key}"] for item in self.inputs]

    @property
    def recovers(self) -> bool:
        return bool(self.current.get("recover") or (self.is_bound and self.data.get(self.add_prefix("recover"))))

    @property
    def uses_other(self) -> bool:
        payee = self.current.get("payee") or {}
        return bool(payee.get("iban") and not payee.get("bank_account_id")) or bool(
            self.is_bound and self.data.get(self.add_prefix("account")) == self.OTHER
        )

    def _initial(self, current: Mapping[str, Any]) -> dict[str, Any]:
        payee, recover = current.get("payee") or {}, current.get("recover") or {}
        account = payee.get("bank_account_id")
        return {
            "key": current.get("key"),
            "kind": current.get("kind"),
            "from_on": current.get("from"),
            "to_on": current.get("to"),
            "amount": current.get("amount"),
            "account": str(account) if account else (self.OTHER if payee.get("iban") else ""),
            "payee_name": "" if account else payee.get("name"),
            "payee_iban": "" if account else payee.get("iban"),
            "recover": bool(recover),
            "recover_debtor": recover.get("debtor"),
            "recover_ground": recover.get("ground"),
            "recover_from": recover.get("from"),
            "recover_to": recover.get("to"),
            "recover_amount": recover.get("amount"),
        }

    def clean_payee_iban(self) -> str:
        value = str(self.cleaned_data.get("payee_iban") or "").strip()
        if not value:
            return ""
        try:
            return str(parse_iban(value))
        except InvalidIdentifier as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("from_on") and data.get("to_on") and data["to_on"] < data["from_on"]:
            self.add_error("to_on", _("The last day lies before the first."))
        if data.get("recover") and not data.get("remove"):
            for name in ("recover_debtor", "recover_ground"):
                if not data.get(name):
                    self.add_error(name, _("Needed to recover."))
            if not data.get("recover_amount"):
                self.add_error("recover_amount", _("Needed to recover."))
        return data

    def provision(self) -> Provision:
        data = self.cleaned_data
        chosen = self.accounts.get(data.get("account") or "")
        if chosen is not None:
            payee = chosen
        elif data.get("account") == self.OTHER:
            payee = Payee(name=data.get("payee_name") or "", iban=data.get("payee_iban") or "")
        else:
            payee = Payee()
        kind = registries.provisions.get(data["kind"])
        known = {**(self.current.get("details") or {})} if self.current.get("kind") == data["kind"] else {}
        details = known | {item.key: _plain(data.get(f"d_{item.key}")) for item in self.inputs}
        amount = data.get("amount")
        if amount is None or self.computed:
            amount = Decimal(str(self.current.get("amount") or "0"))
        beneficiary = self.current.get("beneficiary") or {"person_id": self.person_id, "name": self.person_name}
        return Provision(
            key=data.get("key") or uuid4().hex[:8],
            kind=data["kind"],
            beneficiary_person_id=int(beneficiary["person_id"]),
            beneficiary_name=beneficiary["name"],
            amount=amount,
            from_on=data["from_on"],
            to_on=data.get("to_on"),
            periodicity=kind.periodicity,
            payee=payee,
            calculation_id=self.current.get("calculation_id"),
            recover=Recover(
                debtor=data["recover_debtor"],
                ground=data["recover_ground"],
                from_on=data.get("recover_from") or data["from_on"],
                to_on=data.get("recover_to") or data.get("to_on"),
                amount=data["recover_amount"],
            )
            if data.get("recover")
            else None,
            details=details,
            label=formats.label(kind.title),
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def formats_iban(iban: str) -> str:
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))


class ProvisionSet:
    """The grants of a proposal, as forms `p0`, `p1`, …; a blank one is added on request."""

    def __init__(
        self,
        *,
        current: Sequence[Mapping[str, Any]],
        accounts: Sequence[Payee],
        person_id: int | None,
        person_name: str,
        data: Any = None,
        add: bool = False,
    ) -> None:
        count = len(current)
        if data is not None:
            raw = str(data.get("provisions") or "")
            count = min(int(raw), 20) if raw.isdecimal() else count
        by_key = {row.get("key"): row for row in current}
        self.forms = []
        for index in range(count + (1 if add else 0)):
            given = data if data is not None and index < count else None
            known: Mapping[str, Any] | None = current[index] if index < len(current) else None
            if given is not None:
                known = by_key.get(given.get(f"p{index}-key"))
            self.forms.append(
                ProvisionForm(given, prefix=f"p{index}", accounts=accounts, person_id=person_id, person_name=person_name, current=known)
            )

    def __iter__(self) -> Any:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self.forms if form.is_bound])

    def provisions(self) -> list[Provision]:
        return [form.provision() for form in self.forms if form.is_bound and not form.cleaned_data.get("remove")]

    def as_json(self) -> list[dict[str, Any]]:
        return [provision_to_json(p) for p in self.provisions()]


class HearingForm(forms.Form):
    informed_on = day_field(_("Told of the right to be heard on"), required=False)
    informed_by = forms.ChoiceField(label=_("Told by"), choices=[("", "…"), *HearingMeans.choices], required=False)
    wish = forms.BooleanField(label=_("Wishes to be heard"), required=False)
    heard_on = day_field(_("Heard on"), required=False)
    missed_on = day_field(_("Invited and did not come on"), required=False)
    note = forms.CharField(label=_("What the person said"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(choices=[("validated", _("Validate")), ("returned", _("Return"))], widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is returned"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AskOpinionForm(forms.Form):
    question = forms.CharField(label=_("Question to the lawyer"), widget=forms.Textarea(attrs={"rows": 3}))


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(label=_("Opinion"), choices=Opinion.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("Explanation"), widget=forms.Textarea(attrs={"rows": 6}))


class SessionForm(forms.Form):
    on = day_field(_("Date"))
    at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Place"), max_length=200)


class DecideForm(forms.Form):
    outcome = forms.CharField()
    lock = forms.IntegerField(min_value=0)
    reason = forms.CharField(required=False)
    ground = forms.CharField(required=False, max_length=12)
    votes_for = forms.IntegerField(required=False, min_value=0, max_value=99)
    against = forms.IntegerField(required=False, min_value=0, max_value=99)
    abstain = forms.IntegerField(required=False, min_value=0, max_value=99)


class CarryForm(forms.Form):
    to = forms.ChoiceField(label=_("Session"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, sessions: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(str(s.uuid), formats.moment(s.starts_at)) for s in sessions]  # type: ignore[attr-defined]


class SendForm(forms.Form):
    channel = forms.ChoiceField(label=_("How the letter leaves"), choices=Channel.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Reference of the proof"), max_length=100, help_text=_("Registered number, or who signed at the counter.")
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(label=_("What the post wrote on it"), max_length=200)


class UrgentForm(forms.Form):
    """The shortest path: amount, account, why. Everything else is known."""

    kind = forms.ChoiceField(label=_("Aid"))
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    account = forms.ChoiceField(label=_("Paid to"))
    payee_name = forms.CharField(label=_("Name of another payee"), required=False, max_length=120)
    payee_iban = forms.CharField(label=_("IBAN of another payee"), required=False, max_length=42)
    reason = forms.CharField(label=_("Why it cannot wait"), widget=forms.Textarea(attrs={"rows": 3}))

    OTHER = "other"

    def __init__(self, *args: Any, accounts: Sequence[Payee] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(p.bank_account_id): p for p in accounts if p.bank_account_id}
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, formats.label(kind.title)) for key, kind in self._kinds()
        ]
        self.inputs = {item.key: item for _key, kind in self._kinds() for item in kind.inputs if item.required and not item.choices}
        for key, item in self.inputs.items():
            self.fields[f"d_{key}"] = forms.CharField(label=formats.label(item.label), max_length=200)
        self.order_fields(["kind", "amount", *(f"d_{key}" for key in self.inputs)])
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            *[(pk, f"{p.name} · {formats_iban(p.iban)}") for pk, p in self.accounts.items()],
            (self.OTHER, _("Another account")),
        ]

    def clean_payee_iban(self) -> str:
        return ProvisionForm.clean_payee_iban(self)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("account") == self.OTHER:
            for name in ("payee_name", "payee_iban"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for another account."))
        return data

    @staticmethod
    def _kinds() -> list[tuple[str, Any]]:
        """Only what is typed and paid once: nothing that runs on is granted in urgency."""
        return [
            (key, kind) for key, kind in registries.provisions.items() if not getattr(kind, "computed", False) and kind.periodicity == ONCE
        ]

    @property
    def detail_fields(self) -> list[Any]:
        return [self[f"d_{key}"] for key in self.inputs]

    def details(self) -> dict[str, str]:
        return {key: self.cleaned_data[f"d_{key}"] for key in self.inputs}

    def payee(self) -> Payee:
        data = self.cleaned_data
        return self.accounts.get(data["account"]) or Payee(name=data["payee_name"], iban=data["payee_iban"])


def put(form: forms.Form, error: DomainError) -> None:
    """Show a refusal beside its field, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))
