"""发布版: what was published goes on as it was meant."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.errors import DefinitionInvalid
from service.workflows.definition.models.shared import DepartmentPapers
from service.workflows.definition.release import Release, canonical, first_of
from tests.workflows.town import town


class TestFormat:
    def test_before_restarts_were_written_what_counted_anew_began_anew(self) -> None:
        """A case on a release of the old format keeps its rules: `counts_from` began anew what the target runs.

        But for what ran in the state that was left.
        """
        old = Release({**town("food").document, "format": 1})
        begun = {
            (t.action, t.sources[0], t.to): t.restarts
            for t in old.lifecycles["licence"].transitions
            if t.restarts
        }
        assert begun["accept", "received", "reviewing"] == ["decision"]
        assert begun["supply", "correcting", "received"] == ["notice"]
        assert begun["renew_special_notice", "special", "special"] == ["special"]
        assert ("propose", "reviewing", "deciding") not in begun

    def test_another_is_refused(self) -> None:
        """What nobody knows how to read is not read."""
        with pytest.raises(DefinitionInvalid):
            Release({**town("food").document, "format": 3})


class TestCopies:
    """A definition changed in a copy, as rehearsals do it."""

    def test_what_was_worked_out_is_not_taken_along(self) -> None:
        """The uses of an item in their long form, and how the papers of a department are made."""
        release = town("food")
        item = next(iter(release.items.values()))
        item = item.model_copy(update={"fields": ["a"], "materials": ["m"]})
        assert [use.use for use in (*item.field_uses(), *item.material_uses())] == ["a", "m"]
        other = item.model_copy(update={"fields": ["b", "c"], "materials": []})
        assert [use.use for use in (*other.field_uses(), *other.material_uses())] == ["b", "c"]
        assert [use.use for use in item.field_uses()] == ["a"]
        directory = release.directory.model_copy(update={"papers": {}})
        assert directory.papers_of("scjg").review is None
        told = {"scjg": DepartmentPapers(review="示例市人民政府")}
        assert (
            directory.model_copy(update={"papers": told}).papers_of("scjg").review
            == "示例市人民政府"
        )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["\ue000", "\U00010000"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_the_quick_way_writes_what_the_scheme_says(document: dict[str, object]) -> None:
    """RFC 8785, byte for byte; what it refuses is refused."""
    try:
        expected = rfc8785.dumps(document)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(document)
    else:
        assert canonical(document) == expected


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("sign", "sign"),
        ("sign-2", "sign-2"),
        ("sign.revocation", "sign.revocation"),
        ("sign.revocation-2", "sign.revocation"),
        ("case.redress-12.supervision-2", "case.redress.supervision"),
        ("sign.revocation-1", "sign.revocation-1"),
        ("sign.follow-up", "sign.follow-up"),
    ],
)
def test_a_later_proceeding_is_like_the_first(code: str, first: str) -> None:
    """Counted from two; an item whose code ends in a number is another item."""
    assert first_of(code) == first
