import os
from random import Random
from typing import Any

import pytest
import yaml

from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.load import load_pack
from service.workflows.definition.release import Release

SEEDS = int(os.environ.get("YIJIANSHI_GATE_MUTATIONS", "15"))
CHARACTERS = "0aZ-_:,.{}[]'\"#&*!|>%@ \n\t\x00é中＞(=<+/"


def by_character(text: str, random: Random) -> str:
    """Delete, replace or insert one character."""
    at = random.randrange(len(text))
    return (
        random.choice([text[:at], text[:at] + random.choice(CHARACTERS)])
        + text[at + random.choice([0, 1]) :]
    )


def by_node(text: str, random: Random) -> str:
    """Delete or replace one node."""
    data = yaml.safe_load(text)
    places: list[tuple[Any, Any]] = []

    def collect(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                collect(node[key])

    collect(data)
    node, key = random.choice(places)
    other, name = random.choice(places)
    match random.randrange(4):
        case 0:
            del node[key]
        case 1:
            node[key] = random.choice(
                [None, 3, -1.5, True, "", "x", [], {}, ["x"], {"x": 1}, "answers.area > 3", "5wd"]
            )
        case 2:
            node[key] = yaml.safe_load(yaml.safe_dump(other[name]))
        case _:
            if isinstance(node, dict):
                node[f"{key}x"] = node.pop(key)
            else:
                node.append(node[key])
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


class TestMutants:
    @pytest.mark.parametrize("mutate", [by_character, by_node])
    @pytest.mark.parametrize("seed", range(SEEDS))
    def test_are_refused_or_sound(self, mutate: Any, seed: int, files: dict[str, str]) -> None:
        """F-27: a good file with one thing changed is refused with diagnostics or makes a whole release; it never crashes."""
        random = Random(seed)
        names = sorted(name for name in files if name.endswith(".yaml"))
        for _ in range(10):
            name = random.choice(names)
            changed = {**files, name: mutate(files[name], random)}
            loaded = load_pack(changed)
            errors = [each for each in loaded.diagnostics if each.severity == "error"]
            assert (loaded.pack is None) == bool(errors)
            for each in loaded.diagnostics:
                assert each.line >= 1
                assert each.col >= 1
                assert each.file in changed
            for code in loaded.pack.bundles if loaded.pack else ():
                release = compile_release(loaded.pack, code)  # type: ignore[arg-type]  # there are bundles, so a pack
                assert Release.from_document(release.document).hash == release.hash

    def test_a_clock_that_is_gone_is_named(self, files: dict[str, str]) -> None:
        """A state that runs a clock nobody declared is a finding; what reckons lengths passes it by."""
        clock = "  decision: {title: 办结, limit: limits}\n"
        changed = {**files, "lifecycle.yaml": files["lifecycle.yaml"].replace(clock, "")}
        loaded = load_pack(changed)
        assert any("decision" in str(each) for each in loaded.diagnostics)
