"""Lawful destruction: an account goes with its person, and forgets the requests that are destroyed; one that held nothing else goes too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target, chunks
from parvis.kernel.registries import Eraser

from .models import CitizenAccount, CitizenDraft, CitizenRequest, MailCode


def _erase(target: Target) -> None:
    what = gettext_noop("Accounts of citizens")
    for part in chunks(target.ids("request")):
        accounts = set(CitizenRequest.objects.filter(request__in=part).values_list("account_id", flat=True))
        target.delete(what, CitizenRequest.objects.filter(request__in=part))
        MailCode.objects.filter(request__in=part).delete()
        # A code opened it for these requests alone: nothing is left that it could show.
        bare = CitizenAccount.objects.filter(pk__in=accounts, person__isnull=True, kept__isnull=True, drafts__isnull=True)
        target.delete(what, CitizenAccount.objects.filter(pk__in=list(bare.values_list("pk", flat=True))))
    for part in chunks(target.ids("draft")):
        CitizenDraft.objects.filter(draft__in=part).delete()


registries.erasers.register(
    "portal",
    Eraser(
        title=_("Accounts of citizens"),
        order=15,
        erase=_erase,
        holds={
            "portal.CitizenAccount": "gone, with the person",
            "portal.OpeningCode": "gone, with the person",
            "portal.CitizenRequest": "gone",
            "portal.CitizenDraft": "gone",
            "portal.MailCode": "gone",
        },
    ),
)
