"""设置 — every setting of the service, from environment variables `YIJIANSHI_…` or a file `.env`."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

UNSAFE_SECRET = "demonstration-only-secret-change-me"  # noqa: S105 - refused outside the demonstration
SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """设置 — read once when a process starts; printing it shows no secret."""

    model_config = SettingsConfigDict(env_prefix="YIJIANSHI_", env_file=".env", extra="ignore", frozen=True)

    database_url: SecretStr = Field(
        SecretStr("sqlite+aiosqlite:///data/yijianshi.db"),
        description="数据库地址：sqlite:///文件 或 postgresql://用户:密码@主机/库",
    )
    database_connections: int = Field(10, ge=1, le=200, description="一个进程最多用几个 PostgreSQL 连接")
    files_dir: Path = Field(Path("data/files"), description="上传文件存放的文件夹")
    pack: Annotated[list[Path], NoDecode] = Field(
        default_factory=list, description="启动时发布的定义包文件夹，几个之间用逗号隔开；没有变化的不会重复发布"
    )
    secret: SecretStr = Field(
        SecretStr(UNSAFE_SECRET), description=f"签发登录令牌的密钥，至少 {SHORTEST_SECRET} 个字节，各进程相同"
    )
    host: str = Field("127.0.0.1", description="服务监听的地址；容器里用 0.0.0.0")
    port: int = Field(8000, ge=0, le=65535, description="服务监听的端口；0 表示由系统分配")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="从外面访问本服务的地址，印在文书的二维码里，如 https://zwfw.example.gov.cn；默认用访问者自己用的地址",
    )
    help_phone: str = Field(
        "12345", pattern=r"^[0-9+ -]{0,30}$", description="页面上的帮办电话；默认是全国统一的政务服务便民热线 12345"
    )
    share_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="数据共享平台的地址，如 https://share.example.gov.cn/api；不设时不连接，申请人说明由共享获取的材料由工作人员核对",
    )
    share_token: SecretStr = Field(SecretStr(""), description="向数据共享平台表明身份的令牌")
    share_timeout_seconds: float = Field(5.0, gt=0, le=60, description="等数据共享平台答复多少秒，过后改为上传")
    sign_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="电子签名服务的地址；不设时不连接，承诺书由账号签署",
    )
    sign_token: SecretStr = Field(SecretStr(""), description="向电子签名服务表明身份的令牌")
    sign_timeout_seconds: float = Field(5.0, gt=0, le=60, description="等电子签名服务答复多少秒")
    demo: bool = Field(False, description="演示方式：时钟可以往后拨，密码用便宜的散列。不能用于真实办件")
    worker_in_serve: bool | None = Field(
        None, description="serve 进程里是否同时处理到期；默认用 SQLite 时是，用 PostgreSQL 时另开 work 进程"
    )
    worker_poll_seconds: float = Field(1.0, gt=0, le=3600, description="多少秒看一次有没有到期")
    cheap_passwords: bool = Field(False, description="密码散列用最低成本，只用于演示和测试")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="日志的详细程度")

    @field_validator("pack", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        if isinstance(given, str):
            return [part.strip() for part in given.split(",") if part.strip()]
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
    def sweeps_here(self) -> bool:
        """Tell whether `serve` also does the worker's work."""
        if self.worker_in_serve is not None:
            return self.worker_in_serve
        return self.url.startswith("sqlite")

    def refusal(self) -> str:
        """Say in Chinese why a server must not start with these settings; empty when it may."""
        secret = self.secret.get_secret_value()
        if not self.demo and secret == UNSAFE_SECRET:
            how = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
            return f"没有设置 YIJIANSHI_SECRET。请设置一个随机的密钥，例如用这条命令生成：{how}"
        if len(secret.encode()) < SHORTEST_SECRET:
            return f"YIJIANSHI_SECRET 太短，至少要 {SHORTEST_SECRET} 个字节。"
        if not self.demo and self.cheap_passwords:
            return "YIJIANSHI_CHEAP_PASSWORDS 只能用于演示和测试。"
        return ""


def unreadable(errors: list[Any]) -> str:
    """Say in Chinese which environment variables have a wrong value; `errors` are pydantic's."""
    names = [f"YIJIANSHI_{str(error['loc'][0]).upper()}" if error["loc"] else "设置" for error in errors]
    given = [
        f"{name}={os.environ[name]}" if name in os.environ and "SECRET" not in name and "URL" not in name else name
        for name in names
    ]
    return f"设置有误：{'、'.join(given)}"
