"""A request, a proposal, a decision, a right or a document of somebody close or well known asks why, like the file itself, and each path
shows nothing before (E12); the list of well-known names is kept, dated and journaled."""

from __future__ import annotations

import datetime as dt
import html
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from parvis.aid.models import Entitlement
from parvis.contacts.api import add_point, hide_address, name_person, relate, set_address
from parvis.decisions.api import draft_proposal
from parvis.decisions.models import Decision, Proposal
from parvis.demo import stage
from parvis.documents.api import attach, store_bytes
from parvis.documents.models import Document
from parvis.dossiers import services
from parvis.dossiers.api import InvalidDossier, persons_list
from parvis.dossiers.models import Dossier, WellKnownName, WellKnownPerson
from parvis.dossiers.services.grants import set_sectors
from parvis.identity.api import LookUp, add_agent_to_sector, create_sector, link_own_person, update_sector
from parvis.identity.models import Account
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import Request
from parvis.workflows.models import WorkItem
from tests.aid.factories import granted, the_centre
from tests.api.factories import a_program
from tests.contacts.factories import make_person
from tests.decisions.factories import ROOT, Centre, at, make_line
from tests.documents.factories import picture
from tests.identity.factories import SYSTEM, a_unit, as_actor

pytestmark = pytest.mark.django_db
REASON = "Je remplace ma collègue, à la demande du chef"


@pytest.fixture
def case(settings, tmp_path):
    """(centre, dossier, addresses by what they show): a household whose aid is decided and pays."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with at(2):
        centre, team = the_centre()
    decision = granted(centre)
    dossier = Dossier.unscoped.select_related("lead").get(pk=decision.dossier_id)
    return centre, team, dossier, parts(decision, dossier)


def parts(decision, dossier: Dossier) -> dict[str, str]:
    paper = Document.unscoped.filter(dossier_id=dossier.pk).order_by("pk").first()
    return {
        "request": reverse("requests:detail", args=[Request.unscoped.get(dossier=dossier).uuid]),
        "proposal": reverse("decisions:proposal", args=[decision.proposal.uuid]),
        "versions of the letter": reverse("decisions:versions", args=[decision.proposal.uuid]),
        "decision": reverse("decisions:decision", args=[decision.uuid]),
        "pack": reverse("decisions:pack", args=[decision.uuid]),
        "right": reverse("aid:entitlement", args=[Entitlement.unscoped.get(dossier=dossier).uuid]),
        "document": reverse("documents:download", args=[paper.uuid]),
    }


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def asking(client: Client, addresses: dict[str, str], dossier: Dossier) -> set[str]:
    """Those that ask for the reason first; whatever asks shows nothing, also as a part."""
    found = set()
    for name, url in addresses.items():
        answer = client.get(url)
        if answer.status_code == 303:
            assert answer["Location"].split("?")[0] == reverse("dossiers:why", args=["dossier", dossier.uuid]), name
            part = client.get(url, headers={"HX-Request": "true", "HX-Target": "proposal-side"})
            assert (part.status_code, part.content) == (204, b""), name
            found.add(name)
        else:
            assert answer.status_code == 200, (name, answer.status_code)
    return found


def related(centre: Centre, name: str, dossier: Dossier) -> None:
    me = make_person("Aerts", "Sami", "1985-03-02")
    link_own_person(actor=ROOT, account=centre.account(name), person_id=me.pk)
    relate(actor=centre.worker, person=me, other=dossier.lead, kind="sibling")


def test_each_part_of_a_relative_s_file_asks_and_a_reason_opens_them_all(case):
    centre, _team, dossier, addresses = case
    assert asking(browser(centre.account("chief")), addresses, dossier) == set()
    related(centre, "colleague", dossier)
    client = browser(centre.account("colleague"))
    before = ReadLine.objects.count()
    assert asking(client, addresses, dossier) == set(addresses)
    assert ReadLine.objects.count() == before
    why = client.get(addresses["proposal"])["Location"]
    assert client.post(why, {"reason": REASON, "next": addresses["proposal"]})["Location"] == addresses["proposal"]
    assert asking(client, addresses, dossier) == set()
    read = ReadLine.objects.filter(actor_id=centre.account("colleague").pk, subject_type="proposal").order_by("-pk").first()
    assert read.purpose == f"reason: {REASON}"
    assert LookUp.objects.get().kinds == "relative"
    assert WorkItem.unscoped.filter(queue="auditor", subject_type="look_ups").count() == 1


def test_who_reads_the_decision_without_the_file_is_asked_too_and_can_answer(case):
    """The president opens no dossier: the question is the file's all the same."""
    centre, _team, dossier, addresses = case
    related(centre, "president", dossier)
    client = browser(centre.account("president"))
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 404
    own = {"decision": addresses["decision"], "pack": addresses["pack"]}
    assert asking(client, own, dossier) == {"decision", "pack"}
    why = reverse("dossiers:why", args=["dossier", dossier.uuid])
    page = client.get(why)
    assert page.status_code == 200
    assert "Benali" not in page.content.decode()
    assert client.post(why, {"reason": REASON, "next": own["decision"]}).status_code == 303
    assert asking(client, own, dossier) == set()
    outsider = browser(centre.account("administrator"))
    assert outsider.get(why).status_code == 404


