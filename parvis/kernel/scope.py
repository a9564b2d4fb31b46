"""The one access filter. A scope is a function per model, ``(actor) -> Q``; nothing registered means nothing visible.

The default manager refuses to read until ``visible_to(actor)`` was called; ``Model.unscoped`` may be named in services, jobs and
migrations only (a test reads the syntax trees).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import In

from parvis.kernel import memo

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

ScopeFunction = Callable[["Actor"], Q]

NOTHING = Q(pk__in=[])
EVERYTHING = Q()

#: Where ``memo`` holds what ``within`` was told.
WITHIN = "kernel.within"

_scopes: dict[type[models.Model], ScopeFunction] = {}


class ScopeError(RuntimeError):
    """Rows were read without saying for whom: a programming error."""


def scope(model: type[models.Model]) -> Callable[[ScopeFunction], ScopeFunction]:
    """Register the scope of a model, in its context's ``access.py``."""

    def register(function: ScopeFunction) -> ScopeFunction:
        _scopes[model] = function
        return function

    return register


class Reaches(Exists):
    """Rows whose ``path`` holds the number of one of these ``rows``, looked up from the row at hand. ``path__in=rows`` would have the
    embedded database list all that the actor may see before it reads the first row: 15 ms for a service of 30,000 dossiers.
    """

    def __init__(self, rows: models.QuerySet[Any], path: str) -> None:
        self.rows, self.path = rows, path
        super().__init__(rows.filter(pk=OuterRef(path)))

    def under(self, prefix: str) -> Reaches:
        """The same, seen from a child."""
        return Reaches(self.rows, f"{prefix}__{self.path}")


