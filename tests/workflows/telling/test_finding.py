"""Finding a bundle by a few words."""

from typing import Any

import pytest

from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack
from service.workflows.definition.release import Release
from service.workflows.telling.finding import matching


@pytest.fixture(scope="module")
def two(pack: Pack) -> list[Release]:
    """The restaurant, and something for which a restaurant is only one of several uses."""
    other = pack.bundles["open-shop"].model_copy(
        update={
            "code": "signs",
            "title": "装招牌",
            "known_as": ["门头"],
            "questions": [q for q in pack.bundles["open-shop"].questions if q.id != "staff"],
            "items": [
                e
                for e in pack.bundles["open-shop"].items
                if e.use in ("outdoor-sign", "food-licence")
            ],
        }
    )
    bundles = {**pack.bundles, "signs": other}
    return [
        compile_release(Pack(**{**vars_of(pack), "bundles": bundles}), code) for code in bundles
    ]


def vars_of(pack: Pack) -> dict[str, Any]:
    return {name: getattr(pack, name) for name in pack.__dataclass_fields__}


def found(two: list[Release], text: str) -> list[str]:
    return [release.bundle.code for release in matching(two, text)]


class TestMatching:
    """Words to bundles."""

    def test_puts_the_name_before_what_is_done(self, two: list[Release]) -> None:
        """What is called so goes before what merely includes it."""
        assert found(two, "招牌") == ["signs", "open-shop"]
        assert found(two, "餐饮店") == ["open-shop"]

    def test_knows_what_people_call_it(self, two: list[Release]) -> None:
        """And full-width letters, and what is asked."""
        assert found(two, "门头") == ["signs", "open-shop"]
        assert found(two, "健康证") == ["open-shop"]

    def test_wants_every_word(self, two: list[Release]) -> None:
        """Each word narrows; no words, everything; unknown words, nothing."""
        assert found(two, "招牌 消防") == ["open-shop"]
        assert found(two, "  ") == ["open-shop", "signs"]
        assert found(two, "火箭") == []
