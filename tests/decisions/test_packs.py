"""The frozen pack: what it holds, that it verifies without a database, that one changed byte is found, that its PDF is always the same."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest

from parvis.contacts import api as contacts
from parvis.decisions import api
from parvis.decisions.models import MemberPack, Notification, Pack, ProposalVersion
from parvis.decisions.verify import verify_pack, verify_text
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.kernel import canonical
from parvis.kernel.models import MutationLine
from parvis.requests import api as requests
from tests.decisions import factories as f


@pytest.fixture
def decision(centre):
    line_id = f.make_line(centre)
    card = requests.line_card(line_id)
    dossiers.record_situation(
        actor=centre.worker,
        dossier=dossiers.Dossier.unscoped.get(pk=card.dossier_id),
        kind="resource",
        label="Aide des parents",
        amount=Decimal("300.00"),
        periodicity="month",
        valid_from=card.requested_on,
        source="document",
    )
    return f.decided(centre, line_id=line_id, provision=f.month(line_id, "1"))


def text_of(decision) -> str:
    return api.pack_file(Pack.unscoped.get(decision=decision))


def test_the_pack_holds_what_the_decision_rests_on(decision, centre):
    pack = json.loads(text_of(decision))["pack"]
    assert pack["decision"]["number"] == "CSSS 2026/0001" and pack["decision"]["recorded_by"] == "Nathalie Cuvelier"
    assert pack["proposed"]["proposed_by"] == "Amélie Lambrecht" and pack["proposed"]["reviewed_by"] == "Karim Benali"
    (calculation,) = pack["calculations"]
    assert (calculation["ruleset"], calculation["amount"]) == ("be.ris", "589.05")
    assert calculation["parameters"] and calculation["tree"]["value"] == "589.05"
    assert [(fact["label"], fact["amount"]) for fact in pack["facts"]["situation"]] == [("Aide des parents", "300.00")]
    assert [entry["label"] for entry in pack["roll"] if entry["present"] and entry["voting"]] == [
        "Sophie Marchal",
        "Luc Anciaux",
        "Bernard Lejeune",
        "Martine Vervoort",
    ]
    assert pack["quorum"] == {"needed": 3, "counted": 4}
    assert pack["member_pack"]["sha256"] == MemberPack.unscoped.get(item=decision.item).sha256
    assert {annex["key"] for annex in pack["annexes"]} == {"identity", "report"} and all(len(a["sha256"]) == 64 for a in pack["annexes"])
    assert pack["provisions"][0]["text"]["de"]["title"] == "Eingliederungseinkommen"
    assert pack["request"]["clocks"][0]["kind"] == "decide"


def test_it_verifies_and_every_changed_byte_is_found(decision):
    text = text_of(decision)
    assert verify_text(text, expected=decision.pack_sha256) == []
    for place in range(0, len(text), max(1, len(text) // 150)):
        other = "0" if text[place] != "0" else "1"
        assert verify_text(text[:place] + other + text[place + 1 :]), f"byte {place} {text[place]!r} changed and not found"
    assert verify_text(text[:-1]) and verify_text(text + " ") and verify_text("") and verify_text("[]")


def test_another_decisions_pack_is_not_this_one(decision):
    assert verify_text(text_of(decision), expected="0" * 64) == [
        f"not the pack of this decision: expected {'0' * 64}, got {decision.pack_sha256}"
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda p: p["calculations"][0].update(amount="600.00"), "the tree gives 589.05, the pack says 600.00"),
        (lambda p: p["decided"]["provisions"][0].update(amount="600.00"), "600.00 is not the computed 589.05"),
        (lambda p: p["decision"].update(deviates=True), "deviates from the proposal without words"),
        (lambda p: p["quorum"].update(counted=9), "quorum does not agree with the roll"),
        (lambda p: p["quorum"].update(needed=5), "had no quorum"),
        (lambda p: p["votes"].update({"for": 7}), "more votes than entitled members"),
        (lambda p: p["decision"].update(outcome="stopped"), "unknown outcome"),
        (lambda p: p["decided"].update(blocks=[]), "the letter is empty"),
        (lambda p: p.pop("roll"), "missing sections: roll"),
        (lambda p: p["calculations"][0].update(tree={"key": "x", "op": "boom"}), "cannot be recomputed"),
    ],
)
def test_a_forged_pack_with_a_right_hash_contradicts_itself(decision, change, found):
    pack = json.loads(text_of(decision))["pack"]
    change(pack)
    from parvis.decisions.verify import envelope

    problems = verify_text(envelope(pack))
    assert any(found in problem for problem in problems), problems


def test_it_verifies_without_a_database(decision, tmp_path):
    path = tmp_path / "pack.json"
    path.write_text(text_of(decision), encoding="utf-8")
    program = (
        "import django, sys; from django.conf import settings; django.setup();"
        "from django.db import connection; connection.ensure_connection = lambda *a, **k: sys.exit('a database was opened');"
        "from parvis.decisions.verify import verify_pack; print(verify_pack(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    path.write_bytes(path.read_bytes().replace(b"589.05", b"589.06", 1))
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=120)
    assert "the hash does not match" in done.stdout


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path):
    assert verify_pack(tmp_path / "absent.json")[0].startswith("cannot read")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert verify_pack(tmp_path / "bytes")[0].startswith("cannot read")


def test_the_pdf_comes_from_the_pack_alone_and_is_always_the_same(decision, tmp_path):
    text = text_of(decision)
    pack = json.loads(text)["pack"]
    with f.at(20):
        first = api.render_pack_pdf(pack)
    with f.at(3, month=9):
        second = api.render_pack_pdf(pack)
    assert first == second and first.startswith(b"%PDF-")
    (tmp_path / "pack.json").write_text(text, encoding="utf-8")
    (tmp_path / "letter.pdf").write_bytes(first)
    assert verify_pack(tmp_path / "pack.json", tmp_path / "letter.pdf") == []
    (tmp_path / "letter.pdf").write_bytes(first[:-1] + b"x")
    assert verify_pack(tmp_path / "pack.json", tmp_path / "letter.pdf") == ["the PDF is not the letter of this pack"]


def test_the_rendered_letter_is_the_packs_and_its_hash_is_in_the_journal(decision):
    f.run_jobs()
    notification = Notification.unscoped.select_related("letter__file").get(decision=decision)
    pdf = documents.read_bytes(notification.letter.file)
    assert pdf == api.render_pack_pdf(json.loads(text_of(decision))["pack"])
    assert MutationLine.objects.filter(verb="render_letter", stream=f"dossier:{decision.dossier_id}").count() == 1
    import pypdfium2

    shown = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\u00a0", " ")
    assert "CSSS 2026/0001" in shown and "589,05 €" in shown and "10 513,60 €" in shown


def test_a_german_speaking_client_reads_german(centre):
    line_id = f.make_line(centre, language="de", names=("Jürgen", "Schmitz"))
    decision = f.decided(
        centre,
        line_id=line_id,
        provision=f.month(line_id, "2"),
        facts="Sie leben allein in Valmont, Tanneursstraße 27, und haben seit dem 31. Januar 2026 keine Arbeit und kein Einkommen mehr.",
    )
    f.run_jobs()
    notification = Notification.unscoped.select_related("letter__file").get(decision=decision)
    assert (notification.language, notification.letter.language) == ("de", "de")
    import pypdfium2

    pdf = documents.read_bytes(notification.letter.file)
    shown = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\u00a0", " ")
    assert "Sie haben Anspruch auf das Eingliederungseinkommen" in shown and "drei Monaten" in shown


def test_later_changes_touch_neither_pack_nor_letter(decision, centre):
    before = text_of(decision)
    contacts.name_person(actor=f.ROOT, person=decision.proposal.person, family_name="Autrement", given_names="Aya", valid_from=f.SINCE)
    contacts.end_bank_account(
        actor=f.ROOT, account=contacts.BankAccount.unscoped.get(person=decision.proposal.person), on=f.date(2026, 3, 10)
    )
    assert text_of(decision) == before and verify_text(before, expected=decision.pack_sha256) == []


def test_what_the_members_saw_is_frozen_when_the_agenda_is_sent(centre):
    proposal = f.validated(centre)
    session = f.make_session(centre)
    api.schedule_proposal(actor=centre.secretary, session=session, proposal=proposal)
    api.freeze_session(actor=centre.secretary, session=session)
    item = f.item_of(session, proposal)
    pack = MemberPack.unscoped.get(item=item)
    content = json.loads(pack.content)
    assert pack.sha256 == canonical.digest(content)
    assert (
        content["person"]["name"] == "Aya Benali" and content["version"]["no"] == ProposalVersion.unscoped.filter(proposal=proposal).count()
    )
    f.attach(proposal.dossier, "Bail", "housing")
    from parvis.decisions.services.packs import freeze_member_pack

    assert freeze_member_pack(item).content == pack.content
    assert "housing" not in [piece["key"] for piece in content["pieces"]]


def test_every_pack_of_the_instance_is_verified_against_its_decision(decision, capsys):
    from parvis.config import cli

    assert cli.decisions(["verify", "--all"]) == 0
    assert capsys.readouterr().out == "1 decision packs: intact\n"
    decision.pack_sha256 = "0" * 64
    decision.save(update_fields=["pack_sha256"])
    assert cli.decisions(["verify", "--all"]) == 1
    assert "BROKEN  CSSS 2026/0001: not the pack of this decision" in capsys.readouterr().out


def test_a_pack_rewritten_with_the_hash_beside_it_is_not_the_one_that_the_journal_names(decision, capsys):
    """Whoever holds the database can make pack and row agree; the chained line still names what was sealed."""
    from parvis.config import cli
    from parvis.decisions.models import Decision
    from tests.support.triggers import tampering

    pack = Pack.unscoped.get(decision=decision)
    content = json.loads(pack.content)
    content["dossier"]["unit"] = "Un autre service"
    sealed, forged = decision.pack_sha256, canonical.digest(content)
    with tampering():
        Pack.unscoped.filter(pk=pack.pk).update(content=canonical.dumps(content), sha256=forged)
        Decision.unscoped.filter(pk=decision.pk).update(pack_sha256=forged)
    assert cli.decisions(["verify", "--all"]) == 1
    assert capsys.readouterr().out == (
        f"BROKEN  CSSS 2026/0001: not the pack that the journal of changes names: {sealed}\n1 decision packs: 1 NOT intact\n"
    )
