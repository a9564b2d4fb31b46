"""One mailing of the demonstration: the hours of the holidays, by letter and by e-mail, with one refusal of a mail server and one person who
wants no post.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from parvis.config.mail import REFUSED
from parvis.contacts.api import add_point, letter_language, set_language
from parvis.dossiers.models import Dossier
from parvis.kernel import clock
from parvis.mailings import services
from parvis.mailings.models import Mailing
from parvis.mailings.selectors import plans, summary

from . import stage

if TYPE_CHECKING:
    from .stories import Company

UNIT = "SSG-NORD"
MOST = 14
FEWEST = 5
TITLE = "Heures d’ouverture pendant les fêtes"
TEXTS = {
    "fr": {
        "subject": "Nos heures d’ouverture pendant les fêtes",
        "text": "Bonjour {name},\n\nle centre est fermé du 24 décembre à midi au 2 janvier. Pour une **aide urgente**, la permanence répond "
        "chaque jour de 9 à 12 heures. Les paiements de janvier partent comme d’habitude.",
    },
    "de": {
        "subject": "Unsere Öffnungszeiten über die Feiertage",
        "text": "Guten Tag {name},\n\ndas Zentrum ist vom 24. Dezember mittags bis zum 2. Januar geschlossen. In **dringenden Fällen** ist der "
        "Bereitschaftsdienst täglich von 9 bis 12 Uhr erreichbar. Die Zahlungen im Januar gehen wie gewohnt hinaus.",
    },
}


def script(company: Company) -> Iterator[datetime]:
    cal = company.calendar
    yield cal.at(2, 9, 20)
    ids = [play.request.dossier_id for play in company.plays if play.request is not None and play.case.unit == UNIT]
    rows = list(Dossier.unscoped.filter(pk__in=[pk for pk in ids if pk], status="open").select_related("lead").order_by("pk")[:MOST])
    if len(rows) < FEWEST:
        return
    worker = stage.agent(stage.WORKERS[UNIT])
    _wishes(rows)
    draft = services.start(actor=worker, dossiers=[row.pk for row in rows])
    written = services.write(
        actor=worker, mailing=draft, title=TITLE, means="preferred", texts=TEXTS, harmless=True, expected=draft.version
    )
    going = summary(plans(worker, written, clock.today())).goes
    services.confirm(actor=worker, mailing=written, expected=Mailing.unscoped.get(pk=written.pk).version, going=going)
    yield cal.at(2, 9, 40)  # the e-mails leave


def _wishes(rows: list[Dossier]) -> None:
    """Three want e-mail, one of them at an address that refuses; the last one wants no post and gives no address."""
    actor, today = stage.system(), clock.today()
    for row, where in zip(rows[:3], ("courriel.example", "courriel.example", REFUSED.lstrip("@")), strict=True):
        add_point(actor=actor, person=row.lead, kind="email", value=f"dossier.{row.pk}@{where}", valid_from=today)
        set_language(actor=actor, person=row.lead, language=letter_language(row.lead_id), valid_from=today, channel="email")
    last = rows[-1].lead
    set_language(actor=actor, person=last, language=letter_language(last.pk), valid_from=today, no_post=True)
