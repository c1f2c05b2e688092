"""上传 — how many files are received at once, and where they are kept while they come: on disk, not in memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.formparsers import MultiPartParser

from service.errors import TooManyAttempts, Unavailable, not_saved

IN_MEMORY = 1 << 14  # of each file that is being received; the rest lies in a file without a name
AGAIN_SECONDS = 5

MultiPartParser.spool_max_size = IN_MEMORY


class Uploads:
    """上传位 — a place for each file that is being received, so many in all and so many for one account."""

    def __init__(self, most: int = 100, each: int = 4) -> None:
        """Allow `most` at once in this process, and `each` of one account."""
        self._most, self._each = most, each
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, account: str) -> Iterator[None]:
        """Take a place for as long as the file comes.

        Raises TooManyAttempts, or Unavailable where all are taken or the disk takes no more of what comes.
        """
        if self._taken[account] >= self._each:
            said = f"同时最多上传 {self._each} 个文件，请等前面的传完再传。"
            raise TooManyAttempts(said, retry_after=AGAIN_SECONDS)
        if self._taken.total() >= self._most:
            raise Unavailable("正在上传的人太多，请过几秒再试。", retry_after=AGAIN_SECONDS)
        self._taken[account] += 1
        try:
            yield
        except OSError as error:
            if error.errno is None:  # no file's: somebody's patience has ended
                raise
            raise not_saved(error) from error
        finally:
            self._taken[account] -= 1
            if not self._taken[account]:
                del self._taken[account]
