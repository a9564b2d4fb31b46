"""The closed language of conditions: meaning, null rules, limits, and that text and JSON say the same."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.kernel.expressions import (
    ExpressionError,
    evaluate,
    holds,
    names_in,
    parse,
    problems,
    unparse,
    validate,
)

NAMES = {
    "rent": Decimal("620.50"),
    "housing": "tenant",
    "needs": ["food", "energy"],
    "born": date(1987, 8, 14),
    "today": date(2026, 3, 2),
    "urgent": True,
    "reason": None,
    "members": [
        {"name": "Aya", "income": Decimal("100.25"), "born": date(2015, 3, 3)},
        {"name": "Noé", "income": None, "born": date(2008, 3, 2)},
    ],
    "decisions.chief_level": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rent * 12", Decimal("7446.00")),
        ("1 + 2 * 3 - 4 / 2", Decimal(5)),
        ("-(rent)", Decimal("-620.50")),
        ("10 / 0", None),
        ("rent > 600 and housing == 'tenant'", True),
        ("'energy' in needs", True),
        ("housing in ['owner', 'host']", False),
        ("size(members) >= 2", True),
        ("any(m in members: m.income > 100)", True),
        ("all(m in members: m.income > 100)", None),
        ("all(m in members: years_between(m.born, today) < 19)", True),
        ("count(m in members: years_between(m.born, today) < 18)", Decimal(1)),
        ("sum(m in members: m.income)", Decimal("100.25")),
        ("years_between(born, today)", Decimal(38)),
        ("days_between(@2026-03-02, @2026-04-01)", Decimal(30)),
        ("@2026-03-02 + 30", date(2026, 4, 1)),
        ("@2026-04-01 - @2026-03-02", Decimal(30)),
        ("date_add_months(@2026-01-31, 1)", date(2026, 2, 28)),
        ("round(10 / 3, 2)", Decimal("3.33")),
        ("round(2.345, 2)", Decimal("2.35")),
        ("min(3, 1, 2) + max(1, rent)", Decimal("621.50")),
        ("coalesce(reason, 'none')", "none"),
        ("if(urgent, 'now', 'later')", "now"),
        ("empty(reason)", True),
        ("empty(members)", False),
        ("decisions.chief_level", True),
        ("nothing.known", None),
        ("0.1 + 0.2 == 0.3", True),
    ],
)
def test_values(text, value):
    assert evaluate(parse(text), NAMES) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null and false", False),
        ("null and true", None),
        ("null or true", True),
        ("null or false", None),
        ("not null", None),
        ("reason == 'x'", None),
        ("reason != 'x'", None),
        ("null == null", None),
        ("reason in needs", None),
        ("'x' in ['y', null]", None),
        ("1 + null", None),
        ("any(m in nobody: m.x)", False),
        ("all(m in nobody: m.x)", True),
        ("size(nobody)", Decimal(0)),
    ],
)
def test_null_rules(text, value):
    assert evaluate(parse(text), NAMES) is value or evaluate(parse(text), NAMES) == value
    assert holds(parse("reason == 'x'"), NAMES) is False


@pytest.mark.parametrize(
    "text",
    ["rent > 'a'", "urgent + 1", "rent and true", "born > 3", "needs < needs", "'a' in 'abc'", "size(3)", "rent.part", "min('a', 'b')"],
)
def test_types_that_do_not_mix_are_refused(text):
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse(text), NAMES)
    assert caught.value.code == "type"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "any(m members: m)",
        "a b",
        "1 == 2 == 3",
        "__import__('os')",
        "a.__class__()",
        "x.y.",
        "lambda: 1",
        "f(1)",
        "$",
        "@2026-02-30",
    ],
)
def test_bad_text_is_refused_with_its_place(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_the_place_of_a_fault_is_said():
    with pytest.raises(ExpressionError, match="position 8"):
        parse("rent > )")


def test_every_fault_has_its_path():
    ast = {"and": [{"gt": [{"var": "rnt"}, 1.5]}, {"frobnicate": []}, {"not": [True, False]}]}
    found = problems(ast, {"rent"})
    assert [line.split(": ")[0] for line in found] == ["$.and[0].gt[0].var", "$.and[0].gt[1]", "$.and[1]", "$.and[2].not"]
    with pytest.raises(ExpressionError):
        validate(ast, {"rent"})


def test_rows_bind_their_name_only_inside():
    ast = parse("any(m in members: m.income > limit) and m.income > 1")
    assert names_in(ast) == {"members", "limit", "m.income"}
    (fault,) = problems(ast, {"members", "limit"})
    assert fault.startswith("$.and[1].gt[0].var: ") and "m.income" in fault


def test_too_deep_and_too_long_are_refused():
    deep = True
    for _ in range(60):
        deep = {"not": [deep]}
    with pytest.raises(ExpressionError):
        validate(deep)
    with pytest.raises(ExpressionError):
        evaluate(deep, {})
    with pytest.raises(ExpressionError):
        parse("(" * 200 + "1" + ")" * 200)
    rows = [{"x": 1}] * 400
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse("any(a in rows: any(b in rows: a.x + b.x > 5))"), {"rows": rows})
    assert caught.value.code == "steps"


def test_magnitudes_are_bounded():
    ast = 10**20
    for _ in range(20):
        ast = {"mul": [ast, 10**20]}
    with pytest.raises(ExpressionError) as caught:
        evaluate(ast, {})
    assert caught.value.code == "range"


def test_names_may_be_computed_lazily():
    class Facts(dict):
        asked: list[str] = []

        def __contains__(self, name):
            return name in {"a.b", "c.d"}

        def __getitem__(self, name):
            self.asked.append(name)
            return False

    assert evaluate(parse("a.b and c.d"), Facts()) is False
    assert Facts.asked == ["a.b"]


# Properties -----------------------------------------------------------------------------------------------------------

literals = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.text(alphabet="ab é\"\\'", max_size=5),
    st.decimals(-1000, 1000, places=2).map(lambda value: {"dec": f"{value:f}"}),
    st.dates(date(1950, 1, 1), date(2050, 1, 1)).map(lambda day: {"date": day.isoformat()}),
    st.sampled_from(sorted(NAMES)).map(lambda name: {"var": name}),
)


def _operators(inner):
    pairs = st.lists(inner, min_size=2, max_size=2)
    return st.one_of(
        st.builds(lambda op, args: {op: args}, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        st.builds(
            lambda op, args: {op: args},
            st.sampled_from(
                ["eq", "ne", "lt", "le", "gt", "ge", "in", "add", "mul", "sub", "div", "round", "years_between", "date_add_days"]
            ),
            pairs,
        ),
        st.builds(lambda op, arg: {op: [arg]}, st.sampled_from(["not", "neg", "empty", "abs", "size", "min", "coalesce"]), inner),
        st.builds(lambda a, b, c: {"if": [a, b, c]}, inner, inner, inner),
        st.builds(lambda items: {"list": items}, st.lists(inner, max_size=3)),
        st.builds(lambda op, body: {op: [{"var": "members"}, "m", body]}, st.sampled_from(["any", "all", "count", "sum"]), inner),
    )


expressions = st.recursive(literals, _operators, max_leaves=20)


def outcome(ast):
    try:
        return evaluate(ast, NAMES)
    except ExpressionError as error:
        return error.code


@settings(max_examples=400, deadline=None)
@given(expressions)
def test_text_and_json_say_the_same(ast):
    assert problems(ast, NAMES) == []
    assert outcome(parse(unparse(ast))) == outcome(ast)


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(max_size=8), st.floats()),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=2),
        max_leaves=15,
    )
)
def test_no_json_does_more_than_fail_clearly(junk):
    problems(junk)
    with contextlib.suppress(ExpressionError):
        evaluate(junk, NAMES)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_does_more_than_fail_clearly(text):
    with contextlib.suppress(ExpressionError):
        parse(text)


three = st.sampled_from([True, False, None])


@given(three, three, three)
def test_laws_of_three_valued_logic(a, b, c):
    run = lambda ast: evaluate(ast, {})  # noqa: E731
    assert run({"not": [{"and": [a, b]}]}) is run({"or": [{"not": [a]}, {"not": [b]}]})
    assert run({"and": [a, {"or": [b, c]}]}) is run({"or": [{"and": [a, b]}, {"and": [a, c]}]})
    assert run({"and": [a, b]}) is run({"and": [b, a]})
