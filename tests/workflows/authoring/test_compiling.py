import json
from typing import Any

import pytest

from service.errors import DefinitionInvalid, NotFound
from service.workflows.authoring.compiling import compile_release, read_release
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.definition.release import Release
from service.workflows.definition.tokens import ExpressionRefused
from service.workflows.proceedings import KINDS


def compiled(files: dict[str, str]) -> Release:
    loaded = load_pack(files)
    assert loaded.pack is not None, loaded.diagnostics
    return compile_release(loaded.pack, "open-shop")


class TestCompileRelease:
    def test_holds_what_the_bundle_uses(self, files: dict[str, str]) -> None:
        """Items, lifecycles, vocabulary, departments and texts of the bundle, and nothing of others."""
        files["more.yaml"] = (
            "kind: vocabulary\nmaterials: {photo: {title: 照片}}\nreasons: {blurred: {title: 模糊, material: photo}}"
        )
        release = compiled(files)
        assert set(release.items) == {"trade", "sign"}
        unused = {"later", "publication", "defence"}
        assert set(release.lifecycles) == {"licence", "visit", *KINDS} - unused
        assert set(release.vocabulary.materials) == {"layout", "lease"}
        assert set(release.vocabulary.reasons) == {"layout-unclear", "area-wrong", "beyond"}
        assert set(release.vocabulary.certificates) == {"trade-licence", "sign-permit"}
        assert set(release.directory.departments) == {"scjg", "cg"}
        assert release.texts == {"trade-v1": "本人承诺符合全部条件。\n"}

    def test_follow_up_only_when_checked(self, files: dict[str, str]) -> None:
        """The lifecycle of the check after comes along only with a commitment that has one."""
        files["trade.yaml"] = files["trade.yaml"].replace(
            "  follow_up: {limit: 20wd, sample: 0.5, post: inspector}\n", ""
        )
        assert "follow-up" not in compiled(files).lifecycles

    def test_unknown_bundle(self, pack: Pack) -> None:
        """A bundle that is not in the pack is not found."""
        with pytest.raises(NotFound):
            compile_release(pack, "close-shop")

    def test_from_before_a_proceeding_existed(self, pack: Pack) -> None:
        """What is missing is the engine's; what is there stays, and so do the document and its hash."""
        document: dict[str, Any] = json.loads(
            json.dumps(compile_release(pack, "open-shop").document)
        )
        cycles = [
            [code, each] for code, each in document["lifecycles"]["$map"] if code != "supervision"
        ]
        next(each for code, each in cycles if code == "redress")["title"] = "当时的叫法"
        document["lifecycles"]["$map"] = cycles
        release = read_release(document)
        assert release.document == document
        assert release.lifecycles["supervision"] == pack.lifecycles["supervision"]
        assert release.lifecycles["redress"].title == "当时的叫法"
        assert "later" not in release.lifecycles


class TestHash:
    def test_survives_a_store_that_sorts_keys(self, pack: Pack) -> None:
        """A document that was stored and read back is the same release, with its orders intact."""
        release = compile_release(pack, "open-shop")
        stored: dict[str, Any] = json.loads(json.dumps(release.document, sort_keys=True))
        again = Release.from_document(stored)
        assert again.hash == release.hash
        assert (again.bundle, again.items, again.lifecycles) == (
            release.bundle,
            release.items,
            release.lifecycles,
        )
        assert (again.vocabulary, again.directory, again.texts) == (
            release.vocabulary,
            release.directory,
            release.texts,
        )
        assert list(again.lifecycles["visit"].states) == list(release.lifecycles["visit"].states)
        assert again.lifecycles["visit"].initial == "received"
        assert list(again.bundle.derived) == ["large", "loud"]

    def test_same_words_same_hash(self, files: dict[str, str]) -> None:
        """Comments, layout, calendars and what the bundle does not use change nothing."""
        before = compiled(files).hash
        files["trade.yaml"] = "# 说明\n" + files["trade.yaml"].replace(
            "[shop_name, floor_area,", "[shop_name,  floor_area,"
        )
        files["calendar.yaml"] = files["calendar.yaml"].replace("2026-04-25", "2026-04-26")
        files["directory.yaml"] = files["directory.yaml"].replace(
            "xf: 消防救援大队", "xf: 消防大队"
        )
        assert compiled(files).hash == before

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("trade.yaml", "promised: 5wd", "promised: 4wd"),
            ("trade-v1.md", "全部", "所有"),
            ("bundle.yaml", "{street: 临街, mall: 商场}", "{mall: 商场, street: 临街}"),
            ("vocabulary.yaml", "title: 平面图}", "title: 布局图}"),
            (
                "lifecycle.yaml",
                "correction: {title: 补正, limit: 15wd}",
                "correction: {title: 补正, limit: 14wd}",
            ),
        ],
    )
    def test_every_change_shows(self, name: str, old: str, new: str, files: dict[str, str]) -> None:
        """What could change the handling of a case changes the hash: limits, texts, orders, titles, lifecycles."""
        before = compiled(files).hash
        assert old in files[name]
        files[name] = files[name].replace(old, new)
        assert compiled(files).hash != before

    def test_other_format(self, pack: Pack) -> None:
        """A document of a format this version does not know is refused."""
        with pytest.raises(DefinitionInvalid):
            Release({**compile_release(pack, "open-shop").document, "format": 99})


class TestExpression:
    def test_in_each_place(self, pack: Pack) -> None:
        """Texts of the release are compiled with the names of their place, once."""
        release = compile_release(pack, "open-shop")
        facts = {
            "answers": {"area": 400, "extras": ["noise"]},
            "derived": {"large": True},
            "form": {"floor_area": 60},
        }
        assert release.expression(release.bundle.derived["loud"], "bundle").evaluate(facts) is True
        when = release.items["trade"].material_uses()[1].when or ""
        assert (
            release.expression(when, "item").evaluate({**facts, "handling": "commitment"}) is True
        )
        book = next(t for t in release.lifecycles["visit"].transitions if t.action == "book")
        assert (
            release.expression(book.when or "", "lifecycle").evaluate(
                {**facts, "item": {"complete": False}}
            )
            is False
        )
        assert release.expression(when, "item") is release.expression(when, "item")

    def test_only_the_names_of_its_place(self, pack: Pack) -> None:
        """How an item is handled is not known while the questions are asked."""
        with pytest.raises(ExpressionRefused):
            compile_release(pack, "open-shop").expression("handling == 'commitment'", "bundle")
