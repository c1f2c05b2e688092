"""Store a database of the newest schema: the cases of the sample city, and two more, made by the code as it stands.

`python tests/histories/keep.py` writes NNNN.sql.xz beside this file, the same bytes each time for the same code. With
PYTHONPATH at an older checkout it stores what that code makes: it uses only what has been there since the first schema.
"""

import asyncio
import lzma
import random
import secrets
import sqlite3
import tempfile
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
UNCOMMON = "kept-only-for-8317"  # none that a list of common ones has
NOW = datetime.fromisoformat("2026-09-14T09:00:00.417389+08:00")  # when the cases are left


def predictable() -> None:
    """Draw ids, salts and codes from a seed, so that what is stored changes only when the code does."""
    drawn = random.Random(1)
    secrets.token_hex = lambda n=16: drawn.randbytes(n).hex()  # type: ignore[assignment,misc]
    secrets.choice = drawn.choice  # type: ignore[assignment]


async def make(folder: Path) -> Path:
    """Play the sample city into a new database of this schema."""
    from service.commands import demo, sample_cases
    from service.commands.packs import files_of
    from service.office import Office
    from service.store.database import Database
    from service.store.files import Folder
    from service.store.schema import migrate

    tale, move, food = sample_cases.Tale, sample_cases.Move, sample_cases.FOOD
    waiting = [
        move(6, 10, "scjg.window", f"{food}.accept"),
        move(5, 10, "scjg.reviewer", f"{food}.propose", sample_cases.GOOD),
    ]
    granted = [*waiting, move(4, 10, "scjg.approver", f"{food}.grant", {"opinion": "准予。"})]
    sample_cases.TALES += [
        tale(sample_cases.LI, 7, sample_cases.CAFE, waiting),  # somebody must decide
        tale(sample_cases.ZHANG, 7, sample_cases.CAFE, granted),  # somebody must issue
    ]
    made = folder / "cases.db"
    await migrate(f"sqlite:///{made}")
    database = Database(f"sqlite:///{made}")
    office = Office(database, Folder(folder / "files", reserve=0), cheap_passwords=True)
    await office.install(NOW)
    await office.publish_pack(
        files_of(Path(demo.__file__).parents[1] / "workflows/packs/linhu"), "demo", NOW
    )
    await demo.people(office, (await office.bundle(sample_cases.BUNDLE)).directory)
    await office.create_account(
        demo.LAST_ACCOUNT, UNCOMMON, name="效能监察（示例）", kind="supervisor"
    )
    await sample_cases.play(office, NOW)
    await database.close()
    return made


def dumped(made: Path) -> tuple[str, str]:
    """Return the schema's revision and the database as SQL: without passwords, which nobody signs in with again."""
    with sqlite3.connect(made) as connection:
        connection.execute("UPDATE accounts SET password_hash = ''")
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        text = "\n".join(connection.iterdump())
    connection.close()
    return revision, text


def main() -> None:
    """Make it, dump it, store it."""
    predictable()
    with tempfile.TemporaryDirectory() as folder:
        revision, text = dumped(asyncio.run(make(Path(folder))))
    stored = HERE / f"{revision}.sql.xz"
    stored.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{stored.name}: {stored.stat().st_size // 1000} kB")  # noqa: T201 - its one answer


if __name__ == "__main__":
    main()