@models.BigAutoField.register_lookup
class Among(In):
    """``pk__among=rows``: as ``pk__in``, where ``rows`` are few (the files that one agent follows). PostgreSQL reads them once, as an array that
    an index can be asked for; a subquery beside an "or" it takes for half of all rows, and then reads whole tables.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value():
            return self.as_sql(compiler, connection)
        lhs, values = self.process_lhs(compiler, connection)
        rhs, more = self.process_rhs(compiler, connection)
        return f"{lhs} = ANY(ARRAY{rhs})", (*values, *more)


def _prefixed(q: Q, prefix: str) -> Q:
    """The same condition seen from a child: every look-up gets the path to the parent."""
    out = Q(_connector=q.connector, _negated=q.negated)
    for child in q.children:
        if isinstance(child, Q):
            out.children.append(_prefixed(child, prefix))
        elif isinstance(child, tuple):
            out.children.append((f"{prefix}__{child[0]}", child[1]))
        elif isinstance(child, Reaches):
            out.children.append(child.under(prefix))  # type: ignore[arg-type]  # the stubs know pairs and Q only
        else:
            raise ScopeError(f"a scope of children may hold look-ups only, not {child!r}")
    return out


def scope_q(model: type[models.Model], actor: Actor) -> Q:
    """What this actor may see of a model."""
    if actor.is_system:
        return EVERYTHING
    # A page that shares its reads asks for the same scope of several panels: the condition is built once, and read anew each time.
    return memo.once(("kernel.scope", model, actor), lambda: _scope_q(model, actor))


def _scope_q(model: type[models.Model], actor: Actor) -> Q:
    function = _scopes.get(model)
    if function is not None:
        return function(actor)
    path = getattr(model, "scoped_by", "")
    if path:
        parent: type[models.Model] = model
        for part in path.split("__"):
            parent = parent._meta.get_field(part).related_model  # type: ignore[assignment]
        return _prefixed(_parent_q(parent, actor, kept=getattr(model, "kept_too", False)), path)
    return NOTHING


def within(model: type[models.Model], actor: Actor, pk: int) -> None:
    """For the rest of a page that shares its reads: what hangs on this model is read of one row only, which the scope itself has just
    shown to this actor. Never wider than the scope: the same rows of that one thing, without asking again for each table who may see it
    (a third of the time of a dossier's page). Nothing happens where no page shares its reads.
    """
    memo.keep(WITHIN, all_within() | {(model, actor): pk})


def all_within() -> dict[tuple[type[models.Model], Actor], int]:
    """The rows that the page in hand is about, by model and reader."""
    found: dict[tuple[type[models.Model], Actor], int] = memo.kept(WITHIN, {})
    return found


def shown_within(model: type[models.Model], actor: Actor) -> int | None:
    """The one row that the page is about (``within``), None on other pages."""
    return None if actor.is_system else all_within().get((model, actor))


def _parent_q(model: type[models.Model], actor: Actor, *, kept: bool) -> Q:
    """What of a parent shows its children: the scope, or the one row that the page is about. A parent that a service of before may still
    read (``Actor.kept``) shows only the children that say so: what nobody thought of stays closed."""
    pk = shown_within(model, actor)
    return scope_q(model, actor if kept else actor.without_kept) if pk is None else Q(pk=pk)


def through(model: type[models.Model], actor: Actor, path: str, *, kept: bool = False) -> Q:
    """Rows whose ``path`` (a foreign key that is never empty) leads to something of the model that this actor sees. The condition is
    looked up from the row: a list of all that the actor sees would be read for each query, and grows with the centre.
    """
    q = _parent_q(model, actor, kept=kept)
    return Q(**{f"{path}__isnull": False}) if q == EVERYTHING else _prefixed(q, path)  # an empty Q in an "or" would vanish


# Why ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """One way in, or one limit, of a scope: the condition and the sentence that explains it. A scope made with ``united`` and its
    explanation are the same conditions."""

    why: Any
    q: Q


@dataclass(frozen=True)
class Rules:
    """``ways``: any of them lets in, within the ``limits``. ``beyond``: lets in whatever the limits. ``always``: holds for all of them."""

    ways: tuple[Rule, ...] = ()
    limits: tuple[Rule, ...] = ()
    beyond: tuple[Rule, ...] = ()
    always: tuple[Rule, ...] = ()

    @property
    def q(self) -> Q:
        rows = _any(self.ways)
        for limit in self.limits:
            rows &= limit.q
        if self.beyond and rows != EVERYTHING:  # an empty Q in an "or" would vanish
            past = _any(self.beyond)
            rows = EVERYTHING if past == EVERYTHING else rows | past
        for limit in self.always:
            rows &= limit.q
        return rows


def _any(rules: tuple[Rule, ...]) -> Q:
    if not rules:
        return NOTHING
    if any(rule.q == EVERYTHING for rule in rules):
        return EVERYTHING
    rows = rules[0].q
    for rule in rules[1:]:
        rows |= rule.q
    return rows


@dataclass(frozen=True)
class Verdict:
    """Whether a row is visible, by the scope itself; ``because``: the ways that let in; ``against``: the limits that keep out."""

    seen: bool
    because: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


RulesFunction = Callable[["Actor"], Rules]
_rules: dict[type[models.Model], RulesFunction] = {}


def scope_rules(model: type[models.Model]) -> Callable[[RulesFunction], RulesFunction]:
    """Register a scope as named rules: the filter and its explanation come from the same conditions."""

    def register(function: RulesFunction) -> RulesFunction:
        _rules[model] = function
        _scopes[model] = lambda actor: function(actor).q
        return function

    return register


def explain(model: type[models.Model], actor: Actor, pk: int) -> Verdict:
    """May this actor see this row, and why. The answer is the scope's own; the reasons are its rules, tried one by one."""
    rows = model._base_manager.filter(pk=pk)
    seen = rows.filter(scope_q(model, actor)).exists()
    rules = _rules.get(model)
    if rules is None or actor.is_system:
        return Verdict(seen)
    found = rules(actor)
    ways = [rule for rule in (*found.ways, *found.beyond) if rows.filter(rule.q).exists()]
    against = [rule for rule in (*found.limits, *found.always) if not rows.filter(rule.q).exists()]
    return Verdict(seen, tuple(str(rule.why) for rule in ways), tuple(str(rule.why) for rule in against))


def has_scope(model: type[models.Model]) -> bool:
    return model in _scopes or bool(getattr(model, "scoped_by", ""))


class ScopedQuerySet(models.QuerySet[Any]):
    _scoped = False

    def visible_to(self, actor: Actor) -> Self:
        """Only what this actor may see."""
        rows = self.filter(scope_q(self.model, actor))
        rows._scoped = True
        return rows

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _require(self) -> None:
        if not self._scoped:
            raise ScopeError(f"{self.model.__name__}: call visible_to(actor) before reading")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require()
        super()._fetch_all()

    def count(self) -> int:
        self._require()
        return super().count()

    def exists(self) -> bool:
        self._require()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require()
        return super().aggregate(*args, **kwargs)

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._require()
        return super().iterator(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require()
        return super().update(**kwargs)

    def delete(self) -> Any:
        raise ScopeError("rows are not deleted through a scoped manager")


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Writes pass through services and ``unscoped``; reads through ``visible_to``."""


class ScopedModel(models.Model):
    """A model whose rows depend on who looks. ``scoped_by`` names the path to the parent whose scope it shares."""

    scoped_by: ClassVar[str] = ""
    #: Shown too with a parent that a service of before may still read.
    kept_too: ClassVar[bool] = False

    objects = ScopedManager()
    unscoped = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        default_manager_name = "objects"


# Classes of data ------------------------------------------------------------------------------------------------------

DATA_CLASSES = ("identity", "social", "health", "money", "legal", "security")

_data_classes: dict[str, frozenset[str]] = {}


def data_class(name: str, functions: set[str]) -> None:
    """Say which functions may see a class of data. Called once per class, by ``identity``."""
    if name not in DATA_CLASSES:
        raise ValueError(f"unknown class of data: {name}")
    _data_classes[name] = frozenset(functions)


def may_see(actor: Actor, name: str) -> bool:
    """True when one of the actor's functions opens this class of data. Unknown class: nobody."""
    if actor.is_system:
        return True
    if actor.class_rights is not None:
        return any((name, function) in actor.class_rights for function in actor.functions)
    return not actor.functions.isdisjoint(_data_classes.get(name, frozenset()))


def data_classes() -> dict[str, frozenset[str]]:
    return dict(_data_classes)
