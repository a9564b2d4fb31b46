"""A link to a thing of another context goes as far as its reader may go: no door that answers 404 (issue: order in the house)."""

from typing import Any

import pytest

from parvis.contacts.models import Person
from parvis.decisions.models import Decision
from parvis.kernel.links import link, links
from parvis.kernel.subject import SubjectRef
from parvis.requests.models import RequestLine
from tests.decisions import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Any:
    with f.kinds():
        yield f.make_centre()


def test_who_may_not_open_a_decision_reads_its_number_and_gets_no_address(centre):
    decision = f.decided(centre)
    ref = SubjectRef("decision", decision.pk)
    address = f"/decisions/{decision.uuid}/"
    assert link(centre.worker, ref) == (decision.number, address)
    assert link(centre.auditor, ref) == (decision.number, address)
    assert link(centre.administrator, ref) == (decision.number, "")
    assert not Decision.objects.visible_to(centre.administrator).exists()


def test_a_person_outside_the_scope_is_not_even_named(centre):
    decision = f.decided(centre)
    line = RequestLine.unscoped.select_related("request").get(pk=decision.line_id)
    person = Person.objects.visible_to(centre.worker).get(pk=decision.proposal.person_id)
    refs = [SubjectRef("person", person.pk), SubjectRef("request_line", line.pk), SubjectRef("nothing", 1), SubjectRef("decision", 0)]
    seen = links(centre.worker, refs)
    assert seen[refs[0]] == ("Aya Benali", f"/persons/{person.uuid}/")
    assert seen[refs[1]][0].startswith("Aya Benali") and seen[refs[1]][1] == f"/requests/{line.request.uuid}/"
    assert seen[refs[2]] == seen[refs[3]] == ("", "")
    closed = links(centre.administrator, refs)
    assert closed[refs[0]] == ("", "")
    assert closed[refs[1]] == (line.request.number, "")


def test_links_to_many_things_of_a_kind_cost_what_one_costs(centre, django_assert_max_num_queries):
    rows = [f.decided(centre, names=(name, "Benali")) for name in ("Aya", "Bob", "Cem")]
    worker, administrator = centre.worker, centre.administrator
    for actor in (worker, administrator):
        with django_assert_max_num_queries(2):
            assert [number for number, _url in links(actor, [SubjectRef("decision", row.pk) for row in rows]).values()] == [
                row.number for row in rows
            ]
