"""Heirs who apply in the small bundle about somebody who has died."""

from typing import Any

from tests.api.city import PEOPLE

WIFE, SON, MOTHER = "11010519491231002X", "999901199001010010", "999901196003030038"
FATHER = "999901195001010012"
FORM: dict[str, Any] = {
    "deceased": "张三",
    "deceased_id": FATHER,
    "kin_of": "child",
    "heirs": [{"name": "李四", "id": SON, "kin": "child"}],
}
APPLICATION: dict[str, Any] = {
    "bundle": "after-death",
    "applicant": {"type": "individual", "name": "李四", "id": SON},
    "answers": {"local": True, "proof": True},
    "form": FORM,
}
CASES = "/api/v1/cases"
HEIRS = {
    **{name: who for name, who in PEOPLE.items() if who.get("department", "scjg") == "scjg"},
    "heir": PEOPLE["citizen"] | {"name": "李四", "subject": SON},
    "widow": PEOPLE["citizen"] | {"name": "王五", "subject": WIFE},
}
