"""Who may do what: one line for every route there is. A route without a line fails the inventory test."""

from dataclasses import dataclass, field
from typing import Any

from tests.api import whose
from tests.api.city import APPLICATION, CITIZEN_ID, PASSWORD
from tests.api.whose import Look

NOBODY = ""  # has not signed in
ACTORS = (
    NOBODY,
    "citizen",
    "stranger",
    "portal",
    "window",
    "sign-clerk",
    "fire-clerk",
    "supervisor",
    "admin",
)
EVERYBODY = frozenset(ACTORS)
SIGNED_IN = EVERYBODY - {NOBODY}
CLERKS = frozenset({"window", "sign-clerk", "fire-clerk"})
STAFF = CLERKS | {"supervisor", "admin"}
# the case of the citizen that `{number}` stands for
SEES = frozenset({"citizen", "window", "sign-clerk", "supervisor"})
WRITER = frozenset({"citizen"})  # of the draft that `{draft}` stands for
V1 = "/api/v1"


@dataclass(frozen=True)
class Line:
    """One route: who may, who may know of what it is about, and a request that would work."""

    method: str
    path: str
    may: frozenset[str]
    # who of the others is told 403; whoever may not know gets 404
    knows: frozenset[str] = EVERYBODY
    send: dict[str, Any] = field(default_factory=dict)
    about: str = ""  # the case the request is about: case, draft; empty when it is about none

    def refusal(self, actor: str) -> int:
        """Return the status for somebody who may not."""
        if actor == NOBODY:
            return 401
        return 403 if actor in self.knows else 404


