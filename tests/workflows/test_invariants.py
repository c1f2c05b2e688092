"""Random bundles, random people, random days: what must hold in every case (rules, section 18).

A life is drawn once and lived twice: with a clock that ticks every midnight, and with one that sleeps until somebody
acts. Whatever a person is offered may happen; now and then somebody tries what is not theirs.
"""

import copy
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from service.errors import ServiceError
from service.workflows import evidence
from service.workflows.calendar import TZ, local_date
from service.workflows.case import PARTS
from service.workflows.machine import WAITING, machine_of
from service.workflows.needs import GROUNDS, PROCEDURES

from .test_evidence import assert_replays

STAFF = (
    "li",
    "wang",
    "zhao",
    "qian",
    "wei",
    "sun",
    "zhou",
    "zheng",
    "jiang",
    "shen",
    "wu",
    "han",
    "yang",
    "zhu",
    "qin",
    "zong",
)
NEGATIVE = {"refused", "declined", "lapsed", "stopped", "not_required", "revoked", "recalled"}
MOVES = {
    "extend",
    "extend_cap",
    "end_special",
    "start_special",
}  # what moves a running statutory limit; a new start is looked at apart
STARTS = {
    "accept",
    "accept_tolerant",
    "deem_accepted",
    "supply",
    "submit",
    "start",
    "reject_commitment",
    "take_back_commitment",
    "start_special",
    "renew_special_notice",
    "open_hearing",
}
BY_PEOPLE = {"granted", "issuing", "filed", "confirmed", "passed"}
CODES = ("food", "fire", "drain", "sign", "tax", "look-up")


