"""Pure rules of deciding."""

from datetime import date
from itertools import permutations

import pytest

from parvis.decisions import calculations as rules
from parvis.decisions.calculations import AgendaEntry, RollEntry


def member(number: int, *, present: bool = True, recused: bool = False, voting: bool = True) -> RollEntry:
    return RollEntry(number, f"M{number}", "member", voting, present, recused)


def test_quorum_counts_voters_present_and_not_recused_in_this_case():
    roll = [member(1), member(2), member(3, recused=True), member(4, present=False), member(5, voting=False)]
    quorum = rules.quorum_for_case(roll, 3)
    assert (quorum.counted, quorum.reached) == (2, False)
    assert rules.quorum_for_case(roll, 2).reached


@pytest.mark.parametrize(
    ("votes", "entitled", "expected"),
    [
        ((None, None, None), 4, None),
        ((3, 0, 1), 4, None),
        ((2, 1, 0), 4, None),
        ((3, None, 0), 4, "partial"),
        ((-1, 0, 0), 4, "negative"),
        ((3, 1, 1), 4, "too_many"),
        ((2, 2, 0), 4, "lost"),
        ((0, 0, 4), 4, "lost"),
    ],
)
def test_a_tally_stands_or_says_why(votes, entitled, expected):
    assert rules.tally_problem(votes, entitled) == expected


def test_the_agenda_follows_the_nearest_deadline_then_urgency_then_hearing_then_kind():
    entries = [
        AgendaEntry(1, date(2026, 4, 3), False, False, "ris"),
        AgendaEntry(2, date(2026, 4, 1), False, False, "ris"),
        AgendaEntry(3, date(2026, 4, 1), True, False, "ris"),
        AgendaEntry(4, date(2026, 4, 1), False, True, "ris"),
        AgendaEntry(5, date(2026, 4, 1), False, False, "aid"),
        AgendaEntry(6, None, False, False, "aid"),
        AgendaEntry(7, date(2026, 3, 1), False, False, "aid", late=True),
    ]
    expected = [3, 4, 5, 2, 1, 6, 7]
    assert all(rules.agenda_order(order) == expected for order in list(permutations(entries))[::300])


def test_a_deviation_is_another_outcome_or_another_grant():
    grant = {"kind": "aid.ris", "amount": "100.00", "from": "2026-02-01", "calculation_id": 4}
    same = {**grant, "calculation_id": 9, "label": "x"}
    less = {**grant, "amount": "90.00"}

    def deviates(outcome, decided, proposed_outcome="granted"):
        return rules.deviates(proposed_outcome=proposed_outcome, outcome=outcome, proposed=[grant], decided=[decided])

    assert not deviates("granted", same)
    assert deviates("granted", less)
    assert deviates("refused", grant)
    assert not deviates("refused", grant, proposed_outcome="refused")


def test_every_transition_that_is_not_listed_is_forbidden():
    names = {name for row in rules.PROPOSAL_TRANSITIONS.values() for name in row}
    allowed = {(state, name): to for state, row in rules.PROPOSAL_TRANSITIONS.items() for name, to in row.items()}
    for state in rules.PROPOSAL_TRANSITIONS:
        for name in names:
            assert rules.next_state(rules.PROPOSAL_TRANSITIONS, state, name) == allowed.get((state, name))
    assert rules.PROPOSAL_TRANSITIONS["decided"] == {}
    assert rules.SESSION_TRANSITIONS["closed"] == {}


def test_changes_come_first_and_what_stayed_after():
    rows = rules.changed_fields({"household": "2", "rent": "600"}, {"household": "1", "rent": "600", "wage": "700"})
    assert [(row["key"], row["was"], row["now"], row["same"]) for row in rows] == [
        ("household", "2", "1", False),
        ("wage", None, "700", False),
        ("rent", "600", "600", True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vous ne remplissez pas les conditions.", True),
        ("Vous ne remplissez pas les conditions de la loi, vraiment.", True),
        ("Votre contrat du 3 mars chez Delhaize vous rapporte 2 100 euros nets par mois depuis lundi.", False),
    ],
)
def test_a_stock_sentence_is_not_a_reason(text, expected):
    assert rules.stock_only(text, ["Vous ne remplissez pas les conditions de la loi"]) is expected
