"""名称 — what codes are called in plain Chinese, under the release that a case was filed under; names half hidden."""

from service.workflows.case_actions import CASE_ACTIONS
from service.workflows.language.models import BUILT_IN_POSTS
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT, machine_of

CASE_STATES = {
    "draft": "草稿", "received": "已收件", "in_progress": "办理中", "correcting": "待补正", "granted": "全部办结",
    "partly_granted": "部分准予", "refused": "不予许可", "withdrawn": "已撤回", "terminated": "已终止",
}  # fmt: skip
TASK_ACTIONS = {"claim": "认领", "release": "退还", "transfer": "转办"}

APPLICANT_TITLE = "申请人"


def item_title(release: Release, code: str) -> str:
    """Return the title of an item, or of a proceeding that follows it."""
    return release.title_of(code)


def state_title(release: Release, code: str, state: str) -> str:
    """Return the title of a state of an item."""
    return machine_of(release, release.lifecycle_of(code).code).states[state].title


def action_title(release: Release, code: str, action: str) -> str:
    """Return the title of an action on an item, on its task, or on the case as a whole (`code` empty)."""
    if not code:
        return CASE_ACTIONS[action][0] if action in CASE_ACTIONS else ""
    return TASK_ACTIONS.get(action) or machine_of(release, release.lifecycle_of(code).code).title_of(action)


def department_title(release: Release, code: str) -> str:
    """Return the name of a department; without one it is the applicant's turn."""
    return release.directory.departments.get(code, code) if code else APPLICANT_TITLE


def post_title(release: Release, code: str) -> str:
    """Return the name of a post."""
    if code == APPLICANT:
        return APPLICANT_TITLE
    return release.directory.posts.get(code) or BUILT_IN_POSTS.get(code, code)


def masked(text: str) -> str:
    """Hide a name but for its first and last character: 云泽****馆."""
    if len(text) < 2:
        return "*" * len(text)
    last = text[-1] if len(text) > 2 else ""
    return f"{text[0]}{'*' * min(4, len(text) - 1 - len(last))}{last}"
