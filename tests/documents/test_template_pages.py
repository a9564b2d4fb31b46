"""Letter templates edited on a page: looked at with an example, every fault with its line, published as the next number (A9, A14)."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parvis.documents.errors import DocumentError
from parvis.documents.letters.drafting import current_template, draft_letter
from parvis.documents.letters.source import Unreadable, places, read, written
from parvis.documents.models import LetterTemplate
from parvis.documents.services.template_texts import check_text, publish_text
from parvis.documents.services.templates import load_reference, reference
from parvis.dossiers.services import custom
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from tests.identity.factories import an_account
from tests.support import actor

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")
KEY = "one_off.grant"
ADMIN = actor("administrator", account_id=90, label="David Kaiser")


@pytest.fixture(autouse=True)
def seeds() -> None:
    load_reference(actor=ROOT)


@pytest.fixture
def admin(client):
    client.force_login(an_account("administrator"))
    return client


def text_of(key: str = KEY) -> str:
    return written(current_template(key).definition)


def changed(text: str, before: str, after: str) -> str:
    assert before in text
    return text.replace(before, after)


def test_every_template_that_comes_along_is_the_same_after_it_was_written_and_read() -> None:
    for key, definition in reference().items():
        assert read(written(definition)) == definition, key
        assert check_text(key, written(definition)).found == [], key
    odd = {"title": {"fr": 'dit "là"'}, "blocks": [{"key": "a", "text": {"fr": 'trois """ et \\ ici\nfin'}}]}
    assert read(written(odd)) == odd


def test_what_cannot_be_read_says_the_line() -> None:
    with pytest.raises(Unreadable) as refused:
        read('title.fr = "a"\n\nsubject.fr = oui\n')
    assert refused.value.line == 3
    (found,) = check_text(KEY, 'title.fr = "a"\n\nsubject.fr = oui\n').found
    assert found.lines == (3,)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{amount}", "{amout}", "{amout} n’est pas un champ de cette lettre. Vouliez-vous dire {amount} ?"),
        ("{amount}", "{Montant dû}", "{Montant dû} n’est pas un champ de cette lettre."),
        ("{amount}", "{amount", "une accolade { ou } est seule"),
        ('kind = "free"', 'kind = "libre"', "type inconnu"),
        ("required = ", "requred = ", "requred"),
    ],
)
def test_each_fault_is_told_with_its_block_and_lines(before: str, after: str, said: str) -> None:
    from django.utils import translation

    text = changed(text_of(), before, after)
    with translation.override("fr"):
        found = check_text(KEY, text).found
    assert any(said in one.text for one in found), [one.text for one in found]
    one = next(one for one in found if said in one.text)
    assert one.lines and all(
        after.split("\n")[0] in text.split("\n")[line - 1] or "[[blocks]]" in text.split("\n")[line - 1] for line in one.lines
    )
    with pytest.raises(DocumentError):
        publish_text(actor=ADMIN, key=KEY, text=text, after=1)
    assert LetterTemplate.objects.filter(key=KEY).count() == 1


def test_a_field_in_one_language_only_names_its_block() -> None:
    text = text_of()
    definition = read(text)
    block = next(one for one in definition["blocks"] if "{amount}" in one.get("text", {}).get("nl", ""))
    block["text"]["nl"] = block["text"]["nl"].replace("{amount}", "")
    (found,) = check_text(KEY, written(definition)).found
    assert "{amount}" in found.text and block["key"] in found.text and len(found.lines) == 3


def test_places_are_counted_within_the_block() -> None:
    text = 'a = 1\n\n[[blocks]]\nkey = "one"\ntext.fr = "{x}"\n\n[[blocks]]\nkey = "two"\ntext.fr = "{x}"\n'
    assert (places(text, "two", "{x}"), places(text, "one"), places(text, "", "{x}"), places(text, "three", "{x}")) == (
        [9],
        [3],
        [5, 9],
        [],
    )


