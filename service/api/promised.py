"""告知承诺 — the promise as it was signed: both texts, who signed which version when; the same for all who may read it."""

from dataclasses import dataclass
from datetime import date, datetime

from service.office import CaseView, titles
from service.workflows.case import Commitment
from service.workflows.definition import own_code

METHODS = {"electronic": "可靠的电子签名", "account": "登录账号后签名"}


@dataclass(frozen=True, slots=True)
class Promise:
    """一份承诺 — what was promised, how it was signed, what has become of it."""

    item: str
    title: str
    notice: str  # 告知书, empty where the promise tells all itself
    text: str
    signer: str
    how: str
    certificate: str  # of the electronic signature
    signed_at: datetime
    version: str
    sha256: str
    listed: str
    later_on: date | None
    standing: str


def promise_of(view: CaseView, code: str) -> Promise | None:
    """Return the promise that an item, or a proceeding about it, rests on; None where this reader sees none."""
    item = own_code(code)
    kept = view.case.commitments.get(item)
    if kept is None:
        return None
    signed, texts = kept.signature, view.release.texts
    return Promise(
        item=item,
        title=titles.item_title(view.release, item),
        notice=texts.get(kept.notice, ""),
        text=texts.get(kept.text, ""),
        signer=signed.get("name", ""),
        how=METHODS.get(signed.get("method", ""), signed.get("method", "")),
        certificate=signed.get("certificate", ""),
        signed_at=kept.chosen_at,
        version=kept.text,
        sha256=kept.text_sha256,
        listed=kept.listed,
        later_on=kept.later_on,
        standing=_standing(view, kept),
    )


def _standing(view: CaseView, kept: Commitment) -> str:
    if kept.granted_on:
        return "已按承诺准予"
    item = view.whole.items[kept.item]
    return "等待决定" if item.handling == "commitment" else "已改按一般程序，不再作为依据"
