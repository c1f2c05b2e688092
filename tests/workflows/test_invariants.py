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
from service.workflows.application import reasons
from service.workflows.calendar import TZ, local_date
from service.workflows.case import record
from service.workflows.case.lifecycle import machine_of
from service.workflows.case.parts import PARTS
from service.workflows.definition.models.terms import GROUNDS, PROCEDURES
from tests.workflows.case.test_record import assert_replays
from tests.workflows.invariants import checked
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

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

# hours until then, who, what, and whether something odd is tried as well
Script = list[tuple[int, int, int, bool]]

# when, who, what, with which data
Diary = list[tuple[datetime, str, str, Data]]

CODES = ("food", "fire", "drain", "sign", "tax", "look-up")


RULE = {"basis": "某省政务服务条例 11"}
STOPS = {
    "survey": {"title": "现场勘验", "days": "5wd", **RULE},
    "public": {"title": "公示", "days": "10wd", **RULE},
}
# how a region may read what the licensing law leaves open
REGIONS: list[Data] = [
    {},
    {"promise_stops": STOPS},
    {
        "promise_stops": STOPS,
        "correction_overdue": {"then": "declined", **RULE},
        "gap_overdue": {"then": "acceptance_revoked", **RULE},
        "still_defective": {"then": "declined", **RULE},
    },
    {
        "correction_overdue": {"then": "refused", **RULE},
        "gap_overdue": {"then": "refused", **RULE},
    },
    {"correction_overdue": {"then": "filed", **RULE}},
]


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
        "items": entries,
        "on_refusal": draw(st.sampled_from(["others_stand", "stop_dependents", "stop_all"])),
        "acceptance": draw(st.sampled_from(["lead", "each"])),
        "legal_mode": "unified" if joint else "coordination",
        "designation": "区政府令1号" if joint else None,
        "handling": {c: draw(st.sampled_from(["ordinary", "commitment"])) for c in codes},
        "missing": tuple(
            draw(
                st.sets(st.sampled_from(["plan", "photo", "lease", "sketch", "proof"]), max_size=3)
            )
        ),
        "later": draw(st.booleans()),
        "policy": draw(st.sampled_from(REGIONS)),
        "at": draw(
            st.sampled_from(
                ["2026-02-11T16:00", "2026-04-03T21:00", "2026-06-18", "2026-09-23", "2026-12-21"]
            )
        ),
    }


scripts = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()),
    min_size=6,
    max_size=24,
)


def begun(shop: type[Town], world: Data) -> Story:
    """Submit the application of a world."""
    of = {
        k: world[k]
        for k in ("on_refusal", "acceptance", "legal_mode", "designation", "policy")
        if world[k]
    }
    case = {"handling": world["handling"]}
    if world["later"] and world["handling"].get("fire") == "commitment":  # 将于二十天后符合
        of["change"] = {
            "fire": {"commitment": {**shop.items["fire"]["commitment"], "later": "2mo"}}
        }
        day = local_date(shop.moment(world["at"])) + timedelta(days=20)
        of["signing"] = {"meets_by": {"fire": day.isoformat()}}
    return shop.submitted(
        *world["items"], at=world["at"], missing=world["missing"], case=case, **of
    )


def suitable(story: Story, person: str, item: str, name: str, pick: int) -> Data:
    """Return data that the action could carry."""
    if not item:
        carried: Data = {
            "rate": {"grade": 1 + pick % 5},
            "extend_cap": {"days": 1 + pick % 15, "reason": "会商"},
            "sign_inspection": {"confirmed": True},
        }
        return carried.get(name, {})
    asked = story.item(item)
    transition = next(
        t
        for t in machine_of(story.release, asked.lifecycle).leaving(asked.state)
        if t.action == name
    )
    lacking = [
        m
        for m in ("photo", "plan", "lease")
        if m not in {x.material for x in story.case.materials.values()}
    ]
    told = [[p["reason"]] for p in asked.asked if ":" not in p["reason"]]
    taken = reasons.offered(story.release, story.case, asked, transition)
    given = told or [[code] for code in taken if code in ("unfit", "elsewhere", "needless")]
    offered = {
        "reasons": given[pick % len(given)],
        "opinion": "意见。",
        "procedure": sorted(PROCEDURES)[pick % 8],
        "basis": "某法 9",
        "notice_text": "请等候。",
        "days": 1 + pick % 10,
        "gaps": lacking[:1] or ["photo"],
        "reason": "案情复杂",
        **story.seen(item, person, bad=name not in ("pass", "record_inspection") or pick % 3 == 0),
        "materials": "all",
        "document": "文书1号",
        "pledge": True,
        "party": 1 + pick % 2,
        "parties": [{"name": "占位邻", "contact": "示例路2号"}] * (pick % 3),
        "chair": "jiang",
        "ground": "competence" if name == "decline" else sorted(GROUNDS)[pick % 7],
        "where": "区局",
        "affects": ("both", "statutory")[pick % 2],
        "pause": ("survey", "public")[pick % 2],
        "selected": ("yes", "no")[pick % 2],
        "compensation": "补偿1号",
        "date": (story.now + timedelta(days=9 + pick % 9)).date().isoformat(),
        "hour": f"{9 + pick % 8:02}:30",
    }
    return {need: offered[need] for need in transition.needs}


