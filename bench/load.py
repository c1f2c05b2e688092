"""Load over HTTP/1.1, in a process of its own: raw sockets and keep-alive, because a client library would be measured too.

`python -m bench.load` reads `{port, clients, requests: [[method, path, headers, body], …]}` from standard input, lets
the clients take the requests in turn, and prints `{seconds, statuses, median_ms, p95_ms}`.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

Job = tuple[str, str, dict[str, str], str]


def encoded(job: Job, port: int) -> bytes:
    """Write one request."""
    method, path, headers, body = job
    content = body.encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Content-Length: {len(content)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.index(b"content-length:") + 15
    length = int(head[at : head.index(b"\r\n", at)])
    return int(head[9:12]), await reader.readexactly(length)


async def client(
    port: int, jobs: Iterator[bytes], took: list[float], statuses: Counter[str]
) -> None:
    """Send requests one after the other on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for job in jobs:
        began = time.perf_counter()
        writer.write(job)
        status, body = await answer(reader)
        took.append(time.perf_counter() - began)
        statuses[str(status)] += 1
        if status >= 400 and statuses[str(status)] == 1:
            print(body.decode(), file=sys.stderr)
    writer.close()


async def run(port: int, clients: int, jobs: list[Job]) -> dict[str, Any]:
    """Send every request and return what came back."""
    waiting = iter([encoded(job, port) for job in jobs])
    took: list[float] = []
    statuses: Counter[str] = Counter()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client(port, waiting, took, statuses))
    seconds = time.perf_counter() - began
    took.sort()
    return {
        "seconds": seconds,
        "statuses": dict(statuses),
        "per_second": len(took) / seconds,
        "median_ms": took[len(took) // 2] * 1000,
        "p95_ms": took[len(took) * 95 // 100] * 1000,
    }


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(run(given["port"], given["clients"], given["requests"]))))
