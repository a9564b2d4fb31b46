"""Every screen opens for whom it is meant, refuses the others, and works as plain forms."""

import io
import re
import zipfile
from datetime import date

import pytest
from django.urls import reverse

from parvis.decisions import api, selectors
from parvis.decisions.models import AgendaItem, Decision, LegalOpinion, Minutes, Notification, Proposal, ProposalVersion
from parvis.kernel import registries
from parvis.kernel.models import ReadLine
from parvis.kernel.subject import SubjectRef
from tests.decisions import factories as f


def body(response, status: int = 200) -> str:
    text = response.content.decode()
    assert response.status_code == status, text[:400]
    assert "‹undefined" not in text, re.findall(r"‹undefined[^›]*›", text)
    return text


def go(client, centre, who: str, url: str, data=None, status: int = 200) -> str:
    client.force_login(centre.account(who))
    return body(client.get(url) if data is None else client.post(url, data), status)


def form_of(proposal, **more):
    version = api.latest(proposal)
    data = {"base": version.no, "provisions": len(version.provisions), "b-facts": f.FACTS, "proposed_outcome": "granted", "ground": ""}
    for index, row in enumerate(version.provisions):
        account = row["payee"]["bank_account_id"]
        data |= {
            f"p{index}-key": row["key"],
            f"p{index}-kind": row["kind"],
            f"p{index}-from_on": row["from"],
            f"p{index}-to_on": row["to"] or "",
            f"p{index}-amount": row["amount"],
            f"p{index}-account": account or "other",
            f"p{index}-payee_name": row["payee"]["name"],
            f"p{index}-payee_iban": row["payee"]["iban"],
        }
        data |= {f"p{index}-d_{key}": value for key, value in row["details"].items()}
    return data | more


# Proposal -------------------------------------------------------------------------------------------------------------------
def test_the_task_leads_to_one_button_then_to_the_living_proposal(client, centre):
    line_id = f.make_line(centre)
    url = registries.screens.get("decisions.draft_proposal").url(SubjectRef("request_line", line_id))
    assert "Aya Benali" in go(client, centre, "worker", url)
    answer = client.post(url, {"idempotency_key": "k" * 32})
    proposal = Proposal.unscoped.get(line_id=line_id)
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("decisions:proposal", args=[proposal.uuid]))
    assert client.post(url, {"idempotency_key": "k" * 32}).headers["Location"] == answer.headers["Location"]
    assert client.get(url).headers["Location"] == answer.headers["Location"]
    assert Proposal.unscoped.count() == 1


def test_the_page_holds_letter_grants_checks_and_history(client, centre):
    proposal = f.make_proposal(centre)
    text = go(client, centre, "worker", reverse("decisions:proposal", args=[proposal.uuid]))
    for word in ("Aya Benali", "300,00", 'name="b-facts"', "p0-amount", "Rapport social", "data-autosave", "J-30"):
        assert word in text, word
    assert 'name="b-law_aid"' not in text and "loi du 8 juillet 1976" in text
    assert ReadLine.objects.filter(subject_type="proposal", subject_id=proposal.pk).count() == 1


def test_saving_is_a_plain_form_and_a_pause_writes_a_working_copy(client, centre):
    proposal = f.make_proposal(centre)
    url = reverse("decisions:proposal", args=[proposal.uuid])
    client.force_login(centre.account("worker"))
    answer = client.post(url, form_of(proposal, **{"b-facts": f.FACTS + " Suite.", "p0-amount": "310.00"}))
    assert answer.status_code == 303
    version = api.latest(proposal)
    assert (version.no, version.provisions[0]["amount"]) == (3, "310.00")
    answer = client.post(url, form_of(proposal, **{"b-facts": f.FACTS + " Fin."}), headers={"X-Autosave": "1"})
    assert (answer.status_code, answer.json()) == (200, {"saved": True, "no": 4, "shown": {"amount-g1": "310,00\u00a0€"}})
    assert api.latest(proposal).no == 3
    assert client.post(url, form_of(proposal, **{"b-facts": f.FACTS + " Fin."})).status_code == 303
    assert api.latest(proposal).no == 4


