"""名称 — what codes are called in plain Chinese, under the release that a case was filed under; names half hidden."""

from typing import Any

from service.workflows import handling, rules
from service.workflows.application import DOCUMENTS as DOCUMENT_KINDS
from service.workflows.application import (
    PERSONAL_DOCUMENTS,
    Declared,
    paper_requirement,
    say_cells,
    say_value,
)
from service.workflows.authoring import HANDLING_TITLES
from service.workflows.case import APPLICANT, PHOTO, machine_for
from service.workflows.case import ROLES as ROLE_TITLES
from service.workflows.definition import (
    AFFECTS,
    BUILT_IN_POSTS,
    CHECK_RESULTS,
    PROCEDURES,
    SEVERITIES,
    Region,
    Release,
    VocabularyField,
    own_code,
)
from service.workflows.handling import CASE_ACTIONS
from service.workflows.notices import GRANTED_TITLES, REFUSED_TITLES, RESULT_TITLES
from service.workflows.proceedings import BREACH_TITLES, BREACHES
from service.workflows.rules import GRADE_TITLES, PAYMENT_TITLES
from service.workflows.telling import CATEGORY_TITLES


class Titles(dict[str, str]):
    """Chinese names by code; a code that has none stands for itself."""

    def __missing__(self, code: str) -> str:
        return code


APPLICANT_TITLE = "申请人"

ACTOR_KINDS = Titles(
    {
        "applicant": APPLICANT_TITLE,
        "clerk": "工作人员",
        "portal": "政务服务门户",
        "supervisor": "效能监察",
        "admin": "事项管理员",
        "clock": "系统（到期）",
    }
)
APPLICANT_TYPES = Titles(
    {
        "enterprise": "企业",
        "sole-trader": "个体工商户",
        "individual": "个人",
        "organisation": "其他组织",
    }
)
SPECIAL_PROCEDURES, AFFECTED_LIMITS = Titles(PROCEDURES), Titles(AFFECTS)
ROLES, DOCUMENTS = Titles(ROLE_TITLES), Titles({k: d.title for k, d in DOCUMENT_KINDS.items()})
PERSONAL = tuple(PERSONAL_DOCUMENTS)  # kinds of identity documents that persons have
ENDINGS = Titles({"revoked": "已撤销", "declined": "没有接受", "given_back": "已辞去"})
CARDS = Titles({"none": "正常", "yellow": "黄牌", "red": "红牌"})
CASE_STATES = Titles(
    {
        "draft": "草稿",
        "received": "已收件",
        "in_progress": "办理中",
        "correcting": "待补正",
        "granted": "全部办结",
        "partly_granted": "部分办成",
        "refused": "不予办理",
        "withdrawn": "已撤回",
        "terminated": "已终止",
    }
)
CATEGORIES = Titles(CATEGORY_TITLES)
CERTIFICATE_STATES = Titles(
    {
        "made": "已准予，待颁发",
        "valid": "有效",
        "pending": "未生效",
        "expired": "已过期",
        "superseded": "已换发",
        "revoked": "已撤销",
        "recalled": "已撤回",
        "void": "没有颁发，已终止",
        "deregistered": "已注销",
    }
)
CHANNELS = Titles({"online": "网上", "counter": "窗口"})
CLOCK_OWNERS = Titles({"department": "部门", "applicant": APPLICANT_TITLE, "public": "社会公众"})
CLOCK_STATES = Titles({"running": "计时中", "paused": "已停表", "settled": "已结束"})
CREDIT_KINDS = Titles({kind: BREACH_TITLES[outcome] for outcome, kind in BREACHES.items()})
INSPECTION_RESULTS = Titles({"conforming": "符合", "not_conforming": "有不符合的要点"})
CHECK_POINTS = Titles(CHECK_RESULTS)
CREDIT_SEVERITIES = Titles(SEVERITIES)
GRADES = GRADE_TITLES
TASK_ACTIONS = Titles({name: action.title for name, action in handling.TASK_ACTIONS.items()})
LOW_GRADE = rules.LOW_GRADE  # this grade and below is 差评
HANDLINGS = Titles(HANDLING_TITLES)
PAYMENTS = Titles(PAYMENT_TITLES)
HEARING_STAGES = Titles(
    {
        "told": "已告知权利",
        "asked": "已要求听证",
        "opened": "主动举行",
        "announced": "已通知时间地点",
        "held": "已举行",
        "waived": "已放弃",
        "over": "期满无人要求",
    }
)
LEGAL_MODES = Titles(
    {
        "coordination": "各自依法办理、牵头协调",
        "unified": "统一办理",
        "joint": "联合办理",
        "centralised": "集中办理",
    }
)
MATERIAL_SOURCES = Titles(
    {
        "upload": "上传",
        "share": "数据共享获取",
        "commitment": "告知承诺",
        "certificate": "电子证照",
        "generated": "系统生成",
        "defer": "容缺后补",
    }
)
SCANS = Titles(
    {
        "unscanned": "没有查毒",
        "pending": "正在查毒，查完才能打开",
        "clean": "查过，没有发现病毒",
        "found": "查出病毒，不能打开",
    }
)
SECURITY_FACTS = Titles(
    {
        "signed_in": "登录",
        "sign_in_failed": "登录失败",
        "sign_in_locked": "登录被锁",
        "signed_out": "退出登录",
        "account_set": "设立账号或重设密码、岗位",
        "registered": "自己注册了账号",
        "identity_chosen": "换了办事的身份",
        "subject_verified": "核验了主体",
        "representation_given": "登记了代表，或者作出授权",
        "representation_accepted": "接受了授权",
        "representation_ended": "授权终止",
        "account_closed": "停用账号",
        "account_opened": "启用账号",
        "password_changed": "修改密码",
        "second_factor_set": "设置动态码",
        "second_factor_reset": "取消动态码",
        "published": "发布定义",
        "refused": "被拒绝",
        "listed": "查看列表",
        "read_case": "查阅办件",
        "read_file": "查阅文件",
        "read_paper": "查阅文书",
        "read_log": "查阅安全日志",
        "threat_found": "文件查出病毒",
    }
)
SECURITY_DETAILS = Titles(
    {
        **APPLICANT_TYPES,
        "": "",
        "browser": "用浏览器",
        "code": "用浏览器，填动态码",
        "everywhere": "所有地方",
        "command": "用命令",
        "token": "用接口",
        "own_task": "自己认领的待办",
        "post_task": "本岗位的待办",
        "open_case": "本部门正在办的办件",
        "closed_case": "已经办结，没有待办",
        "typed_in": "自己代录入的",
        "supervisor": "效能监察",
        "portal": "门户代办",
        "admin": "管理员",
        "applicant": "申请人",
        "not-permitted": "不能办理",
        "not-found": "没有，或者无权查看",
        "cases": "办件",
        "tasks": "待办",
        "certificates": "证照",
    }
)
NEW_FILE = "请申请人用杀毒软件处理以后，换一份文件再提交。"
OUTCOMES = Titles(
    {
        "granted": "已办成",
        "refused": "不予办理",
        "declined": "不予受理",
        "not_required": "无需办理",
        "lapsed": "视为撤回",
        "withdrawn": "已撤回",
        "stopped": "已终止",
        "revoked": "已撤销",
        "recalled": "已由机关撤回",
        "passed": "核查通过",
        **BREACH_TITLES,
        "closed": "已办结",
        "unfounded": "评价有误",
    }
)
REFUSAL_POLICIES = Titles(
    {
        "others_stand": "其他事项继续办理",
        "stop_dependents": "依赖它的事项终止",
        "stop_all": "其余事项全部终止",
    }
)


