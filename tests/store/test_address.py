"""Connection strings as they are written in production: TLS, several hosts, a pooler in between."""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from service.errors import Unavailable
from service.store import cases
from service.store.address import read_address
from service.store.database import Database
from service.store.schema import migrate
from tests.conftest import answers, sql
from tests.launcher import free_port
from tests.waiting import until, wait_until


async def one(database: Database) -> Any:
    """Ask the simplest question."""
    async with database.reading() as connection:
        return await connection.row(text("SELECT 1 AS n"))


async def asked(url: str) -> Any:
    """Ask it at an address of its own."""
    database = Database(url)
    try:
        return await one(database)
    finally:
        await database.close()


class TestReadAddress:
    """From the text of the setting to what the drivers are told."""

    @pytest.mark.parametrize(
        ("given", "hosts"),
        [
            ("postgresql://u:p@h/d", (("h", 5432),)),
            ("postgresql://u@a:1,b/d?target_session_attrs=read-write", (("a", 1), ("b", 5432))),
            ("postgresql://u@/d?host=a:1&host=b:2", (("a", 1), ("b", 2))),
            ("postgresql://u@/d?host=a,b&port=7", (("a", 7), ("b", 7))),
            ("postgresql://u@[::1]:7/d", (("::1", 7),)),
            ("postgresql://u@/d?host=/run/postgresql", (("/run/postgresql", 5432),)),
            ("postgresql:///d", ()),
        ],
    )
    def test_hosts(self, given: str, hosts: tuple[Any, ...]) -> None:
        """As libpq reads them, in the order in which they are tried."""
        assert read_address(given).hosts == hosts

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("postgresql://h/d?sslmode=sure", "sslmode=sure"),
            ("postgresql://h/d?sslmode=verify-full", "sslrootcert"),
            ("postgresql://h/d?sslmode=verify-full&sslrootcert=/no/such.pem", "没有这个文件"),
            ("postgresql://h/d?target_session_attrs=write", "target_session_attrs=write"),
            ("postgresql://h/d?pool_size=5", "pool_size"),
            ("postgresql://h:port/d", "h:port"),
            ("postgresql://a,,b/d", "主机"),
            ("postgresql://h/d?pgbouncer=yes", "pgbouncer=yes"),
            ("postgresql://h/d?connect_timeout=never", "connect_timeout"),
            ("postgresql://[::1/d", "主机"),
            ("host=h dbname=d", "无法识别"),
        ],
    )
    def test_what_cannot_be_meant_is_told(self, given: str, said: str) -> None:
        """A sentence that names the part, and nothing of the password."""
        with pytest.raises(ValueError, match=said):
            read_address(given)

    def test_no_password_is_printed(self) -> None:
        """Whoever prints an address shows no secret."""
        assert "hidden-word" not in repr(read_address("postgresql://u:hidden-word@a,b/d"))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own, and a certificate for `localhost` that it has signed."""
    if not shutil.which("openssl"):
        pytest.skip("NO OPENSSL: encrypted connections to PostgreSQL were not tried")
    folder = tmp_path_factory.mktemp("certificates")

    def run(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    for name in ("ca", "stranger"):
        made = ("-x509", "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        run(*new, f"/CN={name}", *made)
    run(*new, "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
    run("x509", "-req", "-days", "2", "-in", "server.csr", "-out", "server.pem", *signed)
    return folder


@pytest.fixture(scope="module")
def encrypted(certificates: Path, own_postgres: Callable[..., Any]) -> Iterator[Any]:
    """A PostgreSQL server that shows the certificate; the key is readable to its user alone."""
    kept = Path("/tmp") / f"yijianshi-tls-{secrets.token_hex(4)}"
    kept.mkdir(mode=0o755)
    for name in ("server.key", "server.pem"):
        shutil.copy(certificates / name, kept)
        (kept / name).chmod(0o600 if name.endswith("key") else 0o644)
        if os.geteuid() == 0:
            shutil.chown(kept / name, "postgres")
    yield own_postgres(
        "ssl=on", f"ssl_cert_file={kept}/server.pem", f"ssl_key_file={kept}/server.key", "fsync=off"
    )
    shutil.rmtree(kept)


class TestTls:
    """`sslmode` and `sslrootcert`, at a server with a certificate of its own."""

    async def test_the_server_is_known_by_its_certificate(
        self, encrypted: Any, certificates: Path
    ) -> None:
        """verify-full: name and authority are right."""
        port = encrypted.url.rsplit(":", 1)[1]
        where = f"postgresql://postgres@localhost:{port}"
        assert await asked(f"{where}?sslmode=verify-full&sslrootcert={certificates}/ca.pem") == {
            "n": 1
        }
        assert await asked(f"{where}?sslmode=require") == {"n": 1}

    async def test_a_stranger_is_refused_and_the_reason_told(
        self, encrypted: Any, certificates: Path
    ) -> None:
        """Another authority, and another name than the one that is called."""
        port = encrypted.url.rsplit(":", 1)[1]
        for host, authority in (("localhost", "stranger"), ("127.0.0.1", "ca")):
            where = f"postgresql://postgres@{host}:{port}"
            with pytest.raises(Unavailable, match="证书"):
                await asked(
                    f"{where}?sslmode=verify-full&sslrootcert={certificates}/{authority}.pem"
                )


class TestHosts:
    """Several hosts, one of them the primary."""

    @pytest.fixture
    def standby(self, own_postgres: Callable[..., Any]) -> Any:
        """A server that takes no writes, as a standby does."""
        return own_postgres("default_transaction_read_only=on", "fsync=off")

    async def test_the_one_that_writes_is_found(
        self, standby: Any, postgres_server: str, own_postgres: Callable[..., Any]
    ) -> None:
        """F-05: a dead host, one that only reads, one that writes."""
        primary = own_postgres("fsync=off")
        ports = [
            free_port(),
            *(int(s.url.rsplit(":", 1)[1].split("/")[0]) for s in (standby, primary)),
        ]
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
        database = Database(url)
        async with database.reading() as connection:
            found = await connection.row(text("SELECT current_setting('port') AS port"))
        await database.close()
        assert found == {"port": str(ports[2])}

    async def test_none_that_writes_is_unavailable(self, standby: Any) -> None:
        """While the new primary is not chosen yet it is no mistake of ours."""
        with pytest.raises(Unavailable, match="中断"):
            await asked(f"{standby.url}?target_session_attrs=read-write")

    async def test_a_frozen_host_is_passed_by(self, own_postgres: Callable[..., Any]) -> None:
        """F-05: it takes connections and never speaks; the next one is asked."""
        primary = own_postgres("fsync=off")
        port = primary.url.rsplit(":", 1)[1]
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            frozen = silent.getsockname()[1]
            url = f"postgresql://postgres@127.0.0.1:{frozen},127.0.0.1:{port}?connect_timeout=2"
            assert await asked(url) == {"n": 1}

    async def test_a_primary_that_became_a_standby_is_left(
        self, own_postgres: Callable[..., Any], rows: Any
    ) -> None:
        """F-05: refused once with 25006, and never asked on that connection again."""
        server = own_postgres("fsync=off")
        await migrate(server.url)
        database = Database(server.url, connections=1)
        await one(database)
        await sql(
            server.url,
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "SELECT pg_reload_conf()",
        )

        async def write(case: str) -> None:
            async with database.transaction() as tx:
                await cases.record(tx, rows.case(case), {}, seen_version=None)

        async def pid() -> Any:
            async with database.reading() as connection:
                return await connection.row(text("SELECT pg_backend_pid() AS pid"))

        before = await pid()

        async def refused() -> bool:
            try:
                await write(secrets.token_hex(4))
            except Unavailable:
                return True
            return False

        await until(refused, "the end of writing")
        assert await pid() != before
        await database.close()


@pytest.fixture
def pooler(own_postgres: Callable[..., Any]) -> Iterator[Any]:
    """Pgbouncer in transaction mode: two connections of the server for all who come."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip(
            "NO PGBOUNCER: connections through a pooler were not tried (apt-get install pgbouncer)"
        )
    server = own_postgres("fsync=off")
    port, target = free_port(), server.url.rsplit(":", 1)[1].split("/")[0]
    folder = Path("/tmp") / f"yijianshi-pooler-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\npostgres = user=postgres host=127.0.0.1 port={target}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 100\n"
    )
    user = ("-u", "postgres") if os.geteuid() == 0 else ()
    process = subprocess.Popen(
        [program, "-q", *user, configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    wait_until(lambda: answers(url), "the start of pgbouncer")
    yield server, f"{url}?pgbouncer=true"
    process.kill()
    process.wait()
    shutil.rmtree(folder)


class TestPooler:
    """`pgbouncer=true`: every transaction may be another connection of the server."""

    async def test_many_work_through_few_connections(self, pooler: Any, rows: Any) -> None:
        """Nothing is prepared for longer than a transaction, and our limits go with each of them."""
        _, url = pooler
        await migrate(url)
        processes = [Database(url, connections=5) for _ in range(3)]

        async def write(database: Database, who: int) -> None:
            async with database.transaction() as tx:
                await cases.record(tx, rows.case(f"c{who}"), {}, seen_version=None)
                limits = await tx.fetchrow(
                    "SELECT current_setting('lock_timeout') AS a, current_setting('statement_timeout') AS b"
                )
            assert tuple(limits) == ("2s", "5s")
            async with database.reading() as connection:
                assert await cases.look(connection, case_id=f"c{who}") is not None

        await asyncio.gather(*(write(processes[who % 3], who) for who in range(60)))
        async with processes[0].reading(unchanging=True) as connection:
            found = await connection.row(text("SELECT count(*) AS n FROM cases"))
            assert found == {"n": 60}
        for database in processes:
            await database.close()

    async def test_a_standby_that_did_not_confirm_is_not_success(
        self, pooler: Any, rows: Any
    ) -> None:
        """F-06: the pooler hands the notice on, and nobody is told that it is done."""
        server, url = pooler
        await migrate(url)
        settings = ("synchronous_standby_names = 'nobody'", "synchronous_commit = 'local'")
        await sql(
            server.url,
            *(f"ALTER SYSTEM SET {each}" for each in settings),
            "SELECT pg_reload_conf()",
        )
        await sql(server.url, "ALTER DATABASE postgres SET synchronous_commit = on")
        database = Database(url)

        async def write() -> None:
            async with database.transaction() as tx:
                await tx.sql.execute(text("SET LOCAL synchronous_commit = on"))
                await cases.record(tx, rows.case("c1"), {}, seen_version=None)

        writing = asyncio.create_task(write())
        waiting = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

        async def cancelled() -> int:
            connection = await asyncpg.connect(server.url)
            try:
                return int(await connection.fetchval(waiting))
            finally:
                await connection.close()

        await until(cancelled, "the wait for the standby")
        with pytest.raises(Unavailable, match="结果未确认"):
            await writing
        await database.close()
