from pathlib import Path

import pytest

from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack

GOOD = Path(__file__).parent / "good"


@pytest.fixture
def files() -> dict[str, str]:
    """The files of a small pack without a fault, one definition of every kind."""
    return {name: content.decode() for name, content in read_folder(GOOD).items()}


@pytest.fixture
def pack(files: dict[str, str]) -> Pack:
    """That pack, loaded."""
    loaded = load_pack(files)
    assert loaded.pack is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.pack