def test_a_wrong_field_is_said_beside_it_and_nothing_is_saved(client, centre):
    proposal = f.make_proposal(centre)
    url = reverse("decisions:proposal", args=[proposal.uuid])
    bad = {"p0-to_on": "2026-01-01", "p0-account": "other", "p0-payee_iban": "BE00 1111", "b-facts": "Ce que j’ai tapé."}
    text = go(client, centre, "worker", url, form_of(proposal, **bad), 422)
    assert "Ce que j’ai tapé." in text and "p0-payee_iban" in text
    assert ProposalVersion.unscoped.filter(proposal=proposal).count() == 2


def test_sending_says_what_is_missing_and_keeps_what_was_typed(client, centre):
    line_id = f.make_line(centre)
    proposal = api.draft_proposal(actor=centre.worker, line_id=line_id, provisions=[f.once(line_id)])
    url = reverse("decisions:proposal", args=[proposal.uuid])
    client.force_login(centre.account("worker"))
    answer = client.post(url, form_of(proposal, **{"b-facts": "", "then": "submit"}))
    text = body(answer, 422)
    assert "Motifs de fait" in text and '<a href="#b-facts">Écrivez' in text
    proposal.refresh_from_db()
    assert proposal.state == "draft"
    answer = client.post(url, form_of(proposal, then="submit"))
    assert answer.status_code == 303
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_two_writers_get_the_choice(client, centre):
    proposal = f.make_proposal(centre)
    data = form_of(proposal, **{"b-facts": f.FACTS + " Le mien."})
    version = api.latest(proposal)
    api.save_version(
        actor=centre.colleague, proposal=proposal, own={"facts": f.FACTS + " Le sien."}, provisions=version.provisions, base_no=version.no
    )
    text = go(client, centre, "worker", reverse("decisions:proposal", args=[proposal.uuid]), data, 409)
    assert "Sami Aerts" in text and "Le mien." in text and "Le sien." in text


def test_the_chief_corrects_validates_and_the_worker_sees_the_words(client, centre):
    proposal = f.submitted(centre)
    url = reverse("decisions:proposal", args=[proposal.uuid])
    client.force_login(centre.account("chief"))
    corrected = f.FACTS.replace("31 janvier", "30 janvier")
    assert client.post(url, form_of(proposal, **{"b-facts": corrected})).status_code == 303
    text = go(client, centre, "worker", url)
    assert "<del>31</del>" in text and "<ins>30</ins>" in text and "<textarea" not in text.split("h-hear")[0]
    client.force_login(centre.account("chief"))
    assert client.post(reverse("decisions:review", args=[proposal.uuid]), {"outcome": "returned", "reason": ""}).status_code == 422
    assert client.post(url, form_of(proposal, **{"b-facts": corrected, "then": "validate"})).status_code == 303
    proposal.refresh_from_db()
    assert proposal.state == "validated"


def test_returned_shows_why(client, centre):
    proposal = f.submitted(centre)
    client.force_login(centre.account("chief"))
    assert (
        client.post(reverse("decisions:review", args=[proposal.uuid]), {"outcome": "returned", "reason": "Préciser le loyer."}).status_code
        == 303
    )
    assert "Préciser le loyer." in go(client, centre, "worker", reverse("decisions:proposal", args=[proposal.uuid]))


