from __future__ import annotations

from django.db import models


class LetterHead(models.Model):
    """A numbered version of what stands at the top of every letter: name, lines, telephone, e-mail and a logo (a PNG made anew from the picture
    that was sent). Append-only: a letter under way names the version it was made with. Without any, the instance's settings say it.
    """

    personal_data = "none"

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    lines = models.JSONField(default=list)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)
    logo = models.BinaryField(null=True)
    logo_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    logo_width = models.PositiveIntegerField(default=0)
    logo_height = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    author_label = models.CharField(max_length=191, blank=True)

    class Meta:
        ordering = ["-number", "-pk"]

    def __str__(self) -> str:
        return str(self.number)
