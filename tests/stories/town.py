"""The sample city for a day or a year: its clock, its people, and what must be true at the end of every story."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.verify import verify
from service.workflows.calendar import built_in
from tests.api.city import City, MovableClock, can_print
from tests.checked import seen

from .people import APPLICANTS, STAFF, Clerk, Matter, Person, Portal, beijing

PRINTS = can_print()


class RunningClock(MovableClock):
    """The wall clock of a story: it runs on between any two looks, and never shows a whole second."""

    def __call__(self) -> datetime:
        self.forward(milliseconds=311, microseconds=7)
        return self.at


@dataclass
class Town:
    """临湖区, as a story needs it."""

    city: City
    files: Path

    async def on(self, moment: str) -> None:
        """Let time pass until this moment in Beijing; the worker has come by."""
        to = beijing(moment).astimezone(UTC)
        assert to > self.city.clock.at, f"{moment} 已经过去"
        self.city.clock.at = to
        await self.city.sweep()

    def citizen(self, account: str) -> Portal:
        """Return a citizen at the portal."""
        return Portal(self.city.client(account), APPLICANTS[account])

    def anybody(self) -> Person:
        """Return somebody who has not signed in."""
        return Person(self.city.client())

    def clerk(self, account: str) -> Clerk:
        """Return who sits there: `scjg.window`."""
        return Clerk(self.city.client(account))

    async def does(self, account: str, matter: Matter, what: str, **data: object) -> None:
        """Let a clerk take one action."""
        await self.clerk(account).does(matter, what, **data)

    async def inspects(self, department: str, matter: Matter, item: str, findings: str) -> None:
        """Let two people of a department look at the place, and write down what they saw."""
        two = [f"{department}.inspector", f"{department}.reviewer"]
        await self.does(two[1], matter, f"{item}.start_inspection", officers=two)
        await self.records(department, matter, f"{item}.record_inspection", findings=findings)

    async def records(
        self,
        department: str,
        matter: Matter,
        what: str,
        *,
        bad: str = "",
        findings: str = "相符。",
        **data: object,
    ) -> None:
        """Let two people of a department write down a check point by point, and both sign."""
        went = [f"{department}.inspector", f"{department}.reviewer"]
        whole = await self.clerk(went[0]).get(f"/cases/{matter.number}")
        code = what.rpartition(".")[0]
        points = next(len(i["conditions"]) for i in whole["items"] if i["item"] == code)
        record = seen(self.city.clock(), *went, points=points, bad=bad, findings=findings)
        await self.does(went[0], matter, what, **record, **data)
        await self.does(went[1], matter, "sign_inspection", confirmed=True)

    # ---- the end of a story ----

    async def ends(self, matter: Matter, state: str) -> None:
        """Look at everything that is left of a matter, as all those who may or may not."""
        assert await matter.state() == state
        await self.papers_hold(matter)
        await self.certificates_hold(matter)
        await self.everybody_sees_his_part(matter)
        await self.oracle_is_clean()

    async def papers_hold(self, matter: Matter) -> None:
        """Every paper can be read, printed, and checked by its code; nobody else's eyes."""
        anybody = self.anybody()
        await self.citizen("qiao").may_not_see(f"/cases/{matter.number}/notices/1.html")
        kinds_printed: set[str] = set()
        for notice in (await matter.seen())["notices"]:
            sheet = f"/cases/{matter.number}/notices/{notice['n']}"
            page = await matter.owner.client.get(f"/api/v1{sheet}.html")
            assert (page.status_code, notice["title"] in page.text) == (200, True), notice
            if PRINTS and notice["kind"] not in kinds_printed:
                kinds_printed.add(notice["kind"])
                printed = await matter.owner.client.get(f"/api/v1{sheet}.pdf")
                assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-"), notice
            told = await anybody.get(f"/documents/{notice['code']}")
            assert (told["intact"], told["case"]) == (True, matter.number)
            assert matter.owner.who.name not in str(told)

    async def certificates_hold(self, matter: Matter) -> None:
        """Every certificate is in its holder's library and true for whoever scans it."""
        anybody, stranger = self.anybody(), self.citizen("qiao")
        held = {row["number"] for row in (await matter.owner.get("/certificates"))["items"]}
        for made in (await matter.seen())["certificates"]:
            assert made["number"] in held
            await stranger.may_not_see(f"/certificates/{made['number']}")
            told = await anybody.get(f"/documents/{made['code']}")
            assert (told["state"], told["valid"]) == (made["state"], made["state"] == "valid")

    async def everybody_sees_his_part(self, matter: Matter) -> None:
        """The public sees how far it is, the supervisor who did what, another citizen nothing."""
        state, name = await matter.state(), matter.owner.who.name
        tracked = await self.anybody().get(f"/track/{matter.number}", code=matter.code)
        assert (tracked["state"], name in str(tracked)) == (state, False)
        path = f"/cases/{matter.number}"
        taking_part = {item["department"] for item in (await matter.seen())["items"]}
        elsewhere = next(department for department in STAFF if department not in taking_part)
        for hidden in (path, f"{path}/events"):
            await self.citizen("qiao").may_not_see(hidden)
            await self.clerk(f"{elsewhere}.{next(iter(STAFF[elsewhere]))}").may_not_see(hidden)
        watching = await self.clerk("supervisor").get(path)
        assert name != watching["applicant"]["name"]
        theirs = (await matter.owner.get(f"{path}/events", limit=200))["items"]
        inside = (await self.clerk("supervisor").get(f"{path}/events", limit=200))["items"]
        assert [each["n"] for each in inside] == list(range(1, len(inside) + 1))
        assert {each["who"]["account"] for each in theirs} == {""}
        assert {each["who"]["kind"] for each in inside} >= {"applicant", "clerk"}

    async def oracle_is_clean(self) -> None:
        """What is stored follows from its own record, down to the files that were handed in."""
        database, now = self.city.office.database, self.city.clock.at + timedelta(hours=1)
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        report = await verify(database, now=now, notices=notices, files=self.files)
        assert report.clean, report.lines()
        assert report.counts["dates"]
        assert report.counts["files"]