@st.composite
def worlds(draw: Any) -> dict[str, Any]:
    """Draw a sound bundle and what zhang chooses."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True))
    entries: list[dict[str, Any]] = []
    for n, code in enumerate(codes):
        after = draw(st.lists(st.sampled_from(codes[:n]), max_size=2, unique=True)) if n else []
        policy = draw(st.sampled_from([None, "others_stand", "stop_dependents", "stop_all"]))
        entries.append({"use": code, "after": after} | ({"on_refusal": policy} if policy else {}))
    joint = draw(st.booleans())
    return {
        "items": entries, "on_refusal": draw(st.sampled_from(["others_stand", "stop_dependents", "stop_all"])),
        "acceptance": draw(st.sampled_from(["lead", "each"])),
        "legal_mode": "unified" if joint else "coordination", "designation": "区政府令1号" if joint else None,
        "handling": {c: draw(st.sampled_from(["ordinary", "commitment"])) for c in codes},
        "missing": tuple(draw(st.sets(st.sampled_from(["plan", "photo", "lease", "sketch", "proof"]), max_size=3))),
        "later": draw(st.booleans()), "at": draw(st.sampled_from(["2026-02-11T16:00", "2026-04-03T21:00", "2026-06-18", "2026-09-23", "2026-12-21"])),
    }  # fmt: skip


scripts = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()),
    min_size=6,
    max_size=24,
)


def begun(shop, world):
    """Submit the application of a world."""
    of = {k: world[k] for k in ("on_refusal", "acceptance", "legal_mode", "designation") if world[k]}
    case = {"handling": world["handling"]}
    if world["later"] and world["handling"].get("fire") == "commitment":  # 将于二十天后符合
        of["change"] = {"fire": {"commitment": {**shop.items["fire"]["commitment"], "later": "2mo"}}}
        day = local_date(shop.moment(world["at"])) + timedelta(days=20)
        of["signing"] = {"meets_by": {"fire": day.isoformat()}}
    return shop.submitted(*world["items"], at=world["at"], missing=world["missing"], case=case, **of)


def suitable(story, item, name, pick):
    """Return data that the action could carry."""
    if not item:
        carried = {"rate": {"grade": 1 + pick % 5}, "extend_cap": {"days": 1 + pick % 15, "reason": "会商"}}
        return carried.get(name, {})
    asked = story.item(item)
    transition = next(t for t in machine_of(story.release, asked.lifecycle).leaving(asked.state) if t.action == name)
    lacking = [m for m in ("photo", "plan", "lease") if m not in {x.material for x in story.case.materials.values()}]
    reasons = [[p["reason"]] for p in asked.asked if ":" not in p["reason"]] or [["unfit"]]
    offered = {
        "reasons": reasons[pick % len(reasons)], "opinion": "意见。", "procedure": sorted(PROCEDURES)[pick % 8],
        "notice_text": "请等候。", "days": 1 + pick % 10, "gaps": lacking[:1] or ["photo"], "reason": "案情复杂",
        "findings": "相符", "officers": ["wei", "qin"], "materials": "all", "document": "文书1号", "pledge": True, "party": 1 + pick % 2,
        "parties": [{"name": "占位邻", "contact": "示例路2号"}] * (pick % 3), "place": "三楼", "chair": "jiang",
        "ground": sorted(GROUNDS)[pick % 7], "compensation": "补偿1号",
        "date": (story.now + timedelta(days=9 + pick % 9)).date().isoformat(),
    }  # fmt: skip
    return {need: offered[need] for need in transition.needs}


def live(shop, world, script):
    """Live the life with a punctual clock; return the story and what everybody did, for living it again."""
    story, diary = begun(shop, world), []
    checked(story, None, story.events)
    for hours, who, what, strange in script:
        until(story, story.now + timedelta(hours=hours % 400))
        people = [*STAFF, "zhang"]
        people = people[who % len(people) :] + people[: who % len(people)]
        person, open_to = next((found for p in people if (found := (p, may(story, p)))[1]), (people[0], []))
        if strange or not open_to:
            forbidden(story, person, what)
        if open_to:
            name = open_to[what % len(open_to)]
            item, _, action = name.rpartition(".")
            data = suitable(story, item, action, what)
            took(story, person, name, data, diary)
    until(story, story.now + timedelta(days=40))
    return story, diary


def may(story, person):
    """Return what somebody may do now and would do: nobody urges all day, and few withdraw."""
    few = "urge withdraw release extend decline not_required revoke terminate withdraw_permit start_revocation"
    rare = set(few.split()) if len(story.events) % 5 else set()
    offered = story.offers(person).items()
    return sorted(name for name, offer in offered if offer.allowed and offer.action not in rare)


def took(story, person, name, data, diary):
    """Let somebody act; a refusal changes nothing and is not lived again."""
    before, told = copy.deepcopy(story.case), len(story.events)
    kept = story.case
    try:
        getattr(story, person)(name, **data)
    except ServiceError:
        assert story.case is kept
        assert story.case == before
        return
    assert kept == before  # nothing of the old case was touched
    diary.append((story.now, person, name, data))
    event(name.rpartition(".")[2])
    checked(story, before, story.events[told:])


def forbidden(story, person, what):
    """Try something that may not be offered: it must be refused, or have been offered."""
    item = sorted(story.case.items)[what % len(story.case.items)]
    actions = sorted({t.action for t in machine_of(story.release, story.item(item).lifecycle).transitions})
    name = f"{item}.{actions[what % len(actions)]}"
    offer = story.offers(person).get(name)
    before = story.case
    if offer is None or not offer.allowed:
        with pytest.raises(ServiceError):
            getattr(story, person)(name, reasons=["unfit"], opinion="意见。")
    assert story.case is before


def until(story, then):
    """Let every midnight come."""
    day = local_date(story.now)
    while (midnight := datetime.combine(day := day + timedelta(days=1), time(), TZ)) <= then:
        before, told = story.case, len(story.events)
        story.until(midnight)
        if len(story.events) > told:
            checked(story, before, story.events[told:])
    story.until(then)


def again_late(shop, world, diary, end):
    """Live the same life with a clock that sleeps until somebody acts."""
    story = begun(shop, world)
    for when, person, name, data in diary:
        story.now = when
        getattr(story, person)(name, **data)
    return story.until(end)


# ---- what must hold --------------------------------------------------------------------------------------------


def checked(story, before, events):
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
        one_notice(story, before)
    assert len(case.messages) == len(story.events)


def derived(story):
    """Derive the case's state from its items, told once more."""
    own = [i for i in story.case.items.values() if not i.parent]
    ends = {i.outcome for i in own}
    if "" not in ends:
        good = ends & {"granted", "revoked", "recalled"}
        if good:
            return "granted" if ends <= {"granted", "revoked", "recalled", "not_required"} else "partly_granted"
        if ends & {"refused", "declined"}:
            return "refused"
        return "withdrawn" if "withdrawn" in ends and ends <= {"withdrawn", "stopped"} else "terminated"
    if any(i.state == "correcting" for i in own):
        return "correcting"
    return "received" if all(i.state in ("received", WAITING) for i in own) else "in_progress"


