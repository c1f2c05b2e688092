from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.regional import area_with, bundles_of


class TestOverlay:
    def test_a_further_bundle_without_a_copy(self, pack: Pack) -> None:
        """An area's version of a bundle stands beside the one it changes, under a code of its own."""
        assert bundles_of(pack) == ["open-shop", "open-shop-west"]
        assert compile_release(pack, "open-shop-west").bundle.title == "开店（西片区）"

    def test_what_it_says_otherwise(self, pack: Pack) -> None:
        """Promise, threshold, limit, department, region and reading are the area's; all else is the bundle's."""
        here, there = compile_release(pack, "open-shop-west"), compile_release(pack, "open-shop")
        assert (here.bundle.promised, here.bundle.derived["large"]) == (
            "12wd",
            "answers.area > 500",
        )
        assert here.bundle.derived["loud"] == there.bundle.derived["loud"]
        assert here.items["sign"].limits == {"promised": "3wd", "booking": "2wd"}
        assert (here.items["sign"].department, there.items["sign"].department) == ("zf", "cg")
        assert here.directory.region.code == "999902"
        assert (
            here.directory.policy.yellow_days_left,
            there.directory.policy.yellow_days_left,
        ) == (2, 1)

    def test_the_other_area_is_untouched(self, files: dict[str, str], pack: Pack) -> None:
        """A bundle's release does not change because some area has an overlay."""
        del files["west.yaml"]
        alone = load_pack(files).pack
        assert alone is not None
        assert compile_release(alone, "open-shop").hash == compile_release(pack, "open-shop").hash

    def test_items_that_are_not_handled_here(self, files: dict[str, str]) -> None:
        """An item that is off is gone, and nobody waits for it; a promise that is off is not offered."""
        files["west.yaml"] = files["west.yaml"].replace(
            "promised: 12wd", "promised: 12wd, off: [trade]"
        )
        loaded = load_pack(files)
        assert loaded.pack is not None
        release = compile_release(loaded.pack, "open-shop-west")
        assert [(entry.use, entry.after) for entry in release.bundle.items] == [("sign", [])]
        assert "trade" not in release.items

    def test_no_promise_here(self, files: dict[str, str]) -> None:
        """告知承诺 is opened by list: an area may not have the item on its list (R-NCP-1, R-ZZ-1)."""
        files["west.yaml"] = files["west.yaml"].replace(
            "items:\n", "items:\n  trade: {commitment: false}\n"
        )
        loaded = load_pack(files)
        assert loaded.pack is not None
        assert compile_release(loaded.pack, "open-shop-west").items["trade"].commitment is None
        assert compile_release(loaded.pack, "open-shop").items["trade"].commitment is not None

    def test_a_story_of_the_area(self, files: dict[str, str]) -> None:
        """A scenario names the area's bundle and is checked against it: its departments, its items."""
        story = files["scenario.yaml"].replace("bundle: open-shop", "bundle: open-shop-west")
        files["west-scenario.yaml"] = story.replace("by: cg.window", "by: zf.window").replace(
            "cg.window: 1", "zf.window: 1"
        )
        loaded = load_pack(files)
        assert loaded.pack is not None, loaded.diagnostics
        area = area_with(loaded.pack, "open-shop-west")
        assert area is not None
        assert [told.file for told in area.scenarios] == ["west-scenario.yaml"]
        files["west-scenario.yaml"] = story.replace("by: cg.window", "by: zh.window")
        assert [(each.file, each.code) for each in load_pack(files).diagnostics] == [
            ("west-scenario.yaml", "E607")
        ]
