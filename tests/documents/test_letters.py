"""Letters: drafted from facts, checked for the mandatory mentions, changed only where they may be."""

from __future__ import annotations

from datetime import date

import pytest

from parvis.documents.api import (
    BlockLocked,
    DocumentError,
    LetterTemplate,
    UnknownTemplate,
    abbreviations,
    block_html,
    blocks_diff,
    blocks_from_json,
    blocks_to_json,
    check_list,
    complete_letter,
    draft_letter,
    edit_block,
    fields_of,
    load_reference,
    missing_mentions,
    publish_template,
    redraft_letter,
    render_changes_html,
    render_letter_html,
    stock_text_only,
    subject_line,
    word_diff,
    words_html,
)
from parvis.documents.letters.blocks import Block
from parvis.documents.letters.markup import parse, plain
from parvis.documents.models.templates import TemplateFrozen
from parvis.documents.services.templates import reference, template_faults
from parvis.kernel.errors import NotAllowed
from tests.documents.factories import ADMINISTRATOR, FACTS_FR, SYSTEM, WORKER, envelope, letter

S = "\u00a0"
TEMPLATES = sorted(reference())
REFUSAL = {
    "ground": {
        "fr": "vos ressources dépassent le montant de votre catégorie",
        "de": "Ihre Einkünfte übersteigen den Betrag Ihrer Kategorie",
    },
    "ground_article": {"fr": "article 3, 4°", "de": "Artikel 3 Nummer 4"},
}


def keys(missing: list) -> list[str]:
    return [mention.key for mention in missing]


# Templates ---------------------------------------------------------------------------------------------------------------


def test_the_letters_of_the_path_are_seeded() -> None:
    wanted = {
        "ris.grant",
        "ris.refusal",
        "ris.continuation",
        "one_off.grant",
        "advance.grant",
        "urgent.grant",
        "urgent.ratification",
        "recovery.claim",
    }
    assert wanted <= set(TEMPLATES)


@pytest.mark.parametrize("key", TEMPLATES)
def test_each_is_complete_in_four_languages_with_the_same_fields(key: str) -> None:
    assert template_faults(reference()[key]) == []


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_no_seeded_text_has_an_abbreviation(language: str) -> None:
    for definition in reference().values():
        blocks = [
            Block(b["key"], b["kind"], language, b.get("text", {}).get(language, ""), b.get("heading", {}).get(language, ""))
            for b in definition["blocks"]
        ]
        assert abbreviations(blocks) == []


@pytest.mark.django_db
def test_loading_twice_publishes_nothing_new() -> None:
    assert load_reference(actor=SYSTEM) == len(TEMPLATES)
    assert load_reference(actor=SYSTEM) == 0


def test_a_published_template_never_changes_and_a_new_number_leaves_old_letters_alone(templates: None) -> None:
    old = letter()
    definition = reference()["ris.grant"]
    definition["blocks"][-1]["text"] = {code: "A new ending." for code in ("fr", "nl", "de", "en")}
    row = publish_template(actor=ADMINISTRATOR, key="ris.grant", definition=definition)
    assert row.number == 2
    assert publish_template(actor=ADMINISTRATOR, key="ris.grant", definition=definition).number == 2
    assert old[-1].text == "Nous vous prions d’agréer nos salutations distinguées."
    assert letter()[-1].text == "A new ending."
    assert redraft_letter(old, {})[-1].text == old[-1].text  # a draft keeps the number it began with
    row.number = 9
    with pytest.raises(TemplateFrozen):
        row.save()


def test_a_bad_template_is_refused_with_every_fault_named(templates: None) -> None:
    definition = reference()["ris.grant"]
    definition["blocks"][1]["text"]["nl"] = "Zonder veld."
    definition["blocks"][2]["mentions"] = ["no_such_mention"]
    with pytest.raises(DocumentError) as refusal:
        publish_template(actor=ADMINISTRATOR, key="ris.grant", definition=definition)
    assert "amount" in str(refusal.value) and "no_such_mention" in str(refusal.value)
    assert LetterTemplate.objects.filter(key="ris.grant").count() == 1


def test_only_an_administrator_publishes(templates: None) -> None:
    with pytest.raises(NotAllowed):
        publish_template(actor=WORKER, key="x", definition=reference()["ris.grant"])
    assert not LetterTemplate.objects.filter(key="x").exists()


def test_an_unknown_template_says_what_to_do(db: None) -> None:
    with pytest.raises(UnknownTemplate):
        draft_letter("nothing", "fr", {})


# Drafting -----------------------------------------------------------------------------------------------------------------


def test_french_grant_reads_as_one_letter(templates: None) -> None:
    text = "\n".join(block.text for block in letter())
    assert (
        "Le 13 février 2026, vous avez demandé le revenu d’intégration. Le comité spécial du service social a examiné votre demande le 11 mars 2026."
        in text
    )
    assert f"catégorie 2, personne isolée, à partir du 1er février 2026. Il est de **1{S}044,51{S}€ par mois**." in text
    assert (
        "CSSS 2026/0211" in text
        and "dans les trois mois" in text
        and "Tribunal du travail de Liège, place Saint-Lambert 30, 4000 Liège" in text
    )


