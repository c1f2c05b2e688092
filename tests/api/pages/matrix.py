"""Who may see which page and send which form: one line for every route of the pages, as tests/api/matrix.py has for the API."""

from dataclasses import dataclass, field

from tests.api.city import CITIZEN_ID
from tests.api.matrix import ACTORS, CLERKS, EVERYBODY, NOBODY, SEES, SIGNED_IN, WRITER


@dataclass(frozen=True)
class PageLine:
    """One route: who may, who may know of what it is about, and what a form that works sends beside its own secret."""

    method: str
    path: str
    may: frozenset[str]
    knows: frozenset[str] = EVERYBODY  # who of the others is told 403; whoever may not know gets 404
    send: dict[str, str] = field(default_factory=dict)
    about: str = ""  # case, draft; empty when it is about none

    def refusal(self, actor: str) -> int:
        """Return the status for somebody who may not: who has not signed in is led to the sign-in page."""
        if actor == NOBODY:
            return 303
        return 403 if actor in self.knows else 404


AT_DESK = frozenset({"window", "sign-clerk"})  # clerks of the departments of the case that `{number}` stands for
NOT_THEIRS = EVERYBODY - {"fire-clerk"}  # the only clerk who may not know of it
NOTED = {"on": "shop-licence", "item": "shop-licence", "data/reasons": "layout-no-size"}
WINDOW = frozenset({"window"})
ANSWERS = {"answers/area": "60", "answers/sign": "yes"}
APPLICANT = {"applicant/type": "sole-trader", "applicant/name": "张三小店", "applicant/id": CITIZEN_ID}
BEGIN = {"bundle": "open-shop", **APPLICANT, **ANSWERS}
PAGES = [
    PageLine("GET", "/", EVERYBODY),
    PageLine("GET", "/things", EVERYBODY),
    PageLine("GET", "/things/{bundle}", EVERYBODY),
    PageLine("GET", "/things/{bundle}/ask", EVERYBODY),
    PageLine("GET", "/things/{bundle}/guide", EVERYBODY),
    PageLine("GET", "/apply", SIGNED_IN),
    PageLine("POST", "/apply", frozenset({"citizen", "window", "portal"}), send=BEGIN),
    PageLine("GET", "/apply/{number}", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}", WRITER, WRITER, ANSWERS, about="draft"),
    PageLine("GET", "/apply/{number}/form/{n}", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/form/{n}", WRITER, WRITER, about="draft"),
    PageLine("GET", "/apply/{number}/materials", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/materials", WRITER, WRITER, {"material": "layout", "way": "remove"}, "draft"),
    PageLine("GET", "/apply/{number}/commitments", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/commitments", WRITER, WRITER, about="draft"),
    PageLine("GET", "/apply/{number}/check", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/check", WRITER, WRITER, {"declare": "1"}, "draft"),
    PageLine("GET", "/apply/{number}/done", SEES, SEES, about="case"),
    PageLine("GET", "/sign-in", EVERYBODY),
    PageLine("POST", "/sign-in", EVERYBODY),
    PageLine("POST", "/sign-out", EVERYBODY),
    PageLine("POST", "/elder", EVERYBODY),
    PageLine("GET", "/session", SIGNED_IN),
    PageLine("GET", "/welcome", SIGNED_IN),
    PageLine("GET", "/my/cases", SIGNED_IN),
    PageLine("GET", "/my/cases/{number}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/why/{item}/{clock}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/supplement", SEES, frozenset(), about="case"),
    PageLine("POST", "/my/cases/{number}/supplement", WRITER, SEES, about="case"),
    PageLine("GET", "/my/cases/{number}/do/{step}", WRITER, SEES, about="case"),
    PageLine("POST", "/my/cases/{number}/do/{step}", WRITER, SEES, about="case"),
    PageLine("GET", "/my/cases/{number}/items/{item}/do/{step}", WRITER, SEES, about="case"),
    PageLine("POST", "/my/cases/{number}/items/{item}/do/{step}", WRITER, SEES, about="case"),
    PageLine("GET", "/my/cases/{number}/rate", SEES, frozenset(), about="case"),
    PageLine("POST", "/my/cases/{number}/rate", WRITER, SEES, {"grade": "5"}, about="case"),
    PageLine("GET", "/my/cases/{number}/papers/{n}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/papers/{n}.pdf", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/files/{file}", frozenset({"citizen", "window"}), frozenset(), about="case"),
    PageLine("GET", "/track", EVERYBODY),
    PageLine("GET", "/track/{number}", EVERYBODY),
    PageLine("GET", "/v/{code}", EVERYBODY),
    PageLine("GET", "/static", EVERYBODY),  # a folder
    PageLine("GET", "/desk", CLERKS),
    PageLine("GET", "/desk/search", CLERKS),
    PageLine(
        "POST", "/desk/tasks/{number}/{n}/{verb}", frozenset({"window"}), EVERYBODY - {"fire-clerk"}, about="case"
    ),
    PageLine("GET", "/desk/tasks/{number}/{n}/transfer", WINDOW, EVERYBODY - {"fire-clerk"}, about="case"),
    PageLine(
        "POST", "/desk/tasks/{number}/{n}/transfer", WINDOW, EVERYBODY - {"fire-clerk"}, {"to": "x"}, about="case"
    ),
    PageLine("GET", "/desk/bulk", CLERKS),
    PageLine("POST", "/desk/bulk", CLERKS, send={"action": "claim", "pick": "YJS20260101-999999~shop-licence~1"}),
    PageLine("GET", "/desk/bulk/{bulk}", frozenset({"window"}), EVERYBODY - CLERKS),
    PageLine("GET", "/desk/cases/{number}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine("GET", "/desk/cases/{number}/do/{action}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine("POST", "/desk/cases/{number}/do/{action}", frozenset({"window"}), NOT_THEIRS, NOTED, about="case"),
    PageLine("GET", "/desk/cases/{number}/files/{n}", frozenset({"window"}), NOT_THEIRS - {"sign-clerk"}, about="case"),
    PageLine("GET", "/desk/cases/{number}/papers/{n}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine("GET", "/desk/cases/{number}/papers/{n}.pdf", AT_DESK, NOT_THEIRS, about="case"),
]
WITHOUT_API = {
    "/sign-out": "ends this browser's own session; the API's tokens end by themselves",
    "/elder": "the size of the letters in this browser",
}
__all__ = ["ACTORS", "PAGES", "WITHOUT_API", "PageLine"]
