"""申请注销 — the holder gives his certificate back: asked for by himself, entered by the department. Law: 行政许可法 70."""

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.case.lifecycle import APPLICANT
from service.workflows.case.parts import Item
from service.workflows.case.situation import Actor, Move
from service.workflows.notices import wording
from service.workflows.notices.wording import Said
from service.workflows.proceedings import deregistration, moot, open_one, revocation
from service.workflows.rights import is_applicant
from service.workflows.rules import certificates
from service.workflows.worksheet import Work

ACTION = "request_deregistration"
RECEIPT = "deregistration_request"
LAW = "行政许可法 70"


def says(_: Work, move: Move, __: str) -> Said | None:
    """Say why an entry is kept."""
    kept = move.transition.notice == "deregistration_kept"
    return Said(note=f"理由：{move.data['reason']}") if kept else None


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


def _request(work: Work, data: Data, actor: Actor) -> None:
    """Keep the request and open the entry; the department has its own days for it."""
    item = work.case.items[data["item"]]
    made = certificates.made_for(work.case, item)
    told = {"reason": data["reason"], "certificate": made.number if made else ""}
    work.log(ACTION, actor, item=item.item, post=APPLICANT, law=LAW, data=told)
    deregistration.strike_off(work, item.item)
    text = f"已收到您注销「{work.release.title_of(item.item)}」证照的申请。注销以前证照仍然有效。"
    work.issue(RECEIPT, item.item, wording.plain(RECEIPT, text, law=LAW))


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