def test_before_the_decision_its_date_and_number_are_pending_and_nothing_else(templates: None) -> None:
    blocks = letter(decided=False)
    assert {name for block in blocks for name in block.pending} == {"decided_on", "decision_number"}
    assert missing_mentions(blocks) == []
    assert keys(missing_mentions(blocks, final=True)) == ["decision_data"]
    assert missing_mentions(letter(), final=True) == []


def test_completing_changes_no_other_word(templates: None) -> None:
    before = letter(decided=False)
    after = complete_letter(before, {"decision_number": "CSSS 2026/0211"})
    assert [c.state for c in blocks_diff(before, after)].count("changed") == 1
    assert ("+", "CSSS 2026/0211") in next(c.words for c in blocks_diff(before, after) if c.state == "changed")


@pytest.mark.parametrize(
    ("fact", "mention"), [("reference", "file_reference"), ("contact", "contact_person"), ("category", "category"), ("from_on", "category")]
)
def test_a_missing_fact_takes_its_mention_away(templates: None, fact: str, mention: str) -> None:
    assert mention in keys(missing_mentions(letter(**{fact: None})))


def test_without_the_court_the_letter_may_not_leave(templates: None, settings: object) -> None:
    settings.PARVIS = {**settings.PARVIS, "court": "Tribunal du travail de Liège"}  # type: ignore[attr-defined]
    blocks = [b for b in letter() if b.key != "appeal_ris"]
    assert keys(missing_mentions(blocks)) == ["appeal_court", "appeal_address", "appeal_term", "appeal_not_suspensive"]


def test_without_the_computation_the_method_is_missing(templates: None) -> None:
    blocks = letter(computed=None, amount=None)
    assert "method" in keys(missing_mentions(blocks)) and "amount" in keys(missing_mentions(blocks))


def test_abbreviations_are_found_and_named(templates: None) -> None:
    blocks = edit_block(letter(), "facts", "Le CPAS a reçu l'art. 60 et le RIS, voir CSSS 2026/0211.")
    (mention,) = missing_mentions(blocks)
    assert mention.key == "no_abbreviations" and mention.detail == "CPAS, art., RIS"


def test_the_check_list_says_present_or_missing_for_each(templates: None) -> None:
    items = {item["key"]: item["state"] for item in check_list(letter(contact=None))}
    assert items["contact_person"] == "bad" and items["appeal_term"] == "ok" and len(items) == 14


@pytest.mark.parametrize("key", TEMPLATES)
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_given_all_its_facts_each_letter_carries_all_its_mentions(templates: None, key: str, language: str) -> None:
    facts = {name: f"{name} 12" for name in fields_of(key)["given"]} | {
        "category": "2",
        "facts_text": FACTS_FR + " Vu le 12/03/2026 par Amélie Lambrecht.",
    }
    assert missing_mentions(letter(key, language, **facts), final=True) == []


def test_subject_line_is_in_the_language_of_the_letter(templates: None) -> None:
    assert subject_line(letter(language="de", golden=1)) == "Ihr Eingliederungseinkommen: unsere Entscheidung"


# Refusals (F4) -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Vous ne remplissez pas les conditions de la loi.",
        "Votre dossier a été examiné avec attention. Vous ne remplissez pas les conditions de la loi. Vos ressources sont suffisantes. "
        "Votre demande n’est pas fondée. Votre situation ne justifie pas une aide. Vous n’êtes pas dans le besoin.",
        "non",
    ],
)
def test_a_refusal_made_of_stock_sentences_is_caught(templates: None, text: str) -> None:
    blocks = edit_block(letter("ris.refusal", **REFUSAL), "facts", text)
    assert stock_text_only(blocks)
    assert "facts_of_person" in keys(missing_mentions(blocks))


def test_a_refusal_with_the_facts_of_this_person_passes(templates: None) -> None:
    text = "Vous ne remplissez pas les conditions de la loi. Depuis le 1er février 2026, vous travaillez à temps plein chez Lenz et recevez 2 150 euros nets par mois."
    blocks = edit_block(letter("ris.refusal", **REFUSAL), "facts", text)
    assert not stock_text_only(blocks)
    assert keys(missing_mentions(blocks)) == ["right_to_be_heard"]  # nobody noted that the person was told: the letter does not say so
    told = {"informed_on": date(2026, 2, 20), "informed_by": {"fr": "par lettre"}}
    blocks = edit_block(letter("ris.refusal", **REFUSAL, **told), "facts", text)
    assert missing_mentions(blocks) == []


