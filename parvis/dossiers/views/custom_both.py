"""Two people answered the same section: both answers side by side, to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from parvis.kernel import clock
from parvis.kernel.errors import Conflict
from parvis.ui import formats
from parvis.ui.http import conflict

from ..models import CustomFact, PersonFact

#: Several ticked boxes are one answer: where both answers are shown they are one value of a field with this end.
ALL, BETWEEN = "--all", "|"


def settled(sent: QueryDict) -> QueryDict:
    """What was sent, with the boxes of an answer that was chosen beside that of a colleague."""
    chosen = {name: value for name, value in sent.items() if name.endswith(ALL)}
    if chosen:
        sent = sent.copy()
        for name, value in chosen.items():
            del sent[name]
            sent.setlist(name.removesuffix(ALL), [one for one in str(value).split(BETWEEN) if one])
    return sent


def both_kept(request: HttpRequest, version: int, error: Conflict, at: Any, held: Sequence[CustomFact | PersonFact]) -> HttpResponse:
    """What a colleague wrote in this section meanwhile, beside what was typed here: each field is chosen, none is lost unseen."""
    theirs = {fact.field: fact for fact in held}
    last = max(held, key=lambda fact: (fact.recorded_at, fact.pk), default=None)
    sent = settled(request.POST).copy()
    labels, yours, others, words = {}, {}, {}, {}
    for state in at.fields:
        value = getattr(theirs.get(state.field["key"]), "value", None)
        called = {str(one["value"]): formats.label(one["label"]) for one in state.field.get("options") or ()}
        if state.type == "choices":
            name, mine, other = f"{state.id}{ALL}", sent.getlist(state.id), [str(one) for one in value or ()]
            sent.pop(state.id, None)
            yours[name], others[name] = BETWEEN.join(sorted(mine)), BETWEEN.join(sorted(other))
            words[name] = {BETWEEN.join(sorted(side)): ", ".join(called.get(one, one) for one in sorted(side)) for side in (mine, other)}
        elif state.id in sent and not isinstance(value, list | dict):
            name, yours[state.id], others[state.id], words[state.id] = state.id, sent[state.id], "" if value is None else value, called
        else:
            continue
        labels[name] = state.label
    # What both left as it is is sent again.
    sent.update({name: yours[name] for name in yours if name.endswith(ALL) and yours[name] == others[name]})
    return conflict(
        request,
        error,
        who=last.author_label if last else "",
        when=last.recorded_at if last else clock.now(),
        labels=labels,
        refresh={"version": version},
        yours=yours,
        theirs=others,
        words=words,
        sent=sent,
    )
