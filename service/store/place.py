"""库文件所在 — that the file of SQLite is still the one that was opened: what is written to a file without a name is lost."""

from pathlib import Path

from service.store.faults import Unanswered


class FileGone(Unanswered):
    """数据库文件不在原来的地方，或者被换过。请把它放回原处，或者核对后重新启动服务。"""


class Place:
    """库文件所在 — where the file is looked for, and which one it was when this process first opened it."""

    def __init__(self, path: str | None) -> None:
        """Look at `path`; there is nothing to look at without one: PostgreSQL, or a database in memory."""
        self._path = path
        self._known: tuple[int, int] | None = None

    def opened(self) -> None:
        """Keep in mind which file it is, the first time."""
        self._known = self._known or self._found()

    def check(self) -> None:
        """Refuse a file that is no longer there, or another one in its place. Raises FileGone."""
        if self._known is not None and self._found() != self._known:
            raise FileGone

    def _found(self) -> tuple[int, int] | None:
        if not self._path:
            return None
        try:
            there = Path(self._path).stat()
        except OSError:
            return None
        return there.st_dev, there.st_ino