def test_in_german_capitals_prove_nothing(templates: None) -> None:
    vague = "Ihre Lage wurde von unserem Dienst geprüft und die Gründe der Ablehnung ergeben sich aus dem Bericht der Untersuchung und der Akte."
    blocks = edit_block(letter("ris.refusal", "de", **REFUSAL), "facts", vague)
    assert stock_text_only(blocks)


# Editing ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["calculation", "appeal_ris", "opening", "nothing"])
def test_law_and_computation_are_not_typed(templates: None, key: str) -> None:
    blocks = letter()
    with pytest.raises(BlockLocked):
        edit_block(blocks, key, "1 500 euros")
    assert blocks == letter()


def test_fresh_facts_keep_what_was_typed(templates: None) -> None:
    typed = edit_block(letter(decided=False), "facts", "My own words about this person.")
    fresh = redraft_letter(typed, {"category": "1", "from_on": None})
    assert next(b.text for b in fresh if b.key == "facts") == "My own words about this person."
    assert "catégorie 1, personne cohabitante" in next(b.text for b in fresh if b.key == "ris_granted")


def test_blocks_survive_json(templates: None) -> None:
    assert blocks_from_json(blocks_to_json(letter())) == letter()


def test_typed_pending_marks_and_fields_are_only_text(templates: None) -> None:
    blocks = edit_block(letter(), "facts", "⟦amount⟧ {amount} {0} %s")
    block = next(b for b in blocks if b.key == "facts")
    assert block.pending == () and block.text == "[amount] {amount} {0} %s"
    assert missing_mentions(complete_letter(blocks, {"amount": "9"}))[:1] == []


def test_a_fact_cannot_format_the_letter(templates: None) -> None:
    blocks = letter(contact="**Eve**\n\n- {reference} ⟦court⟧")
    block = next(b for b in blocks if b.key == "explanations")
    assert "Votre personne de contact est Eve - {reference} [court]," in block.text


# Markdown -----------------------------------------------------------------------------------------------------------------


def test_markdown_is_paragraph_list_bold_and_nothing_more() -> None:
    parts = parse("One **two**\nthree\n\n- a\n- b **c**\n\n# not a heading\n\n[x](javascript:alert(1)) `code` <b>y</b>")
    assert [part.kind for part in parts] == ["p", "ul", "p", "p"]
    assert [(s.text, s.bold) for s in parts[0].items[0]] == [("One ", False), ("two", True), (" three", False)]
    assert plain("# not **a** heading") == "# not a heading"


def test_nothing_typed_becomes_a_tag(templates: None) -> None:
    attack = "<script>alert(1)</script> **<img src=x onerror=alert(1)>** [a](javascript:alert(1))\n\n- <svg/onload=alert(1)>"
    html = render_letter_html(edit_block(letter(contact='"><script>x</script>'), "facts", attack), envelope(recipient=("<b>Eve</b>",)))
    for tag in ("<script", "<img", "<svg/", "<b>", "<a "):
        assert tag not in html.replace("<svg class", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <strong>&lt;img src=x onerror=alert(1)&gt;</strong>" in html


def test_html_is_the_paper_of_the_mock(templates: None) -> None:
    html = render_letter_html(letter(decided=False), envelope(draft=True))
    assert html.startswith('<article class="paper paper--draft" lang="fr"')
    for piece in (
        '<div class="lethead">',
        '<p class="letaddr">',
        '<div class="calc">',
        '<span class="pend">date de la décision',
        "<h2>Comment nous avons calculé</h2>",
    ):
        assert piece in html
    assert f'<td class="amount">1{S}044,51{S}€</td>' in html


def test_a_letter_that_is_read_does_not_say_that_its_figures_still_move(templates: None) -> None:
    """That a computation follows the facts is told where it is written; a printed draft says so in the language of the letter."""
    computed = next(block for block in letter() if block.kind == "computed")
    assert "se met à jour avec le budget" in block_html(computed)
    html = render_letter_html(letter(), envelope(draft=True))
    assert ("se met à jour" in html, '<span class="calc-tag">' in html, 'data-draft="Projet, non notifié"' in html) == (False, True, True)
    assert "data-draft" not in render_letter_html(letter(), envelope())


# Differences ----------------------------------------------------------------------------------------------------------------


def test_word_difference() -> None:
    before, after = "Votre fille habite à Namur récemment.", "Votre fille Inès habite à Namur."
    words = word_diff(before, after)
    assert words == [("=", "Votre fille"), ("+", " Inès"), ("=", " habite à Namur"), ("-", " récemment"), ("=", ".")]
    assert "".join(t for op, t in words if op != "+") == before
    assert "".join(t for op, t in words if op != "-") == after


def test_differences_are_escaped(templates: None) -> None:
    assert words_html(word_diff("a", "a <script>")) == "a<ins> &lt;script&gt;</ins>"
    html = render_changes_html(letter(), edit_block(letter(), "facts", "Other words."))
    assert "<del>" in html and "<ins>" in html
