"""Where every part is, what it is told: ports, secrets, configurations from `deploy/shape`, connection strings, settings."""

import os
import secrets
import shutil
from pathlib import Path
from string import Template
from typing import Any

TEMPLATES = Path(__file__).resolve().parent / "shape"
ROOT = TEMPLATES.parents[1]
HOST = "127.0.0.1"
OWNER, APPLICATION = "yijianshi_owner", "yijianshi"  # who migrates; who serves and may not


class Plan:
    """The parts of one shape in one folder."""

    def __init__(self, folder: Path, *, nodes: int, base: int, synchronous: bool) -> None:
        """Decide where everything is."""
        # PostgreSQL and pgbouncer refuse root
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder, self.synchronous = folder, synchronous
        self.etcd, self.peer = base, base + 1
        self.postgres = {f"pg{n}": base + 10 + n for n in range(1, nodes + 1)}
        self.rest = {f"pg{n}": base + 20 + n for n in range(1, nodes + 1)}
        self.http, self.primary_port, self.stats, self.pooler = (base + 30 + n for n in range(4))
        self.serve = {f"serve{n}": base + 40 + n for n in (1, 2)}
        self.metrics = {
            name: base + 50 + n for n, name in enumerate(("serve1", "serve2", "work1", "work2"))
        }
        self.prometheus = base + 60
        self.passwords = {
            role: self._secret(role) for role in ("postgres", OWNER, APPLICATION, "replicator")
        }
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        self.bin = binaries[-1].parent if binaries else Path("/usr/bin")

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
            "owner": OWNER,
            "application": APPLICATION,
            "superuser_password": self.passwords["postgres"],
            "owner_password": self.passwords[OWNER],
            "application_password": self.passwords[APPLICATION],
            "replication_password": self.passwords["replicator"],
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
                for path in (TEMPLATES / "alerts.yml", ROOT / "docs/alerts.rules.yml")
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
        (self.folder / "first-database.sh").chmod(0o700)
        (self.folder / "files").mkdir(exist_ok=True)

    def _fill(self, template: str, name: str, values: dict[str, Any]) -> None:
        place = self.folder / name
        place.write_text(Template((TEMPLATES / template).read_text()).substitute(values))
        if self.user:
            shutil.chown(place, self.user)

    # ---- connection strings: one process of each kind through the pooler, one straight to the nodes ----

    def _url(self, role: str, where: str, database: str, **parameters: str) -> str:
        more = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{role}:{self.passwords[role]}@{where}/{database}?{more}".rstrip("?")

    @property
    def _nodes(self) -> str:
        return ",".join(f"{HOST}:{port}" for port in self.postgres.values())

    @property
    def pooled_url(self) -> str:
        """Through pgbouncer and HAProxy to whoever is primary."""
        return self._url(APPLICATION, f"{HOST}:{self.pooler}", "yijianshi", pgbouncer="true")

    @property
    def straight_url(self) -> str:
        """To whichever node is primary, without anything in between."""
        return self._url(APPLICATION, self._nodes, "yijianshi", target_session_attrs="read-write")

    @property
    def owner_url(self) -> str:
        """The same as the owner of the tables, who migrates."""
        return self._url(OWNER, self._nodes, "yijianshi", target_session_attrs="read-write")

    def node_url(self, name: str) -> str:
        """To one node, as its superuser."""
        return self._url("postgres", f"{HOST}:{self.postgres[name]}", "postgres")

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
            "REQUIRE_LIMITED_ROLE": "true",
        }
        return {f"YIJIANSHI_{key}": value for key, value in given.items()}


def _quoted(ports: Any) -> str:
    return ", ".join(f'"{HOST}:{port}"' for port in ports)
