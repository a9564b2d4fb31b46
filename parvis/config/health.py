"""Is the instance well? Database, migrations known, jobs failed or late."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from parvis import __version__


def response() -> HttpResponse:
    """200 when the database answers, 503 when not. Counts only, no data of persons."""
    from parvis.kernel.models import Job

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = Job.objects.filter(state=Job.State.QUEUED).count()
        failed = Job.objects.filter(state=Job.State.FAILED).count()
    except DatabaseError as error:
        return JsonResponse({"ok": False, "version": __version__, "database": type(error).__name__}, status=503)
    return JsonResponse({"ok": True, "version": __version__, "database": connection.vendor, "jobs_waiting": waiting, "jobs_failed": failed})
