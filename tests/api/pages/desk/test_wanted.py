"""Which list an address asks for, and the address of a list."""

from urllib.parse import parse_qsl

import pytest

from service.api.pages.desk.wanted import wanted_of
from service.office import TaskFilter


class TestWantedOf:
    """`wanted_of`."""

    @pytest.mark.parametrize(
        ("query", "by"),
        [
            ("", TaskFilter("all")),
            (
                "view=mine&card=red&bundle=open-shop&item=food&text=面馆",
                TaskFilter("mine", "red", "open-shop", "food", "面馆"),
            ),
            ("view=nonsense&card=green&bundle=A B&item=<script>", TaskFilter("all")),
            ("text=%00", TaskFilter("all")),
            ("view=mine&view=done", TaskFilter("done")),
        ],
    )
    def test_reads_what_it_knows_and_leaves_out_the_rest(self, query: str, by: TaskFilter) -> None:
        """A link from anywhere shows a list, never an error."""
        assert wanted_of(dict(parse_qsl(query))).filter == by

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "view=unclaimed",
            "card=yellow",
            "view=done&item=food",
            "text=%E9%9D%A2&cursor=abc&start=25",
        ],
    )
    def test_is_written_as_it_was_read(self, query: str) -> None:
        """What a case carries along leads back to the same page of the same list."""
        assert wanted_of(dict(parse_qsl(query))).query == query

    def test_leads_on_and_back(self) -> None:
        """The next page counts on; the first one has no cursor; the whole view has no filters."""
        wanted = wanted_of({"view": "mine", "text": "a", "cursor": "c", "start": "25"})
        assert wanted.following("d", 25) == "view=mine&text=a&cursor=d&start=50"
        assert (wanted.first, wanted.whole) == ("view=mine&text=a", "view=mine")
        assert wanted_of({"card": "red", "text": "a"}).whole == "card=red"

    def test_is_named_by_its_view(self) -> None:
        """A card alone is a view of its own."""
        assert [
            wanted_of(dict(parse_qsl(q))).title
            for q in ("", "view=mine&card=red", "card=red", "view=done")
        ] == ["我的待办", "我认领的", "超期红牌", "我办过的"]
