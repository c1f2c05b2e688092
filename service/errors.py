"""The one error tree. A rule raises; only an edge turns it into words of its own protocol.

ServiceError                     500 internal             never shown with its detail
├─ FileDamaged                   500 file-damaged         a file we had is gone or no longer what it was
├─ NotSignedIn                   401 not-signed-in
│  └─ SecondFactorNeeded         401 second-factor-needed
├─ NotPermitted                  403 not-permitted        this actor may never do this
├─ NotFound                      404 not-found
├─ ActionNotAllowed              409 action-not-allowed   not now: state, clock, rule
├─ CaseChanged                   409 case-changed         a lost race: seen, current
├─ NotEligible                   409 not-eligible         告知承诺 is not open to this applicant
├─ DataInvalid                   422 data-invalid         errors: [{pointer, detail}]
├─ KeyReused                     422 idempotency-key-reused
├─ TooLarge                      413 too-large
├─ TypeRefused                   415 type-refused
├─ DefinitionInvalid             422 definition-invalid   diagnostics
├─ TooManyAttempts               429 too-many-attempts
└─ Unavailable                   503 unavailable
"""

import errno
from collections.abc import Mapping
from typing import Any, ClassVar


class ServiceError(Exception):
    """系统内部错误，请稍后再试。"""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"

    def __init__(self, detail: str = "", *, law: str = "", **facts: Any) -> None:
        """Say what is wrong in plain Chinese; `law` names the article, `facts` become problem members."""
        self.detail = detail or self.title()
        self.law = law
        self.facts: Mapping[str, Any] = facts
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """Return the one-line Chinese name of this kind of problem (the docstring)."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class FileDamaged(ServiceError):
    """这个文件的内容丢失或损坏，没有提供给您，已经记录下来，请联系管理员。"""

    slug = "file-damaged"


class NotSignedIn(ServiceError):
    """请先登录，或登录已失效。"""

    status = 401
    slug = "not-signed-in"


class SecondFactorNeeded(NotSignedIn):
    """密码正确，还需要动态码。"""

    slug = "second-factor-needed"


class NotPermitted(ServiceError):
    """您的岗位或部门不能办理这项操作。"""

    status = 403
    slug = "not-permitted"


class NotFound(ServiceError):
    """没有找到，或者您无权查看。"""

    status = 404
    slug = "not-found"


class ActionNotAllowed(ServiceError):
    """现在不能办理这项操作。"""

    status = 409
    slug = "action-not-allowed"


class CaseChanged(ServiceError):
    """办件刚刚被别人办理过，请核对后再试。"""

    status = 409
    slug = "case-changed"


class NotEligible(ServiceError):
    """不适用告知承诺。"""

    status = 409
    slug = "not-eligible"


class DataInvalid(ServiceError):
    """填写的内容有误。"""

    status = 422
    slug = "data-invalid"


class KeyReused(ServiceError):
    """同一个 Idempotency-Key 已用于另一份内容。"""

    status = 422
    slug = "idempotency-key-reused"


class TooLarge(ServiceError):
    """内容太大。"""

    status = 413
    slug = "too-large"


class TypeRefused(ServiceError):
    """不接受这种文件。"""

    status = 415
    slug = "type-refused"


class DefinitionInvalid(ServiceError):
    """定义有错误，没有采用。"""

    status = 422
    slug = "definition-invalid"


class TooManyAttempts(ServiceError):
    """尝试次数过多，请稍后再试。"""

    status = 429
    slug = "too-many-attempts"


class Unavailable(ServiceError):
    """系统暂时不可用，请稍后再试。"""

    status = 503
    slug = "unavailable"


def not_saved(error: OSError) -> Unavailable:
    """Build what is told where a file could not be written down, with the cause that passes: no room on the disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("存储空间不足，暂时不能上传文件；已上传的不受影响。")
    return Unavailable("文件没有保存成功，请稍后再试。")


def one_field(pointer: str, detail: str, *, law: str = "") -> DataInvalid:
    """Build the refusal of one field; `pointer` is a JSON pointer into the request."""
    return DataInvalid(detail, law=law, errors=[{"pointer": pointer, "detail": detail}])