def test_the_letter_to_send_asks_too(case):
    centre, _team, dossier, _addresses = case
    url = reverse("decisions:notify", args=[Decision.unscoped.get(dossier=dossier).uuid])
    related(centre, "chief", dossier)
    client = browser(centre.account("chief"))
    before = ReadLine.objects.count()
    assert asking(client, {"notify": url}, dossier) == {"notify"}
    wrong = client.post(url, {"channel": "nothing of the kind"})
    assert (wrong.status_code, ReadLine.objects.count()) == (303, before)
    assert client.post(client.get(url)["Location"], {"reason": REASON, "next": url}).status_code == 303
    assert "Benali" in client.get(url).content.decode()
    assert ReadLine.objects.filter(subject_type="decision", screen="decisions.notify", purpose=f"reason: {REASON}").exists()


def test_a_gesture_that_is_refused_shows_nothing_of_a_relative_s_proposal(case):
    """What answers a form that is not complete is the proposal's page: it is a reading as well."""
    centre, _team, dossier, addresses = case
    related(centre, "colleague", dossier)
    client = browser(centre.account("colleague"))
    before = ReadLine.objects.count()
    for name, data in (("opinion", {"question": ""}), ("hearing", {"wish": "nothing of the kind"})):
        url = f"{addresses['proposal']}{name}/"
        answer = client.post(url, data)
        assert (answer.status_code, answer.content) == (303, b""), name
        back = addresses["proposal"] if name == "opinion" else "/typed/"  # where nothing was typed, to the page; else to what was typed
        assert answer["Location"].endswith(f"?next={quote(back, safe='')}"), name
    assert ReadLine.objects.count() == before
    why = client.get(addresses["proposal"])["Location"]
    assert client.post(why, {"reason": REASON, "next": addresses["proposal"]}).status_code == 303
    assert client.post(f"{addresses['proposal']}opinion/", {"question": ""}).status_code == 422
    assert ReadLine.objects.filter(subject_type="proposal", screen="decisions.ask_opinion", purpose=f"reason: {REASON}").exists()


def test_a_proposal_is_started_by_who_may_read_the_file(case):
    """The number of a request line can be guessed: what is outside a sector, or asks for a reason, says nothing there."""
    centre, _team, _dossier, _addresses = case
    line = make_line(centre, names=("Nora", "Dewit"))
    file = Request.unscoped.get(lines=line).dossier
    url = reverse("decisions:start", args=[line])
    reader = browser(centre.account("colleague"))
    assert "Dewit" in reader.get(url).content.decode()
    read = ReadLine.objects.get(subject_type="request", screen="decisions.start_proposal")
    assert (read.actor_id, read.purpose) == (centre.account("colleague").pk, "service")
    related(centre, "colleague", file)
    assert asking(reader, {"start": url}, file) == {"start"}
    sector = create_sector(actor=SYSTEM, code="JEUN", name="Jeunesse")
    set_sectors(actor=as_actor(centre.account("chief")), dossier=file, sectors=[sector])
    update_sector(actor=SYSTEM, sector=sector, name={"fr": "Jeunesse"}, reserved=True)
    assert reader.get(url).status_code == 404
    with pytest.raises(NotAllowed):
        draft_proposal(actor=as_actor(centre.account("colleague")), line_id=line)
    assert reader.post(url).status_code == 404
    assert not Proposal.unscoped.filter(line=line).exists()


