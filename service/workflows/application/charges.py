"""收费 — what an item costs in this situation: each charge that holds, and what comes to be paid where it can be reckoned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.workflows.application.needed import holds
from service.workflows.definition.models import Fee, ItemDefinition
from service.workflows.definition.release import Release


@dataclass(frozen=True, slots=True)
class Charge:
    """一笔收费 — under which name, on which basis, at which price; `due` is None where only who collects can reckon it."""

    title: str
    basis: str
    price: str  # 80元/本
    due: float | None


def charges(
    release: Release, code: str, handling: str, facts: Mapping[str, Any]
) -> tuple[Charge, ...]:
    """Return the charges of an item that hold in this situation."""
    item, now = release.items[code], {**facts, "handling": handling}
    held = (fee for fee in item.charges() if holds(release, fee.when, now))
    made = (charge_of(item, fee, facts) for fee in held)
    return tuple(charge for charge in made if charge.due != 0)  # nothing of it, nothing to pay


def charge_of(item: ItemDefinition, fee: Fee, facts: Mapping[str, Any]) -> Charge:
    """Return one charge as it is for this form, whether it holds or not."""
    price = f"{fee.amount:g}元" + (f"/{fee.unit}" if fee.unit else "")
    return Charge(fee.title or item.title, fee.basis, price, _due(fee, facts))


def total(held: tuple[Charge, ...]) -> float | None:
    """Return what comes to be paid in all; None where a part of it cannot be reckoned yet."""
    dues = [charge.due for charge in held]
    return None if None in dues else round(sum(due for due in dues if due), 2)


def _due(fee: Fee, facts: Mapping[str, Any]) -> float | None:
    """Return the amount, times the number in the form where it is by the piece."""
    if fee.times is None:
        return None if fee.unit else fee.amount
    number = facts["form"].get(fee.times)
    counted = isinstance(number, int | float) and not isinstance(number, bool)
    return round(fee.amount * number, 2) if counted else None
