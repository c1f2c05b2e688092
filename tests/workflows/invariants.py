"""What must hold after every step of every case (rules, section 18)."""

from datetime import date

from service.workflows.application import in_hand
from service.workflows.calendar import local_date
from service.workflows.case.engine import WAITING
from service.workflows.case.lifecycle import machine_of
from service.workflows.case.parts import Case, Event, Item
from tests.workflows.story import Story

DARKNESS = {"none": 0, "yellow": 1, "red": 2}
NEGATIVE = {"refused", "declined", "lapsed", "stopped", "not_required", "revoked", "recalled"}

# what moves a running statutory limit; a new start is looked at apart
MOVES = {"extend", "extend_cap", "end_special", "start_special"}

STARTS = {
    "accept",
    "accept_tolerant",
    "deem_accepted",
    "supply",
    "submit",
    "start",
    "take_back_commitment",
    "start_special",
    "renew_special_notice",
    "open_hearing",
    "apply_repair",
    "return_reply",
}
# only what the applicant does begins anew what counts an item's own limits
OWN_STARTS = {"take_back_commitment", "supply"}

BY_PEOPLE = {"granted", "issuing", "filed", "confirmed", "passed"}


def checked(story: Story, before: Case | None, events: list[Event]) -> None:
    """Check everything that must hold after a step."""
    case = story.case
    assert case.state == derived(story)
    assert bool(case.closed_at) == all(i.outcome for i in case.items.values() if not i.parent)
    for item in case.items.values():
        one_responsible(story, item)
        right_clocks(story, item)
        lawful(story, item)
    for entry in events:
        assert not (entry.item and entry.actor["kind"] == "clock" and entry.state_to in BY_PEOPLE)
    if before:
        limits_stand(story, before, {e.action for e in events}, {e.item for e in events})
        cards_only_darken(story, before)
        one_notice(story, before)
    assert len(case.messages) == len(story.events)
    told = [entry.at for entry in story.events]
    assert told == sorted(told)
    nothing_on_a_guess(story, events)


def nothing_on_a_guess(story: Story, events: list[Event]) -> None:
    """No card and no breach comes on a day of a year whose notice of holidays nobody has (R-CAL-5)."""
    for entry in events:
        if entry.action in ("red_card", "statutory_breach"):
            assert story.calendar.known(date.fromisoformat(entry.data["due_on"])), entry
    for clock in story.case.clocks.values():
        if clock.breach_on and clock.statutory_on and clock.state == "running":
            assert story.calendar.known(clock.statutory_on), clock


def derived(story: Story) -> str:
    """Derive the case's state from its items, told once more."""
    own = [i for i in story.case.items.values() if not i.parent]
    ends = {i.outcome for i in own}
    if "" not in ends:
        good = ends & {"granted", "revoked", "recalled"}
        if good:
            if ends <= {"granted", "revoked", "recalled", "not_required"}:
                return "granted"
            return "partly_granted"
        if ends & {"refused", "declined"}:
            return "refused"
        if "withdrawn" in ends and ends <= {"withdrawn", "stopped"}:
            return "withdrawn"
        return "terminated"
    if any(i.state in ("correcting", "completing") for i in own):
        return "correcting"
    return "received" if all(i.state in ("received", WAITING) for i in own) else "in_progress"


def one_responsible(story: Story, item: Item) -> None:
    """Each open item has exactly one responsible department and post; a final or waiting one has none."""
    state = machine_of(story.release, item.lifecycle).states[item.state]
    tasks = [t for t in story.case.tasks.values() if t.item == item.item and t.done_at is None]
    assert len(tasks) == (0 if state.final or item.state == WAITING else 1)
    for task in tasks:
        assert (task.post, task.state) == (state.post, item.state)
        if task.post == "applicant":
            assert task.department == ""
        elif task.post == "window" and story.release.bundle.acceptance == "lead":
            assert task.department == "scjg"
        else:
            assert task.department == item.department


