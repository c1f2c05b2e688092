"""承诺时限暂停 — what a region lets stop its own promise: 公示、现场勘验. The statutory limit runs on.

A promise is the office's own: its rules may say when it stands, and the citizen is told before for how long. Only the eight
procedures of the law stop the limit itself (行政许可法 45; R-CLK-1, R-CLK-2). Each kind once for an item, and only for the
days that were told.
"""

from service.errors import NotPermitted, one_field
from service.workflows import clocks
from service.workflows.case.engine import CLOCK, PAUSE_PROMISE, RESUME_PROMISE
from service.workflows.case.parts import Clock, Item
from service.workflows.case.situation import CLOCK_ACTOR, Move
from service.workflows.definition.duration import Duration
from service.workflows.limits import LIMITS, PUBLIC
from service.workflows.notices import last_days, wording
from service.workflows.notices.wording import Said, body_of, say_date
from service.workflows.rules.special_procedure import PAUSE, PROMISE, part, paused, turn_promises
from service.workflows.worksheet import Work

OVER = "promise_pause_over"
RESUMED = "promise_resumed"


def refuse(work: Work, move: Move) -> None:
    """Refuse to stop a promise where the region knows no such stop, where none runs or it has passed; or to resume none.

    Raises NotPermitted where the region lets nothing stop it: there nobody ever may.
    """
    action, item = move.transition.action, move.item
    if action not in (PAUSE_PROMISE, RESUME_PROMISE):
        return
    if not work.situation.policy.promise_stops:
        raise NotPermitted("本地没有规定可以暂停承诺时限的情形", action=action)
    if action == RESUME_PROMISE:
        if not paused(work, item.item):
            raise move.refusal("承诺时限没有暂停")
        return
    if paused(work, item.item):
        raise move.refusal("承诺时限已经暂停")
    promise = _running_promise(work, item)
    if promise is None:
        raise move.refusal("没有在走的承诺时限")
    if promise.promised_on and promise.promised_on < work.today:
        raise move.refusal(f"承诺时限{say_date(promise.promised_on)}已经届满，不能再暂停")


def _running_promise(work: Work, item: Item) -> Clock | None:
    """Return the clock that holds the item's promise now: the limit itself, or the one that parted from it."""
    lifecycle = work.machine(item).lifecycle
    for name, definition in lifecycle.clocks.items():
        for code in (name, PROMISE + name):
            clock = work.case.clocks.get((item.item, code))
            own = definition.limit == LIMITS and clock and clock.promised
            if own and clock and clock.state == "running":
                return clock
    return None


def moved(work: Work, move: Move) -> None:
    """Begin the stop with a clock of its own that ends it, or end it. Raises DataInvalid."""
    action, item, data = move.transition.action, move.item, move.data
    if action == RESUME_PROMISE:
        _end(work, item)
    if action != PAUSE_PROMISE:
        return
    kind = data["pause"]
    stop = work.situation.policy.promise_stops[kind]
    if (item.item, PAUSE + kind) in work.case.clocks:
        raise one_field("/data/pause", f"这个事项已经因{stop.title}暂停过一次", law=stop.basis)
    if data["days"] > Duration.parse(stop.days).count:
        most = Duration.parse(stop.days).title()
        raise one_field("/data/days", f"因{stop.title}最多暂停{most}", law=stop.basis)
    part(work, move)
    length = str(Duration(data["days"], "wd"))
    title = f"承诺时限暂停（{stop.title}）"
    pause = Clock(
        item.item, PAUSE + kind, title, stop.basis, owner=PUBLIC, statutory=length, expiry=OVER
    )
    work.begin(pause, work.counted_at)


def turns(work: Work) -> None:
    """End a stop with the decision: what has no limit any more has nothing that stands."""
    for clock in list(work.case.clocks.values()):
        if not clock.clock.startswith(PAUSE) or clock.state == "settled":
            continue
        item = work.case.items[clock.item]
        if item.state not in work.machine(item).before_decision:
            work.put(clocks.settle(clock, work.counted_at))


def over(work: Work, clock: Clock) -> None:
    """Let the promise go on when the days that were told are over, and say so."""
    item = work.case.items[clock.item]
    _end(work, item)
    turn_promises(work, item)
    law = clock.basis
    text = f"「{work.release.title_of(clock.item)}」暂停承诺时限的时间已到，承诺时限继续计算。"
    dates = last_days.dates_of(work.case, clock.item)
    work.issue(RESUMED, clock.item, wording.plain(RESUMED, text, law=law, dates=dates))
    work.log(OVER, CLOCK_ACTOR, item=clock.item, post=CLOCK, law=law, data={"clock": clock.clock})


def _end(work: Work, item: Item) -> None:
    for clock in list(work.case.clocks.values()):
        own = clock.item == item.item and clock.clock.startswith(PAUSE)
        if own and clock.state != "settled":
            work.put(clocks.settle(clock, work.counted_at))


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say by which rule of the region the promise stands, how long, and that the statutory limit does not."""
    if move.transition.action == RESUME_PROMISE:
        return Said(f"{name}的承诺时限从今天起继续计算。")
    if move.transition.action != PAUSE_PROMISE:
        return None
    stop = work.situation.policy.promise_stops[move.data["pause"]]
    text = (
        f"依据{stop.basis}，因{stop.title}，{name}的承诺时限从今天起暂停，预计{move.data['days']}个工作日。"
        f"法定办理期限照常计算，不受影响。说明：{move.data['notice_text'].rstrip('。')}。"
    )
    return Said(text, more=body_of(law=stop.basis))
