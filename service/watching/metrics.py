"""指标 — what Prometheus reads: counters of this process, and levels of the whole that are read when it asks.

Names and causes are ours; no label holds anything that a person wrote.
"""

from math import nan

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY = CollectorRegistry()
ProcessCollector(namespace="yijianshi", registry=REGISTRY)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter(
    "yijianshi_requests",
    "请求数：ACKED 办成，REFUSED 没有改变任何内容，UNKNOWN 结果未知",
    ["route", "method", "outcome"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "yijianshi_request_seconds", "答复用时", ["route"], buckets=_SECONDS, registry=REGISTRY
)
REFUSALS = Counter(
    "yijianshi_refusals",
    "没有办成的请求，按原因；case-changed 是别人先办了",
    ["route", "cause"],
    registry=REGISTRY,
)
DISCONNECTS = Counter(
    "yijianshi_disconnects", "对方在得到答复以前断开的请求", ["route"], registry=REGISTRY
)
SLOW_CLIENTS = Counter(
    "yijianshi_slow_clients", "因为发得太慢被断开的连接", ["part"], registry=REGISTRY
)
REPLAYS = Counter("yijianshi_replays", "用同一个 Idempotency-Key 重发的请求", registry=REGISTRY)
RETRIES = Counter("yijianshi_retries", "由程序自己再试的次数，按原因", ["cause"], registry=REGISTRY)
BATCH = Histogram(
    "yijianshi_batch_size",
    "一次读取、一次写入里同时办理的请求数，按种类",
    ["of"],
    buckets=(1, 2, 4, 8, 16, 32, 64),
    registry=REGISTRY,
)
SWEPT = Counter("yijianshi_swept_cases", "到期处理过的办件", ["sweep"], registry=REGISTRY)
PURGED = Counter("yijianshi_purged_rows", "到期清除的内容，按种类", ["kind"], registry=REGISTRY)

LEVELS: list[Gauge] = []


def level(name: str, says: str, *labels: str) -> Gauge:
    """Declare a level of the whole service: read when Prometheus asks, and unknown while it cannot be read."""
    gauge = Gauge(f"yijianshi_{name}", says, labels, registry=REGISTRY)
    LEVELS.append(gauge)
    return gauge


DATABASE_UP = level("database_up", "数据库能不能读：1 能，0 不能")
POOL_IN_USE = level("pool_in_use", "这个进程正在使用的数据库连接")
OLDEST_DUE = level("oldest_due_seconds", "最早一件已经到期还没有处理的，等了多少秒；没有时为 0")
RESTING = level("resting_cases", "处理失败、暂时搁下的办件")
OUTBOX = level("outbox_messages", "待发和发不出去的消息", "state")
OUTBOX_AGE = level("outbox_oldest_seconds", "最早一条待发的消息等了多少秒；没有时为 0")
WORKERS = level("workers_alive", "最近报过到的到期处理进程")
WORKER_AGE = level("worker_seen_seconds", "到期处理进程上次报到离现在多少秒", "worker")
CALENDAR_LEFT = level("calendar_days_left", "工作日历还有多少天")
CALENDAR_SHORT = level("calendar_short_days", "最长的期限超出工作日历多少天；没有超出为 0")
AWAITING = level("limits_awaiting_calendar", "已到推算的日子、在等放假安排的期限")
DISK_FREE = level("disk_free_ratio", "存放上传文件的磁盘还有多少空着，0 到 1")
WITNESS_AGE = level("witness_age_seconds", "最后一个见证的地方上次收下封存离现在多少秒")
PURGE_AGE = level("purge_age_seconds", "上次清除到期内容离现在多少秒")


def unknown() -> None:
    """Say that the levels cannot be read: a level from before would look like one of now."""
    for gauge in LEVELS:
        if gauge._labelnames:  # noqa: SLF001 - there is no public way to ask
            gauge.clear()
        else:
            gauge.set(nan)
    DATABASE_UP.set(0)


def text() -> bytes:
    """Return everything as Prometheus reads it."""
    return generate_latest(REGISTRY)
