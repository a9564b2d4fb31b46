"""What a destruction that was tampered with meets (C20, B38). Lifting triggers ends the transaction on MariaDB: not among the tests of all engines."""

from parvis.config import cli
from parvis.decisions.models import Pack
from parvis.dossiers.models import DestructionLine, DestructionList
from parvis.kernel import jobs, seals
from parvis.kernel.models import ErasureWarrant
from tests.identity.factories import an_account
from tests.support.triggers import tampering

from .test_destruction import approved, at, centre, own_seals, paid

__all__ = ["centre", "own_seals", "paid"]


def test_a_warrant_without_the_approval_it_names_is_found(centre, paid, capsys) -> None:
    with at(2041):
        approved(centre, paid)
        jobs.run_pending(raise_errors=True)
    line = DestructionLine.objects.get()
    DestructionLine.objects.filter(pk=line.pk).update(state="refused")
    assert ["without a line on a destruction list" in one for one in seals.verify().problems] == [True]
    assert cli._verify_all_packs() == 1
    DestructionLine.objects.filter(pk=line.pk).update(state="destroyed")
    another = an_account("administrator", name="Autre")
    DestructionList.objects.update(approved_by=another)
    with tampering():
        ErasureWarrant.objects.update(approved_by_id=another.pk)
    assert ["destruction.approve" in one for one in seals.verify().problems] == [True]


def test_a_pack_that_is_missing_without_a_warrant_is_found(centre, paid, capsys) -> None:
    pack = Pack.unscoped.get(decision__dossier=paid)
    with tampering():
        Pack.unscoped.filter(pk=pack.pk)._raw_delete("default")
    assert cli._verify_all_packs() == 1
    assert "the pack is missing" in capsys.readouterr().out
