"""文书内容 — what each paper says, in plain Chinese, from the case alone. Numbering and keeping is done by the step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Unpack, cast

from service.workflows import clocks, expiry
from service.workflows.calendar import WorkCalendar
from service.workflows.case.columns import Body, PointTold, Remedies
from service.workflows.case.engine import CLOCK
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import Case, Certificate, Item, Material, Notice
from service.workflows.case.situation import Move
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import NOTICE_TITLES, ItemDefinition
from service.workflows.definition.release import Release
from service.workflows.notices import last_days, letters, opening
from service.workflows.notices.citations import cited
from service.workflows.notices.dates import say_date as say_date  # noqa: PLC0414 - of wording
from service.workflows.notices.sentences import SENTENCES

ENGINE_TITLES = {
    "yellow_card": "黄牌提醒",
    "red_card": "红牌警示",
    "statutory_breach": "超过法定时限警示",
    "ordinary_path": "转一般程序告知书",
    "result": "办结结果汇总",
    "started": "前置事项办结告知书",
    "blocked": "前置事项已撤回告知书",
    "recalendar": "期限变动告知书",
    "await_calendar": "期限待定告知书",
    "share_failed": "共享材料未取到告知书",
    "expire_certificate": "证照有效期届满告知书",
    "feedback_overdue": "部门反馈超时提醒",
    "deregistration_request": "注销申请收件凭证",
    "deregistration_opened": "依职权注销告知书",
    "expiry_refused": "到期没有办成提醒",
}
ACCEPTANCE = "acceptance"
ACCEPTANCES = frozenset({ACCEPTANCE, "tolerant_acceptance"})  # papers with a table of the limits
NOT_ADMINISTRATIVE = frozenset({"utility"})  # an enterprise decides: no administrative act
NOT_COUNTED = (  # 行政许可法 45; 行政复议法 11, 23
    "依法需要听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的，所需时间不计算在上述期限内，由承办机关另行书面告知。"
    "逾期没有作出决定的，您可以依法先申请行政复议，对复议决定不服的再提起行政诉讼。"
)
HOW_IT_CAME = {  # on a receipt: its list → the sources of what stands there
    "materials": ("upload",),
    "fetched": ("share", "generated", "certificate"),
}
# what a transition issues to the department, not to the applicant
INWARD = frozenset({"special_overrun", "hearing_overrun"})
TO_THIRD_PARTIES = frozenset({"hearing_right", "hearing_notice", "hearing_announcement"})
# papers that name the certificate issued with them
HANDS_OVER = frozenset({"grant", "issue", "deemed_renewal"})
NEGATIVE = frozenset(
    {
        "refusal",
        "not_accepted",
        "lapse",
        "filed_away",
        "acceptance_revoked",
        "revocation",
        "permit_withdrawal",
        "stopped",
        "termination",
        "not_required",
        "repair_refused",
        "deregistration_kept",
        "compensation_award",
        "compensation_refusal",
    }
)


def body_of(**parts: Unpack[Body]) -> Body:
    """Return parts of a paper by their names."""
    return parts


@dataclass(frozen=True, slots=True)
class Said:
    """What one institute of the law has a paper say: its text, what follows it, what comes of it, a note, parts of its own."""

    text: str = ""
    adds: str = ""
    note: str = ""
    consequences: tuple[str, ...] = ()
    more: Body = field(default_factory=Body)  # parts of its own, instead of what every paper has


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper before it is numbered."""

    title: str
    body: Body = field(default_factory=Body)


def title_of(kind: str, definition: ItemDefinition | None = None) -> str:
    """Return the Chinese title of a kind of paper, where it is known by that of the matter it is about."""
    return letters.title_of_matter(kind, definition) or ENGINE_TITLES.get(kind, "通知书")


