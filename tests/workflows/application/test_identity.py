"""An identity document is a kind and a number: checked by its kind, typed in two controls."""

from typing import Any

import pytest

from service.workflows.application.fieldtypes import check_value
from service.workflows.application.identities import DOCUMENTS, PERSONAL_DOCUMENTS
from service.workflows.definition.models import VocabularyField
from service.workflows.telling.inputs import texts_of, value_of

MOTHER = VocabularyField.model_validate({"title": "母亲身份证件", "type": "identity"})
CARD, PASSPORT = "11010519491231002X", "E71234568"


class TestCanonical:
    """One document has one form."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"number": " e7123４568 ", "kind": " passport "}, ("passport", PASSPORT)),
            ({"kind": "id_card", "number": "110105 19491231 002x"}, ("id_card", CARD)),
            ("11010519491231002x", ("id_card", CARD)),
            ("830000199001010012", ("residence_tw", "830000199001010012")),
        ],
    )
    def test_spells_the_number(self, given: Any, kept: tuple[str, str]) -> None:
        """A number that tells its kind may stand alone."""
        value, wrong = check_value(MOTHER, given)
        assert (tuple(value.values()), list(value), wrong) == (kept, ["kind", "number"], "")


class TestCheck:
    """Each kind has its own check."""

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"kind": "id_card", "number": CARD[:17] + "1"}, "校验位不符"),
            ({"kind": "id_card", "number": "830000199001010012"}, "请改选证件种类"),
            ({"kind": "permit_hk_mo", "number": PASSPORT}, "H 或 M"),
            ({"kind": "passport", "number": "护照"}, "护照号码应为"),
            ({"kind": "passport", "number": " "}, "请填证件号码"),
            ({"kind": "uscc", "number": "91999901MADEM0212E"}, "passport（护照）"),
            ({"kind": "passport"}, "请选证件种类"),
            (PASSPORT, "请选证件种类"),
            ({"kind": "passport", "number": PASSPORT, "until": "2030"}, "请选证件种类"),
        ],
    )
    def test_says_what_is_wrong(self, given: Any, wrong: str) -> None:
        """And what may be chosen."""
        assert wrong in check_value(MOTHER, given)[1]

    def test_takes_the_documents_of_persons(self) -> None:
        """Those of the one table, and no company's."""
        told = check_value(MOTHER, {"kind": "?", "number": "1"})[1]
        assert all(f"{kind}（{DOCUMENTS[kind].title}）" in told for kind in PERSONAL_DOCUMENTS)


class TestTyped:
    """A choice and a number, without JavaScript."""

    @pytest.mark.parametrize(
        ("texts", "value"),
        [
            (["passport", " e71234568"], {"kind": "passport", "number": PASSPORT}),
            (["passport", " "], None),
            (["passport"], None),
            ([], None),
            ([CARD], CARD),
        ],
    )
    def test_is_read(self, texts: list[str], value: Any) -> None:
        """The kind alone is nothing yet."""
        assert value_of(MOTHER, texts) == value

    @pytest.mark.parametrize(
        ("value", "texts"),
        [
            (None, []),
            ({"kind": "passport", "number": "?"}, ["passport", "?"]),
            ("123", ["id_card", "123"]),
            ("830000199001010012", ["residence_tw", "830000199001010012"]),
        ],
    )
    def test_is_shown(self, value: Any, texts: list[str]) -> None:
        """Also what does not fit."""
        assert texts_of(MOTHER, value) == texts
