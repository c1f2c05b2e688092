"""密码 — how passwords are hashed, and which are too easily guessed to be taken."""

import asyncio
import hashlib
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
SHORTEST_NAME = (
    3  # of an account that a password must not contain; two letters stand in too many words
)
STRONG_ENOUGH = 2  # of zxcvbn's 0 … 4: more than a million guesses
MOST_JUDGED = 72  # characters: what is longer takes seconds to judge
SERVICE_WORDS = ("yijianshi", "一件事")


class Passwords:
    """密码 — hashed with Argon2id; `cheap` is for demonstrations and tests, never for real passwords."""

    def __init__(self, *, cheap: bool = False) -> None:
        """Choose the cost of a hash."""
        self._hasher = PasswordHasher()
        if cheap:
            self._hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)

    @cached_property
    def nobodys(self) -> str:
        """Return a hash that no password fits, to spend the same time on names that do not exist."""
        return self._hasher.hash(hashlib.sha256(b"nobody").hexdigest())

    async def hash(self, password: str) -> str:
        """Hash a password beside the event loop."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, hashed: str) -> bool:
        """Tell whether a password fits a hash; none fits an empty one, which takes as long to say."""
        return await asyncio.to_thread(self._verify, hashed, password[:LONGEST_PASSWORD])

    def _verify(self, hashed: str, password: str) -> bool:
        # made by whoever comes first, not only for the first name that does not exist
        nobodys = self.nobodys
        try:
            return self._hasher.verify(hashed or nobodys, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


async def weakness(password: str, *words: str) -> str:
    """Say in Chinese why a password is not taken, empty when it is; `words` are the account and what is near it."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"密码要有 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符"
    account = words[0].casefold() if words else ""
    if len(account) >= SHORTEST_NAME and account in password.casefold():
        return "密码里不能有账号名，请换一个"
    if await asyncio.to_thread(_guessable, password, [*words, *SERVICE_WORDS]):
        return "这个密码太常见，容易被猜到。请换一个：可以把几个不相干的词连起来，再加上数字"
    return ""


def _guessable(password: str, words: list[str]) -> bool:
    # 30,000 common passwords, names, words, keyboard rows: loaded when one is chosen for the first time
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:MOST_JUDGED], user_inputs=[word for word in words if word])
    return bool(judged["score"] < STRONG_ENOUGH)
