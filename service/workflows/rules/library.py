"""证照库 — what the applicant holds already need not be handed in again: from earlier cases, and within this one.

A certificate stands for a material whose vocabulary entry names its kind and whose item allows `certificate` as origin
(共享免交). It is checked where it is used: of the right kind, of the same holder, valid, not expired.
Law: 国务院令第716号 10, 行政许可法 31; R-ACC-3.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from service.workflows.application import in_hand, needed, order
from service.workflows.application.fieldtypes import check_value
from service.workflows.case.engine import WAITING
from service.workflows.case.parts import CASE, EARLIER_CASE, Case, Certificate, Item, Material
from service.workflows.case.situation import CLOCK_ACTOR, Actor, Held
from service.workflows.notices.wording import plain, say_date
from service.workflows.worksheet import Work

ORIGIN = "certificate"
SHARE = "share"
UPLOAD = "upload"
# names a certificate of this very step, whose number is drawn when the step is recorded
_NUMBERLESS = "#"
NUMBER = "number"  # every certificate can be asked for its number


def in_force(held: Held, today: date) -> bool:
    """Tell whether a certificate holds on a day; a licence that goes on does so from the decision or by silence, paper or not."""
    begun = held.valid_from is None or held.valid_from <= today
    replaced = held.replaced_on is not None and held.replaced_on <= today
    return (
        (held.state == "valid" or (held.state == "made" and bool(held.continues)))
        and begun
        and not replaced
        and (held.valid_until is None or today <= held.valid_until or held.renewing)
    )


def standing(held: tuple[Held, ...], kind: str, holder_id: str, today: date) -> Held | None:
    """Return the certificate of a kind that holds longest, or None."""
    good = [
        h for h in held if (h.certificate, h.holder_id) == (kind, holder_id) and in_force(h, today)
    ]
    return max(good, key=lambda h: (h.valid_until or date.max, h.issued_on, h.number), default=None)


def certificates_say(
    held: tuple[Held, ...], holder_id: str, today: date
) -> dict[str, dict[str, Any]]:
    """Return what the certificates in force say, by code and name."""
    found = {h.certificate: standing(held, h.certificate, holder_id, today) for h in held}
    return {code: {**h.carries, NUMBER: h.number} for code, h in found.items() if h}


def prefilled(work: Work) -> dict[str, Any]:
    """Return the form fields whose declared source is a certificate the applicant holds."""
    known = certificates_say(work.situation.library, work.case.applicant_id, work.today)
    found = {}
    for name, definition in work.release.vocabulary.fields.items():
        for source in definition.source:
            origin, _, rest = source.partition(".")
            code, _, part = rest.partition(".")
            if origin != ORIGIN:
                continue
            value, wrong = check_value(definition, known.get(code, {}).get(part))
            if value not in (None, "", []) and not wrong:
                found[name] = value
                break
    return found


# ---- materials -------------------------------------------------------------------------------------------------


def hand_in(work: Work, row: Mapping[str, Any], actor: Actor) -> None:
    """Keep one handed-in material; a newer one stands for the older. What sharing did not give is not there."""
    answer = work.situation.shared.get(row["material"]) if row["source"] == SHARE else None
    if answer and answer.fault:
        return
    for earlier in work.case.materials.values():
        if earlier.material == row["material"]:
            earlier.replaced = True
    rests_on = row.get("reference", "")
    if row["source"] == ORIGIN and not rests_on and (held := _for_material(work, row["material"])):
        rests_on = held.number
    rests_on = answer.receipt if answer else rests_on
    if row["source"] == UPLOAD and not rests_on:
        rests_on = _brought_over(work.case, row)
    n = len(work.case.materials) + 1
    work.case.materials[n] = Material(
        n,
        row["material"],
        row["source"],
        work.at,
        actor.account,
        file=row["file"],
        name=row["name"],
        reference=rests_on,
    )


def _brought_over(case: Case, row: Mapping[str, Any]) -> str:
    """Say that a paper came over from an earlier case, however often it is handed in anew with the draft."""
    same = (row["material"], row["file"])
    known = ((m.material, m.file) for m in case.materials.values() if m.reference == EARLIER_CASE)
    return EARLIER_CASE if row["file"] and same in known else ""


def fault(work: Work, row: Mapping[str, Any]) -> str:
    """Say why no certificate stands for a material that is to come from one; an empty text when one does."""
    kinds = work.release.vocabulary.stand_for(row["material"])
    if row["source"] != ORIGIN or not kinds or _for_material(work, row["material"]):
        return ""
    titles = "或者".join(work.release.vocabulary.certificates[kind].title for kind in kinds)
    return f"没有查到您名下有效的{titles}，请以其他方式提供"


def offer(work: Work, needs: Mapping[str, needed.MaterialNeed]) -> None:
    """共享免交: take from the library what is asked for and was not handed in."""
    there = in_hand.in_hand(work.case)
    for code, need in needs.items():
        if ORIGIN in need.origins and code not in there and (held := _for_material(work, code)):
            hand_in(work, _certificate_row(code, held.number), CLOCK_ACTOR)


def tell_unshared(work: Work) -> None:
    """取不到的改为上传: say what the platform did not give; no limit waits for it (R-ACC-3, R-SEC-8)."""
    titles = work.release.vocabulary.materials
    failed = {code: answer.fault for code, answer in work.situation.shared.items() if answer.fault}
    if not failed:
        return
    points = [f"{titles[code].title}：{why}" for code, why in failed.items()]
    text = "以下材料没有从数据共享取到，请自行上传。办理期限照常计算，不因此顺延。"
    work.issue("share_failed", CASE, plain("share_failed", text, points=points))
    told = [{"material": code, "source": SHARE, "reason": why} for code, why in failed.items()]
    work.log("share_failed", CLOCK_ACTOR, data={"materials": told})


def take_from_predecessors(work: Work, item: Item) -> None:
    """Use what this very case has issued: a certificate of a predecessor need not be handed in for the next item."""
    there = in_hand.in_hand(work.case)
    for code, kinds in _papers_by_certificate(work, item):
        for made in work.case.certificates.values():
            stands = made.state in ("made", "valid")
            if code not in there and made.certificate in kinds and stands:
                number = made.number or f"{_NUMBERLESS}{made.n}"
                hand_in(work, _certificate_row(code, number), CLOCK_ACTOR)
                break


def expected(work: Work, item: Item) -> set[str]:
    """Return the materials that a predecessor of a waiting item is going to issue."""
    if item.state != WAITING:
        return set()
    before = order.waits_for(work.release, item.item, work.case.items)
    results = (work.release.items[code].result for code in before)
    issued = {result.certificate for result in results if result}
    return {code for code, kinds in _papers_by_certificate(work, item) if issued & set(kinds)}


def exemptions(work: Work) -> dict[str, str]:
    """Say by code which materials a certificate stands for, with its number and date."""
    known = {held.number: held for held in work.situation.library}
    rows = [
        row
        for row in in_hand.in_hand(work.case).values()
        if row.source == ORIGIN and row.reference in known
    ]
    titles = work.release.vocabulary.materials
    return {
        row.material: f"{titles[row.material].title}：{_exemption_said(known[row.reference])}"
        for row in rows
    }


def exemption(work: Work, need: needed.MaterialNeed) -> str:
    """Say by which certificate of the library a material need not be handed in; an empty text when by none."""
    held = _for_material(work, need.material) if ORIGIN in need.origins else None
    return _exemption_said(held) if held else ""


def lacks(work: Work, code: str, issued: Collection[str]) -> bool:
    """Tell that no certificate stands for a material: the library has none, and no item applied for (`issued`) brings it."""
    kinds = work.release.vocabulary.stand_for(code)
    brought = set(kinds) & set(issued)
    return bool(kinds) and not brought and _for_material(work, code) is None


def _exemption_said(held: Held) -> str:
    return f"免交，用{held.title} {held.number}（{say_date(held.issued_on)}核发）"


def name_certificate(case: Case, certificate: Certificate) -> None:
    """Let what rests on a certificate of the same step name it, now that it has its number."""
    for row in case.materials.values():
        if row.reference == f"{_NUMBERLESS}{certificate.n}":
            row.reference = certificate.number


def _papers_by_certificate(work: Work, item: Item) -> Iterator[tuple[str, tuple[str, ...]]]:
    for use in needed.material_uses(work.release, item.item, item.handling, work.facts()):
        kinds = work.release.vocabulary.stand_for(use.use)
        if kinds and ORIGIN in use.from_:
            yield use.use, kinds


def _for_material(work: Work, code: str) -> Held | None:
    held = work.situation.library
    kinds = work.release.vocabulary.stand_for(code)
    good = (standing(held, kind, work.case.applicant_id, work.today) for kind in kinds)
    return next((found for found in good if found), None)


def _certificate_row(code: str, number: str) -> dict[str, Any]:
    return {"material": code, "source": ORIGIN, "file": "", "name": "", "reference": number}