def whole(answer) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_a_sector_holds_for_the_requests_of_its_files(case):
    """The service alone opens a request; what its file belongs to narrows that, as for the file (B26)."""
    centre, _team, dossier, addresses = case
    paper = Document.unscoped.filter(subject_type="request", dossier_id=dossier.pk).first()
    ways = [addresses["request"], reverse("requests:index"), "/search/?q=Benali"]
    ways += [reverse("documents:download", args=[paper.uuid])] if paper else []
    asked = Request.unscoped.get(dossier=dossier)
    told = f"/requests/{asked.uuid}/"
    add_point(
        actor=SYSTEM, person=dossier.lead, kind="email", value="leila@exemple.be", source="submission", source_ref=f"request:{asked.pk}"
    )

    def source_told(name: str) -> bool:
        """The card of the person, whom every service reads, says where an address comes from."""
        body = browser(centre.account(name)).get(reverse("contacts:person", args=[dossier.lead.uuid])).content.decode()
        assert "leila@exemple.be" in body
        return asked.number in body

    def shown(name: str) -> list[bool]:
        client = browser(centre.account(name))
        answers = [client.get(url) for url in ways]
        return [
            one.status_code == 200 and (url not in ways[1:3] or told in one.content.decode())
            for url, one in zip(ways, answers, strict=True)
        ]

    assert shown("colleague") == [True] * len(ways)
    assert source_told("colleague")
    sector = create_sector(actor=SYSTEM, code="JEUN", name="Jeunesse")
    set_sectors(actor=as_actor(centre.account("chief")), dossier=dossier, sectors=[sector])
    assert shown("colleague") == [True] * len(ways)
    update_sector(actor=SYSTEM, sector=sector, name={"fr": "Jeunesse"}, reserved=True)
    assert shown("colleague") == [False] * len(ways)
    chief = browser(centre.account("chief"))
    lists = ["/tasks/?list=team&state=all", "/tasks/calendar/?team=1", "/tasks/?list=team&export=csv", "/desk/"]
    assert [url for url in lists if asked.number in whole(chief.get(url)) or dossier.number in whole(chief.get(url))] == []
    others = WorkItem.unscoped.filter(dossier_key=dossier.pk).exclude(queue="chief")
    seen = WorkItem.objects.visible_to(as_actor(centre.account("chief"))).exclude(queue="chief")
    assert (others.exists(), seen.exists()) == (True, False), "no list counts them either; what waits for the chief stays"
    assert (source_told("colleague"), source_told("worker")) == (False, True)
    assert shown("worker") == [True] * len(ways)  # its referent
    add_agent_to_sector(actor=SYSTEM, account=centre.account("colleague"), sector=sector)
    assert shown("colleague") == [True] * len(ways)


def test_a_program_of_who_reads_the_request_without_the_file_is_asked_too(case):
    """The file went to another service; the decided request stays in the register of the old one, with its papers: a program finds the same
    question as the page."""
    centre, _team, dossier, _addresses = case
    about = SubjectRef("request", Request.unscoped.get(dossier=dossier).pk)
    paper = attach(
        actor=ROOT,
        subject=about,
        file=store_bytes(picture(), kind="png"),
        title="Bail",
        kind="other",
        file_name="a.png",
        dossier_id=dossier.pk,
    )
    Dossier.unscoped.filter(pk=dossier.pk).update(unit=a_unit("LOIN"))
    program = a_program(centre.account("colleague"))
    url = f"documents/{paper.uuid}/file"
    assert program.get(url).status_code == 200
    related(centre, "colleague", dossier)
    before = ReadLine.objects.filter(subject_type="document").count()
    answer = program.get(url)
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/#reason-needed")
    assert ReadLine.objects.filter(subject_type="document").count() == before


