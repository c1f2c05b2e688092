"""Folding: what comes back is what was folded, by this release and by every one before it."""

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.office.sealing import Seal
from service.store import folding

TEXTS = {  # part of the form: what was folded over one is read with the same bytes alone
    "answers-1": "a99ca509118da5eda559a57f12a571d139238e649687a518037dc0de739956b4",
    "rows-1": "53eaada7b03b4f980ce01c5605daeaca52e92d6b867916589f29fad2a92b7924",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
ROW = {"item": "food-licence", "clock": "decision", "state": "running", "due_on": "2026-12-07"}


class TestRows:
    """Rows of records."""

    @given(st.dictionaries(st.text(), st.lists(VALUES, max_size=4), max_size=4))
    def test_come_back(self, rows: dict[str, list[object]]) -> None:
        """Whatever JSON they hold."""
        stored = json.loads(json.dumps(folding.folded_rows(rows)))
        assert folding.unfolded_rows(stored) == rows

    def test_of_earlier_releases_are_read_as_they_are(self) -> None:
        """They stand as JSON."""
        assert folding.unfolded_rows({"clocks": [ROW]}) == {"clocks": [ROW]}
        assert folding.folded_rows({}) == {}

    def test_shrink(self) -> None:
        """Even a single row, which by itself would hardly."""
        assert len(folding.folded_rows({"~clocks": [ROW]})) * 2 < len(json.dumps(ROW))

    @pytest.mark.parametrize("stored", ["9AAAA", "1AAAA", "1" + base64.b64encode(b"x").decode()])
    def test_what_is_no_fold_is_refused(self, stored: str) -> None:
        """A number of a later release, or what somebody spoiled."""
        with pytest.raises(ValueError, match=r"fold|JSON|Expecting"):
            folding.unfolded_rows(stored)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_texts_never_change(name: str) -> None:
    """A better one gets a number of its own."""
    found = (folding.HERE / f"{name}.txt").read_bytes()
    assert sha256(found).hexdigest() == TEXTS[name]
    assert {path.stem for path in folding.HERE.glob("*.txt")} == set(TEXTS)


@given(answer=VALUES.filter(lambda value: value is not None), terse=st.booleans())
def test_kept_answers_open_as_they_were_closed(answer: object, *, terse: bool) -> None:
    """In either form, for whom they were closed and for nobody else."""
    seal, scope = Seal("secret"), ("li", "act k")
    kept = seal.closed(answer, scope, terse=terse)
    assert seal.opened(kept, scope) == answer
    with pytest.raises(ValueError, match="another secret"):
        seal.opened(kept, ("wang", "act k"))