def remedies(
    calendar: WorkCalendar, release: Release, department: str, served_on: date | None
) -> Remedies:
    """Return the two remedies, to whom each is addressed, and their last days once it is known when it was served.

    A paper that has yet to be handed over names no day: the periods run from its service, and a day that is too early
    would be a false instruction (R-DEC-3, R-DEC-7, R-TIME-7).
    """
    told = release.directory.papers_of(department)
    review, court = told.review or "", told.court or "人民法院"
    text = (
        f"如不服本决定，可以自收到之日起六十日内{f'向{review}' if review else '依法'}申请行政复议，"
        f"或者在六个月内依法向{court}提起行政诉讼。"
    )
    found: Remedies = {"text": text, "law": "行政复议法 20；行政诉讼法 46"}
    if served_on:
        found["review_until"] = calendar.roll(served_on + timedelta(days=60)).isoformat()
        found["suit_until"] = calendar.roll(clocks.shift(served_on, Duration(6, "mo"))).isoformat()
    return found


def served_at_issue(case: Case, on: date) -> date | None:
    """Return the day on which a paper issued today is served: to an online applicant at once, else not yet known."""
    return on if case.channel == "online" else None


def of_move(
    release: Release, case: Case, move: Move, said: Iterable[Said], calendar: WorkCalendar, on: date
) -> Paper:
    """Write the paper that a transition's `notice` asks for; `said` is what the institutes of the law add.

    A department's own words stand first, then the first text of an institute; what is added follows it; the last note
    stands. Remedies count from `on`, where the paper is served at once.
    """
    kind, item, transition = move.transition.notice or "", move.item, move.transition
    definition = release.subject(item.item)
    title = definition.title if definition else release.bundle.title
    told = last_days.decision_clock(release, case, item.item) if kind in ACCEPTANCES else None
    added, law = list(said), _bases(release, case, move)
    body: Body = {
        "item": title,
        "department": release.directory.authority(item.department),
        "law": law,
        "text": _text(release, case, move, added, law) + "".join(each.adds for each in added),
        "points": list(_points(move)),
        "dates": last_days.dates_of(case, item.item, without=told),
        "note": next((each.note for each in reversed(added) if each.note), ""),
        "consequences": [said for each in added for said in each.consequences],
    }
    body |= _of_kind(release, case, move, calendar, on)
    for each in added:
        body |= each.more
    if kind in ACCEPTANCES and definition and not item.parent:
        body["limits"] = [last_days.limits_of(release, case, item)]
        if definition.category == "licence":
            body["note"] = body.get("note", "") + NOT_COUNTED
    known = kind in NOTICE_TITLES
    said_only = {name: value for name, value in body.items() if value}
    named = title_of(kind, definition) if known else f"{transition.title}通知书"
    return Paper(named, cast("Body", said_only))


def _of_kind(release: Release, case: Case, move: Move, calendar: WorkCalendar, on: date) -> Body:
    """Return the parts that go with a kind of paper: what is granted, the remedies, what is handed over."""
    kind, item = move.transition.notice or "", move.item
    definition, body = release.subject(item.item), Body()
    if kind == "grant" and definition and not item.parent:
        facts = letters.Facts(release, case, item, definition)
        body["grants"] = letters.granted(facts)
        if later := letters.after_grant(facts):
            body["note"] = later
    if (kind in NEGATIVE or _grants_licence(kind, definition)) and administrative(definition):
        # who is granted what he asked for needs no last days; others count from when they come to know
        served_on = served_at_issue(case, on) if kind in NEGATIVE else None
        body["remedies"] = remedies(calendar, release, item.department, served_on)
    if (
        kind == "issue"
    ):  # one made with the decision; what is made now names itself once it has its number
        made = (c for c in case.certificates.values() if c.item == item.item and c.number)
        body["certificates"] = [certified(each) for each in made]
    return body


def _grants_licence(kind: str, definition: ItemDefinition | None) -> bool:
    return kind == "grant" and definition is not None and definition.category == "licence"


def administrative(definition: ItemDefinition | None) -> bool:
    """Tell whether an authority decides the matter: what an enterprise answers is no administrative act."""
    return definition is None or definition.category not in NOT_ADMINISTRATIVE