def right_clocks(story: Story, item: Item) -> None:
    """The clocks that run are those of the state; a final item's are all settled."""
    machine = machine_of(story.release, item.lifecycle)
    state = machine.states[item.state]
    clocks = {
        c.clock: c
        for c in story.case.clocks.values()
        if c.item == item.item and c.clock != "validity"
    }
    beside = (
        "gap-",
        "step-",
        "blocked",
        "promise-",
        "pause-",
        "assign",
    )  # clocks that no state of the lifecycle names
    running = {
        name
        for name, clock in clocks.items()
        if clock.state == "running" and not name.startswith(beside)
    }
    begun = {name for name, clock in clocks.items() if clock.state != "settled"}
    waits = machine.decided(item.state) and in_hand.open_gaps(story.case, item.item)
    assert waits or running == set(state.runs) | (begun & set(state.keeps))
    for clock in clocks.values():
        parted = f"promise-{clock.clock}" in clocks and not clock.statutory  # nothing is left of it
        assert (clock.due_on is None) <= (clock.state != "running" or parted)
        if state.final:
            assert clock.state == "settled"
        if (
            clock.state == "running"
            and clock.promised_on
            and clock.statutory_on
            and len(clock.spans) == 1
        ):
            assert clock.promised_on <= clock.statutory_on


def lawful(story: Story, item: Item) -> None:
    """No decision without acceptance, no certificate without a grant, no bad end without a paper."""
    case = story.case
    if item.lifecycle == "licence" and (
        item.outcome in ("granted", "refused", "revoked") or item.state == "issuing"
    ):
        assert item.accepted_on
        assert item.decided_at
        assert item.decided_by
    if item.accepted_on and item.received_at:
        assert item.accepted_on >= local_date(item.received_at)
    for card in case.certificates.values():
        outcome = case.items[card.item].outcome
        assert (outcome, card.state) in {
            ("granted", "valid"),
            ("granted", "expired"),
            ("granted", "deregistered"),
            ("revoked", "revoked"),
            ("recalled", "recalled"),
            ("stopped", "void"),
            ("", "made"),
        }
        assert card.state != "made" or case.items[card.item].decided_at
    if item.outcome in NEGATIVE and not item.parent:
        said = [n for n in case.notices.values() if n.item == item.item and n.body.get("remedies")]
        assert said
        assert said[-1].body.get("points") or item.outcome in ("lapsed", "stopped", "recalled")
    if item.lifecycle == "follow-up":
        assert case.commitments[item.parent].granted_on
    # what bars a promise has a way out, and is out once it was taken
    for credit in case.credits.values():
        assert credit.excluded == (not case.items[credit.repair].outcome)


def limits_stand(story: Story, before: Case, actions: set[str], items: set[str]) -> None:
    """A statutory limit moves only for the reasons the law knows; a decision limit is never forgotten."""
    for key, old in before.clocks.items():
        new = story.case.clocks[key]
        # what was announced may be announced anew
        if old.statutory is None or new == old or key[1] == "special":
            continue
        if new.spans[0] != old.spans[0] and new.spans[0][0] != old.spans[0][0]:
            assert actions & (STARTS | {"notify_correction", "order_rectify"}), (key, actions)
            if is_own_limit(story, *key) and old.state != "settled":
                assert actions & OWN_STARTS, (key, actions)
        elif old.statutory_on and new.statutory_on and old.statutory_on != new.statutory_on:
            assert actions & MOVES, (key, actions)
            assert new.statutory_on > old.statutory_on


def is_own_limit(story: Story, item: str, clock: str) -> bool:
    """Tell whether a clock counts the statutory and promised limit of an item."""
    known = story.case.items.get(item)
    clocks = story.release.lifecycles[known.lifecycle].clocks if known else {}
    return clock in clocks and clocks[clock].limit == "limits"


def cards_only_darken(story: Story, before: Case) -> None:
    """A card once given stays, whatever the limit does afterwards (R-MON-5); a stage's is that of one visit."""
    for key, old in before.clocks.items():
        if not key[1].startswith("step-"):
            assert DARKNESS[story.case.clocks[key].card] >= DARKNESS[old.card], key


def one_notice(story: Story, before: Case) -> None:
    """Points of a later notice are among those of the first (R-ACC-6)."""
    for code, item in story.case.items.items():
        old = before.items.get(code)
        if old and old.corrections and item.corrections > old.corrections:
            assert {p["reason"] for p in item.asked} <= {p["reason"] for p in old.asked}