def test_many_files_and_old_ones_ask_for_the_file_not_for_its_parts(case, settings):
    centre, _team, dossier, addresses = case
    settings.PARVIS = {**settings.PARVIS, "lookups_a_day": 0}
    client = browser(centre.account("colleague"))
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 303
    assert asking(client, {name: addresses[name] for name in ("request", "proposal", "right")}, dossier) == set()


# Well-known names -------------------------------------------------------------------------------------------------------
def known(centre: Centre, **changes):
    given = {"family_name": "BENALI", "given_names": "Aya", "reason": "Chanteuse connue dans la commune", **changes}
    return services.add_known(actor=centre.auditor, **given)


def test_a_well_known_name_asks_whoever_does_not_follow_the_file(case):
    centre, _team, dossier, addresses = case
    row = known(centre)
    assert [one.person_id for one in WellKnownPerson.objects.all()] == [dossier.lead_id]
    client = browser(centre.account("colleague"))
    assert asking(client, addresses, dossier) == set(addresses)
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 303
    assert client.get(reverse("contacts:person", args=[dossier.lead.uuid])).status_code == 303
    assert asking(browser(centre.account("worker")), addresses, dossier) == set()  # its referent
    why = client.get(addresses["request"])["Location"]
    assert client.post(why, {"reason": REASON, "next": addresses["request"]}).status_code == 303
    assert (LookUp.objects.get().kinds, WorkItem.unscoped.filter(queue="auditor").count()) == ("known", 1)
    services.end_known(actor=centre.auditor, row=row, reason="N’habite plus ici")
    LookUp.objects.update(until=clock.now())
    assert asking(client, addresses, dossier) == set()


def test_the_list_follows_names_and_days(case):
    centre, _team, dossier, addresses = case
    tomorrow = clock.today() + dt.timedelta(days=1)
    known(centre, family_name="Zorn", valid_from=tomorrow)
    assert not WellKnownPerson.objects.exists()
    name_person(actor=centre.worker, person=dossier.lead, family_name="Zorn", given_names="Aya Louise", valid_from=clock.today())
    assert WellKnownPerson.objects.count() == 1
    client = browser(centre.account("colleague"))
    assert asking(client, {"request": addresses["request"]}, dossier) == set()
    with clock.travel(clock.now() + dt.timedelta(days=1)):
        later = browser(centre.account("colleague"))
        assert asking(later, {"request": addresses["request"]}, dossier) == {"request"}


def test_auditor_and_administrator_keep_it_with_reasons_and_the_journal_has_it(case):
    centre, _team, _dossier, _addresses = case
    for wrong in ({"given_names": " "}, {"reason": ""}, {"last_day": dt.date(2020, 1, 1)}):
        with pytest.raises(InvalidDossier):
            known(centre, **wrong)
    for name in ("worker", "chief", "payer", "secretary"):
        with pytest.raises(NotAllowed):
            services.add_known(actor=as_actor(centre.account(name)), family_name="A", given_names="B", reason="c")
        assert browser(centre.account(name)).get(reverse("dossiers:known_names")).status_code == 404
    assert not WellKnownName.objects.exists()
    client = browser(centre.account("administrator"))
    data = {"family_name": "Benali", "given_names": "Aya", "reason": "Presse locale", "valid_from": clock.today().isoformat()}
    assert client.post(reverse("dossiers:known_names"), data).status_code == 303
    assert client.post(reverse("dossiers:known_names"), data).status_code == 422
    row = WellKnownName.objects.get()
    page = client.get(reverse("dossiers:known_names")).content.decode()
    assert "Presse locale" in page
    assert "/persons/" not in page and "/dossiers/2" not in page
    assert client.post(reverse("dossiers:known_end", args=[row.uuid]), {"reason": "Erreur"}).status_code == 303
    with pytest.raises(InvalidDossier):
        services.end_known(actor=centre.auditor, row=row, reason="encore")
    assert list(MutationLine.objects.filter(subject_type="known_name").order_by("pk").values_list("verb", flat=True)) == [
        "known_name.add",
        "known_name.end",
    ]