def _text(release: Release, case: Case, move: Move, added: Iterable[Said], law: str) -> str:
    """Return the first sentences of a paper: the department's own, those of an institute, of the kind, of the action."""
    kind, definition = move.transition.notice or "", release.subject(move.item.item)
    title = definition.title if definition else release.bundle.title
    name = f"「{title}」"
    if definition:
        facts = letters.Facts(release, case, move.item, definition)
        if own := letters.own_words(facts, kind, name, law):
            return own
    if text := next((each.text for each in added if each.text), ""):
        return text
    if definition and not move.item.parent and kind in letters.MEETS:
        return letters.of_decision(facts, kind, name)
    if definition and not move.item.parent and kind in letters.TURNED_AWAY:
        return letters.turned_away(facts, kind, name, law)
    if definition and not move.item.parent and kind == "lapse":
        return letters.lapsed(facts, name)
    action = move.transition.title
    if kind in SENTENCES:
        return SENTENCES[kind].format(name=name, days=move.data.get("days"), action=action)
    return f"关于{name}：{action}" + ("，内容见下。" if move.data.get("reasons") else "。")


def _bases(release: Release, case: Case, move: Move) -> str:
    """Return the articles a paper rests on; where its action names none, those of the limit whose end it tells."""
    transition, item = move.transition, move.item
    law = transition.basis
    if not law and transition.actors == [CLOCK]:
        ends = machine_for(release, item.item).states[move.was].on_expiry
        own = [name for name, action in ends.items() if action == transition.action]
        known = (c for c in case.clocks.values() if c.item == item.item and c.basis)
        over = (c for c in known if c.clock in own or c.expiry == transition.action)
        law = next((clock.basis for clock in over), "")
    return letters.bases(transition.notice or "", law, release.subject(item.item))


def _points(move: Move) -> Iterator[str]:
    """Yield the reasons, each with its own basis; what a clock refuses is refused for what its action is called."""
    reasons = move.data.get("reasons", [])
    for point in reasons:
        basis = f"（依据：{cited(point['basis'])}）" if point.get("basis") else ""
        yield point["title"] + basis
    if not reasons and move.transition.notice == "refusal" and move.transition.actors == [CLOCK]:
        yield move.transition.title


def receipt(
    release: Release, case: Case, held: Mapping[str, Material], missing: Iterable[str]
) -> Paper:
    """收件凭证 — dated, numbered, at once; not the acceptance (R-ACC-7).

    It is evidence: as received stands only what was really handed in, `held` by how it came.
    """
    titles = release.vocabulary.materials
    came: dict[str, list[str]] = {
        name: [titles[code].title for code, row in held.items() if row.source in sources]
        for name, sources in HOW_IT_CAME.items()
    }
    body: Body = {
        "text": f"已收到「{release.bundle.title}」申请，编号 {case.number}。这是收件凭证，不是受理通知书。",
        "department": release.directory.authority(release.bundle.lead),
        "items": [release.items[code].title for code in case.items],
        "materials": came["materials"],
        "fetched": came["fetched"],
        "promised": [
            f"{titles[c].title}：{titles[c].promised}"
            for c, row in held.items()
            if row.source == "commitment"
        ],
        "missing": [titles[code].title for code in missing],
        "dates": {
            f"{release.items[i].title}：{last_days.limit_title(c.title)}": c.due_on.isoformat()
            for (i, _), c in case.clocks.items()
            if i in release.items and c.due_on
        },
    }
    if opens := opening.says(release, case):
        body["note"] = opens
    return Paper(title_of("receipt"), body)


