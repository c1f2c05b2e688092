"""内置的状态和动作 — the part of docs/definitions.md that is written from the standard lifecycles: `make words`."""

from collections.abc import Iterator
from pathlib import Path

from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.definition.models import BUILT_IN_POSTS, NOTICE_TITLES, Lifecycle, State
from service.workflows.proceedings import KINDS
from service.workflows.telling import CATEGORY_TITLES

GUIDE = Path(__file__).parents[1] / "docs" / "definitions.md"
BEGINS, ENDS = "<!-- 以下由 make words 写出 -->", "<!-- 以上由 make words 写出 -->"
ACTORS = {**BUILT_IN_POSTS, "applicant": "申请人", "clock": "时限", "supervisor": "效能监察"}
FIRST = ("licence", "instant", "filing", "verification", "renewal", "reported")


def written() -> str:
    """Return the part: every standard lifecycle with its states and its actions."""
    cycles = standard_lifecycles()
    order = [*FIRST, *(code for code in sorted(cycles) if code not in FIRST)]
    return "\n".join(line for code in order for line in _lifecycle(cycles[code]))


def _lifecycle(cycle: Lifecycle) -> Iterator[str]:
    kind = "（附带程序）" if cycle.code in KINDS else ""
    yield f"\n### {cycle.code} {cycle.title}{kind}\n"
    yield "| 状态 | 名称 | 轮到谁 | 走的时限 |"
    yield "|---|---|---|---|"
    for name, state in cycle.states.items():
        yield f"| `{name}` | {state.title} | {_whose(state)} | {_runs(cycle, state)} |"
    yield ""
    yield "| 动作 | 名称 | 从 → 到 | 谁 | 携带 | 文书 |"
    yield "|---|---|---|---|---|---|"
    for each in cycle.transitions:
        way = f"{' '.join(f'`{source}`' for source in each.sources)} → `{each.to}`"
        who = "、".join(ACTORS.get(actor, actor) for actor in each.actors)
        needs = " ".join(f"`{need}`" for need in each.needs)
        paper = f"`{each.notice}` {NOTICE_TITLES.get(each.notice, '')}" if each.notice else ""
        cells = (f"`{each.action}`", each.title, way, who, needs, paper.strip())
        yield f"| {' | '.join(cells)} |"
    for category, own in cycle.wording.items():
        named = {**own.states, **own.actions}
        said = "，".join(f"`{name}` {title}" for name, title in named.items())
        yield f"\n{CATEGORY_TITLES[category]}（`{category}`）这样说：{said}。"


def _whose(state: State) -> str:
    if state.final:
        return f"（终态 `{state.final}`）"
    return ACTORS.get(state.post, state.post) if state.post else "社会公众"


def _runs(cycle: Lifecycle, state: State) -> str:
    said = []
    for clock in state.runs:
        action = state.on_expiry.get(clock)
        limit = cycle.clocks[clock].limit
        length = "" if limit == "limits" else f" {limit}"
        said.append(f"`{clock}`{length}" + (f"，到期 `{action}`" if action else ""))
    return "；".join(said)


def rewritten(text: str) -> str:
    """Return the guide with that part as the lifecycles are now."""
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{written()}\n{ENDS}{after}"


if __name__ == "__main__":
    GUIDE.write_text(rewritten(GUIDE.read_text()))
