"""A request is sent, joined to its person and looked into."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

from parvis.contacts import api as contacts
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.journal import api as journal
from parvis.kernel import clock
from parvis.kernel.subject import SubjectRef
from parvis.procedures import api as procedures
from parvis.requests import api as requests

from ..cast import Case
from .people import CITIZEN, CLERK, WORKERS, Play, _account, agent, iban_of, niss_of


def scan(title: str, name: str) -> bytes:
    """A scanned page: a picture of paper in a PDF, as a phone or scanner gives it."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (620, 877), 246)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 580, 837), outline=150)
    draw.text((70, 80), title, fill=40)
    draw.text((70, 110), name, fill=40)
    for row in range(18):
        draw.line((70, 170 + row * 32, 540 - (row % 4) * 40, 170 + row * 32), fill=185, width=3)
    out = io.BytesIO()
    page.save(out, format="PDF", resolution=75)
    return out.getvalue()


#: Partner of the address book, and what was said; the first one only where there is a rent.
CALLS = (
    ("Logement public de Valmont", "Le bailleur confirme un retard de loyer de deux mois ; pas d’expulsion tant qu’un plan est suivi."),
    ("Mutualité Solidaire", "La mutuelle n’a pas encore d’indemnité à payer ; elle rappelle quand le dossier est complet."),
)


def lease(case: Case, rent: str) -> bytes:
    """A lease with a text layer."""
    lines = (
        f"Entre le bailleur, Logement public de Valmont, et le locataire, {case.given} {case.family}.",
        f"Le loyer est de {rent} euros par mois, payable avant le cinq.",
        "La garantie locative est versée sur un compte bloqué.",
    )
    envelope = documents.Envelope(subject="Contrat de bail de résidence principale", on=clock.today(), language="fr")
    return documents.render_sheet_pdf("list", envelope, [documents.Section(notes=lines)], date=clock.today())


def _answers(case: Case) -> dict[str, Any]:
    wants = {"ris": ["income"], "equivalent": ["income"], "advance": ["income"]}.get(case.aid, ["other"])
    return {
        "for_whom": "self",
        "last_name": case.family,
        "first_name": case.given,
        "birth_date": case.birth.isoformat(),
        "phone": "",
        "letter_language": case.language,
        "has_address": True,
        "address": {
            "street": case.street,
            "number": case.number,
            "postal_code": case.town[0],
            "town": case.town[1],
            "municipality": case.town[1],
            "country": "BE",
        },
        "lives_alone": not case.members,
        "members": [
            {"first_name": m.given, "last_name": m.family, "birth_date": m.birth.isoformat(), "relation": m.relation, "has_income": False}
            for m in case.members
        ],
        "has_income": bool(case.incomes),
        "incomes": [{"kind": i.kind, "amount": format(i.amount, "f"), "payer": i.label} for i in case.incomes],
        "housing": "tenant" if case.rent else "hosted",
        "rent": format(case.rent, "f") if case.rent else "",
        "wants": wants,
        "need": case.need,
        "urgent": case.urgent,
        "urgent_reason": case.why if case.urgent else "",
        "urgent_amount": format(case.amount, "f") if case.urgent and case.amount else "",
        "right_pending": bool(case.pending),
        "right_kind": case.pending,
        "has_account": True,
        "iban": iban_of(case.key),
        "account_holder": f"{case.given} {case.family}",
        "wants_hearing": case.hearing,
        "declares": ["true"],
    }


def send(play: Play) -> None:
    """C1, D2: the request, by the person on the portal or by the clerk for a visit, call, letter or e-mail."""
    case = play.case
    version = procedures.latest("aid-request")
    actor = replace(CITIZEN, language=case.language) if case.channel == "portal" else agent(CLERK)
    channel = {"portal": "portal", "visit": "desk_visit"}.get(case.channel, case.channel)
    only = ("urgent_aid",) if case.urgent else ()
    sent = requests.send_request(
        actor=actor, procedure=version, answers=_answers(case), language=case.language, channel=channel, incomplete=True, only=only
    )
    play.request, play.code = sent.request, sent.tracking_code