def test_hearing_discussion_and_question_are_plain_forms(client, centre):
    proposal = f.make_proposal(centre)
    client.force_login(centre.account("worker"))
    assert (
        client.post(reverse("decisions:hearing", args=[proposal.uuid]), {"wish": "on", "heard_on": "2026-03-01", "note": ""}).status_code
        == 422
    )
    assert (
        client.post(
            reverse("decisions:hearing", args=[proposal.uuid]), {"wish": "on", "heard_on": "2026-03-01", "note": "Elle cherche."}
        ).status_code
        == 303
    )
    assert client.post(reverse("decisions:to_discuss", args=[proposal.uuid]), {"to_discuss": "1"}).status_code == 303
    assert client.post(reverse("decisions:ask_opinion", args=[proposal.uuid]), {"question": ""}).status_code == 422
    assert client.post(reverse("decisions:ask_opinion", args=[proposal.uuid]), {"question": "Prescrite ?"}).status_code == 303
    proposal.refresh_from_db()
    assert (proposal.heard_on, proposal.to_discuss, proposal.legal_requested) == (date(2026, 3, 1), True, True)


def test_the_lawyer_reads_flagged_cases_only_and_answers(client, centre):
    flagged, other = f.submitted(centre, names=("Aya", "Benali")), f.submitted(centre, names=("Noé", "Lemmens"))
    opinion = api.ask_opinion(actor=centre.chief, proposal=flagged, question="Prescrite ?")
    url = reverse("decisions:opinion", args=[opinion.uuid])
    text = go(client, centre, "lawyer", url)
    assert "Prescrite ?" in text and "Aya Benali" in text
    listed = go(client, centre, "lawyer", reverse("decisions:proposals"))
    assert "Aya Benali" in listed and "Lemmens" not in listed
    assert client.get(reverse("decisions:proposal", args=[other.uuid])).status_code == 404
    assert client.post(url, {"opinion": "reserved", "text": ""}).status_code == 422
    assert client.post(url, {"opinion": "reserved", "text": "Vérifier la date."}).status_code == 303
    assert LegalOpinion.unscoped.get().opinion == "reserved"
    assert "Vérifier la date." in go(client, centre, "worker", reverse("decisions:proposal", args=[flagged.uuid]))


@pytest.mark.parametrize("who", ["clerk", "payer", "anciaux", "administrator"])
def test_proposals_are_not_for_them(client, centre, who):
    proposal = f.submitted(centre)
    client.force_login(centre.account(who))
    for url in (
        reverse("decisions:proposals"),
        reverse("decisions:proposal", args=[proposal.uuid]),
        reverse("decisions:versions", args=[proposal.uuid]),
        reverse("decisions:start", args=[proposal.line_id]),
    ):
        assert client.get(url).status_code == 404, url


def test_another_unit_sees_nothing(client, centre):
    from tests.identity.factories import a_unit, an_account

    stranger = an_account("social_worker", "chief", unit=a_unit("AUTRE"))
    proposal = f.submitted(centre)
    client.force_login(stranger)
    assert client.get(reverse("decisions:proposal", args=[proposal.uuid])).status_code == 404
    assert client.post(reverse("decisions:review", args=[proposal.uuid]), {"outcome": "returned", "reason": "x"}).status_code == 404
    assert "Benali" not in body(client.get(reverse("decisions:proposals")))
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_versions_show_words(client, centre):
    proposal = f.make_proposal(centre)
    version = api.latest(proposal)
    api.save_version(
        actor=centre.worker,
        proposal=proposal,
        own={"facts": f.FACTS.replace("seule", "isolée")},
        provisions=version.provisions,
        base_no=version.no,
    )
    text = go(client, centre, "worker", reverse("decisions:versions", args=[proposal.uuid]))
    assert "<del>seule</del>" in text and "<ins>isolée</ins>" in text


