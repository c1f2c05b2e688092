"""A small town and its people: zhang applies; li sits at the lead's window; a story is one application as it goes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

import pytest

from service.workflows import bundle, evidence, library
from service.workflows.calendar import TZ, WorkCalendar, build, built_in
from service.workflows.case import Ban, Case, Clock, Event, Item
from service.workflows.language.load import load_pack
from service.workflows.language.release import Release, compile_release
from service.workflows.situation import Action, Actor, Held, Offer, Situation, Step
from service.workflows.step import offers, recalendar, step, tick

NATIONAL = build(built_in(), ("CN",))
Data = dict[str, Any]

DEPARTMENTS = {"scjg": "市场监督管理局", "xf": "消防救援大队", "cg": "城市管理局", "qzf": "区人民政府"}
VOCABULARY = {
    "fields": {
        "name": {"title": "名称", "type": "text", "source": ["applicant.name"]},
        "area": {"title": "面积", "type": "number", "min": 1, "unit": "㎡"},
        "phone": {"title": "电话", "type": "phone"},
        "opens": {"title": "开业日期", "type": "date"},
    },
    "materials": {
        "lease": {"title": "租赁合同"}, "plan": {"title": "平面图"}, "photo": {"title": "现场照片"},
        "proof": {"title": "消防验收证明"}, "sketch": {"title": "招牌效果图"},
    },
    "certificates": {
        "food-card": {"title": "食品经营许可证", "number": "F{region}{seq:04}", "valid": "5y"},
        "fire-card": {"title": "消防检查意见书", "number": "X{year}{seq}"},
    },
    "reasons": {
        "plan-no-size": {"title": "平面图缺少尺寸", "material": "plan"},
        "plan-no-door": {"title": "平面图没有标出口", "material": "plan"},
        "lease-pages": {"title": "租赁合同缺页", "material": "lease"},
        "sketch-dark": {"title": "效果图看不清", "material": "sketch"},
        "phone-wrong": {"title": "电话打不通", "field": "phone"},
        "unfit": {"title": "不符合条件"},
        "elsewhere": {"title": "不属于本机关职权，请向区局申请"},
    },
}  # fmt: skip
COMMITMENT = {
    "text": "fire-v1", "basis": "消防法 15", "eligible": "!applicant.credit.excluded", "limit": "1wd",
    "waives": ["proof"], "follow_up": {"limit": "20wd", "sample": 1.0},
}  # fmt: skip
ITEMS: dict[str, Data] = {
    "food": {
        "title": "食品经营许可", "department": "scjg", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "20wd", "promised": "10wd"}, "fields": ["name", "area", "phone"],
        "materials": ["lease", "plan", {"use": "photo", "deferrable": "8wd"}], "result": {"certificate": "food-card"},
    },
    "fire": {
        "title": "消防安全检查", "department": "xf", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "13wd", "promised": "8wd"}, "fields": ["name", "area"],
        "materials": ["plan", {"use": "proof", "from": ["share", "upload"]}], "commitment": COMMITMENT,
        "result": {"certificate": "fire-card"},
    },
    "drain": {
        "title": "排水许可", "department": "cg", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "20wd", "promised": "10wd"}, "fields": ["area"], "materials": ["plan", "lease"],
    },
    "sign": {
        "title": "招牌备案", "department": "cg", "category": "filing", "lifecycle": "filing",
        "limits": {"promised": "3wd"}, "fields": ["name"], "materials": ["sketch"],
    },
    "tax": {
        "title": "税务登记", "department": "scjg", "category": "service", "lifecycle": "instant",
        "limits": {"promised": "1wd"}, "fields": ["name"], "materials": [],
    },
    "look-up": {
        "title": "烟道核验", "department": "cg", "category": "verification", "lifecycle": "verification",
        "limits": {"promised": "2wd"}, "fields": [], "materials": [],
    },
}  # fmt: skip
PEOPLE: dict[str, tuple[str, str]] = {
    "li": ("scjg", "window"), "wang": ("scjg", "reviewer"), "zhao": ("scjg", "approver"), "qian": ("scjg", "head"),
    "feng": ("scjg", "approver"), "chu": ("scjg", "approver"), "wei": ("scjg", "inspector"),
    "sun": ("xf", "approver"), "zhou": ("xf", "inspector"), "zheng": ("xf", "reviewer"), "jiang": ("xf", "head"),
    "shen": ("xf", "window"), "wu": ("cg", "window"), "han": ("cg", "reviewer"), "yang": ("cg", "approver"),
    "zhu": ("cg", "head"), "qin": ("cg", "inspector"),
    "zong": ("qzf", "head"), "jin": ("scjg", "legal"),
}  # fmt: skip


def moment(text: str) -> datetime:
    """Read a Shanghai instant: `2026-09-14` (10:00) or `2026-09-14T21:00`."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T10:00").replace(tzinfo=TZ)


