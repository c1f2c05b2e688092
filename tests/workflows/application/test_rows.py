"""Rows with columns: each cell is what its type is, each fault has its place."""

from datetime import date
from typing import Any

import pytest

from service.errors import DataInvalid
from service.workflows.application.fieldtypes import check_value, faults_of, say, say_cells
from service.workflows.application.needed import check_form
from service.workflows.definition.models import VocabularyField
from service.workflows.trials.samples import sample
from tests.workflows.story import Town

HEIRS = VocabularyField.model_validate(
    {
        "title": "继承人",
        "type": "rows",
        "max": 3,
        "unique": ["id"],
        "columns": {
            "name": {"title": "姓名", "type": "text", "max": 20},
            "id": {"title": "身份证号码", "type": "id-number"},
            "share": {"title": "份额", "type": "number", "min": 0, "max": 1, "required": False},
            "born_on": {"title": "出生日期", "type": "date", "required": False},
        },
    }
)
ID, OTHER = "11010519491231002X", "999901199001010010"


def faults(value: Any) -> list[tuple[str, str]]:
    return faults_of(HEIRS, value)[1]


class TestCanonical:
    """One value has one form in a row too."""

    def test_spells_every_cell_as_its_type_does(self) -> None:
        """And leaves out what was left empty."""
        typed = [
            {
                "name": " 张三 ",
                "id": "１１０１０５１９４９１２３１００２x",
                "share": "",
                "born_on": "1949年12月31日",
            }
        ]
        value, wrong = check_value(HEIRS, typed)
        assert wrong == ""
        assert value == [{"name": "张三", "id": ID, "born_on": "1949-12-31"}]

    def test_leaves_alone_what_does_not_fit(self) -> None:
        """It is kept as it was typed, and named."""
        value, _ = check_value(HEIRS, [{"name": "张三", "id": ID, "share": "一半"}])
        assert value[0]["share"] == "一半"


class TestFaults:
    """Each fault names its row and its column."""

    def test_names_row_and_column(self) -> None:
        """Counted from 0 as a pointer, from 1 in words."""
        found = faults([{"name": "张三", "id": ID}, {"name": "李四", "id": "123", "share": 2}])
        assert [place for place, _ in found] == ["/1/id", "/1/share"]
        assert found[0][1].startswith("第 2 行，身份证号码：")

    @pytest.mark.parametrize(
        ("value", "place", "words"),
        [
            ("张三", "", "：请一行一行填写"),
            ([], "", "：至少填 1 行"),
            ([{"name": "张三", "id": ID}] * 4, "", "：最多填 3 行"),
            (["张三"], "/0", "第 1 行：应为各列的名称和内容"),
            ([{"name": "张三"}], "/0/id", "第 1 行：请填写身份证号码"),
            ([{"name": "张三", "id": ID, "sex": "男"}], "/0/sex", "第 1 行：没有「sex」这一列"),
        ],
    )
    def test_says_what_is_wrong(self, value: Any, place: str, words: str) -> None:
        """At the place where it is wrong."""
        assert next((at, said[: len(words)]) for at, said in faults(value)) == (place, words)

    def test_no_two_rows_alike(self) -> None:
        """Where a column is to be different in every row; however it is written."""
        found = faults([{"name": "张三", "id": ID}, {"name": "李四", "id": ID.lower()}])
        assert found == [("/1/id", "第 2 行，身份证号码：与第 1 行相同")]
        assert faults([{"name": "张三", "id": ID}, {"name": "李四", "id": OTHER}]) == []

    def test_errors_of_a_form_point_at_the_cell(self) -> None:
        """As the API tells them."""
        release = Town.release()
        fields = {**release.vocabulary.fields, "heirs": HEIRS}
        release.vocabulary = release.vocabulary.model_copy(update={"fields": fields})
        with pytest.raises(DataInvalid) as refused:
            check_form(release, {"heirs": [{"name": "张三", "id": ID}, {"name": "", "id": "x"}]})
        told = {each["pointer"]: each["detail"] for each in refused.value.facts["errors"]}
        assert told["/form/heirs/1/name"] == "继承人第 2 行：请填写姓名"
        assert "/form/heirs/1/id" in told


class TestSay:
    """Rows in words."""

    def test_says_one_row_after_the_other(self) -> None:
        """What is empty is left out; in a table it stands in its place."""
        rows = [{"name": "张三", "id": ID, "share": 0.5}, {"name": "李四", "id": OTHER}]
        assert say(HEIRS, rows) == f"张三，{ID}，0.5；李四，{OTHER}"
        assert say_cells(HEIRS, rows[1]) == {
            "name": "李四",
            "id": OTHER,
            "share": "",
            "born_on": "",
        }

    def test_sample_has_as_few_as_there_must_be(self) -> None:
        """Only what must be filled in."""
        made = sample(HEIRS, date(2026, 11, 5))
        assert [sorted(row) for row in made] == [["id", "name"]]
        two = HEIRS.model_copy(update={"min": 2, "unique": []})
        assert len(sample(two, date(2026, 11, 5))) == 2
