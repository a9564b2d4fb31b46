"""Official address lists: three formats, loading, suggestions while typing (D18).

The small files are written here by hand after the published descriptions of the formats (BeST of BOSA, the federal directory of building
addresses of swisstopo, the CSV of the Base Adresse Nationale): no sample of the publishers is at hand.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from parvis.contacts import api
from parvis.contacts.models import Address, AddressList, ReferenceStreet, ReferenceWord
from parvis.contacts.references.keys import key_of, split_number
from parvis.contacts.references.suggesting import is_listed
from parvis.identity.api import create_account, grant_function
from parvis.kernel.actor import system_actor

from .factories import WORKER, make_person

pytestmark = pytest.mark.django_db

BEST_HEAD = (
    "EPSG:31370_x,EPSG:31370_y,EPSG:4326_lat,EPSG:4326_lon,address_id,box_number,house_number,municipality_id,municipality_name_de,"
    "municipality_name_fr,municipality_name_nl,postcode,postname_fr,postname_nl,street_id,streetname_de,streetname_fr,streetname_nl,region_code,status"
)


def best_row(fr: str = "", nl: str = "", de: str = "", number: str = "1", code: str = "5000", town: tuple[str, str, str] = ("Namur", "Namen", ""), region: str = "BE-WAL", status: str = "current") -> str:  # fmt: skip
    return f'1,2,50.4,4.8,77,,{number},92094,{town[2]},{town[0]},{town[1]},{code},,,9,{de},"{fr}",{nl},{region},{status}'


BEST = "\n".join(
    [
        BEST_HEAD,
        best_row("Rue de la Clé", number="1"),
        best_row("Rue de la Clé", number="3"),
        best_row("Rue de la Clef d'Or"),
        best_row("Rue des Clématites"),
        best_row("Avenue du Général Michel"),
        best_row("Rue Saint-Nicolas"),
        best_row("Rue de la Clé", code="4000", town=("Liège", "Luik", "")),
        best_row("Rue Fermée", status="retired"),
        best_row("Rue Haute", "Hoogstraat", code="1000", town=("Bruxelles", "Brussel", ""), region="BE-BRU"),
        best_row(de="Hochstraße", code="4700", town=("Eupen", "", "Eupen")),
    ]
)
SWISS = """ADR_EGAID;STR_ESID;BDG_EGID;ADR_EDID;STN_LABEL;ADR_NUMBER;BDG_CATEGORY;BDG_NAME;ZIP_LABEL;COM_FOSNR;COM_NAME;COM_CANTON;ADR_STATUS;ADR_OFFICIAL;ADR_MODIFIED;ADR_EASTING;ADR_NORTHING
100;10;1;0;Bundesplatz;3;;;3003 Bern;351;Bern;BE;real;true;01.01.2024;2600000;1199000
101;11;2;0;Rue du Rhône;12;;;1204 Genève;6621;Genève;GE;real;true;01.01.2024;2500000;1117000
102;11;3;0;Rue du Rhône;14;;;1204 Genève;6621;Genève;GE;real;true;01.01.2024;2500000;1117000
"""
BAN = """id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles
59350_1;;12;bis;Rue Nationale;59000;59350;Lille;;;7;7;3.0;50.6;entrée;;;LILLE;RUE NATIONALE;commune;commune;1;
59350_2;;14;;Rue Nationale;59000;59350;Lille;;;7;7;3.0;50.6;entrée;;;LILLE;RUE NATIONALE;commune;commune;1;
97411_1;;2;;Chemin des Anglais;97400;97411;Saint-Denis;;;7;7;55;-20;entrée;;;SAINT DENIS;;commune;commune;1;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "best.csv").write_text(BEST, encoding="utf-8")
    (tmp_path / "swiss.csv").write_text(SWISS, encoding="utf-8-sig")
    (tmp_path / "ban.csv").write_text(BAN, encoding="utf-8")
    return tmp_path


def load(path: Path, kind: str = "best") -> str:
    out = io.StringIO()
    call_command("addresses", "load", str(path), "--format", kind, stdout=out)
    return out.getvalue()


