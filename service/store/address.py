"""数据库地址 — what a connection string says, read once into what SQLAlchemy and asyncpg are told.

Strings for PostgreSQL are those of libpq (`host1,host2`, `sslmode`, `target_session_attrs`), so that the one that `psql`
takes is the one that works here. `pgbouncer=true` is our own word: the way leads through a pooler in transaction mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

CONNECT_SECONDS = 5.0
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write"),
    "pgbouncer": ("true", "false"),
}
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
_PLAIN = ("host", "port", "user", "password", "dbname", "application_name", "connect_timeout")
_OURS = ("host", "port", "pgbouncer", "connect_timeout", "application_name")
_IN_DSN = ("host", "port", "user", "password", "database")  # SQLAlchemy says them again
_DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class Address:
    """数据库地址 — `url` for SQLAlchemy (driver and database only), `dsn` and `hosts` for asyncpg."""

    url: URL
    text: str = field(repr=False)
    dsn: str = field(default="", repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    pooled: bool = False
    seconds: float = CONNECT_SECONDS
    application: str = "yijianshi"

    @property
    def postgres(self) -> bool:
        """Tell which of the two databases it is."""
        return self.url.get_backend_name() == "postgresql"

    def arguments(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """Return what SQLAlchemy hands to asyncpg; `settings` of the server are sent when the connection opens.

        A pooler gives the next transaction another connection of the server: it takes no settings with the connection,
        and no statement may be prepared for longer than its transaction.
        """
        sent = {"application_name": self.application, "timezone": "UTC"}
        given: dict[str, Any] = {
            "async_creator_fn": self._connect,
            "server_settings": sent if self.pooled else {**settings, **sent},
            "statement_cache_size": 0 if self.pooled else 500,
        }
        if self.pooled:
            given |= {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
        return given

    async def _connect(self, **given: Any) -> Any:
        """Open a connection to the first host that is the one we want; one that is frozen costs its share of the time."""
        import asyncpg  # an embedded database goes without

        given = {name: value for name, value in given.items() if name not in _IN_DSN}
        last: Exception = OSError("no host")
        for host, port in self.hosts or ((None, None),):
            where = {} if host is None else {"host": host, "port": port}
            share = max(1.0, self.seconds / max(1, len(self.hosts)))
            try:
                return await asyncpg.connect(self.dsn, timeout=share, **where, **given)
            except OSError as error:
                last = error
            except asyncpg.TargetServerAttributeNotMatched as error:
                last = ConnectionError(str(error))  # no host writes: it passes, as a lost one does
            except asyncpg.PostgresError as error:
                if not str(error.sqlstate).startswith(("08", "57")):
                    raise
                last = error
        raise last


def read_address(text: str) -> Address:
    """Read `sqlite:///file` or `postgresql://…`. Raises ValueError, in Chinese, for what cannot be meant."""
    kind = text.partition(":")[0].split("+")[0]
    if "://" not in text:
        raise ValueError(
            "数据库地址无法识别，应为 sqlite:///文件 或 postgresql://用户:密码@主机/库"
        )
    if kind not in _DRIVERS:
        raise ValueError(f"数据库地址只支持 sqlite:/// 和 postgresql://，不支持 {kind}://")
    if kind == "sqlite":
        return Address(_embedded(text), text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("数据库地址的主机一段无法识别") from None
    given = _parameters(parts)
    hosts = _hosts(parts, given)
    database = unquote(parts.path.lstrip("/"))
    said = {name: value for name, value in given.items() if name not in _OURS}
    user, at, _ = parts.netloc.rpartition("@")
    dsn = f"postgresql://{user}{at}/{parts.path.lstrip('/')}?{urlencode(said)}".rstrip("?")
    return Address(
        _url(parts, hosts, database or given.get("dbname")),
        text,
        dsn=dsn,
        hosts=hosts,
        pooled=given.get("pgbouncer") == "true",
        seconds=_seconds(given.get("connect_timeout")),
        application=given.get("application_name", "yijianshi"),
    )


def database_url(text: str) -> URL:
    """Return what SQLAlchemy calls a database. Raises ValueError for others than the two."""
    return read_address(text).url


def _url(parts: SplitResult, hosts: tuple[tuple[str, int], ...], database: str | None) -> URL:
    """Return what SQLAlchemy needs to know; with several hosts it need not know which."""
    user, password = (None if each is None else unquote(each) for each in _who(parts))
    host, port = hosts[0] if len(hosts) == 1 else (None, None)
    return URL.create(_DRIVERS["postgresql"], user, password, host, port, database)


def _who(parts: SplitResult) -> tuple[str | None, str | None]:
    user, at, _ = parts.netloc.rpartition("@")
    name, colon, password = user.partition(":")
    return (name if at else None), (password if colon else None)


def _embedded(text: str) -> URL:
    try:
        return make_url(text).set(drivername=_DRIVERS["sqlite"])
    except (ArgumentError, ValueError):
        raise ValueError("数据库地址无法识别，应为 sqlite:///文件") from None


def _parameters(parts: SplitResult) -> dict[str, str]:
    """Return what stands behind the question mark; several `host=` are several hosts."""
    known = (*_CHOICES, *_FILES, *_PLAIN)
    found = {}
    for name, values in parse_qs(parts.query, keep_blank_values=True).items():
        if name not in known:
            raise ValueError(f"数据库地址里的参数 {name} 不认识，可以写：{'、'.join(known)}")
        value = ",".join(values) if name == "host" else values[-1]
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(
                f"数据库地址里的 {name}={value} 不认识，可以写：{'、'.join(_CHOICES[name])}"
            )
        if name in _FILES and not Path(value).is_file():
            raise ValueError(f"数据库地址里的 {name} 指向 {value}，没有这个文件")
        found[name] = value
    if found.get("sslmode", "").startswith("verify") and "sslrootcert" not in found:
        raise ValueError(
            f"数据库地址里写了 sslmode={found['sslmode']}，还要用 sslrootcert 写明签发机构的证书文件"
        )
    return found


def _hosts(parts: SplitResult, given: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Return each host with its port, in the order in which they are tried; none: where libpq would look."""
    named = unquote(parts.netloc.rpartition("@")[2]) or given.get("host", "")
    ports = given.get("port", "").split(",") if given.get("port") else []
    hosts = []
    for place, one in enumerate(named.split(",") if named else []):
        if one.startswith("["):
            host, _, port = one[1:].partition("]")
            port = port.removeprefix(":")
        elif one.startswith("/"):  # the folder of a socket
            host, port = one, ""
        else:
            host, _, port = one.partition(":")
        port = port or (ports[min(place, len(ports) - 1)] if ports else str(_DEFAULT_PORT))
        if not host or not port.isdigit() or not 0 < int(port) < 1 << 16:
            raise ValueError(f"数据库地址里的主机「{one}」无法识别，应为 主机 或 主机:端口")
        hosts.append((host, int(port)))
    return tuple(hosts)


def _seconds(given: str | None) -> float:
    if given is None:
        return CONNECT_SECONDS
    if not given.isdigit() or not 0 < int(given) <= 60:
        raise ValueError("数据库地址里的 connect_timeout 应为 1 到 60 秒的整数")
    return float(given)
