"""轨迹 — a span for each request and each transaction, where a collector is named; nothing at all where none is.

The packages come with `pip install 'yijianshi[traces]'`. Attributes are those of the log: listed facts only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from service.watching.log import KEYS

_NAME = "yijianshi"
_tracers: list[Any] = []  # one while spans are wanted


def to_collector(address: str) -> Callable[[], None]:
    """Send spans to a collector, OTLP over HTTP; return what ends it. Raises ImportError where the packages are missing."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return begun(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))


def begun(processor: Any) -> Callable[[], None]:
    """Hand every span to a processor of the SDK; return what ends it."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": _NAME}))
    provider.add_span_processor(processor)
    _tracers.append(provider.get_tracer(_NAME))

    def end() -> None:
        _tracers.clear()
        provider.shutdown()

    return end


@contextmanager
def request() -> Iterator[Callable[..., None]]:
    """Open the span of a request; what is given sets its attributes, of those that are listed."""
    if not _tracers:
        yield _nothing
        return
    with _tracers[-1].start_as_current_span("request", record_exception=False) as span:

        def tell(**facts: str | float) -> None:
            span.set_attributes({name: value for name, value in facts.items() if name in KEYS})

        yield tell


@contextmanager
def transaction() -> Iterator[None]:
    """Open the span of a transaction, inside the request it belongs to."""
    if not _tracers:
        yield
        return
    span = _tracers[-1].start_span("transaction", record_exception=False)
    try:
        yield
    finally:
        span.end()


def _nothing(**_: str | float) -> None:
    """Set nothing."""