def accepted_together(release: Release, case: Case, codes: list[str], *, by_silence: bool) -> Paper:
    """受理通知书 — one for all items accepted at once, each with its authority, its day and its limits (R-ACC-7)."""
    titles = [release.items[code].title for code in codes]
    days = {case.items[code].accepted_on for code in codes}
    on = next(iter(days)) if len(days) == 1 else None
    how = (
        "逾期没有告知需要补正，视为受理"
        if by_silence
        else "经审查，均属于各承办机关职权范围，申请材料齐全、符合法定形式，决定予以受理"
    )
    how += f"，受理日期为{say_date(on)}" if on else "，受理日期见下表"
    others = [release.items[c].title for c in codes if release.items[c].category != "licence"]
    note = "本通知书由牵头机关受各承办机关委托统一出具；各事项分别作出决定。"
    if len(others) < len(codes):
        note += NOT_COUNTED
    if others and len(others) < len(codes):
        note += f"其中{'、'.join(others)}不属于行政许可，参照上述规定一并受理。"
    body: Body = {
        "text": f"{letters.applied(case, f'「{release.bundle.title}」')}。下列{len(codes)}个事项{how}。",
        "department": release.directory.authority(release.bundle.lead),
        "items": titles,
        "limits": [last_days.limits_of(release, case, case.items[code]) for code in codes],
        "note": note,
        "law": "行政许可法 32" if len(others) < len(codes) else "",
        "accepted": codes,
    }
    return Paper(title_of(ACCEPTANCE), body)


def correction(release: Release, case: Case, items: Iterable[Item]) -> Paper:
    """一次性告知 — one notice with every point of every item, and what follows if they do not come (R-ACC-6, R-ACC-9)."""
    policy = release.directory.policy
    ends = expiry.consequence(policy.correction_overdue)
    again = policy.still_defective
    still = (
        f"补正以后仍不符合要求的，不予受理（{again.basis}）。" if again.then == "declined" else ""
    )
    parts: list[PointTold] = []
    dates: dict[str, str] = {}
    for item in items:
        title = release.items[item.item].title
        parts += [{"item": title, "code": item.item, **point} for point in item.asked]
        dates |= {
            f"{title}：{name}": day for name, day in last_days.dates_of(case, item.item).items()
        }
    body: Body = {
        "text": f"{letters.applied(case, f'「{release.bundle.title}」')}。经审查，材料需要补正，以下为一次性告知的全部内容。"
        f"请在下面所列的日期以前（含当日）补齐；补齐后即进入受理。逾期未补正的，{ends}，可以重新申请。{still}",
        "points": [f"{point['item']}：{point['title']}" for point in parts],
        "asked": parts,
        "dates": dates,
        "law": "行政许可法 32",
    }
    return Paper(title_of("correction"), body)


def plain(kind: str, text: str, /, **more: Unpack[Body]) -> Paper:
    """Write a paper that is one sentence."""
    return Paper(title_of(kind), {"text": text, **more})


def handed_over(notice: Notice, issued: Iterable[Certificate]) -> Body:
    """Return what a paper says of the certificates made with it: in the table of what is granted, else as a list."""
    made = list(issued)
    if grants := notice.body.get("grants"):
        return {"grants": letters.with_number(grants, "、".join(each.number for each in made))}
    return {"certificates": [certified(each) for each in made]}


def certified(certificate: Certificate) -> str:
    """Say which certificate was issued, and for how long."""
    first = certificate.valid_from or certificate.issued_on
    until = certificate.valid_until
    valid = f"，{say_date(first)}至{say_date(until)}有效" if until else ""
    return f"{certificate.title}，编号 {certificate.number}{valid}"


def result(release: Release, case: Case) -> Paper:
    """办结结果汇总 — one package when the last item is final, with the invitation to rate."""
    lines = []
    for code, item in case.items.items():
        if not item.parent:
            lines.append(
                f"{release.items[code].title}：{machine_for(release, item.item).states[item.state].title}"
            )
    certificates = [
        f"{c.title} {c.number}".strip() for c in case.certificates.values() if c.state == "valid"
    ]
    text = f"「{release.bundle.title}」已全部办结。请对本次服务作出评价。"
    body: Body = {"text": text, "items": lines, "certificates": certificates}
    if opens := opening.says(release, case):
        body["note"] = opens
    return Paper(title_of("result"), body)
