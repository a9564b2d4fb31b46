"""The five shapes, from the files of the old system to a go-live refused, then granted (F12)."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from parvis.aid.api import DueLine, Entitlement, run_of
from parvis.kernel import clock, seals
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.periods import month_start, next_month
from parvis.takeover import services
from parvis.takeover.errors import NotReady
from parvis.takeover.models import Difference, GoLive, PastPayment, Rehearsal
from tests.contacts.factories import WORKER

from . import shapes
from .factories import ADMIN, lines, outcomes, results, undo
from .shapes import PAYER, RELEASER, told, waiting

pytestmark = pytest.mark.django_db


def started() -> Rehearsal:
    shapes.persons()
    shapes.rights()
    shapes.payments()
    return services.start_rehearsal(actor=PAYER, source="Ancien", month=shapes.last_month())


def test_every_shape_shows_beside_what_was_paid() -> None:
    rehearsal = started()
    assert told(rehearsal) == [
        ("Awa Diallo", "amount", "1214.20", "1314.20"),
        ("Inconnu Jean", "missing", "876.13", "0.00"),
        ("Inès Moreau", "amount", "1545.14", "1776.07"),
        ("Karl Schmitz", "account", "1314.20", "1314.20"),
        ("Lien Maes", "extra", "0.00", "1314.20"),
        ("Louis Petit", "amount", "764.20", "1314.20"),
        ("Louis Petit", "missing", "550.00", "0.00"),
        ("Tom Claes", "amount", "1752.26", "876.13"),
    ]
    counts = rehearsal.counts
    assert (counts["persons"], counts["same"], counts["payments"], counts["once"], counts["rights"]) == (7, 0, 8, 1, 6)
    assert (counts["before"], counts["now"]) == ("8016.13", "7909.00")


def test_go_live_is_refused_then_granted() -> None:
    rehearsal = started()
    with pytest.raises(NotReady, match="8"):
        services.go_live(actor=RELEASER, rehearsal=rehearsal)
    assert (waiting(), DueLine.unscoped.count(), GoLive.unscoped.count()) == (6, 0, 0)
    assert Rehearsal.unscoped.get().state == "open"
    assert run_of(RELEASER, next_month(shapes.last_month())).lines == ()

    again = shapes.rights(*shapes.corrected())
    assert outcomes(again) == ["same", "change", "change", "change", "change", "change", "create"]
    rehearsal = services.compare_again(actor=PAYER, rehearsal=rehearsal)
    assert told(rehearsal) == [
        ("Inconnu Jean", "missing", "876.13", "0.00"),
        ("Inès Moreau", "amount", "1545.14", "1776.07"),
    ]
    assert len(told(rehearsal, "corrected")) == 6
    first, second = Difference.unscoped.filter(state="open").order_by("name").values_list("pk", flat=True)
    services.explain(
        actor=PAYER, rehearsal=rehearsal, ids=[second], words="Né le 15 : l’ancien système a payé en deux parts, ici le mois entier."
    )
    with pytest.raises(NotReady, match="1"):
        services.go_live(actor=RELEASER, rehearsal=rehearsal)
    assert waiting() == 7
    services.explain(actor=ADMIN, rehearsal=rehearsal, ids=[first], words="Décédé le 3, dernier paiement déjà réclamé.")

    live = services.go_live(actor=RELEASER, rehearsal=Rehearsal.unscoped.get())
    month = next_month(shapes.last_month())
    assert (live.first_month, live.rights, live.author_label) == (month, 7, "Sophie Lenaerts")
    assert (live.counts["explained"], live.counts["corrected"], live.counts["open"]) == (2, 6, 0)
    assert waiting() == 0
    run = run_of(RELEASER, month)
    paid = sorted((line.due.entitlement.beneficiary_name, str(line.due.amount), line.account.payee_name) for line in run.lines)
    assert paid == [
        ("Awa Diallo", "1214.20", "Awa Diallo"),
        ("Inès Moreau", "1776.07", "Inès Moreau"),
        ("Karl Schmitz", "1314.20", "Karl Schmitz"),
        ("Lien Maes", "1314.20", "Lien Maes"),
        ("Louis Petit", "550.00", "SPRL Habitat"),
        ("Louis Petit", "764.20", "Louis Petit"),
        ("Tom Claes", "1752.26", "Tom Claes"),
    ]
    assert all(line.payable for line in run.lines)
    assert not DueLine.unscoped.filter(month__lt=month).exists()
    line = MutationLine.objects.get(verb="takeover.live")
    assert line.actor_label == "Sophie Lenaerts"
    assert seals.verify().ok
    with pytest.raises(NotReady):
        services.go_live(actor=RELEASER, rehearsal=Rehearsal.unscoped.get())
    with pytest.raises(NotReady):
        services.explain(actor=PAYER, rehearsal=Rehearsal.unscoped.get(), ids=[first], words="encore autre chose à dire")


def test_a_debt_stops_when_it_is_paid_off() -> None:
    """150.00 were left: 100.00 in the first month, 50.00 in the second, nothing after."""
    shapes.persons()
    shapes.rights(*shapes.corrected())
    month = month_start(clock.today())
    from parvis.aid import api as aid
    from parvis.kernel.gestures import gesture_scope

    with gesture_scope():
        aid.go_live(actor=RELEASER, source="Ancien", first_month=next_month(month, -2))
    right = Entitlement.unscoped.get(beneficiary_name="Awa Diallo")
    found = list(DueLine.unscoped.filter(entitlement=right).order_by("month").values_list("amount", "withheld")[:4])
    assert found == [
        (Decimal("1214.20"), Decimal("100.00")),
        (Decimal("1264.20"), Decimal("50.00")),
        (Decimal("1314.20"), Decimal("0.00")),
        (Decimal("1314.20"), Decimal("0.00")),
    ]


def test_an_explanation_holds_for_the_values_that_it_explains() -> None:
    rehearsal = started()
    tom = Difference.unscoped.get(name="Tom Claes")
    services.explain(actor=PAYER, rehearsal=rehearsal, ids=[tom.pk], words="Séparation : la moitié du taux ménage.")
    rehearsal = services.compare_again(actor=PAYER, rehearsal=rehearsal)
    tom.refresh_from_db()
    assert (tom.state, tom.by_label) == ("explained", "Rachid Benali")
    shapes.rights(shapes.RIGHTS[1].replace("876,13", "900,00"))
    services.compare_again(actor=PAYER, rehearsal=rehearsal)
    tom.refresh_from_db()
    assert (tom.state, tom.words, tom.now) == ("open", "", Decimal("900.00"))


def test_the_same_files_twice_do_nothing_the_second_time() -> None:
    shapes.persons()
    shapes.rights()
    shapes.payments()
    assert outcomes(shapes.rights()) == ["same"] * 6
    assert outcomes(shapes.payments()) == ["same"] * 9
    assert (Entitlement.unscoped.count(), PastPayment.unscoped.filter(live=1).count()) == (6, 9)


def test_two_equal_payments_without_a_number_are_two_and_stand_out_as_paid_twice() -> None:
    shapes.persons()
    shapes.rights(shapes.corrected()[3])
    line = f"M1;Schmitz Karl;;RIS;1.314,20;;1.314,20;Schmitz Karl;{shapes.OWN};RIS;"
    assert outcomes(shapes.payments(line, line)) == ["create", "create"]
    assert outcomes(shapes.payments(line, line)) == ["same", "same"]
    rehearsal = services.start_rehearsal(actor=PAYER, source="Ancien", month=shapes.last_month())
    assert told(rehearsal) == [("Karl Schmitz", "doubled", "2628.40", "1314.20")]


def test_rights_and_payments_are_taken_back_until_they_are_live() -> None:
    shapes.persons()
    rights, payments = shapes.rights(), shapes.payments()
    assert results(undo(payments)) == ["undone"] * 9
    assert results(undo(rights)) == ["undone"] * 6
    assert (Entitlement.unscoped.count(), PastPayment.unscoped.filter(live=1).count()) == (0, 0)
    again = shapes.rights()
    assert outcomes(again) == ["create"] * 6
    from parvis.aid import api as aid
    from parvis.kernel.gestures import gesture_scope

    with gesture_scope():
        aid.go_live(actor=RELEASER, source="Ancien", first_month=month_start(clock.today()))
    assert results(undo(again)) == ["kept"] * 6
    assert Entitlement.unscoped.filter(state="running").count() == 6


def test_errors_of_rights_and_payments_name_column_and_what_to_do() -> None:
    shapes.persons()
    rights = shapes.rights(
        f"ZZ;Personne;A;RIS;100,00;01/01/2025;;;;{shapes.OWN};;;",
        f"B1;Moreau;B;chauffage;100,00;01/01/2025;;;;{shapes.OWN};;;",
        f"B1;Moreau;C;RIS;cent;01/01/2025;;;;{shapes.OWN};;;",
        "B1;Moreau;D;RIS;100,00;01/01/2025;;;;BE00123;;;",
        f"B1;Moreau;E;RIS;100,00;01/01/2025;31/12/2024;;;{shapes.OWN};;;",
        f"B1;Moreau;F;RIS;100,00;01/01/2025;;;;{shapes.OWN};100,00;;",
    )
    found = {line.number: (line.outcome, [one["field"] for one in line.findings]) for line in lines(rights).all()}
    assert found == {
        2: ("error", ["key"]),
        3: ("error", ["aid"]),
        4: ("error", ["amount"]),
        5: ("error", ["iban"]),
        6: ("error", ["right_to"]),
        7: ("error", ["withheld"]),
    }
    assert results(rights) == ["failed"] * 6
    assert not Entitlement.unscoped.exists()
    wrong = shapes.payments(f"B1;Moreau;P;RIS;100,00;10,00;100,00;;{shapes.OWN};;")
    assert [(one["field"]) for one in lines(wrong).get().findings] == ["paid"]


class TestRules:
    def test_who_compares_explains_and_goes_live(self) -> None:
        rehearsal = started()
        one = Difference.unscoped.first()
        assert one is not None
        for actor in (WORKER, RELEASER):
            with pytest.raises(NotAllowed):
                services.compare_again(actor=actor, rehearsal=rehearsal)
            with pytest.raises(NotAllowed):
                services.explain(actor=actor, rehearsal=rehearsal, ids=[one.pk], words="des mots assez longs")
        for actor in (WORKER, PAYER, ADMIN):
            with pytest.raises(NotAllowed):
                services.go_live(actor=actor, rehearsal=rehearsal)
        assert not Difference.objects.visible_to(WORKER).exists()
        assert Rehearsal.unscoped.get().round == 1

    def test_an_explanation_takes_words_and_known_differences(self) -> None:
        rehearsal = started()
        one = Difference.unscoped.first()
        assert one is not None
        for ids, words in (([one.pk], "court"), ([], "des mots assez longs"), ([one.pk, 999_999], "des mots assez longs")):
            with pytest.raises(NotReady):
                services.explain(actor=PAYER, rehearsal=rehearsal, ids=ids, words=words)
        assert not Difference.unscoped.exclude(state="open").exists()

    def test_the_month_of_go_live_is_after_the_one_that_was_paid(self) -> None:
        rehearsal = started()
        with pytest.raises(NotReady) as refused:
            services.go_live(actor=RELEASER, rehearsal=rehearsal, first_month=rehearsal.month)
        assert (refused.value.code, waiting(), DueLine.unscoped.count()) == ("month", 6, 0)

    def test_a_month_that_the_old_system_paid_too_is_not_paid_a_second_time(self) -> None:
        """The month after the one compared is the first one here, unless the other system paid it as well."""
        rehearsal = started()
        later = next_month(rehearsal.month)
        shapes.payments(*(re.sub(r";P(\d);", r";Q\1;", line) for line in shapes.PAYMENTS), month=f"{later:%m/%Y}")
        for given in (None, later):
            with pytest.raises(NotReady) as refused:
                services.go_live(actor=RELEASER, rehearsal=rehearsal, first_month=given)
            assert (refused.value.code, waiting(), DueLine.unscoped.count()) == ("month", 6, 0)
        with pytest.raises(NotReady) as refused:
            services.go_live(actor=RELEASER, rehearsal=rehearsal, first_month=next_month(later))
        assert refused.value.code == "unexplained"

    def test_an_explanation_is_of_what_was_seen(self) -> None:
        rehearsal = started()
        one = Difference.unscoped.get(name="Tom Claes")
        seen = rehearsal.round
        shapes.rights(shapes.RIGHTS[1].replace("876,13", "900,00"))
        rehearsal = services.compare_again(actor=PAYER, rehearsal=rehearsal)
        with pytest.raises(NotReady):
            services.explain(actor=PAYER, rehearsal=rehearsal, ids=[one.pk], words="Séparation : la moitié du taux.", expected=seen)
        assert not Difference.unscoped.exclude(state__in=("open", "corrected")).exists()

    def test_rights_that_wait_are_in_no_list(self) -> None:
        from parvis.aid.api import count_waiting_first, extend_all, propose_all, unpaid
        from parvis.kernel.actor import system_actor

        shapes.persons()
        shapes.rights()
        system = system_actor("test")
        assert (extend_all(system), propose_all(system), count_waiting_first(PAYER), unpaid(PAYER).count()) == (0, 0, 0, 0)
        assert not DueLine.unscoped.exists()