# Sessions -------------------------------------------------------------------------------------------------------------------
def test_the_secretary_plans_fills_sends_opens_and_closes(client, centre):
    proposal = f.validated(centre)
    client.force_login(centre.account("secretary"))
    assert client.post(reverse("decisions:new_session"), {"on": "2026-03-11", "at": "14:00", "place": ""}).status_code == 422
    answer = client.post(
        reverse("decisions:new_session"), {"on": "2026-03-11", "at": "14:00", "place": "Salle du conseil", "idempotency_key": "s" * 32}
    )
    session = api.Session.unscoped.get()
    agenda = reverse("decisions:agenda", args=[session.uuid])
    assert answer.headers["Location"] == agenda
    text = body(client.get(reverse("decisions:new_session")))
    assert 'value="Salle du conseil"' in text and 'value="14:00"' in text  # where and when they always meet
    assert client.get(reverse("decisions:session", args=[session.uuid])).status_code == 302
    text = body(client.get(agenda))
    assert "1 proposition validée" in text
    for step in ("fill", "freeze", "open"):
        assert client.post(reverse(f"decisions:{step}", args=[session.uuid])).status_code == 303, step
        body(client.get(agenda))
    ids = [centre.account(name).pk for name in f.VOTERS]
    text = body(client.get(agenda))
    assert text.index('id="h-close"') > text.index("<tbody>")  # a case is left: the list comes first
    assert client.post(reverse("decisions:presence", args=[session.uuid]), {"present": ids}).status_code == 303
    assert "pas décidé" in body(client.post(reverse("decisions:close", args=[session.uuid]), {"to": ""}), 422)
    session.refresh_from_db()
    assert session.state == "open"
    item = AgendaItem.unscoped.get(proposal=proposal)
    url = reverse("decisions:item", args=[session.uuid, item.uuid])
    text = body(client.get(url))
    for key in ("a", "m", "r", "p", "x"):
        assert f'data-key="{key}"' in text
    assert client.post(reverse("decisions:decide", args=[item.uuid]), {"outcome": "granted", "lock": item.lock}).status_code == 303
    text = body(client.get(url))
    assert "Tous les cas sont décidés" in text and f'href="{agenda}#close"' in text
    text = body(client.get(agenda))
    assert text.index('id="h-pres"') < text.index('id="h-close"') < text.index("<tbody>")  # nothing is left but to close
    assert client.post(reverse("decisions:close", args=[session.uuid])).status_code == 303
    minutes = Minutes.unscoped.get()
    body(client.get(reverse("decisions:minutes", args=[minutes.uuid])))
    assert client.post(reverse("decisions:sign_minutes", args=[minutes.uuid]), {"role": "secretary"}).status_code == 303
    body(client.get(agenda))
    body(client.get(reverse("decisions:sessions")))


def test_a_session_does_not_offer_itself_the_case_that_it_postponed(client, centre):
    first, second = f.validated(centre, names=("Aya", "Benali")), f.validated(centre, names=("Noé", "Lemmens"))
    session = f.opened(centre, [first])
    api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="postponed", reason="La personne sera entendue.")
    client.force_login(centre.account("secretary"))
    assert "1 proposition validée" in body(client.get(reverse("decisions:agenda", args=[session.uuid])))
    assert client.post(reverse("decisions:fill", args=[session.uuid])).status_code == 303
    assert list(AgendaItem.unscoped.filter(session=session).values_list("proposal", flat=True).order_by("pk")) == [first.pk, second.pk]
    assert api.Proposal.unscoped.get(pk=first.pk).state == "validated"