def identify(play: Play) -> None:
    """A24: the person is looked for, then made; the request joins a new dossier and its answers become facts with their source."""
    case, actor = play.case, agent(CLERK)
    assert play.request is not None
    niss = niss_of(case)
    matches = contacts.match_persons(
        actor=actor, family_name=case.family, given_names=case.given, birth_date=case.birth, national_number=niss
    )
    known = next((match.person for match in matches if match.certain), None)
    source: dict[str, Any] = {"source": "submission", "source_ref": f"request:{play.request.pk}"}
    person = known or contacts.create_person(
        actor=actor,
        family_name=case.family,
        given_names=case.given,
        birth_date=case.birth,
        sex=case.sex,
        nationality=case.nationality,
        language=case.language,
        national_number=niss,
        **source,
    )
    if known is None:
        contacts.set_address(
            actor=actor,
            person=person,
            street=case.street,
            number=case.number,
            postal_code=case.town[0],
            municipality=case.town[1],
            hidden=case.hidden,
            valid_from=clock.today() - timedelta(days=900),
            **source,
        )
        contacts.add_bank_account(
            actor=play.worker,
            person=person,
            iban=iban_of(case.key),
            holder=f"{case.given} {case.family}",
            valid_from=clock.today() - timedelta(days=400),
            **source,
        )
    # Somebody who has an open file already (``long_file``) keeps it, with who follows it.
    here = next((row for row in dossiers.dossiers_of(actor, person.pk) if row.status == "open"), None)
    referent = None if here is not None else _account(WORKERS[case.unit])
    requests.join_dossier(
        actor=actor,
        request=play.request,
        person=person,
        dossier=here,
        referent=referent,
        speciality="ris" if case.aid == "ris" else "aid",
    )
    play.request.refresh_from_db()
    dossier = play.request.dossier
    for member in case.members:
        other = contacts.create_person(
            actor=actor, family_name=member.family, given_names=member.given, birth_date=member.birth, language=case.language, **source
        )
        role = {"partner": "partner", "child": "child", "parent": "parent"}.get(member.relation, "cohabitant")
        dossiers.add_member(actor=play.worker, dossier=dossier, person=other, role=role, valid_from=clock.today(), **source)
    play.notes["person"] = person


def inquire(play: Play) -> None:
    """C1: interview, visit, resources and needs as dated facts with their source; the documents that the law asks for."""
    case, actor = play.case, play.worker
    assert play.request is not None
    dossier = dossiers.Dossier.unscoped.get(pk=play.request.dossier_id)
    person = contacts.Person.unscoped.get(pk=play.request.applicant_id)
    since = play.request.requested_on.replace(day=1)
    for income in case.incomes:
        dossier.refresh_from_db()
        dossiers.record_situation(
            actor=actor,
            dossier=dossier,
            kind="resource",
            label=income.label,
            person=person,
            amount=income.amount,
            periodicity="month",
            details=resource_details(income.kind),
            valid_from=since,
            source="document",
            source_ref="fiche ou attestation vue à l’entretien",
        )
    if case.rent:
        dossier.refresh_from_db()
        dossiers.record_situation(
            actor=actor,
            dossier=dossier,
            kind="expense",
            label="Loyer",
            amount=case.rent,
            periodicity="month",
            valid_from=since,
            source="document",
            source_ref="bail",
        )
    dossier.refresh_from_db()
    dossiers.record_situation(actor=actor, dossier=dossier, kind="need", label=case.need[:190], valid_from=clock.today(), source="declared")
    journal.add_entry(
        actor=actor,
        dossier=dossier,
        kind="interview",
        text=f"Entretien au bureau. {case.need}",
        happened_at=clock.now() - timedelta(hours=2),
        minutes=40,
    )
    journal.add_entry(
        actor=actor,
        dossier=dossier,
        kind="visit",
        text="Visite à domicile : la composition du ménage correspond à ce qui est déclaré. " + case.why,
        happened_at=clock.now() - timedelta(hours=1),
        minutes=55,
    )
    for partner, text in CALLS if case.rent else CALLS[1:]:
        found = contacts.find_parties(actor=actor, query=partner, limit=1)
        journal.add_entry(
            actor=actor,
            dossier=dossier,
            kind="call",
            text=text,
            minutes=10,
            partner=SubjectRef("organisation", found[0].organisation_id) if found and found[0].organisation_id else None,
        )
    if case.rent:  # a paper that a program made, as it comes in by e-mail: its words propose what it is and whose
        documents.attach(
            actor=actor,
            subject=SubjectRef("dossier", dossier.pk),
            file=documents.store_bytes(lease(case, format(case.rent, "f"))),
            title="Papier reçu par courriel",
            origin=documents.Origin.INCOMING,
            dossier_id=dossier.pk,
            file_name="papier.pdf",
        )
    for kind, title in (("identity", "Carte d’identité, copie"), ("report", "Rapport social")):
        stored = documents.store_bytes(scan(title, f"{case.given} {case.family}"))
        documents.attach(
            actor=actor,
            subject=SubjectRef("dossier", dossier.pk),
            file=stored,
            kind=kind,
            title=title,
            language=case.language,
            origin=documents.Origin.INCOMING,
            dossier_id=dossier.pk,
        )


def resource_details(kind: str) -> dict[str, Any]:
    """How the calculation reads a resource: the form's own code."""
    return {"rules": kind}
