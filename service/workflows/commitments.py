"""告知承诺 — the promise as it was signed, and what a grant on its strength begins: the check after."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.workflows import proceedings
from service.workflows.case import Commitment, Item
from service.workflows.language.models import Transition
from service.workflows.language.release import FOLLOW_UP
from service.workflows.machine import PLEDGED
from service.workflows.situation import Actor
from service.workflows.work import Work


def granted(work: Work, item: Item, transition: Transition, was: str, actor: Actor) -> None:
    """Granted by commitment: the check after begins, its share drawn from a recorded seed (R-NCP-8)."""
    promise = work.case.commitments.get(item.item)
    machine = work.machine(item)
    good = was == PLEDGED and machine.grants(transition)
    good = good or (item.outcome == "granted" and PLEDGED not in machine.lifecycle.states)
    if promise is None or not good or item.handling != "commitment" or promise.granted_on:
        return
    work.case.commitments[item.item] = promise = replace(promise, granted_on=work.today)
    definition = work.release.items[item.item].commitment
    if definition is None or definition.follow_up is None:
        return
    seed = hashlib.sha256(f"{work.case.id}:{item.item}:{promise.text_sha256}".encode()).hexdigest()
    value = int(seed[:13], 16) / 16**13
    drawn = value < definition.follow_up.sample
    promise.draw = {"seed": seed, "value": value, "sample": definition.follow_up.sample, "drawn": drawn}
    if not drawn:
        promise.follow_up = "未抽中，免予核查"
        return
    check = proceedings.begin(work, FOLLOW_UP, item.item, department=item.department, barred=actor.account)
    promise.follow_up = check.item


def signed(work: Work, code: str, actor: Actor, signature: Mapping[str, Any]) -> Commitment:
    """Keep the promise with the version and hash of the text that was shown (R-NCP-4, R-NCP-5)."""
    definition = work.release.items[code].commitment
    text = definition.text if definition else ""
    sha256 = hashlib.sha256(work.release.texts[text].encode()).hexdigest()
    return Commitment(
        code, text, sha256, chosen_at=work.at, chosen_by=actor.account,
        signature={"method": "account", "name": work.case.applicant_name, "at": work.at.isoformat(), **signature},
    )  # fmt: skip
