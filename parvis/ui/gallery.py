"""Invented data for the gallery: every component in every state, without a database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace as Thing
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock

ICONS_PER_GALLERY = 400


class SampleForm(forms.Form):
    """One field of each kind."""

    received_on = forms.DateField(label=_("Date of the request"), help_text=_("The one on the receipt: the term starts then."))
    national_number = forms.CharField(label=_("National number"))
    address = forms.CharField(label=_("Address"), required=False)
    rent = forms.DecimalField(label=_("Rent"), localize=True)
    category = forms.ChoiceField(label=_("Category"), choices=[("1", _("1, living together")), ("2", _("2, living alone"))])
    housing = forms.ChoiceField(
        label=_("Housing"),
        widget=forms.RadioSelect,
        choices=[("tenant", _("Tenant, with a lease, even an oral one")), ("hosted", _("Hosted"))],
    )
    urgent = forms.BooleanField(label=_("Urgent: no food, no roof or no heating today"), required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def clean_national_number(self) -> str:
        raise forms.ValidationError(_("The last two digits do not fit the others. Compare with the card."))


def samples(request: HttpRequest) -> dict[str, Any]:
    """Everything the gallery shows."""
    today, now = clock.today(), clock.now()
    filled = {
        "received_on": "13/02/2026",
        "national_number": "87.08.14-126.99",
        "address": "Rue des Tanneurs 27/2, 4999 Valmont",
        "rent": "620,00",
        "category": "2",
        "housing": "tenant",
    }
    return {
        "tones": TONES,
        "status_tones": STATUS_TONES,
        "form": SampleForm(filled),
        "empty_form": SampleForm(prefix="e"),
        "clocks": _clocks(today),
        "steps": _steps(today),
        "tree": TREE,
        "mentions": MENTIONS,
        "deltas": DELTAS,
        "words": [("=", "Inès habite à Namur "), ("+", "depuis le 1er février 2026"), ("=", " "), ("-", "récemment"), ("=", ".")],
        "stream": _stream(now),
        "track": _track(today),
        "tabs": [{"label": _("All"), "url": "#tables", "current": True, "count": 14}, {"label": _("Mine"), "url": "#tables", "count": 8}],
        "choices": [{"label": _("Me"), "url": "#buttons", "current": True}, {"label": _("Team"), "url": "#buttons"}],
        "menu_entries": [
            {"label": "Excel", "url": "#buttons", "icon": "sheet", "note": "XLSX"},
            {"label": "Document", "url": "#buttons", "icon": "pdf", "note": "PDF"},
        ],
        "groups": [
            {
                "title": _("People"),
                "hits": [Thing(title="Marie-Ange Nzeyimana", url="#people", subtitle="14/08/1987 · 2026-00417", why="nom", icon="user")],
            },
            {"title": _("Actions"), "hits": [Thing(title=str(_("New note")), url="#people", subtitle="", why="N", icon="note")]},
        ],
        "conflict": {
            "who": "Ingrid Peeters",
            "when": now - timedelta(minutes=4),
            "rows": [
                {"name": "phone", "label": _("Telephone"), "yours": "0470 00 00 12", "theirs": "0470 00 00 21"},
                {"name": "rent", "label": _("Rent"), "yours": "620,00", "theirs": "635,00"},
            ],
        },
        "amounts": [(Decimal("1044.51"), "EUR"), (Decimal("-40"), "EUR"), (Decimal("12534.17"), "CHF")],
        "today": today,
        "now": now,
        "icons": icon_names(),
        "rows": _rows(today),
    }


def icon_names() -> list[str]:
    from pathlib import Path

    lines = (Path(__file__).parent / "icons.txt").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")][:ICONS_PER_GALLERY]


def _clocks(today: Any) -> list[dict[str, Any]]:
    def term(left: int, kind: str, length: int = 30, **more: Any) -> Thing:
        due = today + timedelta(days=left)
        return Thing(due_on=due, kind=kind, started_on=due - timedelta(days=length), met_on=None, held=False, started_by="", **more)

    met = term(9, "decide")
    met.met_on = met.started_on + timedelta(days=21)
    held = term(12, "decide")
    held.held = True
    return [
        {"term": term(19, "decide"), "source": {"fr": "30 jours dès le récépissé du 26/02"}},
        {"term": term(6, "decide"), "source": {"fr": "30 jours dès le récépissé du 13/02"}},
        {"term": term(2, "pay", 15), "source": {"fr": "15 jours dès la décision du 24/02"}},
        {"term": term(0, "sign", 90), "source": {"fr": "3 mois dès la décision du 15/12"}},
        {"term": term(-2, "notify", 8), "source": {"fr": "8 jours dès la décision du 27/02"}},
        {"term": held, "source": {"fr": "attend l’extrait de compte demandé le 03/03"}},
        {"term": met, "source": {"fr": "décidé le 02/03"}},
    ]


def _steps(today: Any) -> list[dict[str, Any]]:
    return [
        {"title": {"fr": "Demande"}, "state": "done", "on": today - timedelta(days=24)},
        {"title": {"fr": "Enquête"}, "state": "done", "on": today - timedelta(days=18)},
        {"title": {"fr": "Proposition"}, "state": "current", "holder": "Amélie Lambrecht", "since": today - timedelta(days=3)},
        {"title": {"fr": "Validation"}, "state": "todo", "holder": "Karim Benali"},
        {"title": {"fr": "Comité"}, "state": "todo", "on": today + timedelta(days=2)},
        {"title": {"fr": "Notification"}, "state": "todo"},
        {"title": {"fr": "Paiement"}, "state": "todo"},
    ]


def _stream(now: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": "Appel de l’employeur",
            "text": "Contrat confirmé, 19 h par semaine.",
            "icon": "phone",
            "at": now,
            "author": "Amélie Lambrecht",
        },
        {"title": "Note restreinte", "icon": "lock", "tint": "h", "at": now - timedelta(days=1), "author": "Ingrid Peeters"},
        {
            "title": "Visite à domicile",
            "icon": "pin",
            "tint": "o",
            "at": now - timedelta(days=18),
            "note": "rapport signé",
            "url": "#stream",
        },
    ]


def _track(today: Any) -> list[dict[str, Any]]:
    return [
        {"title": {"fr": "Demande reçue"}, "state": "done", "on": today - timedelta(days=24)},
        {
            "title": {"fr": "Nous préparons la proposition"},
            "state": "current",
            "text": {"fr": "Il manque votre fiche de paie."},
            "icon": "edit",
        },
        {"title": {"fr": "Le comité décide"}, "state": "todo", "on": today + timedelta(days=2), "icon": "users"},
        {"title": {"fr": "Vous recevez la lettre"}, "state": "todo", "when": {"fr": "au plus tard le 23 mars"}, "icon": "mail"},
    ]


def _rows(today: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": "RIS, catégorie 2",
            "detail": "loi du 26/05/2002",
            "kind": "ok",
            "state": "Accordé",
            "due": today + timedelta(days=19),
            "amount": Decimal("1314.20"),
        },
        {
            "title": "Fonds chauffage",
            "detail": "hiver 2025-2026",
            "kind": "info",
            "state": "En instruction",
            "due": today + timedelta(days=6),
            "amount": Decimal("300"),
        },
        {
            "title": "Garantie locative",
            "detail": "remboursement",
            "kind": "warn",
            "state": "Pièce attendue",
            "due": today - timedelta(days=1),
            "amount": Decimal("-40"),
        },
    ]


TONES = [
    ("canvas", _("Background"), "--canvas"),
    ("surface", _("Surface"), "--surface"),
    ("sunken", _("Hollow"), "--sunken"),
    ("line", _("Field edge"), "--line-strong"),
    ("ink", _("Ink"), "--ink"),
    ("ink3", _("Soft ink"), "--ink-3"),
    ("primary", _("Petrol"), "--primary"),
    ("soft", _("Pale petrol"), "--primary-soft"),
    ("rail", _("Rail"), "--rail"),
    ("brick", _("Brick"), "--brick"),
    ("focus", _("Focus"), "--focus"),
]
STATUS_TONES = [
    ("ok", _("Favourable"), "--ok"),
    ("info", _("Information"), "--info"),
    ("warn", _("Soon"), "--warn"),
    ("late", _("Late, error"), "--late"),
    ("hold", _("Suspended, masked"), "--hold"),
]
TREE = {
    "label": {"fr": "RIS par mois, dès le 01/02/2026"},
    "amount": Decimal("1044.51"),
    "why": {"fr": "12 534,17 € par an, divisé par 12, arrondi au cent"},
    "children": [
        {
            "label": {"fr": "Montant annuel, catégorie 2"},
            "amount": Decimal("15770.41"),
            "changed": True,
            "article": "Loi 26/05/2002, art. 14 §1, 2°",
            "source": {"fr": "barème du 01/02/2025"},
        },
        {
            "label": {"fr": "Ressources prises en compte"},
            "amount": Decimal("-3236.24"),
            "why": {"fr": "total annuel, projeté depuis la demande"},
            "children": [
                {
                    "label": {"fr": "Salaire net 600,00 × 12"},
                    "amount": Decimal("7200"),
                    "changed": True,
                    "source": {"fr": "Contrat, 06/03"},
                },
                {
                    "label": {"fr": "Exonération socioprofessionnelle"},
                    "amount": Decimal("-3713.76"),
                    "deduction": True,
                    "article": "AR 11/07/2002, art. 35 §1",
                    "why": {"fr": "mois 1 sur 36"},
                },
                {
                    "label": {"fr": "Exonération générale, cat. 2"},
                    "amount": Decimal("-250"),
                    "deduction": True,
                    "article": "AR 11/07/2002, art. 22 §2",
                },
            ],
        },
    ],
}
MENTIONS = [
    {"text": {"fr": "Méthode de calcul"}, "state": "ok"},
    {"text": {"fr": "Délai et tribunal de recours"}, "state": "ok"},
    {"text": {"fr": "Fiche de paie"}, "state": "wait", "note": {"fr": "à recevoir"}},
    {"text": {"fr": "Droit d’obtenir des explications"}, "state": "bad", "url": "#tree", "action": {"fr": "Insérer"}},
]
DELTAS = [
    {"text": {"fr": "Salaire :"}, "was": {"fr": "0,00 €"}, "now": {"fr": "600,00 €"}},
    {"text": {"fr": "Loyer : inchangé"}, "same": True},
]