@cache
def _release(written: str) -> Release:
    said: Data = json.loads(written)
    files = {f"{kind}.yaml": json.dumps({"kind": kind} | said[kind]) for kind in ("directory", "vocabulary", "bundle")}
    files |= {
        f"items/{code}.yaml": json.dumps({"kind": "item", "code": code} | item) for code, item in said["items"].items()
    }
    files |= {
        f"lifecycles/{n}.yaml": json.dumps({"kind": "lifecycle"} | each) for n, each in enumerate(said["lifecycles"])
    }
    texts = {
        "fire-v1.md": "本人承诺场所符合消防安全要求，承担不实承诺的后果。", "fire-notice-v1.md": "安全出口不少于2个。",
    }  # fmt: skip
    loaded = load_pack(files | texts)
    assert loaded.pack, "\n".join(map(str, loaded.diagnostics))
    return compile_release(loaded.pack, "open-shop")


def town(
    *items: str | Data, change: Mapping[str, Data] | None = None, lifecycles: tuple[Data, ...] = (),
    policy: Data | None = None, **of_bundle: Any,
) -> Release:  # fmt: skip
    """Publish the bundle with these items: a code, or an entry {use, when, after, on_refusal}."""
    entries = [{"use": entry} if isinstance(entry, str) else entry for entry in items or ("food",)]
    shop = {
        "code": "open-shop", "title": "开小店", "lead": "scjg", "applicants": ["sole-trader", "individual"],
        "promised": "45wd", "items": entries,
        "questions": [{"id": "area", "ask": "面积是多少？", "type": "number", "fills": "area", "min": 1}],
    }  # fmt: skip
    used = {entry["use"]: ITEMS.get(entry["use"], {}) | (change or {}).get(entry["use"], {}) for entry in entries}
    region = {"code": "999901", "title": "示例区"}
    said = {
        "directory": {"region": region, "departments": DEPARTMENTS, "government": "qzf", "posts": {"chief": "首席代表"}, "policy": policy or {}},
        "vocabulary": VOCABULARY, "bundle": shop | of_bundle, "lifecycles": list(lifecycles),
        "items": {code: {"basis": ["某法 1"], "conditions": ["有场所"]} | item for code, item in used.items()},
    }  # fmt: skip
    return _release(json.dumps(said, ensure_ascii=False))