@pytest.mark.parametrize(("do", "outcome"), [("postpone", "postponed"), ("more", "more_info"), ("refuse", "refused")])
def test_each_key_asks_for_its_words_then_decides_and_goes_on(client, centre, do, outcome):
    first, second = f.validated(centre, names=("Aya", "Benali")), f.validated(centre, names=("Noé", "Lemmens"))
    session = f.opened(centre, [first, second])
    item = f.item_of(session, first)
    url = reverse("decisions:item", args=[session.uuid, item.uuid])
    client.force_login(centre.account("secretary"))
    text = body(client.get(url + f"?do={do}"))
    assert 'name="reason"' in text and f'value="{outcome}"' in text
    data = {"outcome": outcome, "lock": item.lock, "reason": ""}
    text = body(client.post(reverse("decisions:decide", args=[item.uuid]), data), 422)
    assert not Decision.unscoped.exists()
    data |= {"reason": "Le 12 février 2026, Ethias vous a versé 4 300,00 € pour la même garantie.", "ground": "resources"}
    answer = client.post(reverse("decisions:decide", args=[item.uuid]), data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == reverse("decisions:item", args=[session.uuid, f.item_of(session, second).uuid])
    assert Decision.unscoped.get().outcome == outcome


def test_adjusting_on_the_page(client, centre):
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    client.force_login(centre.account("president"))
    text = body(client.get(reverse("decisions:item", args=[session.uuid, item.uuid]) + "?do=adjust"))
    assert text.count('name="reason"') == 1 and text.index('name="reason"') < text.index('name="p0-amount"')
    data = form_of(proposal, outcome="adjusted", lock=item.lock, reason="Le bailleur a réduit la garantie.", **{"p0-amount": "250.00"})
    data.pop("b-facts")
    assert client.post(reverse("decisions:decide", args=[item.uuid]), data).status_code == 303
    decision = Decision.unscoped.get()
    text = body(client.get(reverse("decisions:decision", args=[decision.uuid])))
    assert "300,00" in text and "250,00" in text and "Le bailleur a réduit la garantie." in text


def test_the_second_to_decide_sees_who_when_what(client, centre):
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    api.decide(actor=centre.secretary, item=item, outcome="granted", expected_lock=item.lock)
    text = go(
        client,
        centre,
        "president",
        reverse("decisions:decide", args=[item.uuid]),
        {"outcome": "refused", "lock": item.lock, "reason": "x"},
        409,
    )
    assert "Nathalie Cuvelier" in text and "CSSS 2026/0001" in text
    assert Decision.unscoped.count() == 1


def test_members_read_and_do_not_record(client, centre):
    proposal = f.validated(centre)
    session = f.opened(centre, [proposal])
    item = f.item_of(session, proposal)
    text = go(client, centre, "anciaux", reverse("decisions:item", args=[session.uuid, item.uuid]))
    assert "Aya Benali" in text and 'data-key="a"' not in text
    assert client.post(reverse("decisions:decide", args=[item.uuid]), {"outcome": "granted", "lock": item.lock}).status_code == 404
    assert not Decision.unscoped.exists()
    from parvis.dossiers.models import Dossier

    assert not Dossier.objects.visible_to(centre.anciaux).exists()


def test_a_planned_session_is_not_yet_for_members(client, centre):
    session = f.make_session(centre)
    client.force_login(centre.account("anciaux"))
    assert client.get(reverse("decisions:agenda", args=[session.uuid])).status_code == 404


def test_the_batch_is_previewed_then_decided(client, centre):
    proposals = [f.validated(centre, names=names) for names in (("Aya", "Benali"), ("Noé", "Lemmens"))]
    session = f.opened(centre, proposals)
    url = reverse("decisions:batch", args=[session.uuid])
    text = go(client, centre, "secretary", url)
    values = re.findall(r'name="item" value="(\d+:\d+)"', text)
    assert len(values) == 2 and not Decision.unscoped.exists()
    body(client.post(url, {"item": [values[0], "999:0"]}), 409)
    assert not Decision.unscoped.exists()
    assert client.post(url, {"item": values}).status_code == 303
    assert Decision.unscoped.count() == 2


def test_carrying_over_and_recusing_are_plain_forms(client, centre):
    first, second = f.validated(centre, names=("Aya", "Benali")), f.validated(centre, names=("Noé", "Lemmens"))
    session = f.opened(centre, [first, second])
    other = f.make_session(centre, days=21)
    client.force_login(centre.account("secretary"))
    url = reverse("decisions:carry", args=[f.item_of(session, first).uuid])
    body(client.get(url))
    assert client.post(url, {"to": str(other.uuid), "reason": ""}).status_code == 422
    assert client.post(url, {"to": str(other.uuid), "reason": "Pas de quorum."}).status_code == 303
    url = reverse("decisions:recuse", args=[f.item_of(session, second).uuid])
    assert "Lemmens" in go(client, centre, "anciaux", url)
    assert client.post(url, {"reason": "Cousin"}).status_code == 303
    assert client.get(url).status_code == 404


# Decisions ------------------------------------------------------------------------------------------------------------------
def test_notifying_on_the_page(client, centre):
    decision = f.decided(centre)
    url = reverse("decisions:notify", args=[decision.uuid])
    client.force_login(centre.account("secretary"))
    body(client.post(url, {"channel": "registered", "reference": "RR 1"}), 422)
    f.run_jobs()
    text = body(client.get(url))
    assert "Aya Benali" in text and "Tribunal du travail de Liège" in text
    pdf = client.get(reverse("decisions:letter_pdf", args=[decision.uuid]))
    assert (pdf.status_code, pdf.headers["Content-Type"]) == (200, "application/pdf")
    for ending, part in (("docx", "word/document.xml"), ("odt", "content.xml")):
        copy = client.get(reverse("decisions:letter_pdf", args=[decision.uuid]), {"as": ending})
        assert copy.headers["Content-Disposition"].startswith("attachment") and copy.headers["Content-Disposition"].endswith(f'.{ending}"')
        assert "Aya Benali" in zipfile.ZipFile(io.BytesIO(copy.content)).read(part).decode()
    assert client.post(url, {"channel": "registered", "reference": ""}).status_code == 422
    assert client.post(url, {"channel": "registered", "reference": "RR 1"}).status_code == 303
    assert "02/06/2026" in body(client.get(reverse("decisions:decision", args=[decision.uuid])))
    assert client.post(reverse("decisions:returned", args=[decision.uuid]), {"reason": "Inconnu"}).status_code == 303
    assert Notification.unscoped.count() == 2


def test_the_pack_is_downloaded_as_a_file_that_verifies(client, centre, tmp_path):
    decision = f.decided(centre)
    client.force_login(centre.account("worker"))
    answer = client.get(reverse("decisions:pack", args=[decision.uuid]))
    (tmp_path / "pack.json").write_bytes(answer.content)
    assert api.verify_pack(tmp_path / "pack.json", expected=decision.pack_sha256) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("worker", 200), ("chief", 200), ("payer", 404), ("anciaux", 200), ("auditor", 200), ("lawyer", 404), ("administrator", 404)],
)
def test_who_reads_a_decision(client, centre, who, status):
    decision = f.decided(centre)
    client.force_login(centre.account(who))
    assert client.get(reverse("decisions:decision", args=[decision.uuid])).status_code == status


