from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Anchor, Fact
from parvis.kernel.subject import SubjectRef

from ..enums import AgentFactKind


class AgentProfile(Anchor):
    """What an agent is good at and may take on. Nothing dated here: each aspect is an ``AgentFact``."""

    personal_data = "identity"

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Anchor.Meta):
        ordering = ["pk"]
        verbose_name = _("agent")

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("agent_profile", self.pk)


class AgentFact(Fact):
    """A speciality with its share in percent and the most files of it, a spoken language, the most files in all, an absence without its reason."""

    personal_data = "identity"
    scoped_by = "profile"

    profile = models.ForeignKey(AgentProfile, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=10, choices=AgentFactKind.choices)
    code = models.CharField(max_length=12, blank=True)
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    quota = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(Fact.Meta):
        ordering = ["profile", "kind", "code", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "kind", "code", "valid_from", "live"], name="dossiers_agent_fact_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_agent_fact_period"),
            models.CheckConstraint(condition=Q(share__isnull=True) | Q(share__gte=1, share__lte=100), name="dossiers_agent_fact_share"),
        ]
        indexes = [models.Index(fields=["profile", "live", "kind"], name="dossiers_agent_fact_live")]
        verbose_name = _("fact about an agent")
