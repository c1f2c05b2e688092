"""transitions + SQLModel, as a first implementation looks: a session for each operation, a Machine for each request."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa
from matter import DATABASE, OPERATIONS, STEPS, WAVES, contend, expect
from sqlmodel import Column, Field, Session, SQLModel, create_engine, select
from transitions import Machine

STATES = ("new", *STEPS)
MOVES = [{"trigger": b, "source": a, "dest": b} for a, b in pairwise(STATES)]


def moment():
    return Field(sa_column=Column(sa.DateTime(timezone=True)))


class Case(SQLModel, table=True):
    """The application."""

    id: int | None = Field(default=None, primary_key=True)
    wave: int = 0
    state: str = "open"


class Item(SQLModel, table=True):
    """One of five."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    code: str
    state: str = "new"
    version: int = 0
    due_at: datetime = moment()


class Event(SQLModel, table=True):
    """What happened."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    item_id: int | None = None
    action: str
    actor: str
    at: datetime = moment()


class Clock(SQLModel, table=True):
    """Until when."""

    item_id: int = Field(primary_key=True)
    state: int = 0
    due_at: datetime = moment()


class Subject:
    """What a Machine works on."""


def fired(state, action):
    """Return the state that an action leads to."""
    subject = Subject()
    Machine(subject, states=list(STATES), transitions=MOVES, initial=state)
    subject.trigger(action)
    return subject.state


def now():
    return datetime.now(UTC)  # noqa: TID251 - no law here


def begin(session, case, codes):
    """Begin a wave."""
    for code in codes:
        item = Item(case_id=case.id, code=code, due_at=now() + timedelta(days=3))
        session.add(item)
        session.flush()
        session.add(Clock(item_id=item.id, due_at=item.due_at))


def submit(engine):
    """Begin a case."""
    with Session(engine) as session:
        case = Case()
        session.add(case)
        session.flush()
        begin(session, case, WAVES[0])
        session.add(Event(case_id=case.id, action="submit", actor="portal", at=now()))
        session.commit()
        return case.id


def complete(engine, key, action):
    """Complete one task of an item."""
    with Session(engine) as session:
        item = session.exec(select(Item).where(Item.id == key).with_for_update()).one()
        item.state = fired(item.state, action)
        item.version += 1
        item.due_at = now() + timedelta(days=3)
        clock = session.get(Clock, key)
        clock.due_at = item.due_at
        log = Event(case_id=item.case_id, item_id=key, action=action, actor="clerk", at=now())
        session.add(log)
        if action == STEPS[-1]:
            clock.state = 1
            join(session, item)
        session.commit()
        session.refresh(item)


def join(session, item):
    """Begin the next wave, or end the case, with the last item of a wave."""
    found = select(Case).where(Case.id == item.case_id).with_for_update()
    case = session.exec(found).one()
    left = select(Item).where(Item.case_id == case.id, Item.state != STEPS[-1], Item.id != item.id)
    if session.exec(left).all():
        return
    case.wave += 1
    if case.wave < len(WAVES):
        begin(session, case, WAVES[case.wave])
    else:
        case.state = "done"


def main():
    """Take part."""
    engine = create_engine(DATABASE.replace("postgresql://", "postgresql+psycopg://"))
    SQLModel.metadata.create_all(engine)
    keys = []

    def handle(many):
        for _ in range(many):
            keys.append(submit(engine))
            for _wave in WAVES:
                with Session(engine) as session:
                    fresh = select(Item.id).where(Item.case_id == keys[-1], Item.state == "new")
                    items = session.exec(fresh).all()
                for step in STEPS:
                    for item in items:
                        complete(engine, item, step)

    def check(many):
        with Session(engine) as session:
            done = select(sa.func.count()).where(Case.state == "done", Case.id.in_(keys))
            expect(session.exec(done).one(), many, "cases done")
            events = select(sa.func.count()).where(Event.case_id.in_(keys))
            expect(session.exec(events).one(), many * OPERATIONS, "events")

    contend(handle, check)


main()
