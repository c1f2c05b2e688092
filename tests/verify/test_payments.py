"""缴费: what was due is settled in its order, and what the row says is what the events came to."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.verify import institutes
from service.verify.dossier import Dossier, Lifecycle

CYCLE = Lifecycle(
    {
        "states": {
            "received": {"post": "window", "runs": ["decision"]},
            "paying": {"post": "applicant"},
            "done": {"final": "granted"},
        },
        "clocks": {"decision": {"limit": "limits"}},
        "transitions": [
            {
                "action": "ask",
                "from": "received",
                "to": "paying",
                "by": "window",
                "effect": {"payment": "due"},
            },
            {
                "action": "paid",
                "from": "paying",
                "to": "done",
                "by": "window",
                "effect": {"payment": "paid"},
            },
            {"action": "skip", "from": "paying", "to": "done", "by": "window"},
        ],
    }
)


def found(state: str, *steps: tuple[str, str, str], outcome: str = "granted") -> list[str]:
    """Return what is found of an item that took these steps and says this of its payment."""
    events = [
        {"n": n, "item": "tax", "action": action, "state_from": was, "state_to": to}
        for n, (action, was, to) in enumerate(steps, start=1)
    ]
    item: dict[str, Any] = {"payment": {"state": state} if state else {}, "outcome": outcome}
    dossier = SimpleNamespace(
        name="YJS", items={"tax": item}, events=events, lifecycle=lambda _: CYCLE
    )
    return [each.what for each in institutes.payments(cast("Dossier", dossier))]


ASK, PAID, SKIP = (
    ("ask", "received", "paying"),
    ("paid", "paying", "done"),
    ("skip", "paying", "done"),
)


class TestPayments:
    def test_nothing_is_found_where_all_is_in_order(self) -> None:
        """Asked for and paid; or asked for, and let go with the item."""
        assert found("paid", ASK, PAID) == []
        assert found("dropped", ASK, outcome="withdrawn") == []

    @pytest.mark.parametrize(
        ("state", "steps", "words"),
        [
            ("paid", [ASK, SKIP], "还没有缴费，就办结了"),
            ("due", [ASK, PAID], "缴费应为 paid，写的是 due"),
            ("paid", [PAID], "没有通知缴费，不能变成 paid"),
            ("", [ASK, PAID], "缴费应为 paid，写的是 没有"),
        ],
    )
    def test_what_is_out_of_order_is_found(
        self, state: str, steps: list[tuple[str, str, str]], words: str
    ) -> None:
        """Handed over unpaid, settled before it was asked for, or a row that says something else."""
        assert any(words in what for what in found(state, *steps))

    def test_who_has_not_paid_has_it_not_yet(self) -> None:
        """Where paying is what is done, an item waits ungranted; the engine reads it so too."""
        assert not CYCLE.is_granted("paying")
        assert CYCLE.is_granted("done")
