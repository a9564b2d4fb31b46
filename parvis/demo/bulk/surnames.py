"""Some twelve thousand invented family names in the manner of Belgium's three languages and of migration, as frequent as names are: a
few on every door, most of them rare.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from random import Random

from .. import names

# Each pattern: first parts, middle parts, last parts, written one after the other.
PATTERNS: tuple[tuple[str, str, str], ...] = (
    (
        "Van |Van den |Van der |Vanden|Vander|Van de ",
        "Berg|Velde|Bosch|Heuvel|Broeck|Linden|Meersch|Weyer|Eecke|Haute|Kerck|Meulen|Putte|Steen|Straeten|Wal|Zand|Acker|Dael|Hove",
        "|e|hove|ge|huyse|daele|straete|man",
    ),
    (
        "De |Den ",
        "Bakker|Boeck|Bruyn|Clercq|Cock|Coster|Groot|Haes|Jonghe|Keyser|Meyer|Pauw|Ridder|Roo|Schepper|Smet|Vos|Wit|Wolf",
        "|e|er|aert",
    ),
    (
        "Adri|Bert|Corn|Dani|Ger|Gilli|Hend|Jac|Lam|Lieve|Mart|Niel|Ped|Rob|Steph|Thoma|Wou|Wil",
        "",
        "aens|ens|sens|ers|ts|ricks|elmans|inckx",
    ),
    (
        "Bau|Ber|Bois|Cham|Cler|Cour|Del|Des|Du|Fau|Font|Gau|Gil|Grand|Hau|Lam|Mal|Mar|Mont|Or|Per|Rem|Ro|Ser|Val|Vau|Ver|Vil",
        "be|bre|champ|chet|court|fays|haye|ly|mont|nay|pin|quin|ral|ron|ry|sart|ton|val|ville|vaux",
        "|el|et|ier|ot",
    ),
    ("Le|La|De la |Du", "Brun|Clerc|Cocq|Comte|Croix|Duc|Fèvre|Grand|Jeune|Loup|Maire|Moine|Noir|Roux|Roy|Sage|Vigne", "|s|t|lle"),
    (
        "Alt|Baum|Berg|Eich|Feld|Fisch|Gold|Hagen|Hof|Kirch|Klein|König|Krüm|Lind|Mühl|Neu|Ober|Rosen|Schön|Stein|Wald|Weiß|Zimmer",
        "",
        "bach|bauer|berg|dorf|er|hausen|mann|meier|müller|stein|hof|feld",
    ),
    ("El |Ben |Bou|Abou |Al ", "Am|Ha|Ka|Kha|Ma|Mou|Na|Ra|Sa|Ta|Ya|Za", "bib|did|khar|lidi|mani|mdi|rabi|ssan|youb|zizi|louf|dri|dou"),
    ("Ak|Altın|Arı|Bay|Çel|Demir|Gök|Kara|Öz|Sarı|Taş|Tun|Yıl|Yur|Şen", "", "baş|can|dağ|demir|han|kaya|oğlu|soy|su|taş|tekin|türk|er|ak"),
    ("Ba|Bo|Di|Ka|Ki|Lu|Ma|Mu|Na|Ndo|Ngo|Nko|Nta|Nya|Tshi|Uwi", "ba|bi|ga|ko|lo|ma|mba|ngo|ra|sa|to|yi", "la|mana|nda|ngu|ro|so|wa|zi"),
    ("Bara|Dąb|Grab|Jan|Kamin|Kowal|Lewan|Maj|Nowa|Pawł|Szym|Wiśn|Woź|Zieliń", "", "owski|iński|czyk|iak|ewicz|ski"),
    ("Al|Bog|Con|Dum|Geor|Ion|Luc|Mar|Mun|Nic|Pop|Rad|Stan|Vas", "", "escu|eanu|ariu|ache|oiu"),
    ("Bel|Bian|Cal|Car|Cas|Col|Fer|Gal|Gri|Lom|Man|Mar|Mor|Pal|Ros|San|Val", "", "ardi|elli|etti|ini|ola|one|oni|ucci|zzi|ieri"),
    ("Al|Bar|Car|Cos|Fer|Gon|Gue|Lo|Mar|Men|Per|Ro|Sal|San|Tei|Va", "", "bosa|drigues|nandes|reira|ros|ta|tins|des|çalves|xeira|gado"),
)


@lru_cache(maxsize=1)
def pool() -> tuple[str, ...]:
    """Every family name, the most frequent first."""
    made: dict[str, None] = {}
    for first, middle, last in PATTERNS:
        for parts in product(first.split("|"), middle.split("|"), last.split("|")):
            made["".join(parts)] = None
    rare = sorted(made)
    Random(1976).shuffle(rare)
    usual = [name.replace("_", " ") for name in names.FAMILY]
    return tuple(dict.fromkeys([*usual, *rare]))


def draw(rng: Random) -> str:
    """A family name: half of the draws fall on the first sixth of the pool."""
    every = pool()
    name = every[int(len(every) * rng.random() ** 2.6)]
    return f"{name}-{every[int(len(every) * rng.random() ** 2.6)]}" if rng.random() < 0.08 else name