class Story:
    """One application from its draft to its end; each person is a method: `story.li("food.accept")`."""

    def __init__(self, release: Release, case: Case, now: str, calendar: WorkCalendar = NATIONAL) -> None:
        self.release, self.case, self.calendar = release, case, calendar
        self.now = moment(now)
        self.excluded = False
        self.excluded_by, self.credit_class = "", "B"
        self.subjects: dict[str, str] = {}
        self.library: tuple[Held, ...] = ()
        self.bans: tuple[Ban, ...] = ()
        self.events: list[Event] = []
        self.rows: dict[str, dict[Any, Data]] = {}
        self.serial = 0
        self.staff: dict[tuple[str, str], tuple[str, ...]] = {}
        self.people = {
            name: Actor(name, "clerk", department, frozenset({post})) for name, (department, post) in PEOPLE.items()
        }
        self.people["zhang"] = Actor("zhang", "applicant", subject=case.applicant_id)
        self.people["stranger"] = Actor("stranger", "applicant", subject="92999901MADEM9999X")

    def __getattr__(self, name: str) -> Callable[..., Step]:
        if name.startswith("_") or name not in self.people:
            raise AttributeError(name)
        return partial(self.act, self.people[name])

    @property
    def situation(self) -> Situation:
        """What is known at this moment."""
        return Situation(
            self.release,
            self.calendar,
            self.now,
            staff=self.staff,
            excluded=self.excluded,
            excluded_by=self.excluded_by,
            credit_class=self.credit_class,
            subjects=self.subjects,
            library=self.library,
            bans=self.bans,
        )

    def act(self, actor: Actor, what: str, on: str = "", **data: Any) -> Step:
        """Let somebody act on `<item>.<action>`, or on the case with the bare name of the action."""
        if on:
            self.until(on)
        item, _, name = what.rpartition(".")
        return self._keep(step(self.case, Action(name, item, data), actor, self.situation))

    def until(self, when: str | datetime) -> "Story":
        """Let time pass, with a punctual clock at that moment."""
        self.now = max(self.now, moment(when) if isinstance(when, str) else when)
        return self.swept()

    def swept(self) -> "Story":
        """Let the clock do what has fallen due."""
        taken = tick(self.case, self.situation)
        if taken.events:
            self._keep(taken)
        return self

    def new_calendar(self, calendar: WorkCalendar) -> "Story":
        """Let a new notice of holidays arrive."""
        self.calendar = calendar
        taken = recalendar(self.case, self.situation)
        if taken.events:
            self._keep(taken)
        return self

    def _keep(self, taken: Step) -> Step:
        for certificate in taken.case.certificates.values():
            if not certificate.number:
                self.serial += 1
                number = bundle.certificate_number(
                    certificate.pattern, region="999901", issued_on=certificate.issued_on, seq=self.serial
                )
                library.numbered(taken.case, certificate, number)
        self.case, events, rows = evidence.sealed(taken)
        self.events += events
        for table, changed in rows.items():
            self.rows.setdefault(table, {})
            for row in changed:
                self.rows[table][tuple(row[k] for k in evidence_keys(table))] = row
        return replace(taken, events=events)

    # ---- looking ----

    def item(self, code: str) -> Item:
        """Return an item of the case."""
        return self.case.items[code]

    def state(self, code: str) -> str:
        """Return the state of an item."""
        return self.case.items[code].state

    def clock(self, name: str) -> Clock:
        """Return a clock: `food.decision`, or `promise` of the case."""
        item, _, clock = name.rpartition(".")
        return self.case.clocks[item, clock]

    def due(self, name: str, limit: str = "due") -> date | None:
        """Return a date of a clock: promised, statutory, safe or the earlier of the two."""
        found: date | None = getattr(self.clock(name), f"{limit}_on")
        return found

    def offers(self, name: str) -> dict[str, Offer]:
        """Return what somebody is offered, by `<item>.<action>`."""
        found = offers(self.case, self.people[name], self.situation)
        return {f"{offer.item}.{offer.action}".strip("."): offer for offer in found}

    def tasks(self, item: str) -> list[tuple[str, str]]:
        """Return who must act on an item now, as (department, post)."""
        return [(t.department, t.post) for t in self.case.tasks.values() if t.item == item and t.done_at is None]

    def papers(self) -> list[str]:
        """Return the kinds of the papers issued, in order."""
        return [notice.kind for notice in self.case.notices.values()]

    def did(self) -> list[str]:
        """Return the actions recorded, as `<item>.<action>`."""
        return [f"{event.item}.{event.action}".strip(".") for event in self.events]