def test_the_president_grants_in_one_screen(client, centre):
    from decimal import Decimal

    api.set_limit(
        actor=f.ROOT,
        committee=centre.committee,
        decider="president",
        provision_kind="test.once",
        max_amount=Decimal("200"),
        valid_from=f.SINCE,
        source="Conseil",
    )
    line_id = f.make_line(centre, kind="urgent_aid", urgent=True)
    url = registries.screens.get("decisions.urgent").url(SubjectRef("request_line", line_id))
    text = go(client, centre, "president", url)
    assert "Plus rien à manger" in text and "Aya Benali" in text
    account = re.search(r'<option value="(\d+)"[^>]*>[^<]*BE68', text)[1]
    data = {"kind": "test.once", "amount": "500", "account": account, "reason": "Plus rien à manger depuis hier."}
    data |= dict.fromkeys(re.findall(r'name="(d_\w+)"', text), "des vivres")
    assert "200,00" in body(client.post(url, data), 422)
    assert client.post(url, data | {"amount": "150"}).status_code == 303
    assert Decision.unscoped.get().decider == "president"
    client.force_login(centre.account("secretary"))
    assert client.get(url).status_code == 404


def test_the_list_of_decisions_and_the_dossiers_panel(client, centre, rf):
    decision = f.decided(centre)
    assert decision.number in go(client, centre, "worker", reverse("decisions:decisions") + "?q=0001&outcome=granted")
    assert "à envoyer" in go(client, centre, "worker", reverse("decisions:decisions"))
    assert decision.number in go(client, centre, "secretary", reverse("decisions:decisions") + "?show=to-notify")
    request = rf.get("/")
    request.actor = centre.worker
    panel = registries.panels.get("decisions")
    html = panel.render(request, decision.dossier, None)
    assert decision.number in html and "‹undefined" not in html
    assert panel.count(centre.worker, decision.dossier) == 1
    assert decision.number not in (panel.render(request, decision.dossier, date(2026, 3, 1)) or "")


