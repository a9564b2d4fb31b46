"""A dossier with everything in it is destroyed lawfully: what goes is gone, in the database and on the disk; what stays has no name; the chain holds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as product
from django.db import DatabaseError, connection, transaction

from parvis.accounting.models import Entry as LedgerEntry
from parvis.accounting.models import PaymentLine, Voucher
from parvis.accounting.selectors import trial_balance
from parvis.aid.api import prepare_first_payment
from parvis.aid.models import DueLine, Entitlement, PaymentAccount
from parvis.config import cli
from parvis.contacts.models import Identifier, Person, PersonName, PersonToken, Relation
from parvis.contacts.services import relate
from parvis.decisions.models import Decision, Pack, Proposal, ProposalVersion
from parvis.documents import api as documents
from parvis.documents.models import Document, StoredFile
from parvis.dossiers import api as dossiers
from parvis.dossiers import services
from parvis.dossiers.errors import CannotBeDestroyed
from parvis.dossiers.models import DestructionLine, DestructionList, Dossier
from parvis.journal import api as journal
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs, registries, seals
from parvis.kernel.actor import system_actor
from parvis.kernel.models import ErasurePass, ErasureWarrant, Job, MutationLine, MutationValue, ReadLine, Word
from parvis.kernel.mutations import record_read
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Request, RequestLine, StageMark
from parvis.workflows.models import Case, WorkItem
from tests.accounting.factories import SYSTEM
from tests.contacts.factories import make_person
from tests.decisions import factories as made
from tests.identity.factories import an_account, as_actor
from tests.support.replay import replayed

from . import factories as f

pytestmark = pytest.mark.db
ROOT = system_actor("test")
SECRET = "Battue par son mari"


def at(year: int, month: int = 6, day: int = 15):
    return clock.travel(dt.datetime(year, month, day, 10, tzinfo=dt.UTC))


def everything() -> str:
    """Every text of the database, save the bodies of the journal and what the product publishes."""
    out = []
    for model in apps.get_models():
        if model.__module__.startswith("parvis."):
            manager = getattr(model, "unscoped", model._default_manager)
            out += [repr(row) for row in manager.order_by().values_list()]
    return "\n".join(out)


@pytest.fixture(autouse=True)
def own_seals(settings, tmp_path):
    settings.PARVIS_INSTANCE = tmp_path


@pytest.fixture
def centre(world):
    return world[0]


@replayed
def granted_and_paid(centre, team) -> Dossier:
    """Granted and paid; noted, read; the file of the person also lies on the disk. Closed after the right ended."""
    decision = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=decision.line_id))
    dossier = Dossier.unscoped.get(pk=decision.dossier_id)
    journal.add_entry(actor=centre.worker, dossier=dossier, kind="note", text=SECRET)
    record_read(actor=centre.auditor, subject=SubjectRef("dossier", dossier.pk), screen="dossiers.detail")
    made.run_jobs()
    DueLine.unscoped.filter(entitlement__dossier=dossier, state="due").update(state="cancelled")
    from parvis.decisions.models import Notification

    Notification.unscoped.filter(decision__dossier=dossier, state="to_send").update(
        state="sent", sent_at=clock.now(), sent_on=clock.today(), channel="registered", reference="RR 123", appeal_until=dt.date(2026, 7, 1)
    )
    with at(2030):
        for item in WorkItem.unscoped.filter(dossier_key=dossier.pk, state="open"):
            WorkItem.unscoped.filter(pk=item.pk).update(state="done", closed_at=clock.now(), slot=None)
        Case.objects.filter(dossier_key=dossier.pk, state="running").update(state="done", live=None, finished_at=clock.now())
        dossiers.close_dossier(actor=centre.worker, dossier=dossier, code="moved", reason="Partie chez sa sœur")
    services.publish_rule(actor=ROOT, years=5, money_years=10, keep_reads=False, source="Liste de tri", valid_from=dt.date(2020, 1, 1))
    return Dossier.unscoped.get(pk=dossier.pk)


@pytest.fixture
def paid(world):
    return granted_and_paid(*world)


def approved(centre, dossier: Dossier) -> DestructionList:
    second = as_actor(an_account("administrator", name="Marie Lejeune"))
    found = services.propose_list(actor=centre.auditor, dossiers=[dossier])
    return services.approve_list(actor=second, chosen=found, permission="AGR 2041/7")


def path_of(digest: str) -> Path:
    return Path(product.MEDIA_ROOT) / digest[:2] / digest[2:4] / digest


def test_a_payment_keeps_the_dossier_as_long_as_pieces_of_the_accounts_are_kept(centre, paid) -> None:
    with at(2035, 6, 16), pytest.raises(CannotBeDestroyed) as refused:
        services.propose_list(actor=centre.auditor, dossiers=[paid])
    (number, against), *_rest = refused.value.found
    assert (number, [one.due_on for one in against]) == (paid.number, [dt.date(2036, 3, 2)])
    with at(2036, 3, 2):
        assert services.propose_list(actor=centre.auditor, dossiers=[paid]).number == "D 2036/0001"


def test_a_term_of_appeal_that_runs_stands_against_it(centre, paid) -> None:
    from parvis.decisions.models import Notification

    Notification.unscoped.filter(decision__dossier=paid).update(appeal_until=dt.date(2041, 6, 15))
    with at(2041), pytest.raises(CannotBeDestroyed) as refused:
        services.propose_list(actor=centre.auditor, dossiers=[paid])
    assert [one.due_on for one in refused.value.found[0][1]] == [dt.date(2041, 6, 15)]
    with at(2041, 6, 16):
        assert services.forbids(centre.auditor, paid, services.schedule()) == []


def test_everything_goes_on_the_disk_too_and_the_registers_and_the_ledger_stay_without_names(centre, paid) -> None:
    decision = Decision.unscoped.get(dossier=paid)
    person_id, number = Proposal.unscoped.get(dossier=paid).person_id, decision.number
    request = Request.unscoped.get(dossier=paid)
    digests = list(StoredFile.objects.filter(documents__dossier_id=paid.pk).values_list("sha256", flat=True).distinct())
    assert len(digests) >= 3 and all(path_of(digest).exists() for digest in digests)
    balance = trial_balance(actor=SYSTEM)
    assert SECRET in everything() and "Benali" in everything()
    seals.seal()
    with at(2041):
        found = approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    found.refresh_from_db()
    assert (found.state, found.certificate_number) == ("done", "CD 2041/0001")
    # gone
    assert not any(path_of(digest).exists() for digest in digests)
    assert not StoredFile.objects.filter(sha256__in=digests).exists()
    for rows in (
        Entry.unscoped.filter(dossier=paid),
        Document.unscoped.filter(dossier_id=paid.pk),
        Pack.unscoped.filter(decision__dossier=paid),
        WorkItem.unscoped.filter(dossier_key=paid.pk),
        Case.objects.filter(dossier_key=paid.pk),
        StageMark.unscoped.filter(line__request__dossier=paid),
        PaymentAccount.unscoped.filter(entitlement__dossier=paid),
        Person.unscoped.filter(pk=person_id),
        PersonName.unscoped.filter(person_id=person_id),
        PersonToken.unscoped.filter(person_id=person_id),
        ReadLine.objects.filter(subject_type="dossier", subject_id=paid.pk),
        ErasurePass.objects.all(),
    ):
        assert not rows.exists(), rows.model
    left = everything()
    assert [line for line in left.splitlines() if SECRET in line] == []
    assert [line for line in left.splitlines() if made.IBAN in line] == []
    assert [line for line in left.splitlines() if "Benali" in line and "Karim Benali" not in line] == []
    assert not Word.objects.filter(word__startswith="batt").exists()
    # kept, without names
    shell = Dossier.unscoped.get(pk=paid.pk)
    assert (shell.number, shell.destroyed_on, shell.close_reason) == (paid.number, dt.date(2041, 6, 15), "")
    kept = Decision.unscoped.get(pk=decision.pk)
    assert (kept.number, kept.outcome, kept.decided_on, kept.pack_sha256) == (number, "granted", decision.decided_on, decision.pack_sha256)
    assert list(
        ProposalVersion.unscoped.filter(proposal__dossier=paid).order_by().values_list("blocks", "provisions", "facts").distinct()
    ) == [([], [], {})]
    again = Request.unscoped.get(pk=request.pk)
    assert (again.number, again.received_at, again.answers, again.applicant_name) == (
        request.number,
        request.received_at,
        {},
        f"Dossier {paid.number}, détruit",
    )
    assert trial_balance(actor=SYSTEM) == balance
    assert set(LedgerEntry.unscoped.filter(dossier_ref=paid.pk).values_list("person", "label")) == {
        (None, f"Dossier {paid.number}, détruit")
    }
    assert set(PaymentLine.unscoped.filter(dossier_ref=paid.pk).values_list("payee_name", "payee_iban")) == {
        (f"Dossier {paid.number}, détruit", "—")
    }
    assert Entitlement.unscoped.get(dossier=paid).amount > 0
    # the chain, the seals and the packs are sound, and say what happened
    report = seals.verify()
    assert report.problems == []
    line = MutationLine.objects.get(verb="erasure.done")
    assert (line.stream, ErasureWarrant.objects.get().approved_by_label) == (f"dossier:{paid.pk}", "Marie Lejeune")
    blanked = MutationValue.objects.filter(line__stream=f"dossier:{paid.pk}").exclude(line=line)
    assert blanked.exists()
    assert (
        not blanked.filter(destroyed_at__isnull=True, line__verb__startswith="dossier").exclude(line__number__gt=line.number - 3).exists()
    )


def test_the_certificate_is_numbered_kept_and_says_what_went(centre, paid) -> None:
    from parvis.kernel import canonical

    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    found = DestructionList.objects.get()
    told = json.loads(found.certificate)
    assert [row[0] for row in told["dossiers"]] == [paid.number]
    assert (told["permission"], told["proposed"][0], told["approved"][0]) == ("AGR 2041/7", "Paul Hénin", "Marie Lejeune")
    assert told["counts"]["Packs of decisions"] == 1 and told["counts"]["Persons"] == 1
    assert canonical.digest(found.certificate) == found.certificate_sha256
    pdf = documents.read_bytes(found.document.file)
    assert pdf.startswith(b"%PDF") and b"<pdfaid:part>2</pdfaid:part>" in pdf


def test_run_again_nothing_more_happens_and_killed_between_rows_and_bytes_it_ends(centre, paid, monkeypatch) -> None:
    digest = StoredFile.objects.filter(documents__dossier_id=paid.pk).values_list("sha256", flat=True)[0]
    with at(2041):
        approved(centre, paid)
        with monkeypatch.context() as patched:  # the power goes after the rows, before the bytes
            patched.setattr(documents, "forget_bytes", _power_cut)
            jobs.run_pending(kinds={"dossiers.destroy"})
        line = DestructionLine.objects.get()
        assert (line.state, DestructionList.objects.get().state) == ("erased", "approved")
        assert digest in line.files and path_of(digest).exists()
        Job.objects.filter(kind="dossiers.destroy").update(state="queued", next_at=clock.now())
        jobs.run_pending(raise_errors=True)
        warrants, lines = ErasureWarrant.objects.count(), MutationLine.objects.filter(verb="erasure.done").count()
        Job.objects.filter(kind__in=["dossiers.destroy", "dossiers.certificate"]).update(state="queued", next_at=clock.now())
        jobs.run_pending(raise_errors=True)
    assert not path_of(digest).exists()
    assert (warrants, lines) == (1, 1)
    assert (ErasureWarrant.objects.count(), MutationLine.objects.filter(verb="erasure.done").count()) == (1, 1)
    found = DestructionList.objects.get()
    assert (found.state, found.certificate_number, Document.unscoped.filter(subject_type="destruction_list").count()) == (
        "done",
        "CD 2041/0001",
        1,
    )


def _power_cut(digests) -> int:
    raise OSError("power")


def test_a_person_and_a_file_that_another_dossier_has_stay(centre, paid) -> None:
    person = Proposal.unscoped.get(dossier=paid).person
    other = dossiers.open_dossier(actor=centre.worker, person=make_person("Autre", "Lea", "1990-01-01"), unit=paid.unit)
    dossiers.add_member(actor=centre.worker, dossier=other, person=person, role="cohabitant")
    shared = Document.unscoped.filter(dossier_id=paid.pk).select_related("file").first()
    documents.attach(actor=ROOT, subject=SubjectRef("dossier", other.pk), file=shared.file, title="Le même", kind="other")
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    assert PersonName.unscoped.filter(person=person, live=1).exists()
    assert PersonToken.unscoped.filter(person=person).exists()
    assert documents.read_bytes(shared.file)
    assert list(Document.unscoped.filter(file=shared.file).values_list("dossier_id", flat=True)) == [other.pk]
    assert DestructionLine.objects.get().counts["Persons kept, known otherwise"] == 1
    assert seals.verify().problems == []


def test_a_relative_told_of_in_an_open_and_held_dossier_stays_and_who_is_known_only_here_goes(centre, paid) -> None:
    """A father is related to Lea, whose file is open and held. A payee and a stranger's chain of relations are known here alone."""
    father, lea = make_person("Benali", "Omar", "1950-01-01"), make_person("Autre", "Lea", "1990-01-01")
    payee, aunt, cousin = (make_person(name, "Zoé", "1970-01-01") for name in ("Bailleur", "Tante", "Cousine"))
    for person, other, kind in ((father, lea, "parent"), (aunt, payee, "sibling"), (aunt, cousin, "parent")):
        relate(actor=ROOT, person=person, other=other, kind=kind, valid_from=dt.date(2020, 1, 1))
    PaymentAccount.unscoped.filter(entitlement__dossier=paid).update(payee_person=payee)
    Entry.unscoped.filter(dossier=paid).update(partner=father)
    other = dossiers.open_dossier(actor=centre.worker, person=lea, unit=paid.unit)
    services.place_hold(actor=centre.auditor, dossier=other, reason="Procès", review_on=dt.date(2042, 1, 1))
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    assert set(Relation.unscoped.values_list("person_id", "other_id")) == {(father.pk, lea.pk)}
    assert PersonName.unscoped.filter(person=father, live=1).exists()
    assert not Person.unscoped.filter(pk__in=[payee.pk, aunt.pk, cousin.pk]).exists()
    assert seals.verify().problems == []