def outcome_title(release: Release, code: str, outcome: str) -> str:
    """Return how an item has ended, in the words of its category: a 行政确认 is not 不予许可."""
    subject = release.subject(code)
    if subject is None or own_code(code) != code:
        return OUTCOMES[outcome]
    own = {
        "granted": GRANTED_TITLES[subject.category],
        "refused": REFUSED_TITLES[subject.category],
        "recalled": f"已撤回{RESULT_TITLES[subject.category]}",
    }
    return own.get(outcome) or OUTCOMES[outcome]


def item_title(release: Release, code: str) -> str:
    """Return the title of an item, or of a proceeding that follows it."""
    return release.title_of(code)


def state_title(release: Release, code: str, state: str) -> str:
    """Return the title of a state of an item."""
    return machine_for(release, code).states[state].title


def action_title(release: Release, code: str, action: str) -> str:
    """Return the title of an action on an item, on its task, or on the case as a whole (`code` empty)."""
    if not code:
        return CASE_ACTIONS[action].title if action in CASE_ACTIONS else ""
    if known := TASK_ACTIONS.get(action):
        return known
    title = machine_for(release, code).title_of(action)
    if title == action and action in CASE_ACTIONS:  # told of the item it is about
        return CASE_ACTIONS[action].title
    return title


def material_asked(release: Release, code: str) -> str:
    """Say what is asked of a material: one of several, the original, how many on paper; empty where nothing special is."""
    return paper_requirement(release, code) if code in release.vocabulary.materials else ""


def material_title(release: Release, code: str) -> str:
    """Return the name of a material of a case, or of a photo of a check, which no definition knows."""
    if code == PHOTO:
        return "现场照片"
    known = release.vocabulary.materials.get(code)
    return known.title if known else code


def department_title(release: Release, code: str) -> str:
    """Return the name of a department; without one it is the applicant's turn."""
    return release.directory.departments.get(code, code) if code else APPLICANT_TITLE


def post_title(release: Release, code: str) -> str:
    """Return the name of a post."""
    if code == APPLICANT:
        return APPLICANT_TITLE
    return release.directory.posts.get(code) or BUILT_IN_POSTS.get(code, code)


def answer_title(declared: Declared, value: Any, here: Region | None = None) -> str:
    """Say an answer or a value of the form as a person would; `here` is the 行政区划 whose name is known."""
    return say_value(declared, value, here)


def rows_said(
    declared: VocabularyField, value: Any, here: Region | None = None
) -> list[dict[str, str]]:
    """Say what stands in each row of a field of rows: [{column: words}]; nothing of any other field."""
    return [say_cells(declared, row, here) for row in value or ()] if declared.columns else []


def masked(text: str) -> str:
    """Hide a name but for its first and last character: 云泽****馆."""
    if len(text) < 2:
        return "*" * len(text)
    last = text[-1] if len(text) > 2 else ""
    return f"{text[0]}{'*' * min(4, len(text) - 1 - len(last))}{last}"


def masked_id(text: str) -> str:
    """Hide a person's or company's number but for its first four and last two characters."""
    if len(text) >= 12:
        return f"{text[:4]}{'*' * 8}{text[-2:]}"
    return "*" * 8 if text else ""