def test_the_screens_of_the_steps_lead_to_the_case(client, centre):
    proposal = f.submitted(centre)
    subject = SubjectRef("request_line", proposal.line_id)
    screens = registries.screens
    assert screens.get("decisions.review").url(subject) == reverse("decisions:proposal", args=[proposal.uuid])
    assert screens.get("decisions.committee").url(subject) == reverse("decisions:sessions")
    api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = f.opened(centre, [Proposal.unscoped.get(pk=proposal.pk)])
    item = f.item_of(session, proposal)
    assert screens.get("decisions.committee").url(subject) == reverse("decisions:item", args=[session.uuid, item.uuid])
    decision = api.decide(actor=centre.secretary, item=item, outcome="granted")
    assert screens.get("decisions.notify").url(subject) == reverse("decisions:notify", args=[decision.uuid])


# Facts ----------------------------------------------------------------------------------------------------------------------
def test_facts_are_read_fresh(centre):
    proposal = f.submitted(centre)
    subject = SubjectRef("request_line", proposal.line_id)

    def fact(name):
        return registries.facts.get(f"decisions.{name}")(subject)

    assert (fact("chief_level"), fact("legal_requested"), fact("outcome"), fact("has_payment"), fact("has_recovery")) == (
        True,
        False,
        "",
        False,
        False,
    )
    opinion = api.ask_opinion(actor=centre.chief, proposal=proposal, question="?")
    assert fact("legal_requested") is True
    api.give_opinion(actor=centre.lawyer, opinion=opinion, value="favourable", text="Oui.")
    assert fact("legal_requested") is False
    api.review_proposal(actor=centre.chief, proposal=proposal, outcome="validated")
    session = f.opened(centre, [Proposal.unscoped.get(pk=proposal.pk)])
    api.decide(actor=centre.secretary, item=f.item_of(session, proposal), outcome="granted")
    assert (fact("outcome"), fact("has_payment"), fact("has_recovery")) == ("granted", True, False)


def test_recovery_is_a_fact_when_it_was_ticked(centre):
    from decimal import Decimal

    line_id = f.make_line(centre)
    recover = api.Recover(
        debtor="Office des pensions", ground="article 99, § 2", from_on=date(2026, 3, 1), to_on=None, amount=Decimal("300.00")
    )
    decision = f.decided(centre, line_id=line_id, provision=f.once(line_id, recover=recover))
    assert registries.facts.get("decisions.has_recovery")(SubjectRef("request_line", line_id)) is True
    assert decision.decided_version.provisions[0]["recover"]["debtor"] == "Office des pensions"


def test_states_for_cards_and_tracker(centre):
    decision = f.decided(centre)
    assert selectors.decision_states([decision.line_id]) == {
        decision.line_id: {
            "number": "CSSS 2026/0001",
            "outcome": "granted",
            "decided_on": date(2026, 3, 2),
            "notified_on": None,
            "appeal_until": None,
        }
    }
