"""Which columns a batch writes, in the order in which foreign keys allow it."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from django.apps import apps

LABEL = "populate"
OPEN = date(9999, 12, 31)
FACT = "valid_from valid_to recorded_at live source source_ref author_label "
#: Table of the batch: model, columns.
TABLES: dict[str, tuple[str, str]] = {
    "person": ("contacts.Person", "id uuid version created_at"),
    "name": ("contacts.PersonName", FACT + "person_id kind family_name given_names"),
    "birth": ("contacts.PersonBirth", FACT + "person_id birth_date birth_place sex nationality"),
    "identifier": ("contacts.Identifier", FACT + "person_id kind value"),
    "language": ("contacts.PersonLanguage", FACT + "person_id language spoken"),
    "index": ("contacts.PersonIndex", "person_id display_name sort_key birth_date sex language specimen"),
    "token": ("contacts.PersonToken", "person_id kind value"),
    "piece": ("contacts.NumberPiece", "person_id kind value"),
    "point": ("contacts.ContactPoint", FACT + "person_id kind value"),
    "address": ("contacts.Address", FACT + "person_id kind street number box postal_code municipality country hidden"),
    "account": ("contacts.BankAccount", FACT + "person_id iban holder"),
    "household": ("contacts.Household", "id uuid version created_at"),
    "member": ("contacts.HouseholdMember", FACT + "household_id person_id role"),
    "relation": ("contacts.Relation", FACT + "person_id other_id kind"),
    "dossier": ("dossiers.Dossier", "id uuid version number unit_id lead_id lead_sort status opened_on closed_on close_reason"),
    "dossier_member": ("dossiers.DossierMember", FACT + "dossier_id person_id role in_household"),
    "referent": ("dossiers.Referent", FACT + "dossier_id account_id role"),
    "situation": ("dossiers.SituationFact", FACT + "dossier_id item person_id kind label amount currency periodicity details"),
    "entry": (
        "journal.Entry",
        "id uuid dossier_id kind happened_at recorded_at title text author_id author_label restricted data_class subject_type",
    ),
    "entry_word": ("journal.EntryWord", "word_key unit_key entry_id"),
    "request": (
        "requests.Request",
        "id uuid number procedure_id unit_id channel received_at requested_on language answers applicant_name applicant_sort urgent "
        "urgent_reason wants_hearing registered_by_id registered_by_label dossier_id applicant_id joined_at joined_by_id joined_by_label taken_over",
    ),
    "line": (
        "requests.RequestLine",
        "id uuid request_id kind label provision terms mandatory_pieces letter_template process_key person_id stage stage_at next_step expected_on",
    ),
    "clock": (
        "requests.Clock",
        "line_id kind started_on started_by term_key term due_on met_on stop_reason live recorded_at",
    ),
    "mark": ("requests.StageMark", "line_id stage outcome next_step expected_on marked_at author_id author_label"),
    "task": (
        "workflows.WorkItem",
        "uuid step token slot title screen subject_type subject_id dossier_key owner_id queue unit_id due_on due_sort due_from clock why state "
        "outcome opened_at held_since closed_at closed_by_label lock",
    ),
    "document": (
        "documents.Document",
        "uuid subject_type subject_id dossier_id kind data_class title language on origin file_id file_name note recorded_at author_label",
    ),
    "proposal": (
        "decisions.Proposal",
        "id uuid line_id dossier_id unit_id person_id title language state live lock urgent to_discuss legal_requested wish_to_be_heard "
        "heard_informed_on heard_informed_by heard_note proposed_outcome ground author_id author_label created_at submitted_at reviewed_at reviewed_by_label return_reason",
    ),
    "version": (
        "decisions.ProposalVersion",
        "id proposal_id no reason blocks provisions facts author_id author_label at",
    ),
    "decision": (
        "decisions.Decision",
        "id uuid number proposal_id line_id dossier_id unit_id proposed_version_id decided_version_id decider outcome reason deviates present "
        "votes_for votes_against votes_abstain decided_at decided_on decided_by_label ratification pack_sha256",
    ),
    "pack": ("decisions.Pack", "decision_id content sha256 created_at"),
    "notification": (
        "decisions.Notification",
        "uuid decision_id person_id language state live channel reference sent_at sent_on sent_by_label appeal_until return_reason "
        "letter_sha256 created_at",
    ),
    "entitlement": (
        "aid.Entitlement",
        "id uuid decision_id provision_key dossier_id line_id unit_id kind title beneficiary_id beneficiary_name amount currency periodicity "
        "valid_from valid_to state first_paid_on created_at",
    ),
    "payee": ("aid.PaymentAccount", "entitlement_id live payee_name payee_person_id iban justification changed_at author_label"),
    "order": (
        "accounting.PaymentOrder",
        "id uuid number kind book account_id title month origin_type execution_on currency count total state attempt digest prepared_by_id "
        "prepared_by_label prepared_at released_by_id released_by_label released_at sent_at sent_by_label withdrawn_by_label withdrawn_reason",
    ),
    "payment": (
        "accounting.PaymentLine",
        "id uuid order_id position end_to_end beneficiary_id beneficiary_name payee_name payee_iban payee_street payee_postcode payee_town "
        "payee_country dossier_ref subject_type subject_id purpose month amount currency communication structured supplement_reason double_key "
        "subject_key state reason_code bank_text bank_at accepted_on booked_on",
    ),
    "due": (
        "aid.DueLine",
        "id uuid entitlement_id month amount currency state first beyond supplement note payment_line_id reason_code bank_text paid_on created_at",
    ),
    "voucher": (
        "accounting.Voucher",
        "id uuid book journal number booked_on text total currency subject_type subject_id reason posted created_at author_label",
    ),
    "ledger": ("accounting.Entry", "voucher_id position account_id debit credit label"),
}
#: Tables whose keys are given here, because others point at their rows.
KEYED = tuple(key for key, (_model, columns) in TABLES.items() if columns.startswith("id "))

Rows = dict[str, list[tuple[Any, ...]]]


def empty() -> Rows:
    return {key: [] for key in TABLES}


def model(key: str) -> Any:
    return apps.get_model(TABLES[key][0])


def uuid(rng: Random) -> str:
    """A random (version 4) identifier."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:12]}4{text[13:16]}{'89ab'[int(text[16], 16) % 4]}{text[17:]}"


def fact(start: date, at: str, end: date = OPEN) -> tuple[Any, ...]:
    """The columns of FACT."""
    return (start, end, at, 1, "import", "", LABEL)
