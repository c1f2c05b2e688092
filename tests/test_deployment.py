"""The composed shape of production agrees with the program. No container engine runs here: the files are read, not run."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.plan import APPLICATION, OWNER, Plan
from service.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def composed() -> dict[str, Any]:
    """The composition, its shared parts merged."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


class TestComposition:
    """docker-compose.yml: PostgreSQL, API and worker processes in numbers, a proxy in front."""

    def test_has_two_of_what_must_survive_the_loss_of_one(self, composed: dict[str, Any]) -> None:
        """API processes and workers are stateless: one of each may be killed at any time."""
        assert [composed["services"][name]["deploy"]["replicas"] for name in ("api", "worker")] == [
            2,
            2,
        ]

    def test_nothing_starts_without_secrets(self, composed: dict[str, Any]) -> None:
        """A secret has no default: `${NAME:?…}` refuses to start."""
        text = (ROOT / "docker-compose.yml").read_text()
        secrets = [
            found
            for found in re.findall(r"\$\{([^}]+)\}", text)
            if re.match(r"\w*(PASSWORD|SECRET)", found)
        ]
        assert len(secrets) >= 3
        assert all(":?" in found for found in secrets)
        assert "ports" not in composed["services"]["postgres"]

    def test_the_proxy_is_the_only_way_in_and_does_not_reach_the_database(
        self, composed: dict[str, Any]
    ) -> None:
        """Two networks; only the proxy publishes ports, and only its word about the caller counts."""
        services = composed["services"]
        assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
        assert services["postgres"]["networks"] == ["inside"]
        assert composed["networks"]["inside"] == {"internal": True}
        assert list(services["proxy"]["networks"]) == ["outside"]
        address = services["proxy"]["networks"]["outside"]["ipv4_address"]
        for name in ("api", "worker"):
            assert services[name]["environment"]["YIJIANSHI_TRUSTED_PROXIES"] == address

    def test_every_container_has_its_bounds(self, composed: dict[str, Any]) -> None:
        """Memory, processes, no new privileges; nothing of ours or of the proxy is written into its image."""
        for name, each in composed["services"].items():
            assert each["mem_limit"], name
            assert each["pids_limit"], name
            assert each["security_opt"] == ["no-new-privileges:true"], name
            assert name == "postgres" or (each["read_only"] and each["cap_drop"] == ["ALL"]), name

    def test_images_are_exact_and_can_be_pinned(self, composed: dict[str, Any]) -> None:
        """A tag with its patch version, and a variable for the digest."""
        for name in ("postgres", "proxy"):
            image = composed["services"][name]["image"]
            assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-\w+:\d+\.\d+(\.\d+)?-alpine[\d.]*\}", image), (
                image
            )
        text = (ROOT / "Dockerfile").read_text()
        assert all(
            re.search(r":\d+\.\d+", base)
            for base in re.findall(r"^ARG \w+_IMAGE=(\S+)", text, re.MULTILINE)
        )
        assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {
            "${PYTHON_IMAGE}",
            "${NODE_IMAGE}",
        }

    def test_the_service_cannot_change_its_tables(self, composed: dict[str, Any]) -> None:
        """It signs in as a role that reads and writes; who migrates is somebody else."""
        services = composed["services"]
        urls = {
            n: services[n]["environment"]["YIJIANSHI_DATABASE_URL"]
            for n in ("api", "worker", "migrate")
        }
        assert urls["api"] == urls["worker"] != urls["migrate"]
        roles = composed["configs"]["roles"]["content"]
        assert "REVOKE CREATE ON SCHEMA public" in roles
        assert "GRANT" not in roles
        assert services["migrate"]["command"] == ["migrate", "--app-role", "yijianshi"]

    def test_browsers_are_told_to_stay_with_tls(self, composed: dict[str, Any]) -> None:
        """HSTS, and what watchers read is not for the street."""
        proxy = composed["configs"]["proxy"]["content"]
        assert "Strict-Transport-Security" in proxy
        assert "/readyz /healthz /metrics" in proxy

    def test_names_only_settings_that_exist(self, composed: dict[str, Any]) -> None:
        """A misspelt variable would be ignored in silence."""
        known = {f"YIJIANSHI_{name.upper()}" for name in Settings.model_fields}
        given = {
            n
            for each in composed["services"].values()
            for n in each.get("environment", {})
            if n.startswith("YIJ")
        }
        given |= set(re.findall(r"(YIJIANSHI_\w+)=", (ROOT / "Dockerfile").read_text()))
        assert given
        assert given <= known

    def test_waits_in_an_order_that_ends(self, composed: dict[str, Any]) -> None:
        """Database, migration, then the rest; whoever is waited for to be healthy says how that is seen."""
        services = composed["services"]
        for each in services.values():
            for name, how in each.get("depends_on", {}).items():
                own_check = services[name].get("healthcheck") or "build" in services[name]
                assert how["condition"] != "service_healthy" or own_check
        assert services["migrate"]["restart"] == "on-failure"
        ended = {"condition": "service_completed_successfully"}
        assert [services[name]["depends_on"]["migrate"] for name in ("api", "worker")] == [
            ended,
            ended,
        ]
        assert set(composed["volumes"]) == {
            volume.split(":")[0] for each in services.values() for volume in each.get("volumes", [])
        }

    def test_runs_commands_the_program_has(self, composed: dict[str, Any]) -> None:
        """`serve`, `work` and `migrate` of the same image."""
        commands = [
            composed["services"][name]["command"][0] for name in ("api", "worker", "migrate")
        ]
        assert commands == ["serve", "work", "migrate"]
        ignore = (ROOT / ".dockerignore").read_text()
        for copied in re.findall(
            r"^COPY ([\w.]+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE
        ):
            assert (ROOT / copied).exists()
            assert f"!{copied}" in ignore


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """The production shape, written down and not started."""
    made = Plan(tmp_path, nodes=3, base=17400, synchronous=True)
    made.user = None
    made.write()
    return made


class TestShape:
    """deploy/shape: the same roles as in production, and configurations that their programs take."""

    def test_who_serves_does_not_own(self, plan: Plan) -> None:
        """The owner migrates; processes sign in as another role and refuse to start with more."""
        first = (plan.folder / "first-database.sh").read_text()
        assert f"CREATE DATABASE yijianshi OWNER {OWNER};" in first
        assert plan.owner_url.startswith(f"postgresql://{OWNER}:")
        for name in plan.metrics:
            told = plan.environment(name)
            assert told["YIJIANSHI_DATABASE_URL"].startswith(f"postgresql://{APPLICATION}:")
            assert told["YIJIANSHI_REQUIRE_LIMITED_ROLE"] == "true"
        pooled = (plan.folder / "userlist.txt").read_text()
        assert pooled.split('"')[1::2] == [APPLICATION, plan.passwords[APPLICATION]]

    def test_settings_exist(self, plan: Plan) -> None:
        """A misspelt variable would be ignored in silence."""
        known = {f"YIJIANSHI_{name.upper()}" for name in Settings.model_fields}
        assert set(plan.environment("serve1")) <= known

    @pytest.mark.skipif(
        not shutil.which("promtool"), reason="NO PROMTOOL: prometheus.yml was not checked"
    )
    def test_prometheus_takes_its_configuration(self, plan: Plan) -> None:
        """Jobs and files of rules, as its own checker reads them."""
        checked = subprocess.run(
            ["promtool", "check", "config", plan.folder / "prometheus.yml"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
        assert "2 rule files found" in checked.stdout
