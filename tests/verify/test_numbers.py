"""文号: the oracle reads numbers by the rule of the department and finds doubles, gaps and those of another year."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from service.verify import guards

AT = datetime(2026, 9, 14, 2, 0, 0, 417_389, tzinfo=UTC)
RULES = {
    "scjg": {"number": "云测市监{word}〔{year}〕{seq:03}号"},
    "all": {"number": "云测{year}-{seq}"},
}


def dossier(*numbers: str, at: datetime = AT, item: str = "food") -> Any:
    """A case whose papers bear these numbers."""
    rows = [
        {"n": n, "item": item, "issued_at": at, "body": {"document_number": number}}
        for n, number in enumerate(numbers, start=1)
    ]
    return SimpleNamespace(
        name="S-1",
        rows={"notices": rows},
        items={"food": {"department": "scjg"}},
        events=[{"whole": {"notices": rows}, "recorded_at": at}],
        definition=SimpleNamespace(papers=RULES, bundle={"lead": "xf"}),
    )


def findings(*cases: Any, until: datetime = AT + timedelta(days=1)) -> list[str]:
    """What is found in these cases, and in all of them together."""
    drawn = guards.Drawn()
    told = [each for case in cases for each in guards.papers(case, drawn, until)]
    return [each.what for each in [*told, *guards.gaps(drawn.papers)]]


class TestNumbers:
    def test_each_once_and_without_a_gap(self) -> None:
        """In any order, by department, sort and year; the lead's papers are numbered by the rule of all."""
        first = dossier("云测市监许受〔2026〕002号", "云测市监许准〔2026〕001号")
        second = dossier("云测市监许受〔2026〕001号")
        assert findings(first, second, dossier("云测2026-1", item="")) == []

    def test_one_number_on_two_papers(self) -> None:
        """Of one case or of two."""
        same = "云测市监许受〔2026〕001号"
        assert findings(dossier(same), dossier(same)) == [f"文号 {same} 与另一份文书相同"]

    @pytest.mark.parametrize(
        "number", ["云测市监许受〔2025〕001号", "别的局许受〔2026〕001号", "云测2026-1"]
    )
    def test_not_of_this_year_or_department(self, number: str) -> None:
        """The year is that of the issue in Shanghai, the rule that of the department."""
        assert findings(dossier(number)) == [f"文号 {number} 不合发文部门和年份的编号规则"]

    def test_what_is_left_out(self) -> None:
        """Below the last number recorded before the look began; what came since may be read half."""
        holed = dossier("云测市监许受〔2026〕001号", "云测市监许受〔2026〕004号")
        assert findings(holed) == ["文号有空缺：2、3"]
        assert findings(holed, until=AT - timedelta(seconds=1)) == []
