"""C13: what the register tells becomes an alert in the right dossier within the day, once, and nothing is taken over by itself."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.utils import timezone

from parvis.connectors.api import register_file
from parvis.contacts import api as contacts
from parvis.contacts.models import Address, PersonBirth
from parvis.dossiers import api as dossiers
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import Job, MutationLine, MutationValue
from parvis.socialdata import api, selectors
from parvis.socialdata import jobs as socialdata_jobs
from parvis.socialdata.models import MutationRun, RegisterAlert, RegisterMutation
from parvis.socialdata.services import mutations as services
from tests.contacts.factories import make_person, niss

from .factories import HOME, NUMBER, ON, a_cell, happening, looks, read

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_new_address_is_an_alert_of_the_referent_for_tomorrow_and_changes_nothing(centre, dossier) -> None:
    run = read(happening())
    assert run.counts == {"alert": 1} and run.report == [[1, "alert", "RN-1", "address", ""]]
    item = looks()[0]
    assert (item.owner_id, item.queue, item.unit_id, item.dossier_key) == (centre.worker.pk, "social_worker", dossier.unit_id, dossier.pk)
    assert item.due_on == clock.today() + dt.timedelta(days=1)
    alert = selectors.alert_by(centre.actor("worker"))
    assert selectors.compare(alert) == selectors.Compared("", "Rue Basse 7, 7000 Mons")
    assert not Address.unscoped.filter(person=dossier.lead_id).exists()


def test_the_same_file_twice_works_once_and_its_content_goes(centre, dossier) -> None:
    first, second = read(happening()), read(happening())
    assert (first.counts, second.counts) == ({"alert": 1}, {"known": 1})
    assert RegisterAlert.unscoped.count() == RegisterMutation.unscoped.count() == len(looks()) == 1
    assert bytes(first.content) == bytes(second.content) == b""


def test_cut_off_and_read_again_the_report_tells_what_the_file_brought(centre, dossier, monkeypatch) -> None:
    """Killed after two lines of four; one of the others stands twice in the file, and one came with a file of before."""
    read(happening("RN-0"))
    content = register_file(
        [happening("RN-1"), happening("RN-2", kind="civil_status", status="Mariée"), happening("RN-0"), happening("RN-1")],
        made_on=clock.today(),
    )
    real, done = services.take_in, []

    def killed(**given):
        if len(done) == 2:
            raise KeyboardInterrupt  # nothing is tidied up
        done.append(given["line"].id)
        return real(**given)

    run = api.receive_file(actor=a_cell(), name="rn.json", content=content)
    monkeypatch.setattr(services, "take_in", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    monkeypatch.undo()
    assert RegisterMutation.unscoped.filter(run=run).count() == 2
    Job.objects.filter(kind="socialdata.read", state="running").update(lease_until=clock.now() - dt.timedelta(seconds=1))
    assert jobs.reclaim() == 1
    jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    run.refresh_from_db()
    assert run.counts == {"alert": 2, "known": 2}
    assert [row[:3] for row in run.report] == [[1, "alert", "RN-1"], [2, "alert", "RN-2"], [3, "known", "RN-0"], [4, "known", "RN-1"]]
    assert RegisterMutation.unscoped.count() == RegisterAlert.unscoped.count() == len(looks()) == 3


def test_a_number_used_again_for_something_else_is_an_error_and_changes_nothing(centre, dossier) -> None:
    read(happening())
    run = read(happening(on=ON + dt.timedelta(days=1)))
    assert run.counts == {"wrong": 1} and run.report == [[1, "wrong", "", "", "reused"]]
    assert RegisterMutation.unscoped.get().on == ON


def test_of_people_unknown_here_nothing_is_kept_but_a_figure(centre, dossier) -> None:
    stranger = niss("1975-03-04", 21)
    run = read(happening("RN-9", stranger), happening("RN-10", stranger, "civil_status", status="Divorcé"))
    assert run.counts == {"unknown": 2} and run.report == [[1, "unknown", "", "", ""], [2, "unknown", "", "", ""]]
    assert not RegisterMutation.unscoped.exists() and not RegisterAlert.unscoped.exists() and looks() == []
    kept = json.dumps([list(row.values()) for row in MutationRun.unscoped.values()], default=str)
    kept += json.dumps(list(MutationValue.objects.values_list("old", "new")), default=str)
    assert stranger not in kept and "RN-9" not in kept and "Divorcé" not in kept


def test_one_wrong_line_does_not_stop_the_others(centre, dossier) -> None:
    rows = json.loads(register_file([happening("RN-1"), happening("RN-2", kind="civil_status", status="Mariée")], made_on=ON))
    rows["mutations"].insert(1, {"id": "RN-X", "national_number": "12345678901", "kind": "address", "on": "2026-11-02", "value": HOME})
    rows["mutations"].append({"id": "RN-Y", "national_number": NUMBER, "kind": "address", "on": "2026-11-02", "value": {}})
    rows["mutations"].append("not a line")
    run = read(content=json.dumps(rows).encode())
    assert run.counts == {"alert": 2, "wrong": 3}
    assert [line[4] for line in run.report] == ["", "number", "", "value", "shape"]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (b"Id;Kind", "not_json"), (b'{"mutations": []}', "format"), (b"[]", "format")]
)
def test_what_is_no_file_of_mutations_is_refused_at_once(content, code) -> None:
    with pytest.raises(api.InvalidMutation) as refused:
        api.receive_file(actor=a_cell(), name="x", content=content)
    assert refused.value.code == code and not MutationRun.unscoped.exists()


@pytest.mark.parametrize("who", ["worker", "chief", "clerk", "auditor", "administrator"])
def test_only_the_cell_reads_files(centre, who) -> None:
    with pytest.raises(NotAllowed):
        api.receive_file(actor=centre.actor(who), name="x", content=register_file([happening()], made_on=ON))
    assert not MutationRun.unscoped.exists()


def test_without_a_referent_the_queue_of_the_service_has_it(centre, dossier) -> None:
    dossiers.Referent.unscoped.filter(dossier=dossier).update(live=None, superseded_at=timezone.now())
    read(happening())
    assert [(item.owner_id, item.queue, item.unit_id) for item in looks()] == [(None, "social_worker", dossier.unit_id)]


def test_a_closed_dossier_without_money_is_only_counted(centre, dossier) -> None:
    dossiers.close_dossier(actor=centre.actor("worker"), dossier=dossier, code="moved", reason="")
    assert read(happening()).counts == {"not_followed": 1}
    assert not RegisterMutation.unscoped.exists() and looks() == []


def test_a_person_known_here_but_in_no_dossier_is_only_counted(centre) -> None:
    make_person("Seul", "Jean", "1975-03-04", national_number=niss("1975-03-04", 21))
    assert read(happening(number=niss("1975-03-04", 21))).counts == {"not_followed": 1}
    assert not RegisterMutation.unscoped.exists()


def test_taking_over_writes_the_dated_fact_with_the_register_as_source(centre, dossier) -> None:
    worker = centre.actor("worker")
    contacts.set_address(
        actor=worker, person=dossier.lead, street="Rue Haute", number="1", municipality="Mons", valid_from=dt.date(2020, 1, 1)
    )
    read(happening())
    alert = selectors.alert_by(worker)
    assert selectors.compare(alert).before == "Rue Haute 1, Mons"
    api.take_over(actor=worker, alert=alert)
    row = Address.unscoped.filter(person=dossier.lead).at(ON).get()
    assert (row.one_line, row.source, row.source_ref, row.valid_from) == ("Rue Basse 7, 7000 Mons", "register", "register:RN-1", ON)
    assert Address.unscoped.filter(person=dossier.lead).at(ON - dt.timedelta(days=1)).get().street == "Rue Haute"
    assert RegisterAlert.unscoped.get().state == "taken" and looks() == []
    assert selectors.compare(selectors.alert_by(worker)).same is True
    with pytest.raises(api.AlreadySettled):
        api.leave(actor=worker, alert=alert, words="trop tard")


def test_a_person_changed_meanwhile_is_not_overwritten(centre, dossier) -> None:
    worker = centre.actor("worker")
    read(happening())
    shown = dossier.lead.__class__.unscoped.get(pk=dossier.lead_id).version
    contacts.set_address(actor=worker, person=dossier.lead.__class__.unscoped.get(pk=dossier.lead_id), municipality="Jurbise")
    with pytest.raises(Conflict):
        api.take_over(actor=worker, alert=selectors.alert_by(worker), expected=shown)
    assert RegisterAlert.unscoped.get().state == "open" and len(looks()) == 1


def test_a_nationality_keeps_what_else_was_known_of_the_birth(centre, dossier) -> None:
    worker = centre.actor("worker")
    read(happening(kind="nationality", nationality="Belge"))
    api.take_over(actor=worker, alert=selectors.alert_by(worker))
    birth = PersonBirth.unscoped.filter(person=dossier.lead_id).at(ON).get()
    assert (birth.nationality, birth.birth_date, birth.source) == ("Belge", dt.date(1987, 8, 14), "register")


@pytest.mark.parametrize(("kind", "value"), [("death", {}), ("civil_status", {"status": "Mariée"}), ("household", {"left": []})])
def test_what_no_fact_holds_goes_into_the_chronicle_and_nowhere_else(centre, dossier, kind, value) -> None:
    worker = centre.actor("worker")
    read(happening(kind=kind, **value))
    before = dossier.lead.__class__.unscoped.get(pk=dossier.lead_id).version
    api.take_over(actor=worker, alert=selectors.alert_by(worker))
    assert dossier.lead.__class__.unscoped.get(pk=dossier.lead_id).version == before
    assert Entry.unscoped.filter(dossier=dossier, subject_type="register_alert").count() == 2
    assert dossiers.Dossier.unscoped.get(pk=dossier.pk).status == "open"


def test_leaving_needs_a_reason_and_keeps_it(centre, dossier) -> None:
    worker = centre.actor("worker")
    read(happening())
    alert = selectors.alert_by(worker)
    with pytest.raises(api.InvalidMutation):
        api.leave(actor=worker, alert=alert, words="  ")
    assert len(looks()) == 1
    api.leave(actor=worker, alert=alert, words="Déjà connu, adresse de référence")
    row = RegisterAlert.unscoped.get()
    assert (row.state, row.words, looks()) == ("left", "Déjà connu, adresse de référence", [])
    assert not Address.unscoped.filter(person=dossier.lead_id).exists()


@pytest.mark.parametrize("who", ["stranger", "clerk", "payer", "auditor"])
def test_only_who_works_on_the_dossier_settles(centre, dossier, who) -> None:
    read(happening())
    alert = RegisterAlert.unscoped.select_related("mutation", "dossier").get()
    for act in (
        lambda: api.take_over(actor=centre.actor(who), alert=alert),
        lambda: api.leave(actor=centre.actor(who), alert=alert, words="x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert RegisterAlert.unscoped.get().state == "open" and not Address.unscoped.filter(person=dossier.lead_id).exists()


def test_a_protected_address_is_told_to_nobody_and_stays_protected(centre, dossier) -> None:
    worker = centre.actor("worker")
    contacts.set_address(actor=worker, person=dossier.lead, municipality="Mons", hidden=True, valid_from=dt.date(2020, 1, 1))
    read(happening())
    alert = selectors.alert_by(worker)
    assert selectors.compare(alert) == selectors.Compared("", "", hidden=True)
    told = [item.why for item in looks()] + [entry.text for entry in Entry.unscoped.filter(dossier=dossier)]
    assert "Basse" not in " ".join(told)
    api.take_over(actor=worker, alert=alert)
    assert Address.unscoped.filter(person=dossier.lead_id).at(ON).get().hidden is True
    chain = MutationLine.objects.filter(stream=f"dossier:{dossier.pk}")
    assert "Basse" not in json.dumps(list(MutationValue.objects.filter(line__in=chain).values_list("old", "new")), default=str)


def test_of_a_household_only_known_people_are_kept(centre, dossier) -> None:
    worker = centre.actor("worker")
    child = make_person("Nzeyimana", "Inès", "2015-06-01", national_number=niss("2015-06-01", 31))
    read(happening(kind="household", joined=[niss("2015-06-01", 31), niss("1990-01-01", 41)], left=[]))
    assert RegisterMutation.unscoped.get().value == {"joined": [child.pk], "left": [], "others": 1}
    assert "Inès Nzeyimana" in selectors.compare(selectors.alert_by(worker)).after


def test_the_folder_of_the_transfer_is_emptied(centre, dossier, settings, tmp_path) -> None:
    settings.PARVIS_INSTANCE = tmp_path
    folder = tmp_path / socialdata_jobs.FOLDER
    folder.mkdir()
    (folder / "rn.json").write_bytes(register_file([happening()], made_on=ON))
    (folder / "wrong.json").write_bytes(b"{}")
    from parvis.kernel.gestures import gesture_scope
    from parvis.kernel.subject import SubjectRef

    with gesture_scope():
        jobs.enqueue("socialdata.collect", SubjectRef("instance", 0))
    jobs.run_pending(kinds={"socialdata.collect", "socialdata.read"}, raise_errors=True)
    assert [path.name for path in folder.iterdir()] == ["wrong.refused"]
    assert MutationRun.unscoped.get().received_by_label == "system:socialdata.mutations" and len(looks()) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "RN-\ud83d"},  # half a character
        {"id": "RN-\x00"},
        {"national_number": "²" * 11},  # a digit to look at, not to reckon with
        {"value": {**HOME, "street": "Rue \udc00"}},
    ],
)
def test_signs_that_nothing_can_hold_stop_one_line_and_no_other(centre, dossier, broken) -> None:
    lines = json.loads(register_file([happening("RN-1"), happening("RN-2")], made_on=clock.today()))
    lines["mutations"][0] |= broken
    run = read(content=json.dumps(lines).encode())
    assert (run.state, run.counts) == ("read", {"wrong": 1, "alert": 1})
    assert RegisterMutation.unscoped.get().external_id == "RN-2"
