"""不得办理 — what forbids an action on an item whatever it carries: hands, eyes, and rules of law."""

from service.errors import ActionNotAllowed, NotEligible, one_field
from service.workflows import bundle, clocks, commitments, continuing, credit, hearings, papers, proceedings
from service.workflows.calendar import local_date
from service.workflows.case import Item
from service.workflows.language.duration import Duration
from service.workflows.language.models import Transition
from service.workflows.machine import PLEDGED
from service.workflows.situation import Actor
from service.workflows.work import Work


def others_task(work: Work, item: Item, actor: Actor) -> None:
    """A task that somebody else claimed is theirs; the head may step in, and what several sign is nobody's alone."""
    if not actor.officer or "head" in actor.posts or work.machine(item).states[item.state].sign != "any":
        return
    for task in work.case.tasks.values():
        mine = task.department == actor.department and task.post in actor.posts
        if task.item == item.item and task.done_at is None and mine and task.person not in ("", actor.account):
            raise ActionNotAllowed("这项待办已由同事认领，请先转办或由其释放", person=task.person)


def same_eyes(work: Work, item: Item, transition: Transition, actor: Actor, post: str) -> None:
    """Four eyes: who reviewed does not decide; who granted by commitment does not check it afterwards."""
    undecided = work.machine(item).before_decision
    decides = "approver" in transition.actors or (item.state in undecided and transition.to not in undecided)
    if not actor.officer or item.reviewer != actor.account:
        return
    if item.parent and item.lifecycle != "revocation":  # there nobody granted anything: the head decides
        raise ActionNotAllowed("先前作出决定或者认定的人不能再办本程序，请换人", action=transition.action)
    if decides and post != "reviewer":
        raise ActionNotAllowed("审查人不能同时作出决定，请由他人决定", law="行政许可法 34", action=transition.action)


def by_rule(work: Work, item: Item, transition: Transition, actor: Actor) -> None:
    """Rules that hold before what the action carries is even looked at."""
    effect = transition.effect
    if effect and effect.begin and proceedings.open_one(work.case, effect.begin, item.item):
        raise ActionNotAllowed("这个程序正在进行", action=transition.action, state=item.state)
    if effect and effect.extend:
        clock = work.case.clocks.get((item.item, effect.extend))
        if clock is None:
            raise ActionNotAllowed("还没有开始计时，不能延长", action=transition.action, state=item.state)
        # the same refusals as the extension itself, so that the page does not offer what would be refused
        clocks.extend(clock, Duration(1, "wd"), work.at, "", "")
    good = work.machine(item).grants(transition)
    if good and actor.kind == "clock" and not _tacit(work, item, transition):
        raise ActionNotAllowed("逾期不作决定不等于准予", law="行政许可法 42、50", action=transition.action)
    if good:
        commitments.refuse_late(work, item)
    if good and item.state == PLEDGED and work.situation.excluded:
        raise NotEligible("申请人有未修复的失信记录，不能按告知承诺准予，请转一般程序", law="国办发〔2020〕42号")
    credit.refuse(work, item, transition)
    hearings.refuse(work, item, transition, actor)
    _unreviewed(work, item, transition, actor)
    if "gaps" in transition.needs:
        _tolerance(work, item, transition)
    if "materials" in transition.needs and actor.officer:
        _later_session(work, item, transition)


def _tacit(work: Work, item: Item, transition: Transition) -> bool:
    """Tell whether silence renews here: the one exception, for an application about a certificate made in time (R-LIFE-2)."""
    lifecycle = work.machine(item).lifecycle
    return lifecycle.tacit == "renewal" and "行政许可法 50" in transition.basis and continuing.timely(item)


def _unreviewed(work: Work, item: Item, transition: Transition, actor: Actor) -> None:
    """法制审核: a major decision needs its record, by neither who reviewed nor who decides (R-SUP-5).

    Raises DataInvalid: what is lacking is a record, as with any other thing a decision must carry.
    """
    recorded = item.special.get("legal_review", {})
    if transition.effect and transition.effect.record and actor.account == item.reviewer:
        raise ActionNotAllowed("审查人不能自己作法制审核", action=transition.action, state=item.state)
    definition = work.release.items.get(item.item)
    if not (actor.officer and definition and definition.legal_review and hearings.ends_review(work, item, transition)):
        return
    if not recorded:
        raise one_field("/data/legal_review", "重大决定应当先有法制审核意见", law="国办发〔2018〕118号")
    if recorded["by"] == actor.account:
        raise ActionNotAllowed("法制审核人不能同时作出决定", action=transition.action, state=item.state)


def _tolerance(work: Work, item: Item, transition: Transition) -> None:
    """容缺: only where something is missing, all of it may follow, and the promise can be trusted (R-RQ-1)."""
    if work.situation.excluded:
        raise NotEligible("申请人有未修复的失信记录，不适用容缺受理", action=transition.action)
    facts, titles = work.facts(), work.release.vocabulary.materials
    lacking = papers.missing(work.release, work.case, item, facts)
    uses = {u.use: u for u in bundle.material_uses(work.release, item.item, item.handling, facts)}
    if not lacking:
        raise ActionNotAllowed("材料已经齐全，不需要容缺受理", action=transition.action, state=item.state)
    if main := [code for code in lacking if not uses[code].deferrable]:
        said = "、".join(titles[code].title for code in main)
        raise ActionNotAllowed(f"主要材料还缺：{said}，不能容缺受理", action=transition.action, missing=main)


def _later_session(work: Work, item: Item, transition: Transition) -> None:
    """当场更正: with the applicant at the counter, on the day of the receipt, before anything was told (R-ACC-4 no. 3)."""
    received = work.case.received_at
    why = ""
    if work.case.channel != "counter":
        why = "网上申请由申请人自己补正，不能在窗口当场更正"
    elif received is None or local_date(received) != work.today:
        why = "当场更正只能在收件当天办理，之后请一次性告知补正"
    elif item.corrections:
        why = "已经一次性告知补正，请申请人按通知补正"
    if why:
        raise ActionNotAllowed(why, action=transition.action, state=item.state, law="行政许可法 32")
