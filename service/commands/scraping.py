"""观察 — a second, small server for Prometheus beside the first, and spans for a collector."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from service.api.metrics import on_its_own_port
from service.commands.door import listening
from service.commands.outcome import Refusal, note
from service.office import Office
from service.settings import Settings
from service.watching import traces
from service.worker import wall_clock


class _Beside(uvicorn.Server):
    """A server that leaves the signals to the one beside it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch none."""
        yield


@contextmanager
def traced(settings: Settings) -> Iterator[None]:
    """Send spans to the collector of the settings. Raises Refusal where the packages for it are missing."""
    if not settings.traces:
        yield
        return
    try:
        end = traces.to_collector(settings.traces)
    except ImportError:
        raise Refusal(
            "设置了 YIJIANSHI_TRACES，但没有安装 OpenTelemetry。请运行 pip install 'yijianshi[traces]'，或者去掉这项设置。"
        ) from None
    try:
        yield
    finally:
        end()


@asynccontextmanager
async def scraped(office: Office, settings: Settings) -> AsyncIterator[None]:
    """Give out the metrics at their own port, where the settings name one. Raises Refusal when it is taken."""
    if not settings.metrics_port:
        yield
        return
    with listening(settings.metrics_host, settings.metrics_port) as door:
        config = uvicorn.Config(
            on_its_own_port(office, wall_clock),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=50,
        )
        server = _Beside(config)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        note(f"指标端口已打开：{settings.metrics_host}:{door.getsockname()[1]}/metrics")
        try:
            yield
        finally:
            server.should_exit = True
            await serving