def one_responsible(story, item):
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


def right_clocks(story, item):
    """The clocks that run are those of the state; a final item's are all settled."""
    state = machine_of(story.release, item.lifecycle).states[item.state]
    clocks = {c.clock: c for c in story.case.clocks.values() if c.item == item.item and c.clock != "validity"}
    beside = ("gap-", "step-")  # clocks that no state of the lifecycle names
    running = {name for name, clock in clocks.items() if clock.state == "running" and not name.startswith(beside)}
    assert running == set(state.runs)
    for clock in clocks.values():
        assert (clock.due_on is None) <= (clock.state != "running")
        if state.final:
            assert clock.state == "settled"
        if clock.state == "running" and clock.promised_on and clock.statutory_on and len(clock.spans) == 1:
            assert clock.promised_on <= clock.statutory_on


def lawful(story, item):
    """No decision without acceptance, no certificate without a grant, no bad end without a paper."""
    case = story.case
    if item.lifecycle == "licence" and (item.outcome in ("granted", "refused", "revoked") or item.state == "issuing"):
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
            ("revoked", "revoked"),
            ("recalled", "recalled"),
        }
    if item.outcome in NEGATIVE:
        said = [n for n in case.notices.values() if n.item == item.item and n.body.get("remedies")]
        assert said
        assert said[-1].body.get("points") or item.outcome in ("lapsed", "stopped", "recalled")
    if item.lifecycle == "follow-up":
        assert case.commitments[item.parent].granted_on
    for credit in case.credits.values():  # what bars a promise has a way out, and is out once it was taken
        assert credit.excluded == (not case.items[credit.repair].outcome)


def limits_stand(story, before, actions, items):
    """A statutory limit moves only for the reasons the law knows; a decision limit is never forgotten."""
    for key, old in before.clocks.items():
        new = story.case.clocks[key]
        if old.statutory is None or new == old or key[1] == "special":  # what was announced may be announced anew
            continue
        if new.spans[0] != old.spans[0] and new.spans[0][0] != old.spans[0][0]:
            assert actions & (STARTS | {"notify_correction", "order_rectify"}), (key, actions)
        elif old.statutory_on and new.statutory_on and old.statutory_on != new.statutory_on:
            assert actions & MOVES, (key, actions)
            assert new.statutory_on > old.statutory_on


def one_notice(story, before):
    """Points of a later notice are among those of the first (R-ACC-6)."""
    for code, item in story.case.items.items():
        old = before.items.get(code)
        if old and old.corrections and item.corrections > old.corrections:
            assert {p["reason"] for p in item.asked} <= {p["reason"] for p in old.asked}


class TestEveryLife:
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        derandomize=True, phases=[Phase.generate],  # bounded: no search for the smallest counterexample
    )  # fmt: skip
    @given(world=worlds(), script=scripts)
    def test_holds(self, shop, world, script):
        """Every invariant after every step (R-INV-1…R-INV-8); a late clock comes to the same; the record gives the rows."""
        story, diary = live(shop, world, script)
        event(f"case {story.case.state}")
        late = again_late(shop, world, diary, story.now)
        for table in PARTS:
            assert getattr(late.case, table) == getattr(story.case, table), table
        assert late.case.state == story.case.state
        assert [(e.action, e.item, e.at) for e in late.events] == [(e.action, e.item, e.at) for e in story.events]
        assert evidence.chain_faults(story.case.id, story.events) == []
        assert_replays(story)
        assert_replays(late)
