"""四眼与回避 — nobody decides what he reviewed, handles his own application or confirms his own word; persons, not accounts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.verify.dossier import Dossier, Lifecycle, Row, listed
from service.verify.report import Finding
from service.verify.representing import Representations

# Proceedings in which one reviews and another decides; whoever acted before them is looked at apart.
ONE_MAY_DO_BOTH = {"revocation", "repair"}
_SAID = ("subject", "since_on", "grade", "serious", "source")


class People:
    """Whose accounts they are, as far as it is known, and whom they represent."""

    def __init__(self, accounts: Sequence[Row], representations: Representations) -> None:
        self.representations = representations
        self._of = {row["account"]: row["subject"].strip().upper() for row in accounts}

    def person(self, account: str) -> str:
        """Return the number of the person, the account where nobody knows it."""
        return self._of.get(account) or account

    def same(self, one: str, other: str) -> bool:
        """Tell whether two accounts, none of them empty, are of one person."""
        return bool(one and other) and self.person(one) == self.person(other)


def check(dossier: Dossier, people: People) -> Iterator[Finding]:
    """Follow who reviewed each item, and look at everybody who acted on it (I-15, R-SEC-4)."""
    reviewers: dict[str, str] = {}
    for event in dossier.events:
        if _officer(event["actor"]):
            for what in _faults(dossier, event, reviewers.get(event["item"], ""), people):
                yield Finding(dossier.name, f"events {event['n']}", what)
        for row in event["whole"].get("items", []):
            reviewers[row["item"]] = row["reviewer"]
    for code, item in dossier.items.items():
        signed = [each["account"] for each in item["signatures"]]
        if len({people.person(account) for account in signed}) < len(signed):
            yield Finding(dossier.name, f"items {code}", "同一个人签署了两次")
    for promise in dossier.rows["commitments"]:
        drawn = (promise["draw"].get("inspectors") or {}).get("drawn", [])
        decided = dossier.items.get(promise["item"], {}).get("decided_by", "")
        if any(people.same(account, decided) for account in drawn):
            where = f"commitments {promise['item']}"
            yield Finding(dossier.name, where, "作出准予决定的人被抽为核查人员（另一个账号）")


def _officer(actor: Row) -> bool:
    """Tell whether a clerk acted for the office, and not for an applicant at the window."""
    return actor.get("kind") == "clerk" and not actor.get("on_behalf")


def _faults(dossier: Dossier, event: Row, reviewer: str, people: People) -> Iterator[str]:
    account, case = event["actor"].get("account", ""), dossier.case
    own = people.person(account) == case["applicant_id"].strip().upper()
    if own or people.same(account, case["account"]):
        yield f"{event['action']} 由申请人本人办理，应当回避"
    by = case["represented_by"] or {}
    numbers = (by.get("number", ""), by.get("by_number", ""))
    if people.person(account) in {number.strip().upper() for number in numbers if number}:
        yield f"{event['action']} 由代表、代理申请人的人办理，应当回避"
    item = dossier.items.get(event["item"])
    cycle = dossier.lifecycle(item) if item else None
    if item is None or cycle is None:
        return
    if any(people.same(account, each) for each in _finders(dossier, event["item"])):
        yield f"{event['action']} 由认定失信的人办理"
    if not people.same(account, reviewer):
        return
    if item["parent"] and item["lifecycle"] not in ONE_MAY_DO_BOTH:
        if cycle.taking(event["action"], event["state_from"]):
            yield f"{event['action']} 由先前作出决定或者认定的人办理"
    elif event["actor"].get("post") != "reviewer" and _decides(cycle, event):
        yield f"{event['action']} 由审查人自己决定"


def _finders(dossier: Dossier, repair: str) -> Iterator[str]:
    """Yield who found the breach that a repair is about."""
    for credit in dossier.rows["credits"]:
        check = dossier.items.get(credit["item"])
        if check and credit["repair"] == repair:
            yield check["first_handler"]


def _decides(cycle: Lifecycle, event: Row) -> bool:
    taken = cycle.taking(event["action"], event["state_from"])
    return any("approver" in listed(transition["by"]) for transition in taken)


def credit_classes(
    classes: Sequence[Row], entries: Sequence[Row], people: People
) -> Iterator[Finding]:
    """Every class in force was proposed by one and confirmed by another, and is what they said (R-SUP-2)."""
    proposed = {row["id"]: row for row in entries if not row["confirms"]}
    counts: dict[tuple[Any, Any], Row] = {}
    for row in sorted(entries, key=lambda each: each["at"]):
        if row["confirms"]:
            counts[row["subject"], row["since_on"]] = row
            for what in _confirmation(row, proposed, people):
                yield Finding("", f"credit_entries {row['id'][:12]}", what)
    known = {(row["subject"], row["since_on"]): row for row in classes}
    for key in known.keys() | counts.keys():
        said, stands = counts.get(key), known.get(key)
        if said is None or stands is None or _differ(said, stands):
            yield Finding("", f"credit_classes {key[1]}", "信用分类与登记、复核的不符")


def _confirmation(row: Row, proposed: Mapping[str, Row], people: People) -> Iterator[str]:
    first = proposed.get(row["confirms"])
    if first is None or _differ(first, row):
        yield "复核的不是登记的内容"
    elif people.same(first["by"], row["by"]):
        yield "登记和复核是同一个人"


def _differ(one: Row, other: Row) -> bool:
    return any(one[name] != other[name] for name in _SAID)
