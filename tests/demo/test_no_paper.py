"""No intermediate storage (C9): no step asks to print, and no paper lies between two desks. That the queues are empty at the end: test_story."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from lxml import etree

from parvis.documents.models import Document
from parvis.documents.services import orphans
from parvis.kernel import registries
from parvis.workflows.models import WorkItem
from tests.architecture import world as world_module

PACKAGE = Path(__file__).resolve().parents[2] / "parvis"
LANGUAGES = ("fr", "nl", "de", "en")
#: Words that ask for paper, in each language.
PRINT = {
    "fr": re.compile(r"\bimprim\w*|\bphotocop\w*|\bsur papier\b", re.I),
    "nl": re.compile(r"\bafdruk\w*|\bafgedrukt\w*|\bdruk\b[^.]*\baf\b|\bprint\w*|\bfotokopie\w*|\bop papier\b", re.I),
    "de": re.compile(r"\b(aus)?drucken\b|\b(aus)?gedruckt\w*|\bausdruck\b|\bfotokopie\w*|\bauf papier\b", re.I),
    "en": re.compile(r"\bprint\w*|\bphotocop\w*|\bon paper\b", re.I),
}
#: What may speak of printing: the paper that a person asks for at the counter, a list that somebody takes along. Neither is a step.
NOT_STEPS = {
    "aid": {
        "Print",
        "Print an attestation",
        "Printed if filled in. For example: housing company, transport subscription.",
        "Printed only if a decision in force covers every day. A copy stays in the file.",
        "They are printed from the dossier: “Attestation”, then “Print”.",
    },
}


def seeds() -> list[Path]:
    return sorted(PACKAGE.glob("*/seeds/*.bpmn"))


def told(element: Any) -> Iterator[tuple[str, str]]:
    """(language, text) of a step: its name, titles, helps and the words of its outcomes."""
    for key, value in element.attrib.items():
        name = etree.QName(key).localname
        if name == "name":
            yield "fr", value
        elif "_" in name and name.rsplit("_", 1)[1] in LANGUAGES:
            yield name.rsplit("_", 1)[1], value


def test_the_words_find_what_asks_to_print() -> None:
    asks = {"fr": "Imprimez la lettre", "nl": "Druk de brief af", "de": "Den Brief ausdrucken", "en": "Print the letter"}
    assert all(PRINT[language].search(text) for language, text in asks.items())
    assert not any(PRINT["de"].search(text) for text in ("ausdrücklich", "Eindruck", "mit Nachdruck"))


def test_no_step_of_a_process_asks_to_print() -> None:
    assert seeds()
    said = 0
    for path in seeds():
        for element in etree.parse(path).iter(etree.Element):
            for language, text in told(element):
                said += 1
                assert not PRINT[language].search(text), (path.name, language, text)
    assert said > 60


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", ["requests", "decisions", "aid", "workflows", "procedures"])
def test_no_text_of_the_path_asks_to_print(context: str, language: str) -> None:
    """Every text of the contexts that the steps run through, whatever the state in which it shows."""
    source = "fr" if language == "en" else language
    with (PACKAGE / context / "locale" / source / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file, locale=source):
            ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if not message.id or ids[0] in NOT_STEPS.get(context, set()):
                continue
            assert not [text for text in (ids if language == "en" else strings) if PRINT[language].search(text)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield world_module.build()
        transaction.set_rollback(True)


#: Who does each step of the seeded route.
DOERS = {
    "requests.identify": "clerk",
    "decisions.urgent": "president",
    "decisions.draft_proposal": "social_worker (referent)",
    "decisions.review": "chief (of the unit)",
    "decisions.opinion": "lawyer",
    "decisions.committee": "committee_secretary",
    "aid.pay": "payer",
    "decisions.notify": "committee_secretary",
    "aid.recover": "accountant",
}


def visible(page: str) -> str:
    """What a person reads of a page: the words of its main part, without the file's own letters."""
    main = page[page.index("<main") :] if "<main" in page else page
    main = re.sub(r"<(script|style|template)\b.*?</\1>", " ", main, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.django_db
def test_no_screen_of_a_step_asks_to_print(world: world_module.World, django_db_blocker: Any) -> None:
    """The pages themselves, as whoever does the step sees them, in the four languages."""
    steps = {
        element.get("screen") for path in seeds() for element in etree.parse(path).iter("{urn:parvis:bpmn}step") if element.get("screen")
    }
    assert steps == set(DOERS)
    looked = set()
    for item in WorkItem.unscoped.filter(screen__in=steps).order_by("-pk"):
        if item.screen in looked:
            continue
        client = Client()
        client.force_login(world.account(DOERS[item.screen]))
        url = registries.screens.get(item.screen).url(item.subject)
        for language in LANGUAGES:
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            answer = client.get(url, follow=True)
            if answer.status_code != 200:
                break
            text = visible(answer.content.decode())
            assert not PRINT[language].search(text), (item.screen, language, PRINT[language].findall(text))
            assert 'href="#icon-print"' not in answer.content.decode(), item.screen
        else:
            looked.add(item.screen)
    translation.activate("fr")
    assert looked == steps


@pytest.mark.django_db
def test_no_paper_of_the_played_files_is_an_orphan_but_the_one_laid_there(world: world_module.World, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert list(orphans.orphans().values_list("pk", flat=True)) == [world.things["orphan"].pk]
        assert Document.unscoped.count() > 10
