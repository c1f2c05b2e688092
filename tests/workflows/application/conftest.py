"""The small pack of the guide: its one form is looked at here."""

from tests.workflows.telling.conftest import pack, release

__all__ = ["pack", "release"]
