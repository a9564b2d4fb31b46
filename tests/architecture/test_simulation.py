"""What the simulation says and what the pages do are the same, for each role and relation of the world (B26, B30, C10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from parvis.dossiers.models import Dossier
from parvis.dossiers.services import grants
from parvis.dossiers.simulation import file_pages, simulate
from parvis.identity.api import Opening, OpeningRefused, actor_for
from parvis.kernel import clock
from parvis.kernel.registries import panels
from parvis.kernel.scope import DATA_CLASSES, may_see

from . import world as world_module
from .test_access_matrix import addresses, client_for, outcome

pytestmark = pytest.mark.django_db
FILES = ("dossier", "finished", "other")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


def file_of(world: world_module.World, name: str) -> Dossier:
    return world.things[name] if name in world.things else Dossier.unscoped.get(pk=world.plays[name].request.dossier_id)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("role", world_module.ROLES)
def test_simulation_and_pages_agree(role: str, name: str, world: world_module.World, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        account, dossier = world.account(role), file_of(world, name)
        told = simulate(account, dossier, clock.today())
        client = client_for(role, world)
        patterns = addresses()
        assert {line.key for line in told.pages} == set(file_pages())
        for line in told.pages:
            real = outcome(client, patterns[line.key], reverse(line.key, args=[dossier.uuid]))
            assert (line.key, line.seen) == (line.key, real == "y")
            assert line.why
        response = client.get(reverse("dossiers:detail", args=[dossier.uuid]))
        assert told.file.seen == (response.status_code == 200)
        actor = actor_for(account)
        assert [line.seen for line in told.classes] == [told.file.seen and may_see(actor, one) for one in DATA_CLASSES]
        if response.status_code == 200:
            whole = next(one for one in response.context if "sections" in one)  # panels have contexts of their own
            shown = {part["panel"].key for part in whole["sections"]}
            seen = {line.key for line in told.panels if line.seen}
            assert shown <= seen
            named = {panel.key: str(panel.title) for panel in panels.all() if panel.column == "main" and panel.nav}
            assert sorted(whole["hidden"]) == sorted(named[line.key] for line in told.panels if not line.seen and line.key in named)
        else:
            assert not any(line.seen for line in (*told.panels, *told.pages))
        transaction.set_rollback(True)


def test_the_reasons_are_those_of_the_rules(world: world_module.World, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        dossier = world.things["dossier"]

        def why(role: str) -> tuple[bool, tuple[str, ...], str]:
            found = simulate(world.account(role), dossier, clock.today())
            return found.file.seen, found.file.because, found.why

        assert len(why("social_worker (referent)")[1]) == 2
        assert why("social_worker (other unit)")[:2] == (False, ())
        assert why("chief (of the unit)")[0]
        assert why("administrator")[2] != why("social_worker (other unit)")[2]


def test_the_screen_shows_no_content_of_the_file(world: world_module.World, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        client = client_for("administrator", world)
        dossier = world.things["dossier"]
        asked = {"account": world.account("payer").pk, "number": dossier.number, "day": clock.today().isoformat()}
        text = client.get(reverse("dossiers:simulate"), asked).content.decode()
        assert dossier.number in text
        assert world.plays["waiting"].case.family not in text
        assert client.get(reverse("dossiers:simulate"), {**asked, "number": "2099-00001"}).status_code == 422
        transaction.set_rollback(True)


def test_no_reason_opens_the_case_of_a_declared_conflict(world: world_module.World, django_db_blocker: Any) -> None:
    """The recused member gets the answer of a number that does not exist; an opening from before the recusal shows nothing more."""
    with django_db_blocker.unblock(), transaction.atomic():
        dossier = world.things["dossier"]
        recused, member = world.account("committee_member (recused)"), world.account("committee_member")
        reason = "Question de la présidente avant la séance"
        messages = []
        for number in (dossier.number, "2099-00001"):
            with pytest.raises(OpeningRefused) as refusal:
                grants.break_glass(actor=actor_for(recused), number=number, reason=reason)
            messages.append(str(refusal.value))
        assert messages[0] == messages[1]
        assert not Opening.objects.filter(account=recused).exists()
        grants.break_glass(actor=actor_for(member), number=dossier.number, reason=reason)
        assert Dossier.objects.visible_to(actor_for(member)).filter(pk=dossier.pk).exists()
        Opening.objects.filter(account=member).update(account=recused)
        assert not Dossier.objects.visible_to(actor_for(recused)).filter(pk=dossier.pk).exists()
        client: Client = client_for("committee_member (recused)", world)
        assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 404
        transaction.set_rollback(True)
