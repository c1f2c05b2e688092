"""SpiffWorkflow: the case as BPMN, loaded from its row before each completion and stored after it; the specification is kept apart."""

import io
import json

import psycopg
from matter import COMPLETIONS, DATABASE, STEPS, WAVES, contend, expect
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

NAMES = 'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:bench" id="d"'
TABLES = """
CREATE TABLE IF NOT EXISTS workflow (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, done boolean NOT NULL, body text NOT NULL);
CREATE TABLE IF NOT EXISTS event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workflow bigint NOT NULL, task text NOT NULL,
  at timestamptz NOT NULL DEFAULT now());
"""


def diagram():
    """Return the matter as BPMN: gateways around chains of user tasks."""
    parts, edges, last = [], [], "start"
    for number, wave in enumerate(WAVES):
        fork, join = f"fork{number}", f"join{number}"
        parts += [f'<b:parallelGateway id="{gateway}"/>' for gateway in (fork, join)]
        edges.append((last, fork))
        for item in wave:
            chain = [f"{item}_{step}" for step in STEPS]
            parts += [f'<b:userTask id="{task}" name="{task}"/>' for task in chain]
            edges += zip([fork, *chain], [*chain, join], strict=True)
        last = join
    edges.append((last, "end"))
    flows = [
        f'<b:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(edges)
    ]
    inside = "".join(['<b:startEvent id="start"/>', *parts, '<b:endEvent id="end"/>', *flows])
    return f'<b:definitions {NAMES}><b:process id="matter" isExecutable="true">{inside}</b:process></b:definitions>'


parser = BpmnParser()
parser.add_bpmn_io(io.BytesIO(diagram().encode()))
SPEC = parser.get_spec("matter")
SERIALIZER = BpmnWorkflowSerializer()
SPEC_STORED = json.loads(json.dumps(SERIALIZER.to_dict(BpmnWorkflow(SPEC))["spec"]))


def dumped(workflow):
    """Write a workflow without its specification, as larger installations do."""
    stored = SERIALIZER.to_dict(workflow)
    del stored["spec"]
    return json.dumps(stored)


def loaded(body):
    """Read it again."""
    return SERIALIZER.from_dict({**json.loads(body), "spec": SPEC_STORED})


def submit(connection):
    """Begin a case."""
    workflow = BpmnWorkflow(SPEC)
    workflow.do_engine_steps()
    put = "INSERT INTO workflow (done, body) VALUES (false, %s) RETURNING id"
    key = connection.execute(put, (dumped(workflow),)).fetchone()[0]
    connection.execute("INSERT INTO event (workflow, task) VALUES (%s, 'submit')", (key,))
    connection.commit()
    return key


def complete(connection, key):
    """Complete the next task; return whether the case is done."""
    get = "SELECT body FROM workflow WHERE id = %s FOR UPDATE"
    workflow = loaded(connection.execute(get, (key,)).fetchone()[0])
    task = next(iter(workflow.get_tasks(state=TaskState.READY, manual=True)))
    task.data["note"] = "ok"
    task.run()
    workflow.do_engine_steps()
    done = workflow.is_completed()
    update = "UPDATE workflow SET body = %s, done = %s WHERE id = %s"
    connection.execute(update, (dumped(workflow), done, key))
    log = "INSERT INTO event (workflow, task) VALUES (%s, %s)"
    connection.execute(log, (key, task.task_spec.name))
    connection.commit()
    return done


def main():
    """Take part."""
    connection = psycopg.connect(DATABASE)
    connection.execute(TABLES)
    connection.commit()
    keys = []

    def handle(many):
        for _ in range(many):
            keys.append(submit(connection))
            taken = 1
            while not complete(connection, keys[-1]):
                taken += 1
            expect(taken, COMPLETIONS, "completions")

    def check(many):
        count = "SELECT count(*) FROM workflow WHERE done AND id = ANY(%s)"
        expect(connection.execute(count, (keys,)).fetchone()[0], many, "cases done")

    contend(handle, check)


main()
