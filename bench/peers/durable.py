"""DBOS: a workflow for the case starts one for each item; a completion is a durable message that the item receives and records."""

import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS
from matter import DATABASE, STEPS, WAVES, contend, expect

AT_ONCE = 2  # as many cases as one process handles best


@DBOS.step()
def record(item, task):
    """Keep what was done."""
    at = time.time()  # noqa: TID251 - no law here
    return {"item": item, "task": task, "actor": "clerk", "at": at}


@DBOS.workflow()
def item_flow(code):
    """Wait for each task of an item."""
    for step in STEPS:
        message = DBOS.recv("task", timeout_seconds=600)
        expect(message["step"], step, "step")
        record(code, step)
    return code


@DBOS.workflow()
def case_flow():
    """Begin wave after wave."""
    for number, wave in enumerate(WAVES):
        items = [DBOS.start_workflow(item_flow, code) for code in wave]
        DBOS.set_event(f"wave{number}", [each.workflow_id for each in items])
        for each in items:
            each.get_result()
    return "done"


def one_case(_):
    """Handle a case as its clerks do."""
    case = DBOS.start_workflow(case_flow)
    for number in range(len(WAVES)):
        items = DBOS.get_event(case.workflow_id, f"wave{number}", timeout_seconds=600)
        for step in STEPS:
            for item in items:
                DBOS.send(item, {"step": step, "note": "ok"}, "task")
    return case.get_result()


def main():
    """Take part."""
    DBOS(
        config={
            "name": "bench",
            "system_database_url": DATABASE,
            "log_level": "ERROR",
            "run_admin_server": False,
            "sys_db_pool_size": 20,
        }
    )
    DBOS.launch()
    results = []
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def handle(many):
            results.extend(pool.map(one_case, range(many)))

        contend(handle, lambda many: expect(results.count("done"), many, "cases done"))
    DBOS.destroy()


main()
