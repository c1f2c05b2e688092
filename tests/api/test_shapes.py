"""How a value becomes a shape on the wire."""

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from service.api.rest.shapes import Shown, shape_of


class PaperShown(Shown):
    """文书。"""

    n: int
    title: str
    points: list[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A value with more to it than is shown."""

    n: int
    points: tuple[str, ...]
    secret: str = "not shown"
    note: str = "of its own"


class TestShapeOf:
    """`shape_of`: one field, one source."""

    def test_fields_are_the_values_own(self) -> None:
        """What has the same name is taken over; what is given by keyword stands for it."""
        shown = shape_of(PaperShown, Paper(1, ("a", "b")), title="受理通知书")
        assert shown == PaperShown(n=1, title="受理通知书", points=["a", "b"], note="of its own")

    def test_a_mapping_is_read_by_its_keys(self) -> None:
        """Rows that come as dictionaries are read the same way."""
        shown = shape_of(PaperShown, {"n": 2, "points": []}, title="决定书", note="")
        assert shown == PaperShown(n=2, title="决定书", points=[])

    def test_a_field_from_nowhere_is_refused(self) -> None:
        """No field is left to its default unseen."""
        with pytest.raises(AttributeError, match="title"):
            shape_of(PaperShown, Paper(1, ()))
        with pytest.raises(KeyError, match="note"):
            shape_of(PaperShown, {"n": 2, "points": []}, title="决定书")

    def test_a_name_the_shape_does_not_have_is_refused(self) -> None:
        """A word with a slip is not dropped."""
        with pytest.raises(ValidationError, match="titel"):
            shape_of(PaperShown, Paper(1, ()), title="决定书", titel="决定书")
