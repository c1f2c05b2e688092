#!/usr/bin/env python3
"""生产的样子 — every part of the production shape on this machine, from the configurations in `deploy/shape`.

    python deploy/shape.py up       etcd, PostgreSQL under Patroni, HAProxy, pgbouncer, two serve, two work, Prometheus
    python deploy/shape.py status   who runs, who is primary, where to look
    python deploy/shape.py down     stop all of it; `--clean` also removes the folder

Needs: apt-get install etcd-server etcd-client haproxy pgbouncer prometheus postgresql (their own services disabled), and
Patroni as deploy/shape/requirements.txt has it, where the user postgres can read it: `make patroni` puts it there.
It is for rehearsals and gates: one machine is no production. What runs there is the same, with the values of each machine.
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
HOST = "127.0.0.1"
FOLDER = Path("/var/tmp/yijianshi-shape")
NEEDED = ("etcd", "patroni", "patronictl", "haproxy", "pgbouncer", "prometheus", "psql")
PATRONI = "/var/tmp/yijianshi-patroni/bin"
SEARCHED = f"{PATRONI}:{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
OLDEST_PATRONI = 4  # why: deploy/shape/requirements.txt
PATIENCE = 180.0


class Missing(Exception):
    """A part is not installed."""


def until(happened: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for a condition."""
    ends = time.monotonic() + patience
    while not (found := happened()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not happen within {patience:.0f} s")
        time.sleep(0.1)
    return found


def fetched(address: str) -> tuple[int, bytes]:
    """Ask a port; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


class Shape:
    """The parts, their ports and their processes."""

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        nodes: int = 3,
        base: int = 17400,
        synchronous: bool = True,
        program: Path = ROOT,
    ) -> None:
        """Decide where everything is; `program` is the checkout whose service runs."""
        missing = [name for name in NEEDED if not shutil.which(name, path=SEARCHED)]
        if missing:
            raise Missing(f"NOT INSTALLED: {', '.join(missing)}")
        self.user = (
            "postgres" if os.geteuid() == 0 else None
        )  # PostgreSQL and pgbouncer refuse root
        if (found := self._patroni()) < OLDEST_PATRONI:
            raise Missing(f"PATRONI {found} IS TOO OLD: see deploy/shape/requirements.txt")
        self.folder, self.synchronous, self.program = folder, synchronous, program
        self.etcd, self.peer = base, base + 1
        self.postgres = {f"pg{n}": base + 10 + n for n in range(1, nodes + 1)}
        self.rest = {f"pg{n}": base + 20 + n for n in range(1, nodes + 1)}
        self.http, self.primary_port, self.stats, self.pooler = (base + 30 + n for n in range(4))
        self.serve = {f"serve{n}": base + 40 + n for n in (1, 2)}
        self.metrics = {
            name: base + 50 + n for n, name in enumerate(("serve1", "serve2", "work1", "work2"))
        }
        self.prometheus = base + 60
        self.password = self._secret("password")
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        self.bin = binaries[-1].parent if binaries else Path("/usr/bin")

    def _patroni(self) -> int:
        """Return the version of the Patroni that the user of PostgreSQL gets."""
        said = subprocess.run(
            ["patroni", "--version"],
            env={**os.environ, "PATH": SEARCHED},
            user=self.user,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(said.stdout.split()[1].partition(".")[0])

    def _secret(self, name: str) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        kept = self.folder / f"{name}.secret"
        if not kept.exists():
            kept.write_text(secrets.token_urlsafe(32))
        return kept.read_text()

    # ---- configurations ----

    def write(self) -> None:
        """Fill the configurations in."""
        values: dict[str, Any] = {
            "folder": self.folder,
            "host": HOST,
            "bin_dir": self.bin,
            "password": self.password,
            "synchronous": str(self.synchronous).lower(),
            "etcd_hosts": f"{HOST}:{self.etcd}",
            "scheme": "http",
            "http_port": self.http,
            "primary_port": self.primary_port,
            "stats_port": self.stats,
            "pooler_port": self.pooler,
            "serve_servers": "\n".join(
                f"    server {n} {HOST}:{p} check" for n, p in self.serve.items()
            ),
            "postgres_servers": "\n".join(
                f"    server {n} {HOST}:{p} check port {self.rest[n]}"
                for n, p in self.postgres.items()
            ),
            "rules": ", ".join(
                str(path)
                for path in (HERE / "shape/alerts.yml", ROOT / "docs/alerts.rules.yml")
                if path.exists()
            ),
            "yijianshi_targets": _quoted(self.metrics.values()),
            "patroni_targets": _quoted(self.rest.values()),
            "etcd_targets": _quoted([self.etcd]),
        }
        for name in self.postgres:
            here = {"name": name, "port": self.postgres[name], "rest_port": self.rest[name]}
            self._fill("patroni.yml", f"{name}.yml", values | here)
        for name in (
            "haproxy.cfg",
            "pgbouncer.ini",
            "userlist.txt",
            "prometheus.yml",
            "first-database.sh",
        ):
            self._fill(name, name, values)
        (self.folder / "first-database.sh").chmod(0o755)
        (self.folder / "files").mkdir(exist_ok=True)

    def _fill(self, template: str, name: str, values: dict[str, Any]) -> None:
        place = self.folder / name
        place.write_text(Template((HERE / "shape" / template).read_text()).substitute(values))
        if self.user:
            shutil.chown(place, self.user)

    # ---- connection strings: one process of each kind through the pooler, one straight to the nodes ----

    @property
    def pooled_url(self) -> str:
        """Through pgbouncer and HAProxy to whoever is primary."""
        return (
            f"postgresql://yijianshi:{self.password}@{HOST}:{self.pooler}/yijianshi?pgbouncer=true"
        )

    @property
    def straight_url(self) -> str:
        """To whichever node is primary, without anything in between."""
        hosts = ",".join(f"{HOST}:{port}" for port in self.postgres.values())
        return f"postgresql://yijianshi:{self.password}@{hosts}/yijianshi?target_session_attrs=read-write"

    def node_url(self, name: str) -> str:
        """To one node, as its superuser."""
        return f"postgresql://postgres:{self.password}@{HOST}:{self.postgres[name]}/postgres"

    def environment(self, name: str) -> dict[str, str]:
        """Return the settings of a process of the service."""
        given = {
            "DATABASE_URL": self.pooled_url if name.endswith("1") else self.straight_url,
            "FILES_DIR": str(self.folder / "files"),
            "SECRET": self._secret("signing"),
            "HOST": HOST,
            "AUDIT_KEY": self._secret("audit"),
            "PORT": str(self.serve.get(name, 0)),
            "METRICS_PORT": str(self.metrics.get(name, 0)),
            "WORKER_POLL_SECONDS": "0.5",
            "CHEAP_PASSWORDS": "false",
            "WORKER_IN_SERVE": "false",
            "TRUSTED_PROXIES": HOST,
        }
        return {f"YIJIANSHI_{key}": value for key, value in given.items()}

    # ---- processes ----

    def command(self, name: str) -> list[str]:
        """Return how a part is started."""
        folder, client = self.folder, f"http://{HOST}:{self.etcd}"
        peer = f"http://{HOST}:{self.peer}"
        match name.rstrip("0123456789"):
            case "etcd":
                return [
                    "etcd",
                    "--name",
                    "etcd1",
                    "--data-dir",
                    f"{folder}/etcd",
                    "--log-level",
                    "error",
                    "--logger",
                    "zap",
                    "--listen-client-urls",
                    client,
                    "--advertise-client-urls",
                    client,
                    "--listen-peer-urls",
                    peer,
                    "--initial-advertise-peer-urls",
                    peer,
                    "--initial-cluster",
                    f"etcd1={peer}",
                    "--heartbeat-interval",
                    "250",
                    "--election-timeout",
                    "2500",
                ]
            case "pg":
                return ["patroni", f"{folder}/{name}.yml"]
            case "haproxy":
                return ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"]
            case "pgbouncer":
                return ["pgbouncer", f"{folder}/pgbouncer.ini"]
            case "prometheus":
                return [
                    "prometheus",
                    f"--config.file={folder}/prometheus.yml",
                    f"--storage.tsdb.path={folder}/prometheus",
                    f"--web.listen-address={HOST}:{self.prometheus}",
                    "--log.level=error",
                ]
            case kind:
                return [sys.executable, "-m", "service", kind]

    def start(self, name: str) -> int:
        """Start a part and return its process id; its output goes to a log beside the configurations."""
        ours = name.startswith(("serve", "work"))
        user = self.user if name.startswith(("pg", "etcd", "prometheus")) else None
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            self.command(name),
            cwd=self.program if ours else self.folder,
            env={**os.environ, "PATH": SEARCHED, **(self.environment(name) if ours else {})},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            user=user,
            start_new_session=True,
        )
        (self.folder / f"{name}.pid").write_text(str(process.pid))
        return process.pid

    def pid(self, name: str) -> int:
        """Return the process id of a part, 0 when it does not run."""
        kept = self.folder / f"{name}.pid"
        pid = int(kept.read_text()) if kept.exists() else 0
        return pid if pid and _runs(pid) else 0

    def signal(self, name: str, what: signal.Signals) -> None:
        """Send a signal to a part; a node of the database is Patroni, the server and all its processes."""
        pids = [self.pid(name)]
        if name in self.postgres:
            kept = self.folder / name / "postmaster.pid"
            with contextlib.suppress(OSError, ValueError, IndexError):
                server = int(kept.read_text().splitlines()[0])
                pids += [server, *_children(server)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                if pid:
                    os.kill(pid, what)

    def kill(self, name: str) -> None:
        """End a part as a power cut would."""
        self.signal(name, signal.SIGKILL)
        until(lambda: not self.pid(name), f"the end of {name}", 20)

    @property
    def parts(self) -> list[str]:
        """Every part, in the order in which they start."""
        return ["etcd", *self.postgres, "haproxy", "pgbouncer", "prometheus", *self.metrics]

    # ---- what is seen of the cluster ----

    def cluster(self) -> dict[str, dict[str, Any]]:
        """Return what Patroni says of each node: its role and state."""
        for port in self.rest.values():
            status, body = fetched(f"http://{HOST}:{port}/cluster")
            if status == 200:
                return {each["name"]: each for each in json.loads(body)["members"]}
        return {}

    def primary(self) -> str:
        """Return the name of the node that is primary, empty while there is none."""
        names = [
            n for n, port in self.rest.items() if fetched(f"http://{HOST}:{port}/primary")[0] == 200
        ]
        return names[0] if len(names) == 1 else ""

    def synchronous_standby(self) -> str:
        """Return the name of the synchronous standby, empty while there is none."""
        for name, port in self.rest.items():
            if fetched(f"http://{HOST}:{port}/sync")[0] == 200:
                return name
        return ""

    def ready(self, name: str) -> bool:
        """Say whether an API process is ready."""
        return fetched(f"http://{HOST}:{self.serve[name]}/readyz")[0] == 200

    # ---- all of it ----

    def up(self) -> None:
        """Start everything, one after the other."""
        self.write()
        self.start("etcd")
        until(lambda: fetched(f"http://{HOST}:{self.etcd}/health")[0] == 200, "the start of etcd")
        for name in self.postgres:
            self.start(name)
            until(self.primary, "a primary")  # the first makes the cluster, the others copy it
        if self.synchronous:
            until(self.synchronous_standby, "a synchronous standby")
        for name in ("haproxy", "pgbouncer", "prometheus"):
            self.start(name)
        until(lambda: self.run("migrate").returncode == 0, "the migration")
        for name in self.metrics:
            self.start(name)
        for name in self.serve:
            until(lambda name=name: self.ready(name), f"the readiness of {name}")

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the service on this shape, straight at the primary."""
        environment = {**os.environ, **self.environment("work2")}
        return subprocess.run(
            [sys.executable, "-m", "service", *words],
            cwd=self.program,
            env=environment,
            input=given,
            text=True,
            capture_output=True,
            check=False,
        )

    def down(self) -> None:
        """Stop everything that was started here, politely first."""
        for name in reversed(self.parts):
            self.signal(name, signal.SIGCONT)
            if pid := self.pid(name):
                os.kill(pid, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    until(lambda name=name: not self.pid(name), f"the end of {name}", 20)
            self.signal(name, signal.SIGKILL)


def _quoted(ports: Any) -> str:
    return ", ".join(f'"{HOST}:{port}"' for port in ports)


def _runs(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                yield int(path.parent.name)


def tell(shape: Shape) -> None:
    """Print who runs and who is primary."""
    members = shape.cluster()
    for name in shape.parts:
        said = members.get(name, {})
        print(
            f"{name:12}{'runs' if shape.pid(name) else '—':6}{said.get('role', ''):14}{said.get('state', '')}"
        )
    print(f"pages and API  http://{HOST}:{shape.http}   (HAProxy: http://{HOST}:{shape.stats})")
    print(f"Prometheus     http://{HOST}:{shape.prometheus}/alerts")
    print(f"logs           {shape.folder}/*.log")
    print(f"patronictl     patronictl -c {shape.folder}/pg1.yml list")


def main() -> int:
    """Do what is asked."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("what", choices=["up", "status", "down"])
    reader.add_argument("--folder", type=Path, default=FOLDER)
    reader.add_argument("--nodes", type=int, default=3, choices=(2, 3), help="PostgreSQL nodes")
    reader.add_argument("--clean", action="store_true", help="with down: remove the folder")
    given = reader.parse_args()
    try:
        shape = Shape(given.folder, nodes=given.nodes)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    if given.what == "up":
        shape.up()
    if given.what == "down":
        shape.down()
        if given.clean:
            shutil.rmtree(given.folder)
        return 0
    tell(shape)
    return 0


if __name__ == "__main__":
    sys.exit(main())
