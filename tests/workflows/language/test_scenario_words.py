from service.workflows.case_actions import CASE_ACTIONS
from service.workflows.language.checks import scenarios
from service.workflows.language.checks.lifecycles import ENGINE_STATES
from service.workflows.machine import ENGINE_STATES as MACHINE_STATES
from service.workflows.notices import ENGINE_TITLES
from service.workflows.task_actions import TASK_ACTIONS


class TestWords:
    def test_are_those_of_the_engine(self) -> None:
        """What a scenario may name is what the engine does, no more and no less."""
        assert set(scenarios.CASE_ACTIONS) == set(CASE_ACTIONS) | set(TASK_ACTIONS)
        assert set(scenarios.ENGINE_PAPERS) == set(ENGINE_TITLES)
        assert set(ENGINE_STATES) == set(MACHINE_STATES)
