"""The letter head: published in numbered versions, its logo checked by content and drawn anew."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from parvis.documents.access import may_publish_templates
from parvis.documents.errors import DocumentError, UploadRefused
from parvis.documents.letters import head as heads
from parvis.documents.models import LetterHead
from parvis.documents.sniffing import sniff
from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

MOST_LINES = 5
LONGEST_LINE = 90
MOST_BYTES = 5 * 1024 * 1024
MOST_KEPT = 400 * 1024
BOX = (1200, 480)


@dataclass(frozen=True)
class NewLogo:
    """A logo drawn anew: nothing but its points is left of what was sent."""

    png: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.png).hexdigest()


def logo_from(data: bytes, name: str) -> NewLogo:
    """A PNG or JPEG, whatever its name says, made small enough for a letter.

    Raises:
        UploadRefused: no such picture, damaged, or too large.
    """
    from PIL import Image

    if len(data) > MOST_BYTES:
        raise UploadRefused(_("“%(name)s” is larger than 5 MB. Choose a smaller picture.") % {"name": name}, code="size")
    sniff(data, name, kinds=("png", "jpeg"))
    picture: Any = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
    picture = picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB")
    picture.thumbnail(BOX)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    if out.tell() > MOST_KEPT:  # a photograph rather than a logo: fewer colours
        out = io.BytesIO()
        picture.quantize(128).save(out, "PNG", optimize=True)
    return NewLogo(out.getvalue(), picture.width, picture.height)


def head_faults(name: str, lines: Sequence[str], email: str) -> Iterator[tuple[str, str]]:
    """What is wrong, as (field, text), each line by its number."""
    if not name.strip():
        yield "name", _("A letter needs the name of who sends it.")
    if len(lines) > MOST_LINES:
        yield "lines", _("At most %(n)s lines: the window of the envelope is below.") % {"n": MOST_LINES}
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            yield "lines", _("Line %(number)s is longer than %(n)s characters.") % {"number": number, "n": LONGEST_LINE}
    for number, text in [(0, name), *enumerate(lines, start=1)]:
        for found in re.findall(r"\{[^{}]*\}?|\}", text):
            place = _("Line %(number)s") % {"number": number} if number else _("Name")
            yield (
                ("lines" if number else "name"),
                _("%(place)s: “%(found)s” would be printed as it stands. The letter head takes no fields.")
                % {
                    "place": place,
                    "found": found,
                },
            )
    if email:
        try:
            validate_email(email)
        except ValidationError:
            yield "email", _("This is not an e-mail address.")


@gesture
def publish_letter_head(
    *,
    actor: Actor,
    name: str,
    lines: Sequence[str],
    phone: str = "",
    email: str = "",
    logo: NewLogo | None = None,
    keep_logo: bool = True,
    after: int = 0,
) -> LetterHead:
    """Publish the next version; the same again gives the one that exists. Letters made before keep theirs.

    Args:
        logo: a new picture; None keeps the one in force, or with ``keep_logo=False`` leaves it out.
        after: the number that the author had before them, 0 when there was none.

    Raises:
        NotAllowed: not an administrator of the whole centre.
        DocumentError: a fault, or somebody published in the meantime.
    """
    if not may_publish_templates(actor):
        raise NotAllowed(_("Only an administrator publishes a letter template."))
    name, lines = " ".join(name.split())[:120], [" ".join(line.split()) for line in lines if line.strip()]
    phone, email = " ".join(phone.split())[:40], email.strip()[:120]
    for field, text in head_faults(name, lines, email):
        raise DocumentError(text, field=field, code="head")
    before = LetterHead.objects.order_by("-number").first()
    if (before.number if before else 0) != after:
        raise DocumentError(_("Somebody published another version in the meantime. Look at it before you publish yours."), code="stale")
    png, sha, width, height = None, "", 0, 0
    if logo is not None:
        png, sha, width, height = logo.png, logo.sha256, logo.width, logo.height
    elif keep_logo and before is not None and before.logo is not None:
        png, sha, width, height = bytes(before.logo), before.logo_sha256, before.logo_width, before.logo_height
    digest = canonical.digest({"name": name, "lines": lines, "phone": phone, "email": email, "logo": sha})
    if before is not None and before.digest == digest:
        return before
    row = LetterHead.objects.create(
        number=after + 1,
        name=name,
        lines=lines,
        phone=phone,
        email=email,
        logo=png,
        logo_sha256=sha,
        logo_width=width,
        logo_height=height,
        digest=digest,
        published_at=clock.now(),
        author_label=actor.label[:191],
    )
    mutations.record(
        "context:documents",
        actor=actor,
        verb="letter_head.published",
        subject=SubjectRef("letter_head", row.pk),
        values={"number": row.number, "name": name, "lines": lines, "phone": phone, "email": email, "logo": sha},
    )
    heads.forget()
    return row
