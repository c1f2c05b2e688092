"""申请注销、依职权注销 — the holder gives his certificate back, or is no more; either way the department enters it.

Asked for by the holder, or opened by the head on one of the causes of the law, with a document that proves it. The
certificate holds until the entry is made. Law: 行政许可法 70.
"""

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.case.columns import Body
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Item
from service.workflows.case.situation import Actor, Move
from service.workflows.definition.models import DEREGISTRATION_CAUSES
from service.workflows.definition.models.terms import BY_STATUTE
from service.workflows.notices import wording
from service.workflows.notices.wording import Said
from service.workflows.proceedings import deregistration, moot, open_one, revocation
from service.workflows.rights import is_applicant, refuse_own_application
from service.workflows.rules import certificates
from service.workflows.worksheet import Work

ACTION = "request_deregistration"
FOR_CAUSE = "deregister_for_cause"
RECEIPT = "deregistration_request"
OPENED = "deregistration_opened"
LAW = "行政许可法 70"
ASKED_FOR = "持证人申请注销"
ENDED = {  # state of the certificate → why its entry is struck off, where no cause was named
    "expired": "有效期届满没有延续",
    "revoked": "依法被撤销",
    "recalled": "依法被撤回",
}


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say why an entry is kept; which certificate is struck off, on which cause, and where one may go against it."""
    if move.transition.notice == "deregistration_kept":
        return Said(note=f"理由：{move.data['reason']}")
    if move.transition.notice != "deregistration":
        return None
    item = move.item
    made = certificates.made_for(work.case, work.case.items[item.parent])
    which = f"的{made.title}（编号 {made.number}）" if made else "的证照"
    by_itself = ENDED.get(made.state, ASKED_FOR) if made else ASKED_FOR
    cause = DEREGISTRATION_CAUSES.get(item.ground, by_itself)
    by = f"（{item.note}）" if item.ground == BY_STATUTE else ""
    more = Body()
    if cause != ASKED_FOR:
        served_on = wording.served_at_issue(work.case, work.today)
        calendar = work.situation.calendar
        more["remedies"] = wording.remedies(calendar, work.release, item.department, served_on)
    said = f"{name}所发{which}已经依法注销，自即日起不得再凭该证照从事活动。"
    return Said(said, note=f"注销的情形：{cause}{by}。", more=more)


def ended(work: Work, move: Move) -> None:
    """Close what hangs on the grant once its entry is struck off (R-LIFE-5)."""
    item = move.item
    if item.lifecycle == deregistration.KIND.code and item.state == deregistration.DEREGISTERED:
        moot.close(work, work.case.items[item.parent], "已经注销")


def _holder(work: Work, actor: Actor) -> None:
    if not is_applicant(work.case, actor):
        raise NotPermitted("只有持证人可以申请注销", action=ACTION)


def _something_to_give_back(work: Work, _: Actor, of: str) -> None:
    known = work.case.items
    faults = [_fault(work, item) for item in ([known[of]] if of in known else known.values())]
    if all(faults):
        raise ActionNotAllowed(faults[0], law=LAW, action=ACTION, state=work.case.state)


def _fault(work: Work, item: Item) -> str:
    """Say why the certificate of an item cannot be given back now; an empty text when it can."""
    made = certificates.made_for(work.case, item)
    if item.parent or made is None or made.state != "valid":
        return "没有可以注销的有效证照"
    if open_one(work.case, revocation.KIND.code, item.item):
        return "撤销程序正在进行，不能申请注销"
    if open_one(work.case, deregistration.KIND.code, item.item):
        return "注销正在办理"
    if deregistration.KIND.code not in work.release.lifecycles:
        return "这件办件按较早的发布版办理，请到发证部门窗口申请注销"
    return ""


def _item(work: Work, given: object) -> str:
    if not isinstance(given, str) or given not in work.case.items:
        raise one_field("/data/item", "请写明注销哪个事项的证照")
    return given


def _head(work: Work, actor: Actor) -> None:
    departments = {item.department for item in work.case.items.values() if not item.parent}
    if not any(actor.sits("head", department) for department in departments):
        raise NotPermitted("只有发证部门的负责人可以启动依职权注销", action=FOR_CAUSE)
    refuse_own_application(work.case, actor)


def _something_to_strike_off(work: Work, actor: Actor, of: str) -> None:
    known = work.case.items
    own = [item for item in known.values() if actor.sits("head", item.department)]
    wanted = [known[of]] if of in known else own
    faults = [_fault(work, item) if item in own else "不是本部门的事项" for item in wanted]
    if all(faults):
        raise ActionNotAllowed(faults[0], law=LAW, action=FOR_CAUSE, state=work.case.state)


def _cause(_: object, given: object) -> str:
    if not isinstance(given, str) or given not in DEREGISTRATION_CAUSES:
        listed = "、".join(f"{code}（{title}）" for code, title in DEREGISTRATION_CAUSES.items())
        raise one_field("/data/cause", f"依职权注销只有这些情形：{listed}", law=LAW)
    return given


def _statute(_: object, given: object) -> str:
    """Return the statute that gives the cause; only one that article 70 does not name asks for it."""
    if given in (None, ""):
        return ""
    named: str = actions.text("statute", "依据", law=LAW)(_, given)
    return named


def _open_for_cause(work: Work, data: Data, actor: Actor) -> None:
    """Open the entry on a cause of the law; what hangs on the grant ends with the entry, not before it.

    Raises DataInvalid: the cause is another statute's, and it is not named.
    """
    item, cause = work.case.items[data["item"]], DEREGISTRATION_CAUSES[data["cause"]]
    made = certificates.made_for(work.case, item)
    basis = data["statute"] if data["cause"] == BY_STATUTE else ""
    if data["cause"] == BY_STATUTE and not basis:
        raise one_field("/data/statute", "请写明哪部法律、法规的哪一条规定应当注销", law=LAW)
    told = {name: data[name] for name in ("cause", "reason", "document")}
    told |= {"statute": basis} if basis else {}
    told["certificate"] = made.number if made else ""
    work.log(FOR_CAUSE, actor, item=item.item, post="head", law=LAW, data=told)
    deregistration.strike_off(work, item.item, data["cause"], basis)
    by = f"（{basis}）" if basis else ""
    title = work.release.title_of(item.item)
    text = (
        f"「{title}」的证照 {told['certificate']} 有依法应当注销的情形：{cause}{by}。"
        f"事实：{data['reason']}。凭证：{data['document']}。现依职权办理注销；有不同意见的，请在注销以前向本机关说明。"
    )
    work.issue(OPENED, item.item, wording.plain(OPENED, text, law=LAW))


def _request(work: Work, data: Data, actor: Actor) -> None:
    """Keep the request and open the entry; the department has its own days for it."""
    item = work.case.items[data["item"]]
    made = certificates.made_for(work.case, item)
    told = {"reason": data["reason"], "certificate": made.number if made else ""}
    work.log(ACTION, actor, item=item.item, post=APPLICANT, law=LAW, data=told)
    deregistration.strike_off(work, item.item)
    which = f"{made.title}（编号 {made.number}）" if made else "证照"
    title = work.release.title_of(item.item)
    text = f"已收到您注销「{title}」所发{which}的申请。注销以前证照仍然有效。"
    work.issue(RECEIPT, item.item, wording.plain(RECEIPT, text, law=LAW))


DEREGISTER_FOR_CAUSE = CaseAction(
    name=FOR_CAUSE,
    title="依职权启动注销",
    by=_head,
    when=_something_to_strike_off,
    carries=(
        Carries("item", _item),
        Carries("cause", _cause),
        Carries("statute", _statute),
        Carries("reason", actions.text("reason", "查明的事实", law=LAW)),
        Carries("document", actions.text("document", "证明的凭证（名称或编号）", law=LAW)),
    ),
    do=_open_for_cause,
)

REQUEST_DEREGISTRATION = CaseAction(
    name=ACTION,
    title="申请注销证照",
    by=_holder,
    when=_something_to_give_back,
    carries=(
        Carries("item", _item),
        Carries("reason", actions.text("reason", "申请注销的理由", law=LAW)),
    ),
    do=_request,
)
