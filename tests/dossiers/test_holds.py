"""The day on which a hold is looked at again: one task, for who placed it, with the way there (B24)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.dossiers import services
from parvis.dossiers.errors import InvalidDossier
from parvis.dossiers.models import LegalHold
from parvis.identity.models import Account
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.workflows.api import close_item
from parvis.workflows.models import WorkItem

from .test_retention import at, centre, closed  # noqa: F401  (fixture)

pytestmark = pytest.mark.django_db
NIGHT = system_actor("dossiers.holds")
REVIEW = dt.date(2041, 1, 1)


def held(centre, who: str = "chief", review: dt.date = REVIEW) -> LegalHold:  # noqa: F811
    with at(2040):
        return services.place_hold(actor=centre.actor(who), dossier=closed(centre), reason="Procès au tribunal", review_on=review)


def tasks() -> list[WorkItem]:
    return list(WorkItem.unscoped.filter(screen="dossiers.hold").order_by("pk"))


def test_the_day_of_review_gives_one_task_to_who_placed_it(centre, client) -> None:  # noqa: F811
    hold = held(centre, "lawyer")
    with at(2040, 12, 31):
        assert services.ask_reviews(actor=NIGHT) == 0
    with at(2041, 1, 1):
        assert [services.ask_reviews(actor=NIGHT), services.ask_reviews(actor=NIGHT)] == [1, 0]
        (task,) = tasks()
        assert (task.owner, task.due_on, task.state, task.dossier_key) == (centre.lawyer, REVIEW, "open", hold.dossier_id)
        assert "Procès" not in task.why + str(task.title)  # the reason is of the class legal: the task does not say it
        client.force_login(centre.lawyer)
        where = reverse("dossiers:hold", args=[hold.dossier.uuid])
        assert where in client.get(reverse("workflows:task", args=[task.uuid]), follow=True).content.decode() or (
            client.get(reverse("workflows:task", args=[task.uuid]))["Location"] == where
        )
        due = client.get(reverse("desk:due"), {"day": "2041-01-01"})
        assert due.status_code == 200 and hold.dossier.number in due.content.decode()


def test_a_task_that_was_done_is_not_given_again_for_the_same_day(centre) -> None:  # noqa: F811
    held(centre)
    with at(2041, 1, 2):
        services.ask_reviews(actor=NIGHT)
        close_item(actor=centre.actor("chief"), item=tasks()[0])
        assert services.ask_reviews(actor=NIGHT) == 0
        assert len(tasks()) == 1


def test_kept_until_another_day_it_is_asked_again_then(centre, client) -> None:  # noqa: F811
    hold = held(centre)
    with at(2041, 1, 1):
        services.ask_reviews(actor=NIGHT)
        client.force_login(centre.chief)
        url = reverse("dossiers:hold_keep", args=[hold.dossier.uuid, hold.uuid])
        client.post(f"/access/why/dossier/{hold.dossier.uuid}/", {"reason": "Revue du sursis"})  # nobody follows it any more
        assert client.post(url, {"review_on": "2040-12-31", "reason": "En appel"}).status_code == 422
        assert tasks()[0].state == "open"
        assert client.post(url, {"review_on": "2042-01-01", "reason": "En appel"}).status_code == 303
        assert [task.state for task in tasks()] == ["done"]
        assert services.ask_reviews(actor=NIGHT) == 0
    with at(2042, 1, 1):
        assert services.ask_reviews(actor=NIGHT) == 1
        assert [(task.due_on, task.state) for task in tasks()] == [(REVIEW, "done"), (dt.date(2042, 1, 1), "open")]
        services.end_hold(actor=centre.actor("chief"), hold=LegalHold.unscoped.get(), reason="Jugé")
        assert [task.state for task in tasks()] == ["done", "done"]
    assert MutationLine.objects.filter(stream=f"dossier:{hold.dossier_id}", verb="dossier.hold.kept").count() == 1


def test_when_the_author_has_left_the_heads_of_the_service_are_asked(centre) -> None:  # noqa: F811
    hold = held(centre)
    Account.objects.filter(pk=centre.chief.pk).update(is_active=False)
    with at(2041, 1, 1):
        services.ask_reviews(actor=NIGHT)
    (task,) = tasks()
    assert (task.owner, task.queue, task.unit_id) == (None, "chief", hold.dossier.unit_id)


def test_who_may_not_hold_keeps_nothing(centre, client) -> None:  # noqa: F811
    hold = held(centre)
    with at(2041, 1, 1):
        with pytest.raises(NotAllowed):
            services.keep_hold(actor=centre.actor("worker"), hold=hold, review_on=dt.date(2042, 1, 1), reason="x")
        with pytest.raises(InvalidDossier):
            services.keep_hold(actor=centre.actor("chief"), hold=hold, review_on=dt.date(2042, 1, 1), reason=" ")
        client.force_login(centre.worker)
        assert client.get(reverse("dossiers:hold_keep", args=[hold.dossier.uuid, hold.uuid])).status_code in (403, 404)
    assert LegalHold.unscoped.get().review_on == REVIEW
