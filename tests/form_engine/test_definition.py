"""What may be published, and how faults are said."""

import copy

import pytest

from parvis.form_engine.definition import normalise, validate_definition
from tests.form_engine.factories import field, form, label, option, page, rows

GOOD = form(
    page("one", field("name", required=True), field("alone", "yes_no")),
    page("two", rows("members", field("age", "number"), field("job", when="row.age > 15")), when="alone == false"),
    page("three", field("total", "computed", compute="sum(m in members: m.age)", show="number")),
)


def test_a_good_definition_has_no_fault():
    assert validate_definition(GOOD) == []


def broken(change):
    definition = copy.deepcopy(GOOD)
    change(definition)
    return validate_definition(definition)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d.update(key="Not a key"), "key"),
        (lambda d: d["title"].pop("nl"), "title.nl"),
        (lambda d: d["title"].update(it="x"), "title.it"),
        (lambda d: d.update(pages=[]), "pages"),
        (lambda d: d["pages"][1].update(key="one"), "pages[1].key"),
        (lambda d: d["pages"][0]["fields"][0].update(type="colour"), "pages[0].fields[0].type"),
        (lambda d: d["pages"][0]["fields"][1].update(key="name"), "pages[0].fields[1].key"),
        (lambda d: d["pages"][0]["fields"][0].update(colour="red"), "pages[0].fields[0].colour"),
        (lambda d: d["pages"][0]["fields"][0].update(when="total > 3"), "pages[0].fields[0].when"),
        (lambda d: d["pages"][0].update(when="name == 'x'"), "pages[0].when"),
        (lambda d: d["pages"][1].update(when="alone =="), "pages[1].when"),
        (lambda d: d["pages"][1]["fields"][0]["fields"][1].update(when="row.salary > 1"), "pages[1].fields[0].fields[1].when"),
        (lambda d: d["pages"][1]["fields"][0].update(fields=[rows("x", field("y"))]), "pages[1].fields[0].fields[0].type"),
        (lambda d: d["pages"][1]["fields"][0].update(max=1000), "pages[1].fields[0].max"),
        (lambda d: d["pages"][2]["fields"][0].pop("compute"), "pages[2].fields[0].compute"),
        (lambda d: d["pages"][2]["fields"][0].update(required=True), "pages[2].fields[0].required"),
        (lambda d: d["pages"][0]["fields"].append(field("c", "choice")), "pages[0].fields[2].options"),
        (
            lambda d: d["pages"][0]["fields"].append(field("c", "choice", options=[option("a"), option("a")])),
            "pages[0].fields[2].options[1].value",
        ),
        (lambda d: d["pages"][0]["fields"].append(field("f", "upload", accept=["exe"])), "pages[0].fields[2].accept"),
        (lambda d: d["pages"][0].update(check=[{"rule": "name == 'x'"}]), "pages[0].check[0].message"),
    ],
)
def test_each_fault_is_said_with_its_path(change, path):
    found = broken(change)
    assert next(line.split(": ")[0] for line in found) == path, found


def test_junk_does_not_crash_the_check():
    for junk in (None, 3, [], {"pages": 3}, {"pages": [3]}, form(page("a", 3)), form(page("a", field("k", "choice", options=[3])))):
        assert validate_definition(junk)


def test_expressions_are_frozen_as_trees():
    frozen = normalise(GOOD)
    assert frozen["pages"][1]["when"] == {"eq": [{"var": "alone"}, False]}
    assert GOOD["pages"][1]["when"] == "alone == false"


def test_a_rule_may_name_its_own_field():
    definition = form(page("a", field("n", "number", check=[{"rule": "n > 3", "message": label("more")}])))
    assert validate_definition(definition) == []
