"""设置 — every setting of the service, from environment variables `YIJIANSHI_…` or a file `.env`."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

UNSAFE_SECRET = "demonstration-only-secret-change-me"  # noqa: S105 - refused outside the demonstration
UNSAFE_AUDIT_KEY = "demonstration-only-audit-key-change-me"
SHORTEST_SECRET = 32
SHORTEST_METRICS_TOKEN = 16
FEWEST_CHARACTERS = (
    10  # a random secret of 32 characters, hexadecimal ones too, has more different ones
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """上限 — what one account or address may ask for; 0 where requests a minute are not limited."""

    writes: int = 1200
    portal_writes: int = 12_000
    uploads: int = 120
    asks: int = 600
    uploads_at_once: int = 60
    uploads_at_once_each: int = 4
    drafts: int = 50
    unused_mb: int = 500
    drafts_kept_days: int = 90


class Settings(BaseSettings):
    """设置 — read once when a process starts; printing it shows no secret."""

    model_config = SettingsConfigDict(
        env_prefix="YIJIANSHI_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: SecretStr = Field(
        SecretStr("sqlite+aiosqlite:///data/yijianshi.db"),
        description="数据库地址：sqlite:///文件 或 postgresql://用户:密码@主机/库",
    )
    database_connections: int = Field(
        10, ge=1, le=200, description="一个进程最多用几个 PostgreSQL 连接"
    )
    verb_seconds: float = Field(
        10.0,
        gt=0,
        le=300,
        description="一次办理或查询最多几秒，等连接和等备库都算在内；超过就答复结果未确认",
    )
    clock_seconds: float = Field(
        2.0, gt=0, le=60, description="本机时钟与数据库最多相差几秒；超过就不接待、不处理到期"
    )
    standby_required: bool = Field(
        False,
        description="是否必须有 PostgreSQL 同步备库才算就绪；数据库账号要有 pg_monitor",
    )
    require_limited_role: bool = Field(
        False,
        description="连接数据库的角色能改动办理记录时（超级用户、表的所有者）拒绝启动；默认只警告",
    )
    files_dir: Path = Field(Path("data/files"), description="上传文件存放的文件夹")
    pack: Annotated[list[Path], NoDecode] = Field(
        default_factory=list,
        description="启动时发布的定义包文件夹，几个之间用逗号隔开；没有变化的不会重复发布",
    )
    secret: SecretStr = Field(
        SecretStr(UNSAFE_SECRET),
        description=f"签发登录令牌的密钥，至少 {SHORTEST_SECRET} 个字节，各进程相同",
    )
    secret_also: SecretStr = Field(
        SecretStr(""),
        description="更换密钥时另外还认的密钥（将要换上的、刚换下的），用逗号隔开，不用来签发；泄露的密钥不得写在这里",
    )
    audit_key: SecretStr = Field(
        SecretStr(UNSAFE_AUDIT_KEY),
        description="审计密钥，至少 32 个字节，各进程相同，不得存放在数据库的机器上；更换时新的写在前面，用逗号隔开，"
        "以前的保留，供核对",
    )
    witness_seconds: float = Field(
        60.0, ge=1, le=3600, description="多少秒封存一次办理记录并对外见证"
    )
    witness_dir: Path | None = Field(
        None, description="见证文件夹：在另一块盘上、归别人管，必须已经存在；默认没有"
    )
    witness_url: str = Field(
        "",
        pattern=r"^(https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="见证地址，只用 https；默认没有",
    )
    witness_token: SecretStr = Field(SecretStr(""), description="向见证地址表明身份的令牌")
    witness_timeout_seconds: float = Field(5.0, gt=0, le=60, description="等见证地址答复多少秒")
    witness_hours: float = Field(
        4.0, gt=0, le=240, description="多少小时没有见证，每次都记入错误日志"
    )
    witness_required: bool = Field(
        False, description="超过上述时间没有见证时，是否停止接收新的申请"
    )
    second_factor: Literal["off", "offered", "required"] = Field(
        "off",
        description="工作人员、管理员、监督员登录时除了密码还要动态码：off 不用，offered 自己可以设置，required 必须设置",
    )
    host: str = Field("127.0.0.1", description="服务监听的地址；容器里用 0.0.0.0")
    port: int = Field(8000, ge=0, le=65535, description="服务监听的端口；0 表示由系统分配")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="从外面访问本服务的地址，印在文书的二维码里，如 https://zwfw.example.gov.cn；默认用访问者自己用的地址",
    )
    help_phone: str = Field(
        "12345",
        pattern=r"^[0-9+ -]{0,30}$",
        description="页面上的帮办电话；默认是全国统一的政务服务便民热线 12345",
    )
    share_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="数据共享平台的地址，如 https://share.example.gov.cn/api；不设时不连接，申请人说明由共享获取的材料由工作人员核对",
    )
    share_token: SecretStr = Field(SecretStr(""), description="向数据共享平台表明身份的令牌")
    share_timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="等数据共享平台答复多少秒，过后改为上传"
    )
    sign_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="电子签名服务的地址；不设时不连接，承诺书由账号签署",
    )
    sign_token: SecretStr = Field(SecretStr(""), description="向电子签名服务表明身份的令牌")
    sign_timeout_seconds: float = Field(5.0, gt=0, le=60, description="等电子签名服务答复多少秒")
    scanner_url: str = Field(
        "",
        pattern=r"^(tcp://[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}|unix:/[^\x00-\x20]+)?$",
        description="查毒服务（clamd）的地址，如 tcp://127.0.0.1:3310 或 unix:/run/clamav/clamd.ctl；不设时不查毒，办件里注明",
    )
    scanner_timeout_seconds: float = Field(
        30.0, gt=0, le=300, description="查一个文件最多等多少秒；没有答复的文件由到期处理进程再查"
    )
    security_log_days: int = Field(
        1095, ge=184, le=36500, description="安全日志保留多少天，至少六个月"
    )
    docs: bool | None = Field(
        None,
        description="是否提供接口文档（/docs 和 /openapi.json）；默认只在演示方式下提供",
    )
    demo: bool = Field(
        False, description="演示方式：时钟可以往后拨，密码用便宜的散列。不能用于真实办件"
    )
    worker_in_serve: bool | None = Field(
        None,
        description="serve 进程里是否同时处理到期；默认用 SQLite 时是，用 PostgreSQL 时另开 work 进程",
    )
    drain_seconds: float = Field(
        5.0,
        ge=0,
        le=300,
        description="收到停止信号后先报告未就绪、仍照常接待多少秒，好让代理不再派来新的请求；然后才关端口",
    )
    worker_poll_seconds: float = Field(1.0, gt=0, le=3600, description="多少秒看一次有没有到期")
    cheap_passwords: bool = Field(False, description="密码散列用最低成本，只用于演示和测试")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="日志的详细程度"
    )
    request_log: bool = Field(True, description="每个请求记一行日志（路由、结果、用时）")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Prometheus 指标的端口，地址 /metrics；0 表示不开"
    )
    metrics_host: str = Field("127.0.0.1", description="指标端口监听的地址；容器里用 0.0.0.0")
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="设了就在服务自己的端口上也给出 /metrics，要带 Authorization: Bearer 这个令牌；至少 16 个字符",
    )

    traces: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="OpenTelemetry 采集器的地址，如 http://collector:4318/v1/traces；要先安装 yijianshi[traces]",
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        pattern=r"^[0-9A-Fa-f.:/, ]*$",
        description="代理的地址或网段，用逗号隔开；只有它们写的 X-Forwarded-For、X-Forwarded-Proto 才算数",
    )
    head_seconds: float = Field(10.0, gt=0, le=600, description="等请求头多少秒，过后断开")
    body_seconds: float = Field(
        30.0, gt=0, le=3600, description="请求体从第几秒起必须达到最低速度，否则断开"
    )
    slowest_bytes_per_second: int = Field(
        1024, ge=0, description="请求体的最低平均速度，每秒多少字节"
    )
    most_connections: int = Field(
        2000, ge=10, description="一个进程同时最多多少个连接，更多的答复 503"
    )
    uploads_at_once: int = Field(60, ge=1, description="一个进程同时最多收几个上传的文件")
    uploads_at_once_each: int = Field(
        4, ge=1, description="一个账号在一个进程里同时最多上传几个文件"
    )
    writes_per_minute: int = Field(
        1200, ge=0, description="一个账号每分钟最多办理多少次；0 表示不限"
    )
    portal_writes_per_minute: int = Field(
        12_000, ge=0, description="一个门户每分钟最多办理多少次；0 表示不限"
    )
    uploads_per_minute: int = Field(
        120, ge=0, description="一个账号每分钟最多上传几个文件；0 表示不限"
    )
    asks_per_minute: int = Field(
        600,
        ge=0,
        description="一个网络地址不登录每分钟最多查询多少次（办事指南、进度、核验）；0 表示不限",
    )
    most_drafts: int = Field(50, ge=1, description="一个申请人最多同时有几份草稿")
    most_unused_mb: int = Field(
        500, ge=20, description="一个账号上传了还没有用在办件里的文件，最多多少 MB；门户二十倍"
    )
    keep_answers_days: int = Field(
        30, ge=1, le=3650, description="同一个 Idempotency-Key 的答复记多少天；过后再发就是新的请求"
    )
    keep_bulks_days: int = Field(90, ge=1, le=3650, description="批量办理的结果留多少天")
    keep_messages_days: int = Field(
        90, ge=1, le=3650, description="已经发出的消息留多少天；没有发出的一直留着"
    )
    keep_drafts_days: int = Field(
        90, ge=1, le=3650, description="草稿最后一次修改以后留多少天，过后内容清除"
    )
    keep_files_days: int = Field(
        7, ge=1, le=3650, description="上传了却没有用在任何办件里的文件留多少天"
    )
    keep_incoming_hours: int = Field(24, ge=1, le=8760, description="没有传完的文件留多少小时")

    @field_validator("pack", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        if isinstance(given, str):
            return [part.strip() for part in given.split(",") if part.strip()]
        return given

    @field_validator("public_url", "share_url", "sign_url", "witness_url", "scanner_url", "traces")
    @classmethod
    def _leads_somewhere(cls, given: str) -> str:
        """Refuse at the start what would otherwise be found out in the middle of somebody's application."""
        if given.startswith("unix:"):
            return given
        try:
            found = urlsplit(given)
            whole = not given or (found.hostname and found.port != 0)
        except ValueError:  # of a port that is none, or half an address in brackets
            whole = False
        if not whole:
            raise ValueError("主机或者端口写得不对")
        return given

    @field_validator("share_token", "sign_token", "witness_token", "metrics_token")
    @classmethod
    def _fits_a_header(cls, given: SecretStr) -> SecretStr:
        token = given.get_secret_value()
        if not token.isascii() or any(not c.isprintable() or c == " " for c in token):
            raise ValueError("令牌只能用英文字母、数字和符号，不能有空格")
        return given

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, given: str) -> str:
        return given.rstrip("/")

    @property
    def url(self) -> str:
        """Return the address of the database, password included."""
        return self.database_url.get_secret_value()

    @property
    def token_secret(self) -> str:
        """Return what sign-in tokens are signed with."""
        return self.secret.get_secret_value()

    @property
    def other_secrets(self) -> tuple[str, ...]:
        """Return with what tokens, cookies and kept answers may be signed besides, while the secret is changed."""
        return _listed(self.secret_also)

    @property
    def scrape_token(self) -> str:
        """Return with which token the metrics are read at the port of the service; empty: not at all."""
        return self.metrics_token.get_secret_value()

    @property
    def bounds(self) -> Bounds:
        """Return what one account or address may ask for."""
        return Bounds(
            writes=self.writes_per_minute,
            portal_writes=self.portal_writes_per_minute,
            uploads=self.uploads_per_minute,
            asks=self.asks_per_minute,
            uploads_at_once=self.uploads_at_once,
            uploads_at_once_each=self.uploads_at_once_each,
            drafts=self.most_drafts,
            unused_mb=self.most_unused_mb,
            drafts_kept_days=self.keep_drafts_days,
        )

    @property
    def audit_keys(self) -> tuple[str, ...]:
        """Return the audit keys: the first signs, with the others earlier records are checked."""
        return _listed(self.audit_key) or (UNSAFE_AUDIT_KEY,)

    @property
    def sweeps_here(self) -> bool:
        """Tell whether `serve` also does the worker's work."""
        if self.worker_in_serve is not None:
            return self.worker_in_serve
        return self.url.startswith("sqlite")

    @property
    def shows_docs(self) -> bool:
        """Tell whether the description of the API is served."""
        return self.demo if self.docs is None else self.docs

    def refusal(self) -> str:
        """Say in Chinese why a server must not start with these settings; empty when it may."""
        if wrong := self._wrong_secret("YIJIANSHI_SECRET", self.token_secret):
            return wrong
        for other in self.other_secrets:
            if wrong := self._wrong_secret("YIJIANSHI_SECRET_ALSO", other):
                return wrong
        if 0 < len(self.metrics_token.get_secret_value()) < SHORTEST_METRICS_TOKEN:
            return f"YIJIANSHI_METRICS_TOKEN 太短，至少要 {SHORTEST_METRICS_TOKEN} 个字符。"
        if not self.demo and self.cheap_passwords:
            return "YIJIANSHI_CHEAP_PASSWORDS 只能用于演示和测试。"
        return self.audit_refusal()

    def _wrong_secret(self, name: str, secret: str) -> str:
        if not self.demo and secret == UNSAFE_SECRET:
            how = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
            return f"没有设置 {name}。请设置一个随机的密钥，例如用这条命令生成：{how}"
        if len(secret.encode()) < SHORTEST_SECRET:
            return f"{name} 太短，至少要 {SHORTEST_SECRET} 个字节。"
        if not self.demo and is_trivial(secret):
            return f"{name} 太容易猜到（重复的字符或片段）。请换成随机生成的密钥。"
        return ""

    def audit_refusal(self) -> str:
        """Say in Chinese why nothing that decides may be written with this audit key; empty when it may."""
        if self.demo:
            return ""
        how = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        if UNSAFE_AUDIT_KEY in self.audit_keys:
            return (
                f"没有设置 YIJIANSHI_AUDIT_KEY。请设置一个随机的审计密钥，例如用这条命令生成：{how}"
            )
        if any(len(key.encode()) < SHORTEST_SECRET for key in self.audit_keys):
            return f"YIJIANSHI_AUDIT_KEY 太短，每个至少要 {SHORTEST_SECRET} 个字节。"
        if {self.token_secret, *self.other_secrets} & set(self.audit_keys):
            return "YIJIANSHI_AUDIT_KEY 不能与 YIJIANSHI_SECRET 相同。"
        return ""


def _listed(given: SecretStr) -> tuple[str, ...]:
    """Return the keys that stand in one setting, with commas between them."""
    return tuple(key.strip() for key in given.get_secret_value().split(",") if key.strip())


def is_trivial(secret: str) -> bool:
    """Tell whether a secret is one character, a few, or one piece over and over: nobody drew that by chance."""
    return len(set(secret)) < FEWEST_CHARACTERS or secret in (secret + secret)[1:-1]


def unreadable(errors: list[Any]) -> str:
    """Say in Chinese which environment variables have a wrong value; `errors` are pydantic's."""
    names = [
        f"YIJIANSHI_{str(error['loc'][0]).upper()}" if error["loc"] else "设置" for error in errors
    ]
    given = [
        f"{name}={os.environ[name]}"
        if name in os.environ
        and not any(word in name for word in ("SECRET", "KEY", "TOKEN"))
        and "URL" not in name
        else name
        for name in names
    ]
    return f"设置有误：{'、'.join(given)}"
