"""内容互相核对 — what the one form may not say at once: rules between fields, and dates before or after their bounds.

A rule speaks once everything it hangs on was filled in; until then nobody knows whether it is kept. Today is the legal date
of the act that hands the form in, which the record of that act bears.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import DataInvalid
from service.workflows.application.knowing import FORM, Knowing
from service.workflows.definition.duration import Duration, shift
from service.workflows.definition.models import Check, VocabularyField
from service.workflows.definition.release import Release

TODAY = "today"
_BOUND = re.compile(r"today(?:([+-])(\d+(?:d|mo|y)))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """不一致 — which field is to be put right, what is said about it, and every field it depends on."""

    at: str
    say: str
    reads: frozenset[str]


def faults(
    release: Release,
    items: Iterable[str],
    asked: Collection[str],
    facts: Mapping[str, Any],
    today: date,
) -> list[Fault]:
    """Return what is wrong between the fields that are `asked` for; `items` are those that apply."""
    form = facts["form"]
    rules = [*release.vocabulary.checks.values(), *release.bundle.checks.values()]
    rules += [rule for code in items for rule in release.items[code].checks.values()]
    empty = {FORM + name for name in release.vocabulary.fields if name not in form}
    knowing = Knowing(release, {**facts, TODAY: today.isoformat()}, empty)
    found = [_fault(knowing, rule) for rule in rules if rule.at in asked]
    fields = {name: release.vocabulary.fields[name] for name in asked if name in form}
    return [*filter(None, found), *_out_of_bounds(fields, form, today)]


def refuse(
    release: Release,
    items: Iterable[str],
    asked: Collection[str],
    facts: Mapping[str, Any],
    today: date,
    *,
    changed: Collection[str] | None = None,
) -> None:
    """Refuse a form whose fields do not go together, naming what to put right: of those `changed` where only some were.

    Raises DataInvalid.
    """
    errors = []
    for fault in faults(release, items, asked, facts, today):
        at, pointer = fault.at, "/form"
        if changed is not None:
            touched = [name for name in (at, *sorted(fault.reads)) if name in changed]
            if not touched:
                continue  # it was so before, and nobody asks about it now
            at, pointer = touched[0], "/data/form"
        errors.append({"pointer": f"{pointer}/{at}", "detail": fault.say})
    if errors:
        raise DataInvalid("表单的内容对不上，请检查", errors=errors)


def _fault(knowing: Knowing, rule: Check) -> Fault | None:
    if knowing.holds(rule.must, "check") is not False:
        return None
    names = knowing.release.expression(rule.must, "check").names
    reads = {name.removeprefix(FORM) for name in names if name.startswith(FORM)}
    return Fault(rule.at, rule.say, frozenset({*reads, rule.at}))


def _out_of_bounds(
    fields: Mapping[str, VocabularyField], form: Mapping[str, Any], today: date
) -> Iterator[Fault]:
    for name, field in fields.items():
        value, wrong = str(form[name]), ""
        if field.earliest and value < (bound := day_of(field.earliest, today)):
            wrong = f"{field.title}：不能早于{_said(bound)}"
        elif field.latest and value > (bound := day_of(field.latest, today)):
            wrong = f"{field.title}：不能晚于{_said(bound)}"
        if wrong:
            yield Fault(name, wrong, frozenset({name}))


def _said(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def day_of(bound: str, today: date) -> str:
    """Return the day a bound means: a date, `today`, `today-1mo`, `today+90d`."""
    found = _BOUND.fullmatch(bound)
    if found is None:
        return bound
    if not found[2]:
        return today.isoformat()
    length = Duration.parse(found[2])
    return shift(today, Duration(int(f"{found[1]}{length.count}"), length.unit)).isoformat()
