"""The pages that are looked at: where, as whom, and what is special about them.

`{granted}` and the like in an address stand for the number of a case of the sample city in that state.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """One page of the sample city as somebody sees it."""

    name: str
    path: str
    who: str = ""  # an account; empty: nobody has signed in
    status: int = 200
    html: int = 12  # KB, compressed
    js: int = 25
    pictures: tuple[str, ...] = ("desk", "phone")

    @property
    def personal(self) -> bool:
        """Tell whether the page is about somebody."""
        return bool(self.who)


HELD = "/my/certificates/JY29999010000001"
SHOP = "/things/open-restaurant"
CAFE = (
    "licence=have&area=68&usable_area=60&dishes=drinks&dishes=simple&building=shop&drain=property&sign=yes&ad_area=0"
    "&entertainment=no&extras=&staff_without_cert=0"
)
RESTAURANT = (
    "licence=none&kind=company&area=420&dishes=hot&dishes=deli&building=mixed&fumes=yes&flue=yes&fuel=pipe&drain=own"
    "&sign=yes&ad_area=12&entertainment=yes&fit_out_cost=80&fit_out_area=400&extras=tobacco&extras=outdoor"
    "&staff_without_cert=3"
)
PLACES = [
    Place("home", "/", pictures=("desk", "phone", "elder", "dark")),
    Place("things-found", "/things?q=开饭店", pictures=("phone",)),
    Place("things", "/things?q=火箭", pictures=("phone",)),
    Place("thing", SHOP, pictures=("desk", "phone")),
    Place("ask", f"{SHOP}/ask?{CAFE}&_go=0", pictures=("desk", "elder")),
    Place(
        "ask-wrong",
        f"{SHOP}/ask?area=很大&_q=area&_q=licence&_at=area&_go=1",
        status=422,
        pictures=("desk", "phone"),
    ),
    Place(
        "ask-stopped",
        f"{SHOP}/ask?{CAFE.replace('drain=property', 'drain=none')}&_go=1",
        pictures=("phone",),
    ),
    Place("ask-one", f"{SHOP}/ask?_one=1&licence=have&area=68", pictures=("phone",)),
    Place(
        "guide",
        f"{SHOP}/guide?{CAFE}",
        pictures=("desk", "phone", "elder", "dark", "forced", "print"),
    ),
    Place("guide-long", f"{SHOP}/guide?{RESTAURANT}", who="li", pictures=("desk", "phone")),
    Place("tasks", "/apply/{draft}", who="zhang", pictures=("desk", "phone", "elder")),
    Place("commitments", "/apply/{draft}/commitments", who="zhang", pictures=("desk", "phone")),
    Place(
        "form", "/apply/{draft}/form/1", who="zhang", pictures=("desk", "phone", "elder", "dark")
    ),
    Place(
        "materials",
        "/apply/{draft}/materials",
        who="zhang",
        pictures=("desk", "phone", "dark", "forced"),
    ),
    Place(
        "check", "/apply/{draft}/check", who="zhang", pictures=("desk", "phone", "elder", "print")
    ),
    Place("sign-in", "/sign-in", pictures=("phone",)),
    Place("identity", "/identity", who="wang", pictures=("desk", "phone", "elder", "dark")),
    Place("mandates", "/mandates", who="wang", pictures=("desk", "phone", "elder")),
    Place("account", "/account", who="scjg.window", pictures=("desk", "phone", "elder", "dark")),
    Place("not-found", "/nowhere", status=404, pictures=("phone",)),
    Place("not-permitted", "/desk", who="zhang", status=403, pictures=("phone",)),
    Place("welcome", "/welcome", who="admin", pictures=("phone",)),
    Place("security", "/watch/security", who="supervisor", pictures=("desk", "phone", "dark")),
    Place("second-notices", "/watch/notices", who="supervisor", pictures=("desk", "phone")),
    Place("my-cases", "/my/cases", who="li", pictures=("desk", "phone", "elder")),
    Place(
        "progress",
        "/my/cases/{correcting}",
        who="li",
        pictures=("desk", "phone", "elder", "dark", "forced", "print"),
    ),
    Place("progress-ended", "/my/cases/{granted}", who="zhang", pictures=("desk", "phone")),
    Place("progress-partly", "/my/cases/{partly_granted}", who="zhang", pictures=("phone",)),
    Place(
        "why",
        "/my/cases/{correcting}/why/food-licence-simple/correction",
        who="li",
        pictures=("desk", "phone", "dark"),
    ),
    Place(
        "supplement",
        "/my/cases/{correcting}/supplement",
        who="li",
        pictures=("desk", "phone", "elder"),
    ),
    Place("supplement-over", "/my/cases/{terminated}/supplement", who="zhang", pictures=("phone",)),
    Place("withdraw", "/my/cases/{correcting}/do/withdraw", who="li", pictures=("phone",)),
    Place("rate", "/my/cases/{withdrawn}/rate", who="zhang", pictures=("phone",)),
    Place("certificates", "/my/certificates", who="zhang", pictures=("phone",)),
    Place("certificate", HELD, who="zhang", pictures=("desk", "phone", "dark", "forced", "print")),
    Place("certificate-shown", f"{HELD}/show", who="zhang", pictures=("phone", "elder")),
    Place("track", "/track", pictures=("phone",)),
    Place("tracked", "/track/{correcting}?code={correcting_code}", pictures=("desk", "phone")),
    Place("verify-heard", "/verify", pictures=("phone",)),
    Place("verify-unknown", "/v/unknown", status=404, pictures=("phone",)),
    Place(
        "desk",
        "/desk",
        who="scjg.window",
        js=30,
        pictures=("desk", "phone", "elder", "dark", "forced", "print"),
    ),
    Place("desk-nothing", "/desk?text=没有这个人", who="scjg.window", js=30, pictures=("phone",)),
    Place("desk-unclaimed", "/desk?view=unclaimed", who="scjg.window", js=30, pictures=()),
    Place("desk-empty", "/desk?view=mine", who="scjg.head", js=30, pictures=("phone",)),
    Place(
        "desk-waiting", "/desk?view=waiting", who="scjg.window", js=30, pictures=("desk", "phone")
    ),
    Place("desk-search", "/desk/search?text=张记", who="scjg.window", js=30),
    Place(
        "case",
        "/desk/cases/{received}",
        who="scjg.window",
        js=30,
        pictures=("desk", "phone", "elder", "dark", "forced", "print"),
    ),
    Place("case-note", "/desk/cases/{received}/do/note_defects", who="scjg.window", js=30),
    Place("case-review", "/desk/cases/{in_progress}", who="scjg.reviewer", js=30),
    *(
        Place(f"case-{show}", f"/desk/cases/{{in_progress}}?show={show}", who="scjg.window", js=30)
        for show in ("form", "papers", "others", "record", "chart")
    ),
    Place("case-closed", "/desk/cases/{granted}", who="scjg.approver", js=30, pictures=("phone",)),
    Place(
        "case-not-there",
        "/desk/cases/YJS20000101-000001",
        who="scjg.window",
        status=404,
        pictures=("phone",),
    ),
    Place("desk-handover", "/desk/tasks/{received}/1/transfer", who="scjg.head", js=30),
    Place(
        "desk-bulk",
        "/desk/bulk?action=accept&pick={received}~food-licence-simple~1",
        who="scjg.window",
        js=30,
    ),
]


def numbers_in(database: Path) -> Mapping[str, str]:
    """Return the number of one case for each state of the sample city: the oldest."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as file:
        rows = file.execute(
            "SELECT state, number, query_code FROM cases ORDER BY number DESC"
        ).fetchall()
    file.close()
    return {state: number for state, number, _ in rows} | {
        f"{state}_code": code for state, _, code in rows
    }


def address(place: Place, numbers: Mapping[str, str]) -> str:
    """Return where a page is in this city."""
    return re.sub(r"\{(\w+)\}", lambda found: numbers[found[1]], place.path)