def test_a_value_that_is_gone_or_blanked_with_the_instant_of_another_warrant_is_found(centre, paid) -> None:
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    assert seals.verify().problems == []
    kept = MutationValue.objects.filter(destroyed_at__isnull=True).exclude(line__verb__startswith="erasure")
    first, second = kept.select_related("line")[:2]
    MutationValue.objects.filter(pk=first.pk).delete()
    MutationValue.objects.filter(pk=second.pk).update(old=None, new=None, salt="", destroyed_at=ErasureWarrant.objects.get().at)
    told = seals.verify().problems
    assert [f"{first.line.stream}: the value of {first.field} in line {first.line.number} is missing"] == told[:1]
    assert len(told) == 2 and "values are blanked, it counted" in told[1]


def test_bytes_stay_aside_for_an_hour_and_come_back_when_somebody_stores_them_again(centre, paid) -> None:
    first, second = (row.sha256 for row in StoredFile.objects.filter(documents__dossier_id=paid.pk).order_by("pk").distinct()[:2])
    data = path_of(first).read_bytes()
    asides = [path_of(digest).with_name(f".gone-{digest}") for digest in (first, second)]
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
        assert [path.exists() for path in asides] == [True, True]
        StoredFile.objects.create(sha256=first, size=len(data), mime="application/pdf", extension="pdf", stored_at=clock.now())
        with clock.travel(clock.now() + dt.timedelta(hours=2)):
            jobs.run_pending(raise_errors=True)
    assert [path.exists() for path in asides] == [False, False]
    assert path_of(first).read_bytes() == data and not path_of(second).exists()


