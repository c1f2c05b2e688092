#!/usr/bin/env python3
"""生产的样子 — every part of the production shape on this machine, from the configurations in `deploy/shape`.

    .venv/bin/python -m deploy.shape up       etcd, PostgreSQL under Patroni, HAProxy, pgbouncer, two serve, two work, Prometheus
    .venv/bin/python -m deploy.shape status   who runs, who is primary, where to look
    .venv/bin/python -m deploy.shape down     stop all of it; `--clean` also removes the folder

Needs: apt-get install etcd-server etcd-client haproxy pgbouncer prometheus postgresql (their own services disabled), and
Patroni as deploy/shape/requirements.txt has it, where the user postgres can read it: `make patroni` puts it there.
It is for rehearsals and gates: one machine is no production. What runs there is the same, with the values of each machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.plan import APPLICATION, HOST, ROOT, Plan
from deploy.processes import Processes, fetched, until

FOLDER = Path("/var/tmp/yijianshi-shape")
NEEDED = ("etcd", "patroni", "patronictl", "haproxy", "pgbouncer", "prometheus", "psql")
PATRONI = "/var/tmp/yijianshi-patroni/bin"
SEARCHED = f"{PATRONI}:{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
OLDEST_PATRONI = 4  # why: deploy/shape/requirements.txt


class Missing(Exception):
    """A part is not installed."""


class Shape(Plan, Processes):
    """The parts and their processes."""

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        nodes: int = 3,
        base: int = 17400,
        synchronous: bool = True,
        program: Path = ROOT,
    ) -> None:
        """Look whether everything is here; `program` is the checkout whose service runs."""
        missing = [name for name in NEEDED if not shutil.which(name, path=SEARCHED)]
        if missing:
            raise Missing(f"NOT INSTALLED: {', '.join(missing)}")
        Plan.__init__(self, folder, nodes=nodes, base=base, synchronous=synchronous)
        if (found := self._patroni()) < OLDEST_PATRONI:
            raise Missing(f"PATRONI {found} IS TOO OLD: see deploy/shape/requirements.txt")
        self.program = program

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

    def command(self, name: str) -> list[str]:
        """Return how a part is started."""
        folder, client = self.folder, f"http://{HOST}:{self.etcd}"
        peer = f"http://{HOST}:{self.peer}"
        match name.rstrip("0123456789"):
            case "etcd":
                told = {
                    "name": "etcd1",
                    "data-dir": f"{folder}/etcd",
                    "log-level": "error",
                    "logger": "zap",
                    "listen-client-urls": client,
                    "advertise-client-urls": client,
                    "listen-peer-urls": peer,
                    "initial-advertise-peer-urls": peer,
                    "initial-cluster": f"etcd1={peer}",
                    "heartbeat-interval": "250",
                    "election-timeout": "2500",
                }
                return ["etcd", *(f"--{option}={value}" for option, value in told.items())]
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
        """Start a part and return its process id."""
        ours = name.startswith(("serve", "work"))
        return self.launch(
            name,
            self.command(name),
            environment={
                **os.environ,
                "PATH": SEARCHED,
                **(self.environment(name) if ours else {}),
            },
            cwd=self.program if ours else self.folder,
            user=self.user if name.startswith(("pg", "etcd", "prometheus")) else None,
        )

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
        until(self._migrated, "the migration")
        for name in self.metrics:
            self.start(name)
        for name in self.serve:
            until(lambda name=name: self.ready(name), f"the readiness of {name}")

    def _migrated(self) -> bool:
        """Migrate as the owner, who then gives the service's role its rights: what serves cannot change the schema."""
        return not self.run("migrate", "--app-role", APPLICATION, url=self.owner_url).returncode

    def run(self, *words: str, given: str = "", url: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the service on this shape, straight at the primary."""
        environment = {**os.environ, **self.environment("work2")}
        environment["YIJIANSHI_DATABASE_URL"] = url or self.straight_url
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
            self.stop(name)


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