def live(shop: type[Town], world: Data, script: Script) -> tuple[Story, Diary]:
    """Live the life with a punctual clock; return the story and what everybody did, for living it again."""
    story = begun(shop, world)
    diary: Diary = []
    checked(story, None, story.events)
    for hours, who, what, strange in script:
        until(story, story.now + timedelta(hours=hours % 400))
        people = [*STAFF, "zhang"]
        people = people[who % len(people) :] + people[: who % len(people)]
        person, open_to = next(
            (found for p in people if (found := (p, may(story, p)))[1]), (people[0], [])
        )
        if strange or not open_to:
            forbidden(story, person, what)
        if open_to:
            name = open_to[what % len(open_to)]
            item, _, action = name.rpartition(".")
            data = suitable(story, person, item, action, what)
            took(story, person, name, data, diary)
    until(story, story.now + timedelta(days=40))
    return story, diary


def may(story: Story, person: str) -> list[str]:
    """Return what somebody may do now and would do: nobody urges all day, and few withdraw."""
    few = "urge withdraw release extend decline not_required revoke terminate withdraw_permit start_revocation"
    rare = set(few.split()) if len(story.events) % 5 else set()
    offered = story.offers(person).items()
    return sorted(name for name, offer in offered if offer.allowed and offer.action not in rare)


def took(story: Story, person: str, name: str, data: Data, diary: Diary) -> None:
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


def forbidden(story: Story, person: str, what: int) -> None:
    """Try something that may not be offered: it must be refused, or have been offered."""
    item = sorted(story.case.items)[what % len(story.case.items)]
    actions = sorted(
        {t.action for t in machine_of(story.release, story.item(item).lifecycle).transitions}
    )
    name = f"{item}.{actions[what % len(actions)]}"
    offer = story.offers(person).get(name)
    before = story.case
    if offer is None or not offer.allowed:
        with pytest.raises(ServiceError):
            getattr(story, person)(name, reasons=["unfit"], opinion="意见。")
    assert story.case is before


def until(story: Story, then: datetime) -> None:
    """Let every midnight come."""
    day = local_date(story.now)
    while (midnight := datetime.combine(day := day + timedelta(days=1), time(), TZ)) <= then:
        before, told = story.case, len(story.events)
        story.until(midnight)
        if len(story.events) > told:
            checked(story, before, story.events[told:])
    story.until(then)


def again_late(shop: type[Town], world: Data, diary: Diary, end: datetime) -> Story:
    """Live the same life with a clock that sleeps until somebody acts."""
    story = begun(shop, world)
    for when, person, name, data in diary:
        story.now = when
        getattr(story, person)(name, **data)
    return story.until(end)


class TestEveryLife:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        derandomize=True,
        phases=[Phase.generate],  # bounded: no search for the smallest counterexample
    )
    @given(world=worlds(), script=scripts)
    def test_keeps_every_invariant_after_every_step(
        self, shop: type[Town], world: Data, script: Script
    ) -> None:
        """Every invariant after every step (R-INV-1…R-INV-8); a late clock comes to the same; the record gives the rows."""
        story, diary = live(shop, world, script)
        event(f"case {story.case.state}")
        late = again_late(shop, world, diary, story.now)
        for table in PARTS:
            assert getattr(late.case, table) == getattr(story.case, table), table
        assert late.case.state == story.case.state
        assert [(e.action, e.item, e.at) for e in late.events] == [
            (e.action, e.item, e.at) for e in story.events
        ]
        assert record.chain_faults(story.case.id, story.events) == []
        assert_replays(story)
        assert_replays(late)
