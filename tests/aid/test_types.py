"""Kinds of aid that the centre adds (A6): named in four languages, with their days, at once offered wherever an aid is chosen or named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.accounting.models import Entry
from parvis.aid.errors import AidError
from parvis.aid.models import AidType
from parvis.aid.services.types import add_aid_type, change_aid_type
from parvis.aid.types import keys_resting_on
from parvis.decisions.forms import kind_choices
from parvis.decisions.models import Pack
from parvis.decisions.services import steps
from parvis.kernel import registries
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.requests import api as requests
from parvis.requests.errors import RequestError
from parvis.requests.forms import RegisterForm
from parvis.requests.models import Request, RequestLine
from parvis.requests.services import add_aid
from parvis.takeover.reading.money import aid_kind
from tests.aid import factories as f
from tests.decisions import factories as decisions
from tests.decisions.factories import at

pytestmark = pytest.mark.django_db

HEATING = {"fr": "Aide au chauffage", "nl": "Verwarmingshulp", "de": "Heizhilfe"}


def heating(centre, **more) -> str:
    values = {"label": HEATING, "rests_on": "free_once", "valid_from": date(2026, 1, 1)} | more
    return "own." + add_aid_type(actor=centre.administrator, **values).key


def with_line(centre, key: str) -> RequestLine:
    """A request at the desk that is joined, and asks for the aid too."""
    line = RequestLine.unscoped.select_related("request").get(pk=decisions.make_line(centre))
    return add_aid(actor=centre.worker, request=line.request, aid=key)


def test_three_names_each_in_its_language_and_the_missing_one_is_borrowed_and_said(world, client) -> None:
    centre, _team = world
    client.force_login(centre.account("administrator"))
    sent = {f"label_{code}": name for code, name in HEATING.items()} | {"rests_on": "free_once", "valid_from": "2026-03-01"}
    new = reverse("aid:type_new")
    token = {"_idempotency": "one"}
    assert client.post(new, sent | token).status_code == 303
    row = AidType.objects.get()
    key = f"own.{row.key}"
    for code, name in {**HEATING, "en": "Aide au chauffage (fr)"}.items():
        with translation.override(code):
            assert dict(kind_choices())[key] == name
    page = client.get(reverse("aid:types")).content.decode()
    assert "Aide au chauffage" in page and "chip--warn" in page and ">en<" in page.replace("\n", "").replace("</svg>", ">")
    change_aid_type(actor=centre.administrator, row=row, label={**HEATING, "en": "Heating aid"}, letter="", valid_to=None)
    with translation.override("en"):
        assert dict(kind_choices())[key] == "Heating aid"


def test_it_is_offered_on_its_days_only_and_one_in_use_keeps_its_name(world) -> None:
    centre, _team = world
    key = heating(centre, valid_from=date(2026, 3, 10), valid_to=date(2026, 4, 1))
    assert key not in dict(kind_choices()) and key in registries.provisions
    with at(10):
        assert key in dict(kind_choices())
    with at(1, month=4):
        assert key not in dict(kind_choices())
        assert dict(kind_choices(key))[key] == "Aide au chauffage"  # a proposal that holds it
    kind = steps.kind_of(key)
    line = decisions.make_line(centre)
    for day, said in ((date(2026, 3, 9), True), (date(2026, 3, 10), False), (date(2026, 3, 31), False), (date(2026, 4, 1), True)):
        provision = decisions.once(line, "120.00", kind=key, from_on=day)
        assert (any("Aide au chauffage" in fault for fault in kind.validate(provision))) is said, day


def test_from_the_request_to_the_payment(world, client) -> None:
    """Asked for at the desk, proposed, decided, written in the letter, opened as a right, paid and posted where its base is."""
    centre, team = world
    key = heating(centre)
    line = with_line(centre, key)
    assert (line.kind, line.label["nl"], line.label["en"]) == (key, "Verwarmingshulp", "Aide au chauffage (fr)")
    assert requests.clocks_for([line.pk])[line.pk][0].kind == "decide"
    decision = f.granted(
        centre, line_id=line.pk, provision=lambda pk: decisions.once(pk, "120.00", kind=key, details={"purpose": "mazout"})
    )
    right = f.entitlement(decision)
    assert (right.kind, right.title["de"], right.amount, right.periodicity) == (key, "Heizhilfe", Decimal("120.00"), "once")
    assert "Aide au chauffage (mazout)" in Pack.unscoped.get(decision=decision).content
    from parvis.aid.api import prepare_first_payment

    f.bank(team, prepare_first_payment(actor=team.payer, line_id=line.pk))
    assert [due.state for due in f.due(right)] == ["paid"]
    assert Entry.unscoped.filter(account__role="expense:aid.one_off", debit=Decimal("120.00")).count() == 1
    client.force_login(centre.account("worker"))
    register = client.get(reverse("requests:index"), {"aid": key}).context["grid"]
    assert len(register.lines) == 1
    export = b"".join(client.get(reverse("requests:index"), {"aid": key, "export": "csv"}).streaming_content).decode()
    assert "Aide au chauffage" in export
    assert len(client.get(reverse("requests:index"), {"aid": "aid.advance"}).context["grid"].lines) == 0


def test_one_paid_each_month_makes_a_line_a_month(world) -> None:
    centre, _team = world
    key = heating(centre, rests_on="free_month")
    line = with_line(centre, key)
    decision = f.granted(
        centre, line_id=line.pk, provision=lambda pk: decisions.once(pk, "80.00", kind=key, periodicity="month", to_on=date(2026, 12, 31))
    )
    assert [(month, amount) for month, amount, _state in f.months(f.entitlement(decision))] == [
        ("2026-03", Decimal("80.00")),
        ("2026-04", Decimal("80.00")),
    ]


def test_one_computed_by_the_law_keeps_its_computation_and_its_attestation(world) -> None:
    centre, _team = world
    key = heating(centre, label={"fr": "RI étudiant"}, rests_on="ris")
    line = with_line(centre, key)
    decision = f.granted(centre, line_id=line.pk, provision=lambda pk: f.ris(pk, kind=key))
    right = f.entitlement(decision)
    assert (right.amount, right.category, right.title["nl"]) == (Decimal("1314.20"), "2", "RI étudiant (fr)")
    assert keys_resting_on({"aid.ris"}) == [key]


def test_an_import_takes_it_by_any_of_its_names(world) -> None:
    centre, _team = world
    key = heating(centre)
    assert [aid_kind(text) for text in ("Verwarmingshulp", "heizhilfe", key, "Chauffage inconnu", "leefloon")] == [
        key,
        key,
        key,
        "",
        "aid.ris",
    ]


def test_only_the_administration_adds_one_and_a_fault_changes_nothing(world, client) -> None:
    centre, _team = world
    before = MutationLine.objects.count()
    with pytest.raises(NotAllowed):
        add_aid_type(actor=centre.chief, label=HEATING, rests_on="free_once")
    for values, field in (
        ({"label": {"fr": "  "}, "rests_on": "free_once"}, "label_fr"),
        ({"label": HEATING, "rests_on": "magic"}, "rests_on"),
        ({"label": HEATING, "rests_on": "free_once", "letter": "no.such"}, "letter"),
        ({"label": HEATING, "rests_on": "free_once", "valid_from": date(2026, 3, 1), "valid_to": date(2026, 3, 1)}, "last_day"),
    ):
        with pytest.raises(AidError) as refused:
            add_aid_type(actor=centre.administrator, **values)
        assert refused.value.field == field
    client.force_login(centre.account("worker"))
    assert [client.get(reverse(f"aid:{name}")).status_code for name in ("types", "type_new")] == [404, 404]
    assert (AidType.objects.count(), MutationLine.objects.count()) == (0, before)


def test_what_is_not_offered_or_asked_for_already_is_refused(world, client) -> None:
    centre, _team = world
    key = heating(centre)
    line = with_line(centre, key)
    change_aid_type(actor=centre.administrator, row=AidType.objects.get(), label=HEATING, letter="", valid_to=date(2026, 2, 1))
    for aid in (key, "own.nothing", "aid.ris"):
        with pytest.raises(RequestError):
            add_aid(actor=centre.worker, request=line.request, aid=aid)
    change_aid_type(actor=centre.administrator, row=AidType.objects.get(), label=HEATING, letter="", valid_to=None)
    with pytest.raises(RequestError) as twice:
        add_aid(actor=centre.worker, request=line.request, aid=key)
    assert twice.value.code == "twice"
    assert RequestLine.unscoped.filter(kind=key).count() == 1
    client.force_login(centre.account("payer"))
    assert client.get(reverse("requests:add_aid", args=[line.request.uuid])).status_code in (403, 404)


def test_the_clerk_ticks_it_at_the_desk(world, client) -> None:
    centre, _team = world
    key = heating(centre)
    client.force_login(centre.account("clerk"))
    client.post(reverse("requests:new"), {"procedure": "aid-request", "channel": "desk_visit", "_idempotency": "a"})
    fill = client.get(reverse("requests:new")).context["drafts"][0]
    url = reverse("requests:fill", args=[fill.uuid])
    page = client.get(url).content.decode()
    assert f'value="{key}"' in page and "Aide au chauffage" in page
    assert 'name="aids"' not in page  # the question offers it; it is not asked twice
    assert [value for value, _name in RegisterForm().fields["aids"].choices] == [key]  # where no question does
    state = client.get(url).context["pages"]
    ids = {one.key: one.id for at_ in state for one in at_.shown}
    sent = {
        ids["last_name"]: "Peeters",
        ids["first_name"]: "Jan",
        "channel": "desk_visit",
        ids["wants"]: key,
        "incomplete": "1",
        "_idempotency": "b",
    }
    sent["shown"] = [one.key for at_ in state for one in at_.shown]
    assert client.post(url, sent).status_code == 303
    request = Request.unscoped.get(applicant_name="Jan Peeters")
    assert [line.kind for line in RequestLine.unscoped.filter(request=request).order_by("pk")] == [key]
