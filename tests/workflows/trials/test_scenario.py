from pathlib import Path

from service.workflows.authoring.checks import scenarios
from service.workflows.authoring.checks.lifecycles import ENGINE_STATES
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.case.engine import ENGINE_STATES as MACHINE_STATES
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from service.workflows.notices.wording import ENGINE_TITLES
from service.workflows.trials.played import Played
from service.workflows.trials.scenario import play

GOOD = Path(__file__).parents[1] / "authoring" / "good"
STORY = """kind: scenario
bundle: open-shop
title: 上门期满
now: 2026-11-05T16:40+08:00
applicant: {type: sole-trader, name: 占位小店, id: 92999901MADEM0046F}
answers: {area: 130, sign: true, place: street, extras: [], since: 2026-12-01}
steps:
  - {at: 2026-11-06T10:00+08:00, by: scjg.window, do: trade.accept}
  - {by: scjg.reviewer, do: trade.propose, data: {opinion: 同意}}
  - {by: scjg.approver, do: trade.grant, data: {opinion: 同意}}
  - {by: scjg.window, do: trade.issue}
  - {at: 2026-11-09T10:00+08:00, by: scjg.window, do: sign.book}
  - {at: 2027-01-20T10:00+08:00, expect: {sign: STATE, notices: [expiry_refused], events: [book EVENT]}}
"""


def timed_out(cycle: str) -> str:
    """Return a lifecycle whose clock may end a visit only where the floor is huge."""
    cycle = cycle.replace(
        "sign: all, runs: [decision]", "runs: [decision], on_expiry: {decision: time_out}"
    )
    return cycle + (
        "  - {action: time_out, title: 超时终止, from: visiting, to: lapsed, by: clock,"
        " when: form.floor_area > 90000, notice: lapse}\n"
    )


def played(state: str, event: str = "") -> Played:
    """A visit whose time is over, and the clock may end it only where the floor is huge."""
    files = {name: content.decode() for name, content in read_folder(GOOD).items()}
    files["lifecycle.yaml"] = timed_out(files["lifecycle.yaml"])
    files["scenario.yaml"] = STORY.replace("STATE", state).replace(" EVENT", event)
    loaded = load_pack(files)
    assert loaded.pack, loaded.diagnostics
    return play(loaded.pack, loaded.pack.scenarios[0])


class TestWords:
    def test_are_those_of_the_engine(self) -> None:
        """What a scenario may name is what the engine does, no more and no less."""
        assert set(scenarios.CASE_WORDS) == set(CASE_ACTIONS) | set(TASK_ACTIONS)
        assert set(scenarios.ENGINE_PAPERS) == set(ENGINE_TITLES)
        assert set(ENGINE_STATES) == set(MACHINE_STATES)


class TestRefusedExpiry:
    """What a clock should have done and did not is said, with the reason."""

    def test_says_why(self) -> None:
        """A wrong expectation is told beside what the clock was refused, on which day and why."""
        told = played("lapsed")
        assert len(told.failures) == 1
        assert told.not_taken() == ["2026-11-19 sign.time_out 到期没有办成：还不满足超时终止的条件"]

    def test_is_told_to_the_department(self) -> None:
        """It is not silently stuck: the department has a paper of it."""
        assert played("visiting").failures == []

    def test_what_is_expected_is_no_news(self) -> None:
        """A story that expects the refusal has nothing more to say."""
        told = played("visiting", ", expiry_refused")
        assert (told.failures, told.not_taken()) == ([], [])