class TestLoading:
    def test_a_belgian_file_is_told_by_region_and_language(self, folder: Path) -> None:
        said = load(folder / "best.csv")
        assert "best:BE-BRU: loaded: 2 streets, 1 addresses" in said
        assert "best:BE-WAL: loaded: 7 streets, 7 addresses" in said
        both = ReferenceStreet.objects.filter(postal_code="1000").order_by("language").values_list("language", "name", "municipality")
        assert list(both) == [("fr", "Rue Haute", "Bruxelles"), ("nl", "Hoogstraat", "Brussel")]
        assert not ReferenceStreet.objects.filter(name="Rue Fermée").exists()
        assert ReferenceStreet.objects.get(name="Rue de la Clé", postal_code="5000").addresses == 2

    def test_swiss_and_french_files(self, folder: Path) -> None:
        assert "swiss:CH: loaded: 2 streets, 3 addresses" in load(folder / "swiss.csv", "swiss")
        assert "ban:59: loaded: 1 streets, 2 addresses" in load(folder / "ban.csv", "ban")
        assert set(AddressList.objects.values_list("code", "country")) == {("swiss:CH", "CH"), ("ban:59", "FR"), ("ban:974", "FR")}
        street = ReferenceStreet.objects.get(name="Rue du Rhône")
        assert (street.postal_code, street.municipality) == ("1204", "Genève")

    def test_the_same_file_twice_does_nothing_a_new_one_replaces(self, folder: Path) -> None:
        load(folder / "ban.csv", "ban")
        before = list(ReferenceStreet.objects.order_by("pk").values_list("pk", flat=True))
        assert "unchanged, this file was loaded before" in load(folder / "ban.csv", "ban")
        assert list(ReferenceStreet.objects.order_by("pk").values_list("pk", flat=True)) == before
        (folder / "ban.csv").write_text("\n".join(BAN.splitlines()[:2]).replace("Rue Nationale", "Rue Neuve"), encoding="utf-8")
        assert "ban:59: replaced: 1 streets, 1 addresses" in load(folder / "ban.csv", "ban")
        assert set(ReferenceStreet.objects.values_list("name", flat=True)) == {"Rue Neuve", "Chemin des Anglais"}
        assert not ReferenceWord.objects.filter(word="nationale").exists()

    def test_compressed_files_as_published(self, folder: Path) -> None:
        with gzip.open(folder / "ban.csv.gz", "wb") as out:
            out.write(BAN.encode())
        with zipfile.ZipFile(folder / "best.zip", "w") as out:
            out.writestr("openaddress-bewal.csv", BEST)
        assert "ban:59: loaded" in load(folder / "ban.csv.gz", "ban")
        assert "best:BE-WAL: loaded" in load(folder / "best.zip")

    @pytest.mark.parametrize(
        ("data", "kind", "why"),
        [
            (SWISS.encode(), "best", "no column postcode"),
            (BAN.encode("cp1252"), "ban", "not in UTF-8"),
            (BAN.splitlines()[0].encode(), "ban", "no address in it"),
            (b"\x1f\x8b broken", "ban", "damaged"),
        ],
    )
    def test_another_file_is_refused_and_the_former_list_stays(self, folder: Path, data: bytes, kind: str, why: str) -> None:
        load(folder / "best.csv")
        before = ReferenceStreet.objects.count()
        (folder / "x.csv").write_bytes(data)
        with pytest.raises(CommandError) as caught:
            load(folder / "x.csv", kind)
        assert why in str(caught.value)
        assert ReferenceStreet.objects.count() == before