def test_packs_verify_says_that_one_was_destroyed_lawfully(centre, paid, capsys) -> None:
    assert cli._verify_all_packs() == 0
    capsys.readouterr()
    number = Decision.unscoped.get(dossier=paid).number
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    assert cli._verify_all_packs() == 0
    told = capsys.readouterr().out
    assert f"{number}: destroyed lawfully on 2041-06-15" in told
    assert "0 decision packs: intact, 1 destroyed lawfully" in told


# The narrow path -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [Pack, ProposalVersion, StageMark, LedgerEntry, Voucher, ReadLine])
def test_without_a_pass_the_database_refuses_as_before(paid, model) -> None:
    manager = getattr(model, "unscoped", model._default_manager)
    row = manager.order_by("pk").first()
    before = manager.filter(pk=row.pk).values().get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        manager.filter(pk=row.pk)._raw_delete("default")
    if model in (ProposalVersion, LedgerEntry, Voucher):
        field = {ProposalVersion: "blocks", LedgerEntry: "label", Voucher: "text"}[model]
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            manager.filter(pk=row.pk).update(**{field: []})
    assert manager.filter(pk=row.pk).values().get() == before


def test_a_pass_lets_go_one_row_and_never_an_amount(paid) -> None:
    warrant = ErasureWarrant.objects.create(
        stream="x", subject_type="x", subject_id=1, label="x", ground="x", proposed_by_id=1, approved_by_id=2, at=clock.now()
    )
    entry, other = LedgerEntry.unscoped.order_by("pk")[:2]
    for row in (entry,):
        ErasurePass.objects.create(warrant=warrant, table_name="accounting_entry", row_id=row.pk)
    LedgerEntry.unscoped.filter(pk=entry.pk).update(label="neutre", person=None)
    for field, value in (("debit", entry.debit + 1), ("account_id", entry.account_id + 1), ("voucher_id", entry.voucher_id + 1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            LedgerEntry.unscoped.filter(pk=entry.pk).update(**{field: value})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.unscoped.filter(pk=entry.pk)._raw_delete("default")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.unscoped.filter(pk=other.pk).update(label="neutre")
    again = LedgerEntry.unscoped.get(pk=entry.pk)
    assert (again.label, again.debit, again.credit) == ("neutre", entry.debit, entry.credit)
    assert "a pass of a destruction stayed open" in "\n".join(seals.verify().problems)


def test_one_person_alone_gets_no_warrant_from_the_database(db) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureWarrant.objects.create(
            stream="x", subject_type="x", subject_id=1, label="x", ground="x", proposed_by_id=1, approved_by_id=1, at=clock.now()
        )
    assert not ErasureWarrant.objects.exists()


def test_a_value_that_somebody_blanked_is_found(centre, paid) -> None:
    value = MutationValue.objects.filter(line__stream=f"dossier:{paid.pk}").first()
    MutationValue.objects.filter(pk=value.pk).update(old=None, new=None, destroyed_at=clock.now())
    assert [problem for problem in seals.verify().problems if "without a warrant" in problem] != []


def test_every_model_that_hangs_on_a_dossier_or_a_person_says_what_becomes_of_it() -> None:
    """A new model with a link to a dossier, a person, or a thing about which contexts keep rows must be answered for by an eraser."""
    held = {name for eraser in registries.erasers.all() for name in eraser.holds}
    soft = {"dossier_id", "dossier_key", "dossier_ref", "person_id", "subject_id"}
    wanted = set()
    for model in apps.get_models():
        if not model.__module__.startswith("parvis.") or model._meta.app_label == "kernel":
            continue
        for field in model._meta.concrete_fields:
            target = getattr(field, "related_model", None)
            if field.name in soft or (target is not None and target._meta.label in {"dossiers.Dossier", "contacts.Person"}):
                wanted.add(model._meta.label)
    assert wanted - held == set()
    assert {label for label in held if label not in {m._meta.label for m in apps.get_models()}} == set()


def test_what_was_freed_by_number_is_not_reachable_any_more(client, centre, paid) -> None:
    from django.urls import reverse

    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    client.force_login(centre.account("worker"))
    decision = Decision.unscoped.get(dossier=paid)
    told = client.get(reverse("dossiers:detail", args=[paid.uuid]))
    assert told.status_code == 200 and "CD 2041/0001" in told.content.decode()
    for name, args in (
        ("dossiers:situation", [paid.uuid]),
        ("dossiers:members", [paid.uuid]),
        ("dossiers:reopen", [paid.uuid]),
        ("decisions:decision", [decision.uuid]),
        ("decisions:pack", [decision.uuid]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404, name
    assert RequestLine.unscoped.filter(request__dossier=paid, person__isnull=True).exists()
    assert not Identifier.unscoped.filter(person__names__isnull=True).exists()
    assert connection.vendor
