"""样例登记的内容 — what the registers of the sample city have of its people."""

from collections.abc import Mapping
from typing import Any

from service.commands.sample_people import SUN, WANG
from service.office.registers import NOT_THERE, HttpRegisters, Registers, Said
from service.settings import Settings
from service.workflows.definition import VocabularyRegister

FATHER = "999901195002110031"  # 王建国，王小梅的父亲；已经去世
KEPT: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("house", WANG.number): {
        "certificate_no": "云（2019）临湖区不动产权第0001203号",
        "place": "云泽市临湖区示例路12号3幢2单元501室",
        "area": 89.5,
    },
    ("house", SUN.number): {
        "certificate_no": "云（2021）临湖区不动产权第0004417号",
        "place": "云泽市临湖区湖滨街8号1幢302室",
        "area": 112,
    },
    ("population", FATHER): {
        "died_on": "2026-08-02",
        "address": "云泽市临湖区示例路12号3幢2单元501室",
    },
}


class SampleRecords:
    """样例登记 — who is not in it is not found, as anywhere."""

    async def ask(
        self, code: str, register: VocabularyRegister, applicant: Mapping[str, str]
    ) -> Said:
        """Say what is kept of this number, of what the register gives."""
        kept = KEPT.get((code, applicant["id"]), {})
        values = {name: kept[name] for name in register.gives if name in kept}
        return Said(values, f"示例-{applicant['id'][-6:]}") if values else Said(fault=NOT_THERE)


def registers_of(settings: Settings) -> Registers | None:
    """Return the registers that are asked for values: those behind the sharing platform; of a demonstration these."""
    if settings.share_url:
        token, seconds = settings.share_token.get_secret_value(), settings.share_timeout_seconds
        return HttpRegisters(settings.share_url, token, seconds)
    return SampleRecords() if settings.demo else None
