"""Which metrics the alert rules ask for, with which labels, and who exposes those that are not ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
RULES = (ROOT / "docs/alerts.rules.yml", ROOT / "deploy/shape/alerts.yml")
SCRAPED = ROOT / "deploy/shape/prometheus.yml"
# job of deploy/shape/prometheus.yml → what it exposes and its own documentation names
EXPORTERS = {
    "patroni": {"patroni_primary", "patroni_sync_standby", "patroni_postgres_running"},
    "etcd": {"etcd_server_has_leader"},
    "haproxy": {"haproxy_backend_active_servers"},
}
PROMETHEUS = {"up"}  # of every job
_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset"}
_GROUPING = re.compile(r"\b(by|without|on|ignoring)\s*\([^)]*\)")
_ASKED = re.compile(r"\b([a-zA-Z_]\w*)\b(?!\s*\()(?:\{([^}]*)\})?")


def rules(file: Path) -> Iterator[dict[str, Any]]:
    """Return the rules of a file."""
    for group in yaml.safe_load(file.read_text())["groups"]:
        yield from group["rules"]


def asked(expression: str) -> dict[str, dict[str, str]]:
    """Return the metrics of an expression, each with the labels it is asked by."""
    found: dict[str, dict[str, str]] = {}
    for name, labels in _ASKED.findall(_GROUPING.sub("", re.sub(r"\[\w+\]", "", expression))):
        if name not in _WORDS:
            found.setdefault(name, {}).update(
                re.findall(r'(\w+)\s*(?:!=|=~|!~|=)\s*"([^"]*)"', labels)
            )
    return found


def jobs() -> set[str]:
    """Return what Prometheus scrapes."""
    return set(re.findall(r"job_name: (\w+)", SCRAPED.read_text()))