# What the person sees (E11) -----------------------------------------------------------------------------------------------
def test_readings_of_proposal_decision_and_payments_are_on_the_person_s_list(case):
    centre, _team, dossier, addresses = case
    other = granted(centre, line_id=make_line(centre, names=("Nora", "Dewit")))
    ReadLine.objects.all().delete()
    assert persons_list(dossier.pk).lines == []
    reader = browser(centre.account("colleague"))
    for name in ("proposal", "decision"):
        assert reader.get(addresses[name]).status_code == 200
    head = browser(centre.account("chief"))
    for url in (addresses["right"], reverse("decisions:decision", args=[other.uuid])):
        assert head.get(url).status_code == 200
    with translation.override("en"):
        told = {one.what for one in persons_list(dossier.pk).lines}
    assert told == {"the proposal about your request", "the decision about your request", "your aid and its payments"}
    assert sorted(one.times for one in persons_list(dossier.pk).lines) == [1, 1, 1]


# An address that was protected afterwards ------------------------------------------------------------------------------------
def test_an_address_protected_since_is_read_in_no_decision_and_no_answer(case):
    """What was frozen before stays as it was; no page shows it, and the pack and letter are opened by who reads the file only (B26)."""
    centre = case[0]
    line = make_line(centre, names=("Nora", "Quintin"))
    asked = Request.unscoped.get(lines__pk=line)
    set_address(actor=SYSTEM, person=asked.applicant, street="Rue du Quetzal", number="4", postal_code="4999", municipality="Valmont")
    decision = granted(centre, line_id=line)
    stage.run_jobs()
    pages = [
        reverse("decisions:decision", args=[decision.uuid]),
        reverse("decisions:item", args=[decision.item.session.uuid, decision.item.uuid]),
    ]
    files = [reverse("decisions:pack", args=[decision.uuid]), reverse("decisions:letter_pdf", args=[decision.uuid])]
    answers = [reverse("requests:detail", args=[asked.uuid]), reverse("requests:take_over", args=[asked.uuid])]
    member, worker, secretary = (browser(centre.account(name)) for name in ("anciaux", "worker", "secretary"))
    for url in pages:
        assert "Rue du Quetzal" in whole(member.get(url)), url
    assert ["Rue des Tanneurs" in whole(worker.get(url)) for url in answers] == [True, True]
    assert [member.get(url).status_code for url in files] == [200, 200]
    hide_address(actor=SYSTEM, person=asked.applicant)
    sending = whole(secretary.get(reverse("decisions:notify", args=[decision.uuid])))
    with translation.override("fr"):
        assert html.escape(translation.gettext("Hidden address")) in sending and "Quetzal" not in sending
    for client in (member, worker, secretary):
        assert [url for url in pages if "Quetzal" in whole(client.get(url))] == []
    assert [url for url in answers if "Tanneurs" in whole(worker.get(url)) or "0470" in whole(worker.get(url))] == []
    assert [member.get(url).status_code for url in files] == [403, 403]
    assert [worker.get(url).status_code for url in files] == [200, 200], "who follows the file has it as it was"


def test_numbers_in_the_answers_are_masked_as_on_the_card(case):
    """A lawyer recognises a person by the number and does not look one up elsewhere; a social worker reads it."""
    centre, _team, dossier, addresses = case
    asked = Request.unscoped.get(dossier=dossier)
    Request.unscoped.filter(pk=asked.pk).update(answers={**asked.answers, "niss": "87032712364"})
    told = {name: whole(browser(centre.account(name)).get(addresses["request"])) for name in ("worker", "lawyer")}
    assert "87.03.27-123.64" in told["worker"]
    assert "87.03.27-•••.••" in told["lawyer"] and "123.64" not in told["lawyer"]
