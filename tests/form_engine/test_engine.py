"""A form and its answers: visibility in order, rows, hidden answers dropped."""

from datetime import date

from django.http import QueryDict

from parvis.form_engine import answers as answers_of
from parvis.form_engine import engine
from parvis.form_engine.definition import normalise
from tests.form_engine.factories import field, form, label, page, rows

TODAY = date(2026, 3, 2)
FORM = normalise(
    form(
        page("home", field("alone", "yes_no", required=True)),
        page(
            "members",
            rows(
                "members",
                field("name", required=True),
                field("works", "yes_no", required=True),
                field("wage", "money", when="row.works", required=True),
                required=True,
                max=3,
            ),
            when="alone == false",
        ),
        page(
            "money",
            field("total", "computed", compute="sum(m in members: m.wage)", show="money"),
            field("why", "longtext", when="total > 1000", required=True),
            check=[{"rule": "total < 5000", "message": label("too rich")}],
        ),
    )
)


def resolve(**answers):
    return engine.resolve(FORM, answers, today=TODAY)


def keys(state):
    return [p.key for p in state.visible_pages]


def test_pages_follow_the_answers():
    assert keys(resolve()) == ["home", "money"]
    assert keys(resolve(alone=False)) == ["home", "members", "money"]
    state = resolve(alone=False)
    assert state.after("home").key == "members" and state.before("money").key == "members"
    assert state.after("money") is None and state.before("home") is None


def test_hidden_answers_count_as_null_and_are_dropped():
    members = [{"name": "Aya", "works": True, "wage": "1200.00"}]
    shown = resolve(alone=False, members=members, why="x")
    assert answers_of.sendable(shown) == {"alone": False, "members": members, "total": "1200.00", "why": "x"}
    hidden = resolve(alone=True, members=members, why="x")
    assert answers_of.sendable(hidden) == {"alone": True, "total": "0"}


def test_conditions_inside_a_row():
    state = resolve(alone=False, members=[{"name": "Aya", "works": False, "wage": "99.00"}, {"name": "Noé", "works": True}])
    first, second = state.field("members").rows
    assert [f.visible for f in first.fields] == [True, True, False]
    assert [f.visible for f in second.fields] == [True, True, True]
    assert [p.path for p in engine.problems(state, today=TODAY)] == ["members-1-wage"]
    assert answers_of.sendable(state)["members"] == [{"name": "Aya", "works": False}, {"name": "Noé", "works": True}]


def test_required_rows_and_page_checks():
    (none,) = engine.problems(resolve(alone=False), today=TODAY, page="members")
    assert (none.path, none.text) == ("members", "Ajoutez au moins 1 ligne.")
    rich = resolve(alone=False, members=[{"name": "A", "works": True, "wage": "6000.00"}], why="x")
    (problem,) = engine.problems(rich, today=TODAY)
    assert (problem.page, problem.text) == ("money", "too rich (fr)")


def test_problems_name_the_row_for_the_reader():
    state = resolve(alone=False, members=[{"works": False}])
    (problem,) = engine.problems(state, today=TODAY)
    assert problem.label == "line (fr) 1, name (fr)" and problem.target == "f-members-0-name"


def post(page_key, state, **given):
    data = QueryDict(mutable=True)
    p = state.page(page_key)
    shown = [f.path for f in p.shown] + [c.path for f in p.shown for r in f.rows for c in r.fields if c.visible]
    data.setlist("shown", shown)
    for name, value in given.items():
        data[name] = value
    return data


def test_a_post_changes_only_what_was_on_the_page():
    state = resolve(alone=False, why="kept", members=[{"name": "Aya", "wage": "7.00"}])
    data = post(
        "members", state, **{"f-members-count": "1", "f-members-0-name": "Noé", "f-members-0-works": "yes", "f-members-0-wage": "12"}
    )
    answers = answers_of.read_page(
        state.page("members"), data, {"alone": False, "why": "kept", "members": [{"name": "Aya", "wage": "7.00"}]}
    )
    assert answers == {"alone": False, "why": "kept", "members": [{"name": "Noé", "works": True, "wage": "7.00"}]}


def test_rows_are_added_up_to_the_maximum_and_removed():
    state = resolve(alone=False)
    answers = {"alone": False}
    for _ in range(5):
        answers = answers_of.add_row(state.field("members"), answers)
    assert len(answers["members"]) == 3
    answers["members"] = [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert answers_of.remove_row(state.field("members"), answers, 1)["members"] == [{"name": "a"}, {"name": "c"}]
    assert answers_of.remove_row(state.field("members"), answers, 9)["members"] == answers["members"]


def test_summary_speaks_the_language():
    state = resolve(alone=False, members=[{"name": "Aya", "works": True, "wage": "1200.00"}], why="x")
    sections = answers_of.summary(state)
    assert [s.key for s in sections] == ["home", "members", "money"]
    row = sections[1].lines[0]
    assert row.label == "line (fr) 1" and row.text.replace("\xa0", " ") == "Aya · Oui · 1 200,00 €"


def test_a_broken_condition_hides_rather_than_crashes():
    definition = normalise(form(page("a", field("n", "number"), field("x", when="n > 'text'"))))
    state = engine.resolve(definition, {"n": "3"}, today=TODAY)
    assert [f.visible for f in state.pages[0].fields] == [True, False]
