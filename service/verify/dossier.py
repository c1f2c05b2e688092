"""案卷 — one case as it stands in the database: its row, the rows that belong to it, its events, its definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.store import audit
from service.verify.canonical import document_hash

Row = dict[str, Any]
CHANGED = "~"  # before the name of a table: its rows are laid over what was told of them before
# of all other tables: ("n",)
KEYS = {"items": ("item",), "clocks": ("item", "clock"), "commitments": ("item",)}
ENGINE_STATES: dict[str, Row] = {
    "waiting": {"title": "等前面的事项办好"},
    "withdrawn": {"title": "已撤回", "final": "withdrawn"},
    "stopped": {"title": "已终止", "final": "stopped"},
    "not_received": {"title": "不予受理", "final": "declined"},
    "forbidden": {"title": "依法不能办", "final": "refused"},
    "overdue_declined": {"title": "逾期未补正，不予受理", "final": "declined"},
    "overdue_refused": {"title": "逾期未补正，不予办理", "final": "refused"},
    "overdue_filed": {"title": "逾期未补正，归档", "final": "lapsed"},
    "acceptance_revoked": {"title": "受理已撤销", "final": "declined"},
}


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """Return the key of a row within its case, as text; of the case itself nothing."""
    if table == "cases":
        return ""
    return " ".join(str(row.get(name, "")) for name in KEYS.get(table, ("n",))).strip()


def opened(value: Any) -> Any:
    """Return a stored document as plain JSON: `{"$map": [[code, value], …]}` is a mapping whose order counts."""
    if isinstance(value, Mapping):
        if "$map" in value:
            return {key: opened(each) for key, each in value["$map"]}
        return {key: opened(each) for key, each in value.items()}
    return [opened(each) for each in value] if isinstance(value, list) else value


def _laid(rows: Row, known: dict[tuple[str, str], Row]) -> Iterator[tuple[str, Row]]:
    for told, listed_rows in rows.items():
        table = told.removeprefix(CHANGED)
        for row in listed_rows:
            key = table, key_of(table, row)
            over = table == "cases" or told != table
            nothing = audit.unwritten(table)  # also where what was told before is gone
            known[key] = {**(known.get(key, nothing) if over else nothing), **row}
            yield table, known[key]


class Lifecycle:
    """生命周期文件 — states and transitions as the release's document has them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.states: dict[str, Row] = {**document["states"], **ENGINE_STATES}
        self.initial: str = next(iter(document["states"]))
        self.tacit: str = document.get("tacit") or ""
        self.clocks: dict[str, Row] = document.get("clocks", {})
        self.transitions: list[Row] = document["transitions"]

    def final(self, state: str) -> str:
        """Return the outcome that a state stands for, empty for an open one."""
        return self.states.get(state, {}).get("final") or ""

    def post(self, state: str) -> str:
        """Return who must act in a state."""
        return self.states.get(state, {}).get("post") or ""

    def taking(self, action: str, state: str) -> list[Row]:
        """Return the transitions by which an action leaves a state."""
        ways = [t for t in self.transitions if t["action"] == action]
        if state == "waiting":  # the head may end what waits as he may end what was received
            ways = [t for t in ways if self.final(t["to"]) == "stopped" and t["by"] == "head"]
            state = self.initial
        return [t for t in ways if state in listed(t["from"])]

    def is_granted(self, state: str) -> bool:
        """Tell whether a state comes after a decision for the applicant: granted, or granted and not handed over."""
        ahead = self._ahead(state)
        ends = {self.final(each) for each in ahead} - {""}
        if self.final(state) or "granted" not in ends:
            return self.final(state) == "granted"
        if any(not self.is_granted(was) for was in self._asked_from(state)):
            return False
        own = {name for name, clock in self.clocks.items() if clock["limit"] == "limits"}
        timed = any(own & set(self.states[each].get("runs", [])) for each in ahead)
        good = ends <= {"granted", "revoked", "recalled", "stopped", "lapsed"}
        return good and not timed and self.initial not in ahead and state != "waiting"

    def _asked_from(self, state: str) -> list[str]:
        """Return the states from which an item comes to one in which it waits for what is due."""
        asks = [t for t in self.transitions if (t.get("effect") or {}).get("payment") == "due"]
        return [was for t in asks if t["to"] == state for was in listed(t["from"])]

    def _ahead(self, state: str) -> set[str]:
        """Return the states that can be reached from one, itself included."""
        seen, todo = {state}, [state]
        while todo:
            at = todo.pop()
            found = {t["to"] for t in self.transitions if at in listed(t["from"])} - seen
            seen |= found
            todo += found
        return seen

    @property
    def begins(self) -> set[str]:
        """Return the states in which an item may begin."""
        return {self.initial} | ({"pledged"} & self.states.keys())


def listed(value: Any) -> list[Any]:
    """Return one or several as a list."""
    return value if isinstance(value, list) else [value]


class Definition:
    """发布版文件 — the document a case is pinned to."""

    def __init__(self, document: Mapping[str, Any], standard: Mapping[str, Any]) -> None:
        """Read a document; `standard` are the lifecycles of proceedings that a document from before them lacks."""
        self.hash = document_hash(document)
        plain = opened(document)
        self.bundle: Row = plain["bundle"]
        self.items: dict[str, Row] = plain["items"]
        self.lifecycles = {
            code: Lifecycle(each)
            for code, each in {**opened(standard), **plain["lifecycles"]}.items()
        }
        self.texts: dict[str, str] = plain["texts"]
        self.policy: Row = plain["directory"].get("policy", {})
        self.papers: Row = plain["directory"].get("papers", {})
        self.region: str = (plain["directory"].get("region") or {}).get("code", "")


@dataclass(slots=True)
class Dossier:
    """One case with everything that belongs to it."""

    case: Row
    rows: dict[str, list[Row]]
    events: list[Row]  # each with `whole`: the rows it tells of as they stood then
    definition: Definition | None

    def __post_init__(self) -> None:
        """Lay what the events tell over each other: of a row told before, they tell what changed."""
        known: dict[tuple[str, str], Row] = {}
        for event in self.events:
            event["whole"] = {}
            for table, row in _laid(event["rows"], known):
                event["whole"].setdefault(table, []).append(row)

    @property
    def name(self) -> str:
        """Return the number people know it by; a draft has only its id."""
        return str(self.case["number"] or self.case["id"])

    def defined(self, code: str) -> Row:
        """Return an item as its release defines it; nothing where the release is lost."""
        return self.definition.items.get(code, {}) if self.definition else {}

    def lifecycle(self, item: Row) -> Lifecycle | None:
        """Return the lifecycle of an item, None if the release does not have it."""
        return self.definition.lifecycles.get(item["lifecycle"]) if self.definition else None

    @property
    def items(self) -> dict[str, Row]:
        """Return the items by code."""
        return {row["item"]: row for row in self.rows["items"]}
