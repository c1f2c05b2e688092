from datetime import date, datetime
from typing import Any

import jsonschema
import pytest

from service.workflows.authoring.schema import json_schema
from service.workflows.authoring.source import read

SCHEMA = json_schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def plain(value: Any) -> Any:
    """An editor sees dates as text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def document(text: str) -> Any:
    source, findings = read("f.yaml", text)
    assert source is not None, findings
    return plain(source.data)


class TestJsonSchema:
    def test_is_a_schema(self) -> None:
        """The schema is valid in its own dialect."""
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_says_every_key_in_chinese(self) -> None:
        """Each key and each kind has a Chinese description for the editor to show."""
        for name, definition in SCHEMA["$defs"].items():
            about = {name: definition["description"]}
            about |= {key: value["description"] for key, value in definition["properties"].items()}
            assert all(
                any("\u4e00" <= char <= "\u9fff" for char in text) for text in about.values()
            ), about

    def test_accepts_good_files(self, files: dict[str, str]) -> None:
        """What the loader accepts, the editor accepts."""
        for name, text in files.items():
            if name.endswith(".yaml"):
                assert list(CHECK.iter_errors(document(text))) == [], name

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("trade.yaml", "required: false", "requird: false"),
            ("trade.yaml", "category: licence", "category: permit"),
            ("trade.yaml", "promised: 5wd", "promised: 5w"),
            ("sign.yaml", "department: cg\n", ""),
            ("bundle.yaml", "lead: scjg", "lead: 3"),
            ("lifecycle.yaml", "  done: {", "  Done: {"),
        ],
    )
    def test_refuses_bad_files(self, name: str, old: str, new: str, files: dict[str, str]) -> None:
        """What one file alone shows to be wrong, the editor shows too."""
        assert not CHECK.is_valid(document(files[name].replace(old, new)))