def test_an_administrator_changes_a_letter_and_the_next_one_says_so_while_old_ones_stay(admin) -> None:
    """A9 and A14: a new sentence and a field that the centre made without code."""
    kind = custom.general_kind(actor=ROOT)
    custom.add_section(actor=ROOT, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other")
    custom.add_field(
        actor=ROOT, kind=kind, section="energy", label={"fr": "Tuteur énergie", "en": "Energy tutor"}, type="text", data_class="social"
    )
    before = draft_letter(KEY, "fr", {})
    url = reverse("documents:template_new", args=[KEY])
    page = admin.get(url)
    text = page.context["form"].initial["source"]
    assert text == text_of() and "{own_energy_tutor}" in page.content.decode()
    definition = read(text)
    for language, words in {
        "fr": "Votre tuteur énergie",
        "nl": "Uw energiecoach",
        "de": "Ihr Energietutor",
        "en": "Your energy tutor",
    }.items():
        definition["blocks"][0]["text"][language] += f"\n\n{words}: {{own_energy_tutor}}."
    looked = admin.post(url, {"source": written(definition), "after": 1, "look": "1", "idempotency_key": "a" * 32})
    html = looked.content.decode()
    assert looked.status_code == 200 and "[Énergie · Tuteur énergie]" in html and "Ihr Energietutor" in html and 'name="publish"' in html
    assert LetterTemplate.objects.filter(key=KEY).count() == 1  # looking publishes nothing
    assert admin.post(url, {"source": written(definition), "after": 1, "publish": "1", "idempotency_key": "a" * 32}).status_code == 303
    row = current_template(KEY)
    assert (row.number, row.definition) == (2, definition)
    assert "Nadia" in draft_letter(KEY, "fr", {"own_energy_tutor": "Nadia"})[0].text
    assert draft_letter(KEY, "fr", {}, number=1) == before
    shown = admin.get(reverse("documents:template", args=[KEY])).content.decode()
    assert "Votre tuteur énergie" in shown and "?number=1" in shown
    assert "Votre tuteur énergie" not in admin.get(reverse("documents:template", args=[KEY]), {"number": "1"}).content.decode()


def test_a_file_replaces_the_text_and_its_faults_come_back_with_it(admin) -> None:
    url = reverse("documents:template_new", args=[KEY])
    source = admin.get(reverse("documents:template_source", args=[KEY, 1]))
    assert source.content.decode() == text_of() and 'filename="one_off.grant-1.toml"' in source["Content-Disposition"]
    wrong = SimpleUploadedFile("x.toml", changed(text_of(), "{amount}", "{amout}").encode())
    refused = admin.post(url, {"source": "", "file": wrong, "after": 1, "publish": "1", "_idempotency": "a"})
    html = refused.content.decode()
    assert refused.status_code == 422 and "{amout}" in html and 'id="faults"' in html
    assert refused.context["form"].initial["source"] == changed(text_of(), "{amount}", "{amout}")
    binary = SimpleUploadedFile("x.toml", b"\xff\xfe\x00")
    assert admin.post(url, {"file": binary, "after": 1, "look": "1", "_idempotency": "b"}).status_code == 422
    assert admin.post(url, {"source": " ", "after": 1, "look": "1", "_idempotency": "c"}).status_code == 422
    assert LetterTemplate.objects.filter(key=KEY).count() == 1


def test_two_who_publish_the_second_is_told(admin) -> None:
    first, second = changed(text_of(), "{salutation}", "{salutation} A"), changed(text_of(), "{salutation}", "{salutation} B")
    publish_text(actor=ADMIN, key=KEY, text=first, after=1)
    late = admin.post(reverse("documents:template_new", args=[KEY]), {"source": second, "after": 1, "publish": "1", "_idempotency": "a"})
    assert late.status_code == 422 and "entre-temps" in late.content.decode()
    assert current_template(KEY).number == 2
    assert late.context["form"].initial["source"] == second  # what was typed is not lost


def test_only_the_administration_of_the_whole_centre(client) -> None:
    for who in ("social_worker", "chief", "committee_secretary"):
        client.force_login(an_account(who))
        for name, args in (("templates", []), ("template", [KEY]), ("template_new", [KEY]), ("template_source", [KEY, 1])):
            assert client.get(reverse(f"documents:{name}", args=args)).status_code == 404
    with pytest.raises(NotAllowed):
        publish_text(actor=actor("chief", account_id=5), key=KEY, text=changed(text_of(), "{salutation}", "Bonjour"), after=1)
    client.force_login(an_account("administrator"))
    assert client.get(reverse("documents:template", args=["no.such"])).status_code == 404
    assert client.get(reverse("documents:template_source", args=[KEY, 9])).status_code == 404
    assert KEY in client.get(reverse("documents:templates")).content.decode()


def test_every_template_can_be_looked_at_with_the_example(admin) -> None:
    for key in reference():
        html = admin.get(reverse("documents:template", args=[key])).content.decode()
        assert html.count('<article class="paper"') == 4, key
