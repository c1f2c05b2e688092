"""Who may see which page and send which form: one line for every route of the pages, as tests/api/matrix.py has for the API."""

from dataclasses import dataclass, field

from tests.api import whose
from tests.api.city import CITIZEN_ID, PASSWORD
from tests.api.matrix import ACTORS, CLERKS, EVERYBODY, NOBODY, SEES, SIGNED_IN, STAFF, WRITER
from tests.api.whose import Look, at_desk


@dataclass(frozen=True)
class PageLine:
    """One route: who may, who may know of what it is about, and what a form that works sends beside its own secret."""

    method: str
    path: str
    may: frozenset[str]
    # who of the others is told 403; whoever may not know gets 404
    knows: frozenset[str] = EVERYBODY
    send: dict[str, str] = field(default_factory=dict)
    about: str = ""  # case, draft; empty when it is about none

    def refusal(self, actor: str) -> int:
        """Return the status for somebody who may not: who has not signed in is led to the sign-in page."""
        if actor == NOBODY:
            return 303
        return 403 if actor in self.knows else 404


# clerks of the departments of the case that `{number}` stands for
AT_DESK = frozenset({"window", "sign-clerk"})
NOT_THEIRS = EVERYBODY - {"fire-clerk"}  # the only clerk who may not know of it
NOTED = {"on": "shop-licence", "item": "shop-licence", "data/reasons": "layout-no-size"}
HOLDS = SEES - {"sign-clerk"}  # the holder, who issued it, who watches
WINDOW = frozenset({"window"})
ANSWERS = {"answers/area": "60", "answers/sign": "yes"}
APPLICANT = {
    "applicant/type": "sole-trader",
    "applicant/name": "张三小店",
    "applicant/id": CITIZEN_ID,
}
BEGIN = {"bundle": "open-shop", **APPLICANT, **ANSWERS}
APPLICANTS = frozenset({"citizen", "stranger"})
NOT_GIVER = EVERYBODY - {"citizen"}
MANDATE = {"name": "王小梅", "number": "999901198803120022", "until_on": "2026-12-31"}
OF_CITIZEN = {"mandate": "{mandate}"}
PAGES = [
    PageLine("GET", "/", EVERYBODY),
    PageLine("GET", "/watch/security", frozenset({"supervisor"})),
    PageLine("GET", "/watch/notices", frozenset({"supervisor"})),
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
    PageLine(
        "POST",
        "/apply/{number}/materials",
        WRITER,
        WRITER,
        {"material": "layout", "way": "remove"},
        "draft",
    ),
    PageLine("GET", "/apply/{number}/registers/{register}", WRITER, WRITER, about="draft"),
    PageLine(
        "POST", "/apply/{number}/registers/{register}", WRITER, WRITER, {"consent": "yes"}, "draft"
    ),
    PageLine("GET", "/apply/{number}/commitments", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/commitments", WRITER, WRITER, about="draft"),
    PageLine("GET", "/apply/{number}/check", WRITER, WRITER, about="draft"),
    PageLine("POST", "/apply/{number}/check", WRITER, WRITER, {"declare": "1"}, "draft"),
    PageLine("GET", "/apply/{number}/done", SEES, SEES, about="case"),
    PageLine("GET", "/sign-in", EVERYBODY),
    PageLine("POST", "/sign-in", EVERYBODY),
    PageLine("POST", "/sign-out", EVERYBODY),
    PageLine("GET", "/account", SIGNED_IN),
    PageLine("GET", "/mandates", APPLICANTS),
    PageLine("POST", "/mandates", APPLICANTS, send=MANDATE),
    PageLine("POST", "/mandates/accept", frozenset({"stranger"}), NOT_GIVER, OF_CITIZEN),
    PageLine("POST", "/mandates/end", APPLICANTS, send=OF_CITIZEN),
    PageLine("GET", "/register", EVERYBODY),
    PageLine("POST", "/register", EVERYBODY),
    PageLine(
        "POST", "/identity/companies", APPLICANTS, send={"number": CITIZEN_ID, "name": "张三小店"}
    ),
    PageLine("GET", "/identity", frozenset({"citizen", "stranger"})),
    # who acts for one alone chooses that one
    PageLine("POST", "/identity", frozenset({"citizen", "stranger"}), send={"identity": ""}),
    PageLine("POST", "/account/password", SIGNED_IN),
    PageLine("POST", "/account/sign-out", SIGNED_IN),
    PageLine("POST", "/account/sessions/end", SIGNED_IN),
    PageLine("POST", "/account/second-factor", STAFF, send={"password": PASSWORD}),
    PageLine("POST", "/account/second-factor/confirm", STAFF),
    PageLine("POST", "/elder", EVERYBODY),
    PageLine("GET", "/session", SIGNED_IN),
    PageLine("GET", "/welcome", SIGNED_IN),
    PageLine("GET", "/my/cases", SIGNED_IN),
    PageLine("GET", "/my/certificates", frozenset({"citizen", "stranger"})),
    PageLine("GET", "/my/certificates/{certificate}", HOLDS, frozenset()),
    PageLine("GET", "/my/certificates/{certificate}/show", frozenset({"citizen"}), HOLDS),
    PageLine("GET", "/my/certificates/{certificate}/face.pdf", HOLDS, frozenset()),
    PageLine("GET", "/my/cases/{number}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/why/{item}/{clock}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/supplement", SEES, frozenset(), about="case"),
    PageLine("POST", "/my/cases/{number}/supplement", WRITER, SEES, about="case"),
    PageLine("GET", "/my/cases/{number}/do/{step}", WRITER, SEES, about="case"),
    PageLine("POST", "/my/cases/{number}/do/{step}", WRITER, SEES, about="case"),
    PageLine("GET", "/my/cases/{number}/items/{item}/do/{step}", WRITER, SEES, about="case"),
    PageLine("POST", "/my/cases/{number}/items/{item}/do/{step}", WRITER, SEES, about="case"),
    # the case has no certificate: its applicant finds none to give back
    PageLine(
        "GET", "/my/cases/{number}/give-back/{item}", frozenset(), SEES - WRITER, about="case"
    ),
    PageLine(
        "POST", "/my/cases/{number}/give-back/{item}", frozenset(), SEES - WRITER, about="case"
    ),
    PageLine(
        "POST", "/my/cases/{number}/reapply", WRITER, SEES, {"item": "shop-licence"}, about="case"
    ),
    PageLine("GET", "/my/cases/{number}/rate", SEES, frozenset(), about="case"),
    PageLine("POST", "/my/cases/{number}/rate", WRITER, SEES, {"grade": "5"}, about="case"),
    # the case has no promise: nobody finds one, whoever may look
    PageLine("GET", "/my/cases/{number}/promises/{item}", frozenset(), frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/papers/{n}", SEES, frozenset(), about="case"),
    PageLine("GET", "/my/cases/{number}/papers/{n}.pdf", SEES, frozenset(), about="case"),
    PageLine(
        "GET",
        "/my/cases/{number}/files/{file}",
        frozenset({"citizen", "window"}),
        frozenset(),
        about="case",
    ),
    PageLine("GET", "/inspections", EVERYBODY),
    PageLine("GET", "/track", EVERYBODY),
    PageLine("GET", "/track/{number}", EVERYBODY),
    PageLine("GET", "/v/{code}", EVERYBODY),
    PageLine("GET", "/verify/{token}", EVERYBODY),
    PageLine("GET", "/verify", EVERYBODY),
    PageLine("POST", "/verify", EVERYBODY),  # nothing typed: it asks again
    PageLine("GET", "/static", EVERYBODY),  # a folder
    PageLine("GET", "/desk", CLERKS),
    PageLine("GET", "/desk/search", CLERKS),
    PageLine(
        "POST",
        "/desk/tasks/{number}/{n}/{verb}",
        frozenset({"window"}),
        EVERYBODY - {"fire-clerk"},
        about="case",
    ),
    PageLine(
        "GET", "/desk/tasks/{number}/{n}/transfer", WINDOW, EVERYBODY - {"fire-clerk"}, about="case"
    ),
    PageLine(
        "POST",
        "/desk/tasks/{number}/{n}/transfer",
        WINDOW,
        EVERYBODY - {"fire-clerk"},
        {"to": "x"},
        about="case",
    ),
    PageLine("GET", "/desk/bulk", CLERKS),
    PageLine(
        "POST",
        "/desk/bulk",
        CLERKS,
        send={"action": "claim", "pick": "YJS20260101-999999~shop-licence~1"},
    ),
    PageLine("GET", "/desk/bulk/{bulk}", frozenset({"window"}), EVERYBODY - CLERKS),
    PageLine("GET", "/desk/cases/{number}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine("GET", "/desk/cases/{number}/do/{action}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine(
        "POST",
        "/desk/cases/{number}/do/{action}",
        frozenset({"window"}),
        NOT_THEIRS,
        NOTED,
        about="case",
    ),
    PageLine(
        "GET",
        "/desk/cases/{number}/files/{n}",
        frozenset({"window"}),
        NOT_THEIRS - {"sign-clerk"},
        about="case",
    ),
    PageLine("GET", "/desk/cases/{number}/papers/{n}", AT_DESK, NOT_THEIRS, about="case"),
    PageLine("GET", "/desk/cases/{number}/papers/{n}.pdf", AT_DESK, NOT_THEIRS, about="case"),
]
WITHOUT_API = {
    "/elder": "the size of the letters in this browser",
}
LOOKS = [  # every page about a case, for every post and every kind of proceeding
    Look("/apply/{number}", "draft", whose.led),
    Look("/apply/{number}/form/{n}", "draft", whose.led),
    Look("/apply/{number}/materials", "draft", whose.led),
    Look("/apply/{number}/registers/{register}", "draft", whose.led),
    Look("/apply/{number}/commitments", "draft", whose.led),
    Look("/apply/{number}/check", "draft", whose.led),
    Look("/apply/{number}/done", "case", whose.received),
    Look("/my/cases/{number}", "case", whose.seen),
    Look("/my/cases/{number}/why/{item}/{clock}", "clock", whose.known_item),
    Look("/my/cases/{number}/supplement", "case", whose.seen),
    Look("/my/cases/{number}/do/{step}", "step", whose.done_by_applicant),
    Look("/my/cases/{number}/items/{item}/do/{step}", "item step", whose.done_by_applicant),
    Look("/my/cases/{number}/give-back/{item}", "promise", whose.given_back),
    Look("/my/cases/{number}/rate", "case", whose.seen),
    Look("/my/cases/{number}/promises/{item}", "promise", whose.promised),
    Look("/my/cases/{number}/papers/{n}", "paper", whose.read),
    Look("/my/cases/{number}/papers/{n}.pdf", "paper", whose.read),
    Look("/my/cases/{number}/files/{file}", "file", whose.given),
    Look("/track/{number}", "code", whose.anybody),
    Look("/desk/tasks/{number}/{n}/transfer", "task", at_desk(whose.handed_over)),
    Look("/desk/cases/{number}", "view", at_desk(whose.known_item)),
    Look("/desk/cases/{number}/do/{action}", "action", at_desk(whose.known_item)),
    Look("/desk/cases/{number}/files/{n}", "handed", at_desk(whose.given)),
    Look("/desk/cases/{number}/papers/{n}", "paper", at_desk(whose.read)),
    Look("/desk/cases/{number}/papers/{n}.pdf", "paper", at_desk(whose.read)),
]
__all__ = ["ACTORS", "LOOKS", "PAGES", "WITHOUT_API", "PageLine"]
