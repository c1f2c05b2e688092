"""Spans of requests and transactions, looked at where the SDK keeps them in memory."""

from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.watching import traces
from service.watching.log import KEYS
from tests.api.city import APPLICATION


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What was traced."""
    kept = InMemorySpanExporter()
    end = traces.begun(SimpleSpanProcessor(kept))
    yield kept
    end()


class TestSpans:
    """One for each request, one for each transaction inside it."""

    async def test_a_verb_is_a_request_with_its_transaction(
        self,
        citizen: httpx.AsyncClient,
        spans: InMemorySpanExporter,
    ) -> None:
        """F-51: attributes are listed facts; none holds what somebody wrote."""
        case = (await citizen.post("/api/v1/cases", json=APPLICATION)).json()
        await citizen.get(f"/api/v1/cases/{case['number']}")
        found = spans.get_finished_spans()
        requests = [span for span in found if span.name == "request"]
        assert [
            (s.attributes["route"], s.attributes["outcome"]) for s in requests if s.attributes
        ] == [
            ("/api/v1/cases", "ACKED"),
            ("/api/v1/cases/{number}", "ACKED"),
        ]
        inside = [s for s in found if s.name == "transaction" and s.parent]
        assert {s.parent.span_id for s in inside if s.parent} == {
            requests[0].get_span_context().span_id
        }
        assert all(set(span.attributes or {}) <= KEYS for span in found)
        told = str([dict(span.attributes or {}) for span in found])
        assert case["number"] not in told
        assert APPLICATION["applicant"]["name"] not in told

    async def test_nothing_is_traced_unasked(self) -> None:
        """Without a collector there is no span and no package is needed."""
        with traces.request() as tell, traces.transaction():
            tell(route="x")
        assert not traces._tracers
