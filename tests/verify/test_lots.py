"""双随机: nobody can know a draw before, everybody can repeat it after (R-SUP-1)."""

import hashlib
import hmac
import json
from typing import Any

from service.store.keys import AuditKey
from service.verify.canonical import fingerprint

from .conftest import DAY, NOW, Sealed
from .meddling import Meddler, told_of

DRAWN = "SELECT case_id, item, draw FROM commitments WHERE granted_on IS NOT NULL ORDER BY 1, 2"


async def draws(sealed: Sealed) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the draws there are."""
    found = await Meddler(sealed.url).run(DRAWN)
    return [(case, item, json.loads(draw)) for case, item, draw in found]


def seed_of(lot: str, case: str, item: str, record: str) -> str:
    """Draw as anybody may who has the lot of the day."""
    drawn_from = f"{case}:{item}:{record}".encode()
    return hmac.new(lot.encode(), drawn_from, hashlib.sha256).hexdigest()


class TestLots:
    """The lot of a day."""

    async def test_cannot_be_predicted_by_what_an_applicant_sees(self, sealed: Sealed) -> None:
        """Not by the case, the item, the text, nor by the record as it stood: the lot of the day is missing."""
        for case, item, draw in await draws(sealed):
            promised = await Meddler(sealed.url).run(
                f"SELECT text_sha256 FROM commitments WHERE case_id = '{case}' AND item = '{item}'"
            )
            known = (case, item, promised[0][0], draw["record"])
            guesses = {hashlib.sha256(":".join(known[:3]).encode()).hexdigest()}
            guesses |= {seed_of(lot, case, item, draw["record"]) for lot in (*known, "")}
            assert draw["seed"] not in guesses
            assert draw["day"]

    async def test_can_be_repeated_by_everybody_after_the_day(self, sealed: Sealed) -> None:
        """Without the key: the lots that were published, each sealed before its day."""
        await Meddler(sealed.url).run("SELECT 1")
        report = await sealed.check(key=False)
        assert report.clean
        assert report.counts["draws"] == 2
        assert report.counts["unchecked_draws"] == 0

    async def test_an_office_that_draws_by_another_key_is_caught(self, sealed: Sealed) -> None:
        """With the key at hand and, once the day's lot is published, without it."""
        case, item, draw = (await draws(sealed))[0]
        lot = AuditKey("an office that cheats").lot_of(NOW.date())
        forged = seed_of(lot, case, item, draw["record"])

        def change(event: dict[str, Any]) -> None:
            for row in told_of(event, "commitments"):
                if row["item"] == item and row.get("draw"):
                    row["draw"] |= {"seed": forged, "value": int(forged[:13], 16) / 16**13}

        meddler = Meddler(sealed.url)
        await meddler.reseal(case, change)
        draw |= {"seed": forged, "value": int(forged[:13], 16) / 16**13}
        text = json.dumps(draw).replace("'", "''")
        await meddler.run(
            f"UPDATE commitments SET draw = '{text}' WHERE case_id = '{case}' AND item = '{item}'"
        )
        for key in (True, False):
            said = [finding.what for finding in (await sealed.check(key=key)).findings]
            assert "抽签用的不是当日事先封存的密码" in said

    async def test_a_draw_by_the_rule_before_is_found_later_on(self, sealed: Sealed) -> None:
        """It could be predicted: right where it was the rule, wrong once lots are sealed."""
        case, item, draw = (await draws(sealed))[0]
        meddler = Meddler(sealed.url)
        promised = await meddler.run(
            f"SELECT text_sha256 FROM commitments WHERE case_id = '{case}' AND item = '{item}'"
        )
        seed = hashlib.sha256(f"{case}:{item}:{promised[0][0]}".encode()).hexdigest()
        known = {k: v for k, v in draw.items() if k not in ("day", "record", "inspectors")}
        known |= {"seed": seed, "value": int(seed[:13], 16) / 16**13}

        def change(event: dict[str, Any]) -> None:
            for row in told_of(event, "commitments"):
                if row["item"] == item and row.get("draw"):
                    row["draw"] = known

        await meddler.reseal(case, change)
        await meddler.run(
            f"UPDATE commitments SET draw = '{json.dumps(known)}' WHERE case_id = '{case}' AND item = '{item}'"
        )
        said = {finding.what for finding in (await sealed.check()).findings}
        assert "仍按以前的规则抽取，申请时就可以预知" in said
        await meddler.run("DELETE FROM seals", "DELETE FROM ledger")
        said = {finding.what for finding in (await sealed.check(witness=False)).findings}
        assert "仍按以前的规则抽取，申请时就可以预知" not in said

    async def test_a_lot_is_its_days_alone(self, sealed: Sealed) -> None:
        """Each day has another, and what is sealed of it does not tell it."""
        key = AuditKey("k" * 40)
        lots = {key.lot_of((NOW + n * DAY).date()) for n in range(100)}
        assert len(lots) == 100
        assert fingerprint(sorted(lots)) not in lots