def evidence_keys(table: str) -> tuple[str, ...]:
    """Return the key columns of a table of parts."""
    from service.workflows.case import KEYS

    return KEYS[table]


def draft(release: Release, **of: Any) -> Case:
    """Fill in what zhang would."""
    said: Data = {
        "id": "c0ffee", "bundle": "open-shop", "release": release.hash, "applicant_type": "sole-trader",
        "applicant_name": "云泽市川味小馆", "applicant_id": "92999901MADEM0046F", "number": "S-0001", "salt": "pepper",
        "query_code": "778899", "account": "zhang", "answers": {"area": 130}, "form": {"phone": "13912345678"},
    }  # fmt: skip
    said |= of
    said["form"] = {name: value for name, value in said["form"].items() if name in release.vocabulary.fields}
    return Case(**said)


def everything(release: Release, case: Case, missing: tuple[str, ...] = (), defer: tuple[str, ...] = ()) -> list[Data]:
    """Return all the papers the application asks for, each from its first origin."""
    applicant = bundle.Applicant(case.applicant_type, case.applicant_name, case.applicant_id)
    selection = bundle.select(release, case.answers, applicant)
    needs = bundle.one_set(release, selection.items, case.handling, bundle.facts_for(release, case))
    given = [{"material": c, "source": n.origins[0]} for c, n in needs.items() if c not in {*missing, *defer}]
    return [*given, *({"material": code, "defer": True} for code in defer)]


def submitted(
    *items: str | Data, at: str = "2026-09-14", missing: tuple[str, ...] = (), defer: tuple[str, ...] = (),
    excluded: bool = False, case: Data | None = None, calendar: WorkCalendar = NATIONAL,
    signing: Data | None = None, **of_town: Any,
) -> Story:  # fmt: skip
    """Let zhang submit an application for these items; all papers are there but those named."""
    release = town(*items, **of_town)
    filled = draft(release, **(case or {}))
    story = Story(release, filled, at, calendar)
    story.excluded = excluded
    story.zhang("submit", materials=everything(release, filled, missing, defer), **(signing or {}))
    return story


def accepted(*items: str | Data, at: str = "2026-09-14", on: str = "", **of: Any) -> Story:
    """Let zhang submit and li accept every item."""
    story = submitted(*items, at=at, **of)
    for code in list(story.case.items):
        if story.item(code).lifecycle == "licence" and story.state(code) == "received":
            story.li(f"{code}.accept", on)
    return story


class Begun:
    """One application that zhang has not sent yet."""

    def __init__(self, release: Release, case: Case, at: str) -> None:
        self.story, self.case = Story(release, case, at), case

    def submit(self, missing: tuple[str, ...] = (), also: tuple[Data, ...] = (), **held: Any) -> Story:
        """Send it; `held` is what the situation holds beside the case (library, bans …)."""
        story = self.story
        for name, value in held.items():
            setattr(story, name, value)
        given = [*everything(story.release, self.case, missing), *also]
        story.act(story.people["zhang"], "submit", materials=given)
        return story


def begun(*items: str | Data, at: str = "2026-09-14", case: Data | None = None, **of: Any) -> Begun:
    """Let zhang fill in an application without sending it."""
    release = town(*items, **of)
    return Begun(release, draft(release, **(case or {})), at)


class Town:
    """What stories are made of."""

    release = staticmethod(town)
    submitted = staticmethod(submitted)
    begun = staticmethod(begun)
    accepted = staticmethod(accepted)
    draft = staticmethod(draft)
    everything = staticmethod(everything)
    story = Story
    moment = staticmethod(moment)
    national = NATIONAL
    items = ITEMS


@pytest.fixture(scope="session")
def shop() -> type[Town]:
    """The town in which zhang opens a shop."""
    return Town
