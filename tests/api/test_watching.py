"""What operators see of requests: a line each, counters by route and outcome, levels of the whole."""

import asyncio
import gc
import json
import logging
import re
import shutil
import subprocess
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message

from service.api.app import create_app
from service.api.metrics import Scrape
from service.errors import Unavailable
from service.watching import metrics
from tests import alerts
from tests.api.city import APPLICATION, City, Settings

CASES = "/api/v1/cases"
TOKEN = "scrape-me-0123456789"
ROOT = Path(__file__).parents[2]


def value(name: str, **labels: str) -> float:
    """Return a counter or level as it stands."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    """Return the lines of one event."""
    told = [json.loads(r.message) for r in caplog.records if r.name == "yijianshi.requests"]
    return [each for each in told if each["event"] == event]


class TestRequests:
    """Each request is counted and told by its template."""

    async def test_nothing_holds_on_to_an_application(self, city: City) -> None:
        """What is remembered of its routes goes with it."""
        made = create_app(city.office, Settings())
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(made), base_url="http://here"
        ) as client:
            assert (await client.get("/healthz")).status_code == 200
        remembered = weakref.ref(made)
        del made, client
        gc.collect()
        assert remembered() is None

    async def test_outcomes_are_told_apart(
        self, city: City, citizen: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        """ACKED, REFUSED, UNKNOWN; a refusal has a line of its own with its cause, never with an address."""

        async def away() -> None:
            raise Unavailable from OSError(28, "full")

        city.app.add_api_route("/away/{what}", away)
        before = value(
            "yijianshi_requests_total", route="/away/{what}", method="GET", outcome="UNKNOWN"
        )
        with caplog.at_level(logging.INFO):
            case = (await citizen.post(CASES, json=APPLICATION)).json()
            stale = {"if-match": str(case["version"] + 1)}
            address = f"{CASES}/{case['number']}/actions"
            await citizen.post(address, json={"action": "withdraw"}, headers=stale)
            await citizen.get("/away/secret-thing")
        told = lines(caplog, "request")
        assert [(t["route"], t["outcome"]) for t in told] == [
            (CASES, "ACKED"),
            (f"{CASES}/{{number}}/actions", "REFUSED"),
            ("/away/{what}", "UNKNOWN"),
        ]
        refused = lines(caplog, "refused")
        assert [(t["status"], t["cause"]) for t in refused] == [
            (409, "case-changed"),
            (503, "unavailable/OSError"),
        ]
        assert all(t["request_id"] and t["ms"] >= 0 for t in refused)
        text = "".join(r.message for r in caplog.records if r.name.startswith("yijianshi"))
        assert "secret-thing" not in text
        assert case["number"] not in text
        after = value(
            "yijianshi_requests_total", route="/away/{what}", method="GET", outcome="UNKNOWN"
        )
        assert after == before + 1

    async def test_the_log_of_requests_can_be_turned_off(
        self, city: City, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Refusals are told all the same."""
        app = create_app(city.office, replace(Settings(), request_log=False), city.clock)
        with caplog.at_level(logging.INFO):
            await City(app, city.office, city.clock, city.clients).client().get("/api/v1/bundles")
        assert not lines(caplog, "request")

    async def test_who_hangs_up_is_no_error(
        self, city: City, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A cut upload is one line without a stack: nobody can bury the log with them."""
        account = await city.office.account("citizen")
        assert account is not None
        token, _ = city.app.state.desk.tokens.issue(
            "citizen", account.token_generation, city.clock()
        )
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/files",
            "raw_path": b"/api/v1/files",
            "query_string": b"",
            "headers": [
                (b"host", b"city"),
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-type", b"multipart/form-data; boundary=x"),
                (b"content-length", b"1000"),
            ],
        }

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            raise AssertionError(message)

        with caplog.at_level(logging.INFO):
            await city.app(scope, receive, send)
        assert [t["route"] for t in lines(caplog, "client_gone")] == ["/api/v1/files"]
        assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


class TestMetrics:
    """What Prometheus reads."""

    async def test_only_who_knows_the_token_reads_them(self, city: City) -> None:
        """For others there is nothing at the address; without a token there is nothing at all."""
        app = create_app(city.office, replace(Settings(), scrape_token=TOKEN), city.clock)
        client = City(app, city.office, city.clock, city.clients).client()
        assert (await client.get("/metrics")).status_code == 404
        assert (await city.client().get("/metrics")).status_code == 404
        answer = await client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        found = {family.name for family in text_string_to_metric_families(answer.text)}
        assert {
            "yijianshi_requests",
            "yijianshi_oldest_due_seconds",
            "yijianshi_outbox_messages",
        } <= found

    async def test_levels_are_read_at_most_every_five_seconds(
        self, city: City, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However often somebody asks, the database is asked rarely."""
        asked = []
        real = city.office.measure

        async def counted(now: Any) -> None:
            asked.append(now)
            await real(now)

        monkeypatch.setattr(city.office, "measure", counted)
        scrape = Scrape(city.office, city.clock)
        await asyncio.gather(*(scrape.text() for _ in range(20)))
        assert len(asked) == 1

    async def test_a_database_that_is_away_makes_levels_unknown(
        self, city: City, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A level from before would look like one of now."""

        async def away(now: Any) -> None:
            raise Unavailable

        await city.office.measure(city.clock())
        assert value("yijianshi_database_up") == 1
        monkeypatch.setattr(city.office, "measure", away)
        text = (await Scrape(city.office, city.clock).text()).decode()
        assert "yijianshi_database_up 0.0" in text
        assert "yijianshi_oldest_due_seconds NaN" in text

    async def test_due_cases_messages_and_resting_ones_are_levels(
        self, city: City, citizen: httpx.AsyncClient
    ) -> None:
        """What waits is told in seconds and numbers."""
        await citizen.post(CASES, json=APPLICATION)
        await city.office.measure(city.clock())
        assert value("yijianshi_oldest_due_seconds") == 0
        assert value("yijianshi_outbox_messages", state="pending") > 0
        city.clock.forward(days=30)
        await city.office.measure(city.clock())
        assert value("yijianshi_oldest_due_seconds") > 3600
        assert value("yijianshi_outbox_oldest_seconds") > 3600


class TestAlerts:
    """docs/alerts.rules.yml and deploy/shape/alerts.yml: an alert on a misspelt metric never fires."""

    def test_names_are_read_from_expressions(self) -> None:
        """Functions, words, durations and labels are no metrics."""
        expression = 'sum by (le) (rate(a_total{x="1",y!="2"}[5m])) > 2 * max(b) or absent(c_d)'
        assert alerts.asked(expression) == {"a_total": {"x": "1", "y": "2"}, "b": {}, "c_d": {}}

    @pytest.mark.parametrize("file", alerts.RULES, ids=lambda file: file.name)
    async def test_every_metric_named_is_exposed(self, city: City, file: Path) -> None:
        """Ours by the program as Prometheus reads it, with these labels; others by a part that is scraped."""
        app = create_app(city.office, replace(Settings(), scrape_token=TOKEN), city.clock)
        client = City(app, city.office, city.clock, city.clients).client()
        await client.get("/api/v1/bundles")
        answer = await client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        exposed = {
            sample.name: set(sample.labels)
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }
        foreign = set().union(*alerts.EXPORTERS.values()) | alerts.PROMETHEUS
        for rule in alerts.rules(file):
            for name, labels in alerts.asked(rule["expr"]).items():
                assert name in exposed.keys() | foreign, rule["alert"]
                assert set(labels) <= exposed.get(name, set(labels)), rule["alert"]
                assert labels.get("job", "patroni") in alerts.jobs(), rule["alert"]

    def test_every_exporter_is_scraped(self) -> None:
        """What nobody reads raises no alert; a name that no rule asks for is not listed."""
        assert {"yijianshi", *alerts.EXPORTERS} == alerts.jobs()
        every = [alerts.asked(rule["expr"]) for file in alerts.RULES for rule in alerts.rules(file)]
        assert set().union(*alerts.EXPORTERS.values()) <= set().union(*every)

    @pytest.mark.parametrize("file", alerts.RULES, ids=lambda file: file.name)
    def test_each_says_in_chinese_what_to_look_at(self, file: Path) -> None:
        """A chapter of the runbooks that is named is there."""
        runbooks = (ROOT / "docs/runbooks.md").read_text()
        for rule in alerts.rules(file):
            said = rule["annotations"]["summary"]
            assert re.search("[一-鿿]", said), rule["alert"]
            for chapter in re.findall(r"runbooks「(.+?)」", said):
                assert re.search(rf"^## .*{chapter}", runbooks, re.MULTILINE), chapter

    @pytest.mark.skipif(
        not shutil.which("promtool"), reason="NO PROMTOOL: rules were read, not checked"
    )
    @pytest.mark.parametrize("file", alerts.RULES, ids=lambda file: file.name)
    def test_prometheus_takes_them(self, file: Path) -> None:
        """Its own checker reads the file and every expression in it."""
        checked = subprocess.run(
            ["promtool", "check", "rules", file], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
