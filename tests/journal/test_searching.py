"""Notes in the one search: found in any spelling, explained, and never beyond what the reader may read (A12, B28, B40)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from parvis.identity.models import OwnPerson
from parvis.journal import api
from parvis.journal.models import Entry, EntryWord, Reading
from parvis.journal.search import search_entries
from parvis.kernel import clock, registries, wordindex
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db
BODY = "L’huissier annonce une expulsion pour loyers impayés"


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def write(centre, dossier, text: str, who: str = "worker", **more) -> Entry:
    return api.add_entry(actor=centre.actor(who), dossier=dossier, kind=more.pop("kind", "note"), text=text, **more)


def found(centre, query: str, who: str = "worker", limit: int = 15):
    return search_entries(centre.actor(who), query, limit)


@pytest.mark.db
@pytest.mark.parametrize("query", ["expulsion", "Expulsoin", "huissier loyer", "IMPAYES", "expuls"])
def test_a_note_is_found_in_any_spelling_and_says_by_which_words(centre, dossier, query: str) -> None:
    entry = write(centre, dossier, BODY)
    write(centre, dossier, "Rien à signaler aujourd’hui")
    (hit,) = found(centre, query)
    assert hit.url.startswith(reverse("journal:entry", args=[entry.uuid]))
    assert hit.title == f"{dossier.number} · Marie-Ange Nzeyimana-Vandenbroucke"
    assert {text for text, on in hit.pieces if on} & {"expulsion", "loyers", "huissier", "impayés"}
    assert "".join(text for text, _on in hit.pieces) == BODY


@pytest.mark.db
def test_every_word_typed_must_stand_in_the_note(centre, dossier) -> None:
    write(centre, dossier, BODY)
    assert found(centre, "expulsion piscine") == []


@pytest.mark.db
def test_what_is_written_as_typed_comes_first_then_the_latest(centre, dossier) -> None:
    first = write(centre, dossier, "Loier oublié")
    second = write(centre, dossier, "Un loyer en retard")
    third = write(centre, dossier, "Le loyer est payé")
    assert [hit.url.split("/")[3] for hit in found(centre, "loyer")] == [str(one.uuid) for one in (third, second, first)]


@pytest.mark.db
def test_a_restricted_note_is_found_by_its_author_only(centre, dossier) -> None:
    write(centre, dossier, "Crainte d’une rechute", restricted=True)
    assert [text for text, on in found(centre, "rechute")[0].pieces if on] == ["rechute"]
    # The chief reads it in the dossier, where the reading is written down: the search would tell a word of it without a trace.
    for who in ("chief", "colleague", "lawyer", "auditor", "clerk", "payer", "stranger", "member", "administrator"):
        assert found(centre, "rechute", who) == [], who


@pytest.mark.db
def test_another_service_and_a_class_that_is_closed_find_nothing(centre, dossier) -> None:
    write(centre, dossier, BODY)
    write(centre, dossier, "Diagnostic posé : fracture", data_class="health")
    assert found(centre, "expulsion", "stranger") == []
    assert found(centre, "expulsion", "payer") == []
    assert [bool(found(centre, "fracture", who)) for who in ("worker", "payer", "clerk", "stranger")] == [True, False, False, False]


def test_hidden_notes_change_neither_page_nor_count_of_others(client, centre, dossier) -> None:
    write(centre, dossier, "Visite : tout va bien")
    client.force_login(centre.colleague)
    before = client.get("/search/?q=rechute")
    write(centre, dossier, "Crainte d’une rechute", restricted=True)
    after = client.get("/search/?q=rechute")
    assert (before.context["total"], after.context["total"]) == (0, 0)
    assert [group.key for group in after.context["groups"]] == []
    assert "Crainte" not in after.content.decode()


@pytest.mark.db
def test_the_file_of_a_colleague_is_not_searched_and_not_in_the_list_of_acts(client, centre, dossier) -> None:
    write(centre, dossier, BODY, who="colleague", kind="call", minutes=10)
    other = make_dossier(centre, make_person("Autre", "Zoé", "1990-01-02"))
    write(centre, other, BODY, who="colleague", kind="call", minutes=5)
    client.force_login(centre.worker)
    assert client.get("/journal/acts/?agent=").context["totals"]["acts"] == len(found(centre, "expulsion")) == 2
    OwnPerson.objects.create(account=centre.stranger, person_id=dossier.lead_id, recorded_at=clock.now())
    (hit,) = found(centre, "expulsion")
    assert hit.title.startswith(other.number)
    page = client.get("/journal/acts/?agent=")
    assert page.context["totals"] == {"acts": 1, "minutes": 5, "cost": None}
    assert dossier.number not in page.content.decode()


def test_an_agent_who_is_on_file_finds_in_the_files_that_the_agent_follows(centre, dossier) -> None:
    write(centre, dossier, BODY)
    own = make_person("Soi", "Ève", "1970-01-02")
    for name in ("worker", "colleague"):
        OwnPerson.objects.create(account=getattr(centre, name), person_id=own.pk, recorded_at=clock.now())
        own = make_person("Soi", "Adam", "1971-01-02")
    assert (len(found(centre, "expulsion")), len(found(centre, "expulsion", "colleague"))) == (1, 0)


def test_the_search_page_marks_the_words_and_escapes_the_rest(client, centre, dossier) -> None:
    write(centre, dossier, "Un <script>loyer</script> en retard")
    client.force_login(centre.worker)
    text = client.get("/search/?q=loyer").content.decode()
    assert "Un &lt;script&gt;<mark>loyer</mark>&lt;/script&gt; en retard" in text


def test_the_page_of_a_note_opens_client_agent_and_partner(client, centre, dossier) -> None:
    entry = write(centre, dossier, BODY, minutes=25)
    client.force_login(centre.worker)
    page = client.get(reverse("journal:entry", args=[entry.uuid]) + "?q=expulsion")
    text = page.content.decode()
    assert "<mark>expulsion</mark>" in text
    assert reverse("dossiers:detail", args=[dossier.uuid]) in text
    assert f"{reverse('journal:activity')}?agent={centre.worker.pk}" in text
    client.force_login(centre.stranger)
    assert client.get(reverse("journal:entry", args=[entry.uuid])).status_code == 404


def test_opening_a_restricted_note_from_the_search_is_written_down(client, centre, dossier) -> None:
    entry = write(centre, dossier, "Crainte d’une rechute", restricted=True)
    client.force_login(centre.chief)
    client.get("/search/?q=rechute")
    assert not Reading.unscoped.filter(entry=entry).exists()
    client.get(reverse("journal:entry", args=[entry.uuid]))
    assert list(Reading.unscoped.filter(entry=entry).values_list("label", flat=True)) == ["Karim Benali"]


@pytest.mark.db
def test_words_are_written_with_the_note_and_once_each(centre, dossier) -> None:
    entry = write(centre, dossier, "Loyer, loyer et bail")
    keys = set(EntryWord.unscoped.filter(entry=entry).values_list("word_key", flat=True))
    assert keys == {wordindex.key_of("loyer"), wordindex.key_of("bail")}


def test_the_search_asks_as_much_for_one_note_as_for_ten(centre, dossier, django_assert_num_queries, django_assert_max_num_queries) -> None:
    write(centre, dossier, BODY)
    actor = centre.actor("worker")
    with django_assert_max_num_queries(6):
        search_entries(actor, "expulsion loyer", 15)
    for _number in range(9):
        write(centre, dossier, BODY)
    with django_assert_max_num_queries(6):
        assert len(search_entries(actor, "expulsion loyer", 15)) == 10


# Acts and partners --------------------------------------------------------------------------------------------------------
def test_acts_of_one_agent_on_one_client_in_a_year_with_their_sums(client, centre, dossier) -> None:
    other = make_dossier(centre, make_person("Autre", "Zoé", "1990-01-02"))
    write(centre, dossier, "Appel", kind="call", minutes=10)
    write(centre, dossier, "Visite", kind="visit", minutes=50)
    write(centre, dossier, "Appel d’une collègue", who="colleague", kind="call", minutes=5)
    write(centre, other, "Autre appel", kind="call", minutes=7)
    with_year = f"/journal/acts/?agent={centre.worker.pk}&year={clock.today().year}&q={dossier.number}"
    client.force_login(centre.worker)
    page = client.get(with_year)
    assert [(row.kind, row.acts, row.minutes) for row in page.context["sums"]] == [
        ("Visite à domicile", 1, 50),
        ("Appel téléphonique", 1, 10),
    ]
    assert page.context["totals"] == {"acts": 2, "minutes": 60, "cost": None}
    assert len(page.context["grid"].shown) == 2
    lines = b"".join(client.get(with_year + "&export=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len([line for line in lines if f";{dossier.number};" in line and "Amélie Lambrecht" in line]) == 2
    assert client.get("/journal/acts/?year=2019").context["totals"]["acts"] == 0


def test_acts_count_nothing_that_the_reader_may_not_read(client, centre, dossier) -> None:
    write(centre, dossier, "Appel", kind="call", minutes=10)
    write(centre, dossier, "Secret", restricted=True, minutes=90)
    for who, acts in (("worker", 2), ("chief", 2), ("colleague", 1), ("auditor", 1), ("stranger", 0)):
        client.force_login(getattr(centre, who))
        assert client.get("/journal/acts/?agent=").context["totals"]["acts"] == acts, who
    client.force_login(centre.member)
    assert client.get("/journal/acts/").status_code == 404


def test_sums_over_thousands_of_acts_are_told_for_a_minute_to_their_reader_alone(client, centre, dossier, monkeypatch) -> None:
    from parvis.journal.views import activity
    from parvis.kernel import lately

    lately.forget()
    monkeypatch.setattr(lately, "SLOW", -1)
    monkeypatch.setattr(lately, "KEEP", 60)
    write(centre, dossier, "Appel", kind="call", minutes=10)
    write(centre, dossier, "Secret", restricted=True, minutes=90)

    def acts(who: str) -> int:
        client.force_login(getattr(centre, who))
        return client.get("/journal/acts/?agent=").context["totals"]["acts"]

    assert (acts("worker"), acts("colleague")) == (2, 1)
    write(centre, dossier, "Autre appel", kind="call", minutes=5)
    assert (acts("worker"), acts("colleague")) == (3, 2)  # few: counted each time
    monkeypatch.setattr(activity, "MANY_ACTS", 1)
    assert (acts("worker"), acts("colleague")) == (3, 2)
    write(centre, dossier, "Encore un appel", kind="call", minutes=5)
    assert (acts("worker"), acts("colleague"), acts("stranger")) == (3, 2, 0)
    lately.forget()
    assert (acts("worker"), acts("colleague")) == (4, 3)
    lately.forget()


def test_contacts_with_one_partner_stand_in_one_list(client, centre, dossier) -> None:
    from tests.contacts.factories import make_organisation

    organisation = make_organisation("Clinique du Lac", kinds=["care"])
    client.force_login(centre.worker)
    sent = client.post(
        reverse("journal:add", args=[dossier.uuid]),
        {"kind": "call", "text": "Rendez-vous fixé", "partner_name": "clinique lac", "idempotency": "p1"},
    )
    assert sent.status_code == 303, sent.content.decode()[:2000]
    entry = Entry.unscoped.get(text="Rendez-vous fixé")
    assert entry.organisation_id == organisation.pk
    write(centre, dossier, "Sans partenaire")
    page = client.get(f"/journal/with/organisation/{organisation.uuid}/")
    assert [row.pk for row in page.context["grid"].shown] == [entry.pk]
    assert f"/journal/with/organisation/{organisation.uuid}/" in client.get(f"/contacts/{organisation.uuid}/").content.decode()
    client.force_login(centre.stranger)
    assert client.get(f"/journal/with/organisation/{organisation.uuid}/").context["grid"].shown == []


def test_a_partner_of_unknown_or_shared_name_is_asked_again(client, centre, dossier) -> None:
    from tests.contacts.factories import make_organisation

    make_organisation("Immo Lac A")
    make_organisation("Immo Lac B")
    client.force_login(centre.worker)
    add = reverse("journal:add", args=[dossier.uuid])
    before = Entry.unscoped.count()
    for name in ("Immo Lac", "Nobody at all"):
        page = client.post(add, {"kind": "call", "text": "Appel", "partner_name": name, "idempotency": name})
        assert page.status_code == 422
    assert Entry.unscoped.count() == before


def test_frequent_partners_rise_for_the_agent_alone(client, centre, dossier) -> None:
    from parvis.kernel.subject import SubjectRef
    from tests.contacts.factories import make_organisation

    often, seldom = make_organisation("Souvent"), make_organisation("Rarement")
    for organisation, times in ((seldom, 1), (often, 3)):
        for _number in range(times):
            write(centre, dossier, "Appel", kind="call", partner=SubjectRef("organisation", organisation.pk))
    client.force_login(centre.worker)
    assert [line.display_name for line in client.get("/contacts/").context["frequent"]] == ["Souvent", "Rarement"]
    client.force_login(centre.colleague)
    assert client.get("/contacts/").context["frequent"] == []


def test_the_acts_of_a_dossier_say_how_many_are_shown(client, centre, dossier, monkeypatch) -> None:
    from parvis.journal.views import reading

    monkeypatch.setattr(reading, "SHOWN", 2)
    monkeypatch.setattr(reading, "MOST", 3)
    for number in range(4):
        write(centre, dossier, f"Appel {number}", kind="call", minutes=5)
    client.force_login(centre.worker)
    page = client.get(reverse("journal:acts", args=[dossier.uuid]))
    assert (page.context["total"], page.context["shown"], page.context["minutes"]) == (4, 2, 20)
    assert "Les 2 derniers actes sur 4 sont affichés" in page.content.decode()
    csv = client.get(reverse("journal:acts", args=[dossier.uuid]) + "?export=csv").content.decode()
    assert all(f"Appel {number}" in csv for number in range(4))
    chronology = client.get(reverse("journal:chronology", args=[dossier.uuid]))
    total = chronology.context["total"]
    assert [(part["first"], part["last"]) for part in chronology.context["parts"]] == [
        (first, min(first + 2, total)) for first in range(1, total + 1, 3)
    ]


def test_the_source_is_registered_for_the_one_search() -> None:
    assert {"notes", "documents"} <= set(registries.search_sources)


@pytest.mark.db
def test_contacts_with_a_partner_merged_twice_stand_under_the_one_that_is_kept(client, centre, dossier) -> None:
    from parvis.contacts.models import Organisation
    from parvis.journal.selectors import partner_uses
    from parvis.kernel.subject import SubjectRef
    from tests.contacts.factories import make_organisation

    first, second, kept = make_organisation("Clinique A"), make_organisation("Clinique B"), make_organisation("Clinique C")
    entries = [write(centre, dossier, "Appel", kind="call", partner=SubjectRef("organisation", one.pk)) for one in (first, second, kept)]
    Organisation.unscoped.filter(pk=first.pk).update(merged_into=second)
    Organisation.unscoped.filter(pk=second.pk).update(merged_into=kept)
    client.force_login(centre.worker)
    address = reverse("journal:with", args=["organisation", kept.uuid])
    assert {row.pk for row in client.get(address).context["grid"].shown} == {entry.pk for entry in entries}
    assert client.get(reverse("journal:with", args=["organisation", first.uuid])).url == address
    assert client.get(reverse("journal:entry", args=[entries[0].uuid])).context["partner"] == ("Clinique C", address)
    assert partner_uses(centre.worker.pk) == {("organisation", kept.pk): 3}


def test_a_partner_whose_address_is_protected_is_a_bare_name(client, centre, dossier) -> None:
    from parvis.contacts import api as contacts
    from parvis.kernel.subject import SubjectRef
    from tests.contacts.factories import WORKER

    partner = make_person("Caché", "Zoé", "1990-01-01")
    entry = write(centre, dossier, "Appel", kind="call", partner=SubjectRef("person", partner.pk))
    contacts.set_address(
        actor=WORKER, person=partner, kind="domicile", street="Rue", number="1", postal_code="4999", municipality="Valmont",
        valid_from=clock.today(), hidden=True,
    )  # fmt: skip
    client.force_login(centre.worker)
    way = reverse("journal:with", args=["person", partner.uuid])
    for page in (client.get("/journal/acts/?agent="), client.get(reverse("journal:entry", args=[entry.uuid]))):
        assert page.status_code == 200
        assert way not in page.content.decode()
    assert client.get(way).status_code == 404


def test_acts_asked_for_of_an_agent_outside_the_list_are_that_agent_s_or_none(client, centre, dossier) -> None:
    write(centre, dossier, "Appel", kind="call", minutes=5)
    client.force_login(centre.worker)
    for asked, acts in ((centre.worker.pk, 1), (centre.stranger.pk, 0), (999_999, 0), ("x", 0)):
        assert client.get(f"/journal/acts/?agent={asked}").context["totals"]["acts"] == acts, asked
    assert "Ingrid Peeters" in client.get(f"/journal/acts/?agent={centre.stranger.pk}").content.decode()
    assert client.get("/journal/acts/?agent=&q=地").context["totals"]["acts"] == 0