GUIDE = {"json": {"applicant": {"type": "individual"}, "answers": {"area": 60, "sign": True}}}
NOTE = {"json": {"action": "note_defects", "data": {"reasons": ["layout-no-size"]}}}
BULK = {
    "json": {"action": "claim", "items": [{"number": "YJS20260101-999999", "item": "shop-licence"}]}
}
CLASS = {"grade": "C", "since_on": "2026-09-18", "source": "市企业信用风险分类结果"}
HOLDERS = frozenset({"citizen", "stranger"})  # who apply for themselves
NOT_GIVER = EVERYBODY - {"citizen"}
REGISTRATION = {
    "account": "new.comer",
    "password": "several unlikely words",
    "name": "王小梅",
    "number": "999901198803120022",
    "phone": "19900000101",
}
COMPANY = {"number": CITIZEN_ID, "name": "张三小店"}
MANDATE = {"name": "王小梅", "number": "999901198803120022", "until_on": "2026-12-31"}
MATRIX = [
    Line(
        "POST",
        f"{V1}/tokens",
        EVERYBODY,
        send={"json": {"username": "window", "password": PASSWORD}},
    ),
    Line("DELETE", f"{V1}/tokens", SIGNED_IN),
    Line("GET", f"{V1}/me", SIGNED_IN),
    Line("GET", f"{V1}/me/identities", SIGNED_IN),
    # a weak one: the accounts go on as they are
    Line(
        "POST",
        f"{V1}/me/password",
        SIGNED_IN,
        send={"json": {"present": PASSWORD, "new": "12345678"}},
    ),
    Line("GET", f"{V1}/me/sessions", SIGNED_IN),
    # a wrong password: everybody stays signed in
    Line(
        "POST",
        f"{V1}/me/sessions/{{session}}/end",
        SIGNED_IN,
        send={"json": {"password": "not the right one"}},
    ),
    Line("POST", f"{V1}/me/second-factor", STAFF, send={"json": {"password": PASSWORD}}),
    Line(
        "PUT",
        f"{V1}/me/second-factor",
        STAFF,
        send={"json": {"enrolment": "x", "code": "000000"}},
    ),
    Line("POST", f"{V1}/registrations", EVERYBODY, send={"json": REGISTRATION}),
    Line("POST", f"{V1}/me/companies", HOLDERS, send={"json": COMPANY}),
    Line("GET", f"{V1}/mandates", HOLDERS),
    Line("POST", f"{V1}/mandates", HOLDERS, send={"json": MANDATE}),
    # of the citizen, to the stranger
    Line("POST", f"{V1}/mandates/{{mandate}}/accept", frozenset({"stranger"}), NOT_GIVER),
    Line("POST", f"{V1}/mandates/{{mandate}}/end", HOLDERS),
    Line("GET", f"{V1}/bundles", EVERYBODY),
    Line("GET", f"{V1}/bundles/{{bundle}}", EVERYBODY),
    Line("POST", f"{V1}/bundles/{{bundle}}/guide", EVERYBODY, send=GUIDE),
    Line("GET", f"{V1}/bundles/{{bundle}}/chart.svg", EVERYBODY),
    Line("GET", f"{V1}/bundles/{{bundle}}/chart.mmd", EVERYBODY),
    Line("GET", f"{V1}/bundles/{{bundle}}/materials/{{material}}/{{which}}.{{form}}", EVERYBODY),
    Line(
        "POST",
        f"{V1}/files",
        SIGNED_IN - {"supervisor", "admin"},
        send={"files": {"file": ("a.pdf", b"%PDF-1.7")}},
    ),
    Line(
        "GET",
        f"{V1}/cases/{{number}}/files/{{file}}",
        frozenset({"citizen", "window"}),
        frozenset(),
        about="case",
    ),
    Line(
        "POST",
        f"{V1}/cases",
        frozenset({"citizen", "window", "portal"}),
        send={"json": APPLICATION},
    ),
    Line("GET", f"{V1}/cases", SIGNED_IN),
    Line("GET", f"{V1}/cases/{{number}}", SEES, SEES, about="case"),
    Line("PATCH", f"{V1}/cases/{{number}}", WRITER, WRITER, {"json": {"form": {}}}, about="draft"),
    Line("POST", f"{V1}/cases/{{number}}/submit", WRITER, WRITER, {"json": {}}, about="draft"),
    Line(
        "POST",
        f"{V1}/cases/{{number}}/registers/{{register}}",
        WRITER,
        WRITER,
        {"json": {"consent": True}},
        about="draft",
    ),
    Line("GET", f"{V1}/cases/{{number}}/draft", WRITER, WRITER, about="draft"),
    Line(
        "POST",
        f"{V1}/cases/{{number}}/reapplications",
        WRITER,
        SEES,
        {"json": {"items": ["shop-licence"]}},
        about="case",
    ),
    Line("GET", f"{V1}/cases/{{number}}/events", SEES, SEES, about="case"),
    Line("GET", f"{V1}/cases/{{number}}/oddities", frozenset({"supervisor"}), about="case"),
    Line("GET", f"{V1}/cases/{{number}}/where", SEES, SEES, about="case"),
    Line("GET", f"{V1}/cases/{{number}}/chart.svg", SEES, SEES, about="case"),
    Line(
        "GET", f"{V1}/cases/{{number}}/clocks/{{item}}/{{clock}}/explain", SEES, SEES, about="case"
    ),
    Line(
        "POST",
        f"{V1}/cases/{{number}}/actions",
        WRITER,
        SEES,
        {"json": {"action": "withdraw"}},
        about="case",
    ),
    Line(
        "POST",
        f"{V1}/cases/{{number}}/items/{{item}}/actions",
        frozenset({"window"}),
        SEES,
        NOTE,
        about="case",
    ),
    Line(
        "POST",
        f"{V1}/cases/{{number}}/foresee",
        WRITER,
        SEES,
        {"json": {"action": "withdraw"}},
        about="case",
    ),
    Line("POST", f"{V1}/bulk", CLERKS, send=BULK),
    Line("GET", f"{V1}/bulk/{{bulk}}", frozenset({"window"}), frozenset()),
    Line("GET", f"{V1}/track/{{number}}", EVERYBODY),
    Line("GET", f"{V1}/ratings", EVERYBODY),
    Line("GET", f"{V1}/certificates", SIGNED_IN),
    Line("GET", f"{V1}/credits", frozenset({"citizen", "stranger"})),
    Line("GET", f"{V1}/credit-classes/{{subject}}", frozenset({"supervisor", "admin", "citizen"})),
    Line(
        "PUT",
        f"{V1}/credit-classes/{{subject}}",
        frozenset({"supervisor", "admin"}),
        send={"json": CLASS},
    ),
    Line(
        "POST",
        f"{V1}/credit-classes/{{subject}}/{{entry}}/confirm",
        frozenset({"admin", "supervisor"}),
    ),
    Line("GET", f"{V1}/commitments", EVERYBODY),
    Line("GET", f"{V1}/inspections", EVERYBODY),
    Line("GET", f"{V1}/inspections/awaiting", CLERKS),
    Line("GET", f"{V1}/certificates/{{certificate}}", SEES - {"sign-clerk"}, frozenset()),
    Line(
        "GET",
        f"{V1}/certificates/{{certificate}}/show",
        frozenset({"citizen"}),
        SEES - {"sign-clerk"},
    ),
    Line("GET", f"{V1}/certificates/{{certificate}}/face.html", SEES - {"sign-clerk"}, frozenset()),
    Line("GET", f"{V1}/certificates/{{certificate}}/face.pdf", SEES - {"sign-clerk"}, frozenset()),
    Line("GET", f"{V1}/documents/{{code}}", EVERYBODY),
    Line("GET", f"{V1}/documents/shown/{{token}}", EVERYBODY),
    Line("POST", f"{V1}/documents/shown", EVERYBODY),
    # the case has no promise: nobody finds one, whoever may look
    Line("GET", f"{V1}/cases/{{number}}/promises/{{item}}", frozenset(), frozenset(), about="case"),
    Line("GET", f"{V1}/cases/{{number}}/notices/{{n}}.html", SEES, SEES, about="case"),
    Line("GET", f"{V1}/cases/{{number}}/notices/{{n}}.pdf", SEES, SEES, about="case"),
    Line("GET", f"{V1}/tasks", CLERKS),
    Line("GET", f"{V1}/tasks/counts", CLERKS),
    Line("GET", f"{V1}/tasks/{{case}}/{{n}}/colleagues", frozenset({"window"}), SEES, about="case"),
    Line("POST", f"{V1}/tasks/{{case}}/{{n}}/{{verb}}", frozenset({"window"}), SEES, about="case"),
    Line(
        "POST",
        f"{V1}/definitions/check",
        frozenset({"admin"}),
        send={"json": {"files": {"a.yaml": "kind: x"}}},
    ),
    Line("GET", f"{V1}/security-log", frozenset({"supervisor"})),
    Line("GET", f"{V1}/second-notices", frozenset({"supervisor"})),
    Line("GET", f"{V1}/demo/clock", EVERYBODY),
    Line("POST", f"{V1}/demo/clock", SIGNED_IN, send={"json": {"forward": "1h"}}),
    Line("GET", "/healthz", EVERYBODY),
    Line("GET", "/livez", EVERYBODY),
    Line("GET", "/readyz", EVERYBODY),
    Line("GET", "/problems/{slug}", EVERYBODY),
    Line("GET", "/openapi.json", EVERYBODY),
    Line("GET", "/docs", EVERYBODY),
    Line("GET", "/docs/start.js", EVERYBODY),
    Line("GET", "/docs/assets", EVERYBODY),  # a folder
]
UNDESCRIBED = {"/openapi.json", "/docs", "/docs/start.js", "/docs/assets"}
CASE = f"{V1}/cases/{{number}}"
LOOKS = [  # every GET about a case, for every post and every kind of proceeding
    Look(CASE, "case", whose.seen),
    Look(f"{CASE}/files/{{file}}", "file", whose.given),
    Look(f"{CASE}/draft", "draft", whose.written),
    Look(f"{CASE}/events", "case", whose.seen),
    Look(f"{CASE}/oddities", "case", whose.supervised),
    Look(f"{CASE}/where", "instant", whose.seen),
    Look(f"{CASE}/chart.svg", "case", whose.seen),
    Look(f"{CASE}/clocks/{{item}}/{{clock}}/explain", "clock", whose.known_item),
    Look(f"{CASE}/promises/{{item}}", "promise", whose.promised),
    Look(f"{CASE}/notices/{{n}}.html", "paper", whose.read),
    Look(f"{CASE}/notices/{{n}}.pdf", "paper", whose.read),
    Look(f"{V1}/tasks/{{case}}/{{n}}/colleagues", "task", whose.handed_over),
    Look(f"{V1}/track/{{number}}", "code", whose.anybody),
]
