"""Files of agents who leave: the many by a job, tasks and duties on the day itself."""

from __future__ import annotations

from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job, periodic

from .models import Departure, Handover
from .services.leaving import acting, carry_out, move_work


@job("dossiers.departure")
def departure(ref: JobRef) -> None:
    """More files than one waits for. Safe to repeat: a file that is handed over is not handed over again."""
    found = Departure.unscoped.select_related("account", "planned_by").get(pk=ref.subject.id)
    carry_out(actor=acting(found), departure=found)


@periodic("dossiers.departures", "15 0 * * *")
def departures(ref: JobRef) -> None:
    """On the first day without the agent, the work that is still to do goes to the successors."""
    rows = Departure.unscoped.filter(worked_at__isnull=True, on__lte=clock.today()).select_related("account", "planned_by")
    for found in rows.order_by("on", "pk")[:100]:
        if not Handover.unscoped.filter(departure=found, done_at__isnull=True, refused="").exists():
            move_work(actor=system_actor("departures"), departure=found)
