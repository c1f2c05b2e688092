"""样例办件 — dated stories of the sample city, told in working days before now and really played through the office."""

import base64
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from service.commands import sample_people
from service.office import ApplicationInput, Office, Request
from service.workflows.application import (
    Applicant,
    check_form,
    facts_for,
    filled_by_answers,
    one_form,
    one_set,
    select_items,
)
from service.workflows.calendar import DAY, TZ, WorkCalendar, local_date, midnight
from service.workflows.case import Action, Actor, Case
from service.workflows.definition import Release
from service.workflows.trials import answers_with_neutral, sample_value

BUNDLE = "open-restaurant"
SWEEP = timedelta(seconds=1)  # after midnight


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant of the sample city."""

    account: str
    type: str
    name: str
    id: str
    told: Mapping[str, Any] = field(default_factory=dict)  # what is typed into the form

    def actor(self) -> Actor:
        """Return who acts."""
        return Actor(self.account, "applicant", subject=self.id, name=self.name)


ZHANG = Person(
    "zhang",
    "sole-trader",
    sample_people.WONTON.name,
    sample_people.WONTON.number,
    {
        "legal_person_name": "张桂兰",
        "legal_person_phone": "19900000011",
        "premises_address": "云泽市临湖区荷塘街道莲花路18号",
        "floor_no": "1",
        "food_safety_manager": "张桂兰",
        "sign_size": "3.2×0.8×0.15",
        "sign_content": "张记馄饨",
    },
)
LI = Person(
    "li",
    "enterprise",
    sample_people.NOODLES.name,
    sample_people.NOODLES.number,
    {
        "legal_person_name": "李明远",
        "legal_person_phone": "19900000038",
        "premises_address": "云泽市临湖区湖滨街道望湖路66号湖滨广场B201",
        "floor_no": "2",
        "food_safety_manager": "王志强",
        "sign_size": "5×1×0.2",
        "sign_content": "湖畔面馆",
        "chain_hq_name": "云泽市湖畔面馆有限公司",
        "fire_responsible": "李明远",
        "fire_manager": "王志强",
        "building_fire_doc_no": "云泽消验字〔2019〕第0123号",
    },
)
FOOD_COMPANY = Person(
    "wang",
    "enterprise",
    sample_people.FOOD.name,
    sample_people.FOOD.number,
    {
        "legal_person_phone": sample_people.WANG.phone,
        "premises_address": "云泽市临湖区桥东街道学府路7号",
        "floor_no": "1",
        "food_safety_manager": "王小梅",
        "sign_size": "4×0.9×0.15",
        "sign_content": "小梅餐饮",
    },
)
BY_AGENT = replace(FOOD_COMPANY, account="lin")


@dataclass(frozen=True, slots=True)
class Move:
    """One act of a story: so many working days before now, at this hour; `by` is an account or `applicant`."""

    days: int
    hour: int
    by: str
    do: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tale:
    """One sample case: whose it is, what was answered, and what happened."""

    who: Person
    days: int
    answers: Mapping[str, Any]
    moves: Sequence[Move] = ()
    handling: Mapping[str, str] = field(default_factory=dict)
    draft: bool = False


CAFE: dict[str, Any] = {
    "licence": "have",
    "area": 68,
    "usable_area": 60,
    "dishes": ["drinks", "simple"],
    "building": "shop",
    "drain": "property",
    "sign": False,
    "entertainment": False,
    "extras": [],
    "staff_without_cert": 0,
}
WITH_SIGN = {**CAFE, "sign": True, "ad_area": 0}
NOODLES: dict[str, Any] = {
    "licence": "have",
    "area": 420,
    "dishes": ["hot", "drinks"],
    "building": "mall",
    "fumes": True,
    "fuel": "electric",
    "drain": "property",
    "sign": True,
    "ad_area": 0,
    "entertainment": False,
    "fit_out_cost": 28,
    "extras": [],
    "staff_without_cert": 0,
}
FOOD, SIGN, FIRE = "food-licence-simple", "outdoor-sign", "fire-check"
POINTS = {"reasons": ["layout-no-size"]}
HIDES = "招牌遮挡消防救援窗"
GOOD = {"opinion": "材料齐全，符合条件，建议准予。"}


def _granted(days: int, item: str, department: str) -> list[Move]:
    """Return the ordinary path of one item to its certificate."""
    return [
        Move(days, 10, "scjg.window", f"{item}.accept"),
        Move(days - 1, 10, f"{department}.reviewer", f"{item}.propose", GOOD),
        Move(days - 2, 10, f"{department}.approver", f"{item}.grant", {"opinion": "准予。"}),
        Move(days - 2, 15, "scjg.window", f"{item}.issue"),
    ]


def _refused(days: int, item: str, department: str, opinion: str, why: str) -> list[Move]:
    """Return what leads from an accepted item to a refusal."""
    reviewer, approver = f"{department}.reviewer", f"{department}.approver"
    return [
        Move(days, 10, reviewer, f"{item}.propose", {"opinion": opinion}),
        Move(days - 1, 10, approver, f"{item}.refuse", {"reasons": [{"text": why}]}),
    ]


TALES = [
    Tale(
        ZHANG,
        28,
        WITH_SIGN,
        [
            *_granted(27, FOOD, "scjg"),
            *_granted(27, SIGN, "cg"),
            Move(24, 9, "applicant", "case.rate", {"grade": 5, "text": "两件事一次办好了"}),
        ],
    ),
    Tale(
        ZHANG,
        20,
        WITH_SIGN,
        [
            *_granted(19, FOOD, "scjg"),
            Move(19, 11, "scjg.window", f"{SIGN}.accept"),
            *_refused(18, SIGN, "cg", f"{HIDES}，建议不予许可。", HIDES),
        ],
    ),
    Tale(
        LI,
        18,
        {**CAFE, "area": 90},
        [
            Move(17, 10, "scjg.window", f"{FOOD}.accept"),
            *_refused(16, FOOD, "scjg", "布局不符合要求，建议不予许可。", "操作间与卫生间直接相通"),
        ],
    ),
    Tale(ZHANG, 14, CAFE, [Move(13, 10, "applicant", "case.withdraw")]),
    # nobody answers the notice: after 15 working days it lapses
    Tale(
        ZHANG,
        26,
        CAFE,
        [
            Move(25, 10, "scjg.window", f"{FOOD}.note_defects", POINTS),
            Move(25, 11, "scjg.window", "case.notify_correction"),
        ],
    ),
    Tale(
        LI,
        3,
        WITH_SIGN,
        [
            Move(2, 10, "cg.window", f"{SIGN}.note_complete"),
            Move(2, 10, "scjg.window", f"{FOOD}.note_defects", POINTS),
            Move(2, 11, "scjg.window", "case.notify_correction"),
            Move(2, 14, "scjg.window", f"{SIGN}.accept"),
        ],
    ),
    # committed and granted at once; the check afterwards is still to come, the licence is late
    Tale(
        LI,
        9,
        NOODLES,
        [
            Move(8, 9, "scjg.window", "food-licence.accept"),
            Move(8, 10, "xf.approver", f"{FIRE}.grant_by_commitment"),
            Move(8, 10, "cg.approver", f"{SIGN}.grant_by_commitment"),
            Move(8, 14, "scjg.window", f"{FIRE}.issue"),
            Move(8, 14, "scjg.window", f"{SIGN}.issue"),
            Move(5, 9, "scjg.reviewer", "food-licence.start_inspection"),
        ],
        {FIRE: "commitment", SIGN: "commitment"},
    ),
    # the promised days are nearly used
    Tale(ZHANG, 4, CAFE, [Move(3, 16, "scjg.window", f"{FOOD}.accept")]),
    Tale(ZHANG, 2, WITH_SIGN, [Move(1, 10, "scjg.window", f"{FOOD}.accept")]),
    Tale(LI, 1, CAFE),
    Tale(FOOD_COMPANY, 6, CAFE, [Move(5, 11, "scjg.window", f"{FOOD}.accept")]),
    Tale(BY_AGENT, 2, {**CAFE, "area": 95, "usable_area": 80}),
    Tale(ZHANG, 1, WITH_SIGN, draft=True),
]


async def play(office: Office, now: datetime) -> int:
    """Play every story up to `now` in the order of time, deadlines included; return how many cases there are.

    The office is given each instant as the present, so that history is what it would have been.
    """
    release = await office.bundle(BUNDLE)
    calendar = office.calendar_for(release)
    everybody = (ZHANG, LI, FOOD_COMPANY, BY_AGENT)
    papers = {who.account: await sample_files(office, who, now) for who in everybody}
    acts = sorted(_acts(calendar, now), key=lambda act: act[0])
    numbers: dict[int, str] = {}
    reached = acts[0][0]
    await sample_people.settle(office, reached - DAY)
    for at, tale, move in acts:
        await _nights(office, reached, at)
        reached = at
        index = TALES.index(tale)
        if move is None:
            filled_in = application(release, tale, at, papers[tale.who.account])
            view = await office.open_case(
                Request(await _applicant(office, tale, at), at), filled_in
            )
            numbers[index] = view.case.number
        else:
            await _do(office, numbers[index], tale, move, at)
    await _nights(office, reached, now)
    await office.expire_due(now, 1000)
    return len(numbers)


def _acts(calendar: WorkCalendar, now: datetime) -> Iterator[tuple[datetime, Tale, Move | None]]:
    for tale in TALES:
        yield _instant(calendar, now, tale.days, 9), tale, None
        for move in tale.moves:
            yield _instant(calendar, now, move.days, move.hour), tale, move


def _instant(calendar: WorkCalendar, now: datetime, days: int, hour: int) -> datetime:
    day = calendar.before(local_date(now), days)
    # as finely as a real clock tells it: nobody acts on the stroke
    instant = time(hour, microsecond=now.microsecond)
    return datetime.combine(day, instant, TZ).astimezone(now.tzinfo)


async def _nights(office: Office, after: datetime, until: datetime) -> None:
    """Let what falls due at each midnight in between happen then, as a punctual worker would."""
    day = local_date(after) + DAY
    while midnight(day) + SWEEP < until:
        await office.expire_due(midnight(day) + SWEEP, 1000)
        day += DAY


async def _applicant(office: Office, tale: Tale, at: datetime) -> Actor:
    """Return who applies: the account itself, or what it represents."""
    own = {each.id: each.number for each in await office.identities(tale.who.account, at)}
    found = next((id_ for id_, number in own.items() if id_ and number == tale.who.id), "")
    return await office.acting(tale.who.account, found, at) if found else tale.who.actor()


async def _do(office: Office, number: str, tale: Tale, move: Move, at: datetime) -> None:
    if move.by == "applicant":
        actor = await _applicant(office, tale, at)
    else:
        department, post = move.by.split(".")
        actor = Actor(move.by, "clerk", department, frozenset({post}))
    item, _, name = move.do.rpartition(".")
    action = Action(name, "" if item == "case" else item, move.data)
    await office.act(Request(actor, at), number, action)


Papers = Mapping[str, str]  # pdf and png → the file's id
ONE_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
ONE_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def sample_files(office: Office, who: Person, at: datetime) -> Papers:
    """Hand in an empty page and a single dot, to stand for whatever papers are asked for."""

    async def once(content: bytes) -> AsyncIterator[bytes]:
        yield content

    kinds = (("pdf", ONE_PAGE), ("png", ONE_DOT))
    return {
        k: (await office.keep_file(who.actor(), once(c), f"扫描件.{k}", at)).id for k, c in kinds
    }


KNOWN = ("applicant.", "organisation.")  # of who applies: shops, in all tales


def application(release: Release, tale: Tale, at: datetime, papers: Papers) -> ApplicationInput:
    """Fill in the one form with valid values and hand in every paper that this situation asks for."""
    who = tale.who
    answers = answers_with_neutral(release, dict(tale.answers), who.type)
    filled = filled_by_answers(release, answers)
    samples = {
        name: sample_value(definition, local_date(at))
        for name, definition in release.vocabulary.fields.items()
        if name not in filled and not any(s.startswith(KNOWN) for s in definition.source)
    }
    told = {name: value for name, value in _told(tale).items() if name not in filled}
    selection = select_items(release, answers, Applicant(who.type, who.name, who.id))
    case = Case("", BUNDLE, release.hash, who.type, who.name, who.id, answers=answers)
    form = check_form(release, {**filled, **samples, **told})
    facts = facts_for(release, replace(case, form=form))
    handling = {code: tale.handling.get(code, "ordinary") for code in selection.items}
    asked = one_form(release, selection.items, handling, facts)
    return ApplicationInput(
        bundle=BUNDLE,
        applicant={"type": who.type, "name": who.name, "id": who.id},
        answers=answers,
        handling=tale.handling,
        form={name: value for name, value in (samples | told).items() if name in asked},
        draft=tale.draft,
        materials=[
            _paper(release, code, next(o for o in need.origins if o != "certificate"), papers)
            for code, need in one_set(release, selection.items, handling, facts).items()
        ],
    )


def _told(tale: Tale) -> dict[str, Any]:
    """Return what such a shop would fill in: its size goes with what was answered."""
    usable = int(tale.answers.get("usable_area") or tale.answers["area"] * 0.9)
    seats, staff = usable // 3, max(2, usable // 20)
    size = {
        "usable_area": usable,
        "kitchen_area": max(8, usable // 4),
        "seats": seats,
        "staff_count": staff,
        "max_people": seats + staff,
        "exits_count": 2,
    }
    return {**size, **tale.who.told}


def _paper(release: Release, code: str, origin: str, papers: Papers) -> dict[str, Any]:
    if origin != "upload":
        return {"material": code, origin: True}
    formats = release.vocabulary.materials[code].formats
    return {"material": code, "file": papers["pdf" if "pdf" in formats else "png"]}