class TestSuggesting:
    @pytest.mark.parametrize(
        ("typed", "municipality", "first"),
        [
            ("rue de la cle", "Namur", "Rue de la Clé, 5000 Namur"),
            ("rue de la cle", "4000", "Rue de la Clé, 4000 Liège"),
            ("RUE DE LA CLE 12", "5000", "Rue de la Clé 12, 5000 Namur"),
            ("r de la clé 12b", "namur", "Rue de la Clé 12b, 5000 Namur"),
            ("av gen michel", None, "Avenue du Général Michel, 5000 Namur"),
            ("av. du gal. michel", None, "Avenue du Général Michel, 5000 Namur"),
            ("rue st nicolas", None, "Rue Saint-Nicolas, 5000 Namur"),
            ("clemat", None, "Rue des Clématites, 5000 Namur"),
            ("hoogstr.", None, "Hoogstraat, 1000 Brussel"),
            ("hochstrasse 5", None, "Hochstraße 5, 4700 Eupen"),
            ("rue saint nikolas", None, "Rue Saint-Nicolas, 5000 Namur"),
        ],
    )
    def test_the_proper_name_is_proposed(self, folder: Path, typed: str, municipality: str | None, first: str) -> None:
        load(folder / "best.csv")
        assert api.suggest_addresses(typed, municipality)[0].label == first

    @pytest.mark.parametrize("typed", ["", "r", "   ", "%_", "zzzz qqqq", "x" * 5_000])
    def test_nothing_is_proposed_for_nothing(self, folder: Path, typed: str) -> None:
        load(folder / "best.csv")
        assert api.suggest_addresses(typed) == []

    def test_without_a_list_there_is_nothing_and_no_mark(self) -> None:
        assert api.suggest_addresses("rue de la cle") == []
        assert is_listed("Rue de la Clé", "5000", "BE") is None

    def test_ten_thousand_streets_are_read_by_few_bounded_queries(self, tmp_path: Path, django_assert_max_num_queries: object) -> None:
        names = [f"Rue {a}{b} {c}" for a in ("Haut", "Bas", "Clair", "Grand", "Petit", "Vieux", "Neuf", "Long", "Bel", "Rond") for b in ("mont", "val", "pré", "bois", "champ") for c in range(200)]  # fmt: skip
        rows = [
            BEST_HEAD,
            *(best_row(name, code=str(1000 + place), town=(f"Ville{place}", "", "")) for place in range(1) for name in names),
        ]
        rows.append(best_row("Rue de la Clé"))
        path = tmp_path / "big.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        load(path)
        assert ReferenceStreet.objects.count() == 10_001
        for typed in ("rue de la cle", "rue", "rue hautmont 17", "petitchamp", "rue de la klee", "rue du grandbois"):
            with django_assert_max_num_queries(6):
                found = api.suggest_addresses(typed, "Namur")
            assert found
        assert api.suggest_addresses("rue de la cle")[0].label == "Rue de la Clé, 5000 Namur"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Av. du Gén. Michel", "avenue du general michel"),
        ("R. Ste-Anne", "rue sainte anne"),
        ("Hoogstr.", "hoogstraat"),
        ("Place", "place"),
    ],
)
def test_names_are_compared_spelled_out(name: str, key: str) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize(
    ("typed", "parts"), [("Rue Haute 12", ("Rue Haute", "12")), ("Rue Haute, 12 b", ("Rue Haute", "12b")), ("Rue du 4 Août", ("Rue du 4 Août", "")), ("12", ("12", ""))]
)  # fmt: skip
def test_the_house_number_is_cut_off(typed: str, parts: tuple[str, str]) -> None:
    assert split_number(typed) == parts


class TestOnThePage:
    def test_free_entry_stays_possible_and_is_marked(self, folder: Path) -> None:
        load(folder / "best.csv")
        person = make_person()
        for street, listed in (("rue de la cle", True), ("Rue Inventée", False)):
            row = api.set_address(actor=WORKER, person=person, street=street, postal_code="5000", municipality="Namur")
            assert row.listed is listed
            person.refresh_from_db()
        elsewhere = api.set_address(actor=WORKER, person=person, street="Rue Inventée", postal_code="6000", municipality="Charleroi")
        assert elsewhere.listed is None  # no list covers that postal code: nothing is said about it
        assert Address.unscoped.filter(live=1).count() == 1

    def test_agents_are_helped_while_they_type_and_others_are_not(self, folder: Path) -> None:
        load(folder / "best.csv")
        boss = system_actor("test")
        account = create_account(actor=boss, username="a.l", display_name="A. L.", email="a@example.org")
        grant_function(actor=boss, account=account, function="social_worker", unit=None)
        client = Client()
        assert client.get("/addresses/suggest/?q=rue de la cle").status_code == 302
        client.force_login(account)
        found = client.get("/addresses/suggest/", {"q": "rue de la cle", "municipality": "5000"}).json()["suggestions"]
        assert found[0] == {
            "street": "Rue de la Clé",
            "postal_code": "5000",
            "municipality": "Namur",
            "country": "BE",
            "number": "",
            "language": "fr",
        }
        page = client.get(f"/persons/{make_person().uuid}/facts/address/").content.decode()
        assert 'data-suggest="/addresses/suggest/"' in page
        assert "contacts/address.js" in page
        person = make_person("Libre", "Entrée")
        api.set_address(actor=WORKER, person=person, street="Rue Inventée", postal_code="5000", municipality="Namur")
        assert "hors de la liste officielle" in client.get(f"/persons/{person.uuid}/").content.decode()
