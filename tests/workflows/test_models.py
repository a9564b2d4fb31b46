"""What may be published, and what is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parvis.kernel.errors import NotAllowed
from parvis.workflows import api
from parvis.workflows.bpmn import engine
from parvis.workflows.errors import Problem
from parvis.workflows.models import Case, ProcessVersion
from tests.support import actor
from tests.support.triggers import tampering

from . import factories
from .support import SEED, SYSTEM, World, flow, model, user_task

pytestmark = pytest.mark.django_db

START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'


def faults(xml: bytes) -> list[Problem]:
    return api.check_model(xml)[1]


def texts(xml: bytes) -> str:
    return "\n".join(str(problem) for problem in faults(xml))


def test_the_seed_is_published_in_four_languages_and_draws(world: World) -> None:
    assert faults(SEED) == []
    version = factories.published()
    assert (version.key, version.number) == ("aid-request", 1)
    assert set(version.title) == {"fr", "nl", "de", "en"}
    for step in version.outline["steps"]:
        assert set(step["title"]) == set(step["help"]) == {"fr", "nl", "de", "en"}, step["key"]
    assert [step["key"] for step in version.outline["steps"]] == [
        "identify", "inquiry", "urgent", "review", "committee", "legal", "notify", "recover", "pay",
    ]  # fmt: skip
    shapes = SEED.count(b"<bpmndi:BPMNShape")
    assert shapes == len(api.check_model(SEED)[0].nodes)
    assert SEED.count(b"<bpmndi:BPMNEdge") == len(api.check_model(SEED)[0].flows)


def test_the_same_model_again_is_no_new_version_and_versions_count_on(world: World) -> None:
    assert factories.published().number == 1
    assert factories.published().number == 1
    assert factories.published(SEED.replace(b"Comit\xc3\xa9", b"Conseil")).number == 2
    assert ProcessVersion.objects.count() == 2


def test_only_an_administrator_publishes(world: World) -> None:
    for functions in (["chief"], ["clerk", "president"], []):
        with pytest.raises(NotAllowed):
            api.publish_process(actor=actor(*functions), xml=SEED)
    with pytest.raises(NotAllowed):
        api.publish_process(actor=actor("administrator", unit=3), xml=SEED)
    assert ProcessVersion.objects.count() == 0
    assert api.publish_process(actor=actor("administrator"), xml=SEED).number == 1


ATTACK = "__import__('os').system('touch /tmp/parvis-attack')"


def choice(condition: str, default: str = 'default="g_e"') -> bytes:
    return model(
        START
        + user_task("a")
        + f'<bpmn:exclusiveGateway id="g" {default}/>'
        + user_task("b")
        + END
        + flow("s", "a") + flow("a", "g") + flow("g", "b", condition) + flow("g", "e") + flow("b", "e")
    )  # fmt: skip


@pytest.mark.parametrize("condition", [ATTACK, "().__class__.__bases__", "eval('1')", "open('/etc/passwd')", "1 if True else 2", "${done}"])
def test_a_program_in_a_condition_is_refused(world: World, condition: str) -> None:
    (problem,) = faults(choice(condition))
    assert problem.element == "g_b"
    assert problem.line > 0
    with pytest.raises(api.ModelRefused):
        api.publish_process(actor=SYSTEM, xml=choice(condition))
    assert ProcessVersion.objects.count() == 0


def test_a_program_smuggled_into_a_stored_version_does_not_run(world: World, tmp_path: Path) -> None:
    """Even past publication: the engine has nothing that evaluates Python."""
    mark = tmp_path / "ran"
    version = factories.published(choice("true"))
    text = json.dumps(version.spec)
    assert '"true"' in text
    attack = f"__import__('os').system('touch {mark}')"
    spec = json.loads(text.replace('"true"', json.dumps(attack)))
    with tampering():
        ProcessVersion.objects.filter(pk=version.pk).update(spec=spec)
    subject = factories.subject()
    api.start_case(actor=SYSTEM, process_key="trial", subject=subject)
    (item,) = api.items_for(actor("clerk"))
    with pytest.raises(Exception, match=r"position|attendu|expected"):
        api.complete_step(actor=actor("clerk"), item=item, outcome="done")
    assert not mark.exists()
    run = engine.RestrictedEngine(lambda name: None)
    for call in (lambda: run.execute(None, "x = 1"), lambda: run.call_service(None), lambda: run.environment.evaluate("1", {})):
        with pytest.raises(engine.ProcessFault):
            call()


def test_script_and_service_tasks_are_refused_with_their_line(world: World) -> None:
    xml = model(
        START + '\n<bpmn:scriptTask id="x"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>\n<bpmn:serviceTask id="y"/>' + END
        + flow("s", "x") + flow("x", "y") + flow("y", "e")
    )  # fmt: skip
    found = {problem.element: problem for problem in faults(xml)}
    assert found["x"].line == 5
    assert found["y"].line == 6
    assert "script" in found["x"].message


def test_a_choice_without_default_is_refused(world: World) -> None:
    assert [p.element for p in faults(choice("requests.urgent", default=""))] == ["g", "g_e"]
    assert faults(choice("requests.urgent")) == []


def test_unknown_names_are_refused_all_at_once(world: World) -> None:
    xml = model(
        START
        + user_task("a", 'queue="butcher" screen="nowhere.page" completesOn="nowhere.Event" assign="nobody.known"')
        + '<bpmn:exclusiveGateway id="g" default="g_e"/>'
        + user_task("b", "")
        + END
        + flow("s", "a") + flow("a", "g") + flow("g", "b", "decisions.weather == 'fine'") + flow("g", "e") + flow("b", "e")
    )  # fmt: skip
    text = texts(xml)
    for name in ("butcher", "nowhere.page", "nowhere.Event", "nobody.known", "decisions.weather"):
        assert name in text
    assert "b" in {problem.element for problem in faults(xml)}
    assert len(faults(xml)) == 6


def test_a_screen_says_what_completes_it(world: World) -> None:
    xml = model(START + user_task("a", 'queue="clerk" screen="aid.pay"') + END + flow("s", "a") + flow("a", "e"))
    assert "completesOn" in texts(xml)


@pytest.mark.parametrize(
    ("body", "element"),
    [
        # a join after a choice waits for a branch that was not taken
        (
            START + user_task("a") + '<bpmn:exclusiveGateway id="g" default="g_j"/>' + user_task("b")
            + '<bpmn:parallelGateway id="j"/>' + END
            + flow("s", "a") + flow("a", "g") + flow("g", "b", "requests.urgent") + flow("g", "j") + flow("b", "j") + flow("j", "e"),
            "j",
        ),
        # a loop without a person
        (
            START + user_task("a") + '<bpmn:exclusiveGateway id="g" default="g_h"/><bpmn:exclusiveGateway id="h" default="h_e"/>' + END
            + flow("s", "a") + flow("a", "g") + flow("g", "h") + flow("h", "g", "requests.urgent") + flow("h", "e"),
            "h",
        ),
        # unreachable
        (START + user_task("a") + user_task("lost") + END + flow("s", "a") + flow("a", "e") + flow("lost", "e"), "lost"),
        # two arrows out of a step
        (START + user_task("a") + user_task("b") + END + flow("s", "a") + flow("a", "b") + flow("a", "e") + flow("b", "e"), "a"),
        # joins and splits at once
        (
            START + user_task("a") + '<bpmn:parallelGateway id="p"/>' + user_task("b") + END
            + flow("s", "p") + flow("a", "p") + flow("p", "a") + flow("p", "b") + flow("b", "e"),
            "p",
        ),
        # a timer would be dressed-up law
        ('<bpmn:startEvent id="s"><bpmn:timerEventDefinition/></bpmn:startEvent>' + user_task("a") + END + flow("s", "a") + flow("a", "e"), "s"),
        # an arrow to nowhere
        (START + user_task("a") + END + flow("s", "a") + flow("a", "e") + flow("a", "ghost"), "a_ghost"),
    ],
)  # fmt: skip
def test_models_that_would_get_stuck_are_refused(world: World, body: str, element: str) -> None:
    assert element in {problem.element for problem in faults(model(body))}


def test_a_parallel_split_and_join_is_fine(world: World) -> None:
    body = (
        START + '<bpmn:parallelGateway id="p"/>' + user_task("a") + user_task("b") + '<bpmn:parallelGateway id="j"/>' + END
        + flow("s", "p") + flow("p", "a") + flow("p", "b") + flow("a", "j") + flow("b", "j") + flow("j", "e")
    )  # fmt: skip
    assert faults(model(body)) == []


@pytest.mark.parametrize(
    "xml",
    [
        b"not xml",
        b"",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">&a;</bpmn:definitions>',
        SEED[:4000],
        SEED.replace(b'isExecutable="true"', b'isExecutable="false"'),
        b"x" * 1_000_001,
        SEED.decode().encode("utf-16")[:900],
    ],
)
def test_broken_files_get_a_message(world: World, xml: bytes) -> None:
    problems = faults(xml)
    assert problems and all(problem.message for problem in problems)


def test_the_order_of_conditions_is_the_files_not_the_drawings(world: World) -> None:
    """Moving a box must not change a decision."""
    body = (
        START + user_task("a") + '<bpmn:exclusiveGateway id="g" default="g_e"/>' + user_task("low") + user_task("high") + END
        + flow("s", "a") + flow("a", "g") + flow("g", "low", "true") + flow("g", "high", "true") + flow("g", "e") + flow("low", "e") + flow("high", "e")
    )  # fmt: skip
    shape = '<bpmndi:BPMNShape xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="{0}_di" bpmnElement="{0}"><dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="1" y="{1}" width="1" height="1"/></bpmndi:BPMNShape>'
    diagram = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="d"><bpmndi:BPMNPlane id="p" bpmnElement="trial">'
        + shape.format("low", 900) + shape.format("high", 1)
        + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )  # fmt: skip
    factories.published(model(body).replace(b"</bpmn:definitions>", diagram.encode()))
    subject = factories.subject()
    api.start_case(actor=SYSTEM, process_key="trial", subject=subject)
    clerk = actor("clerk")
    (item,) = api.items_for(clerk)
    api.complete_step(actor=clerk, item=item, outcome="done")
    assert [row.step for row in api.items_for(clerk)] == ["low"]


SAMPLES = {
    "bpmn-io/pizza-collaboration.bpmn": "2",
    "camunda/invoiceApproval.bpmn": "UserTask_1",
    "camunda/loan-granting.bpmn": "SubProcess_16kr5xn",
    "gzac-nl/verlofaanvraag.bpmn": "terminateEventDefinition",
    "miwg/A.1.0.bpmn": "isExecutable",
    "miwg/B.1.0.bpmn": "4",
    "miwg/C.1.0.bpmn": "2",
    "spiff/No-Start-Event.bpmn20.xml": "startEvent",
    "spiff/ParallelOrder.bpmn": "Activity_0wjwnuk",
    "spiff/boundary_timer_on_task.bpmn": "set_variable",
    "spiff/event-gateway.bpmn": "Gateway_1434v9l",
    "spiff/exclusive_gateway_no_default.bpmn": "Event_End",
    "spiff/inclusive_gateway.bpmn": "increment_v",
    "spiff/lanes.bpmn": "Activity_0i0rxuw",
    "spiff/timer.bpmn": "Event_0bxivgz",
}


@pytest.mark.parametrize(("name", "says"), SAMPLES.items())
def test_models_of_other_hands_are_read_and_refused_by_name(world: World, samples: Path, name: str, says: str) -> None:
    assert says in texts((samples / "bpmn" / name).read_bytes())


def test_a_foreign_model_runs_once_its_step_names_a_queue(world: World, samples: Path) -> None:
    """camunda/invoiceApproval.bpmn: one sentence added, published and played to its end."""
    xml = (samples / "bpmn" / "camunda" / "invoiceApproval.bpmn").read_text()
    assert 'id="UserTask_1"' in xml
    start = xml.index(">", xml.index('id="UserTask_1"')) + 1
    own = '<bpmn:extensionElements><parvis:step xmlns:parvis="urn:parvis:bpmn" queue="accountant"/></bpmn:extensionElements>'
    prefix = xml[xml.rindex("<", 0, xml.index('id="UserTask_1"')) + 1 :].split(":")[0]
    version = factories.published((xml[:start] + own.replace("bpmn:", f"{prefix}:") + xml[start:]).encode())
    subject = factories.subject()
    api.start_case(actor=SYSTEM, process_key=version.key, subject=subject)
    accountant = actor("accountant")
    (item,) = api.items_for(accountant)
    api.complete_step(actor=accountant, item=item, outcome="done")
    assert Case.objects.get(subject_id=subject.id).state == "finished"
