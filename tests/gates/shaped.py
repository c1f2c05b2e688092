"""What the production shape must be while it is up: the service cannot weaken its record, every alert sees its metric."""

import json
from urllib.parse import urlencode

import asyncpg

from deploy.plan import HOST
from deploy.processes import fetched, until
from deploy.shape import Shape
from tests import alerts

FORBIDDEN = (
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "DROP TABLE seals",
    "TRUNCATE events",
    "UPDATE events SET action = action",
    "CREATE TABLE mine (n integer)",
    "SET ROLE yijianshi_owner",
)


async def unbound(url: str) -> list[str]:
    """Return what the role of the service may do and must not."""
    connection = await asyncpg.connect(url)
    found = []
    try:
        for statement in FORBIDDEN:
            trial = connection.transaction()
            await trial.start()
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                pass
            else:
                found.append(f"the service may: {statement}")
            await trial.rollback()
    finally:
        await connection.close()
    return found


def unwatched(shape: Shape) -> list[str]:
    """Return the metrics that alerts ask for and Prometheus has no series of."""
    asked = {
        name
        for file in alerts.RULES
        for rule in alerts.rules(file)
        for name in alerts.asked(rule["expr"])
    }

    def lacking() -> set[str]:
        query = urlencode({"match[]": '{__name__!=""}'})
        where = f"http://{HOST}:{shape.prometheus}/api/v1/label/__name__/values?{query}"
        status, body = fetched(where)
        return asked - set(json.loads(body)["data"]) if status == 200 else asked

    try:
        until(lambda: not lacking(), "a series for every alert", 30)
    except TimeoutError:
        return [f"no series: {name}" for name in sorted(lacking())]
    return []
