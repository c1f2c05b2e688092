"""Column types that mean the same on SQLite and PostgreSQL, and JSON as it is stored: compact and verbatim."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, String, text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field

from service import jsons
from service.store.folding import unfolded_rows

# what a list sorts by where a row has no due date (asyncpg reads 9999-12-31 as infinity)
LAST_DAY = date(9999, 1, 1)


def instant_text(value: datetime) -> str:
    """Write an instant in UTC with a fixed width, so that text order is time order. Raises ValueError if naive."""
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: instants carry their offset")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def as_instant(value: str) -> datetime:
    """Read an instant with any offset as an aware datetime in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


_write = jsons.writer(_plain)


def json_text(value: Any) -> str:
    """Write a value as compact JSON; instants in UTC, dates as dates. Raises ValueError for NaN or a naive datetime."""
    return _write(value)


def rows_text(rows: Sequence[Mapping[str, Any]], open_columns: Sequence[str]) -> str:
    """Write rows the same way; `open_columns` are those that hold JSON: what stands in the others has a type of its own."""
    held = [found for row in rows for name in open_columns if (found := row.get(name))]
    return _write(rows, doubtful=held)


# how SQLAlchemy writes and reads JSON columns, on every connection
AS_JSON: dict[str, Any] = {"json_serializer": json_text, "json_deserializer": jsons.read}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out; timestamptz on PostgreSQL, fixed-width text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text on SQLite, whose own type would drop the offset."""
        return dialect.type_descriptor(
            String(32) if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive values."""
        if value is None:
            return None
        text = instant_text(value)
        return text if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Give every instant back in UTC."""
        if value is None:
            return None
        return as_instant(value) if isinstance(value, str) else value.astimezone(UTC)


# Plain json, not jsonb: what is read is byte for byte what was written, which hash chains and stored answers need.
Json = JSON(none_as_null=False)


class AddedJson(TypeDecorator[Any]):
    """JSON of a column that came later: where nothing is stored, the empty `kind` is read.

    A migration fills the rows that are there, but a process of the release before it goes on writing some without.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[dict[Any, Any]] | type[list[Any]]) -> None:
        super().__init__(none_as_null=False)
        self.kind = kind

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Give a new empty value for nothing: values of cases never share one."""
        return self.kind() if value is None else value


class FoldedJson(TypeDecorator[Any]):
    """JSON of a record's rows, which may be stored folded."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Unfold what was folded. Raises ValueError where that cannot be."""
        return unfolded_rows(value)


def instant(**options: Any) -> Any:
    """Declare a column that holds an instant; `default=None, nullable=True` where it may be missing."""
    return Field(sa_type=UtcDateTime, **options)


def json_column(kind: type[dict[Any, Any]] | type[list[Any]], *, folded: bool = False) -> Any:
    """Declare a column that holds JSON and starts as an empty `kind`; it may be stored `folded`."""
    stored = FoldedJson if folded else Json
    return Field(default_factory=kind, sa_type=stored, nullable=False)


def added_json(kind: type[dict[Any, Any]] | type[list[Any]]) -> Any:
    """Declare the same as a column that came later: rows that hold nothing read as an empty `kind`."""
    return Field(default_factory=kind, sa_type=AddedJson(kind), nullable=True)


def added_later(default: Any, as_sql: str) -> Any:
    """Declare a column that came later: the rows that were there before it have the default, too."""
    return Field(default=default, sa_column_kwargs={"server_default": text(as_sql)})


def added_text() -> Any:
    """Declare a text that came later: rows that were there before it have the empty one."""
    return added_later("", "''")


def case_key() -> Any:
    """Declare the first column of a key of what belongs to a case."""
    return Field(primary_key=True, foreign_key="cases.id")


def partial_index(
    name: str, columns: tuple[str, ...], where: str, *, unique: bool = False
) -> Index:
    """Return an index of the rows that meet a condition, in both dialects."""
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


def task_list(name: str, where: str, *columns: str) -> Index:
    """An index of the tasks for one kind of list; a case and its task break a tie."""
    return partial_index(f"tasks_{name}", (*columns, "case_id", "n"), where)
