"""生命周期检查 — every state can be reached and left, every clock runs and ends, every action can be taken."""

from collections import deque
from collections.abc import Iterator, Mapping

from service.workflows.authoring.checks import posts
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.case import engine
from service.workflows.case.lifecycle import LifecycleMachine, tacitly_renews
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.proceedings import KINDS, revocation

ENGINE_STATES = {name: state.title for name, state in engine.ENGINE_STATES.items()}
ENGINE_ACTIONS = {
    "start": "开始",
    "stop": "终止",
    "decline_at_once": "收件时不予受理",
    "refuse_at_once": "收件时依法不予办理",
    "withdraw": "撤回",
    "note_opinion": "预审意见",
    "note_complete": "反馈材料齐全",
    "note_missing": "反馈缺什么",
    "decline_overdue": "逾期未补正，不予受理",
    "refuse_overdue": "逾期未补正，不予办理",
    "file_overdue": "逾期未补正，归档",
    "revoke_acceptance": "逾期未补，撤销受理",
    "pause_promise": "暂停承诺时限",
    "resume_promise": "恢复承诺时限",
}
PLEDGED = "pledged"  # entered by submission with a commitment
HEARING_NEEDS = {
    "told": ("parties",),
    "announced": ("date", "hour", "place", "chair"),
    "held": ("document",),
}
REVOKE = "revoke"  # what the decision of the proceeding brings about, by its name
AFTER_FINAL = {"head", "clock", "proceeding"}
# who may act beside the posts; `proceeding`: nobody, its decision brings it about
ACTORS = {"applicant", "clock", "supervisor", "proceeding"}


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the pack's own lifecycles."""
    for code, cycle in view.pack.own_lifecycles().items():
        source = view.source("lifecycle", code)
        yield from _states(view, cycle, source)
        yield from _transitions(view, cycle, source)
        yield from _wording(view, cycle, source)
        named = {state for t in cycle.transitions for state in (*t.sources, t.to)}
        if named <= cycle.states.keys():
            yield from _graph(cycle, source)
            yield from _stands(cycle, source)
            yield from _tacit(cycle, source)
        yield from _clocks(cycle, source)
    yield from _revocations(view)


def _after_final(transition: models.Transition) -> bool:
    """Tell whether it may be taken from an end: by the head or the clock; a claim only begins a proceeding beside it."""
    begins = transition.effect is not None and transition.effect.begin is not None
    claims = begins and transition.sources == [transition.to]
    return claims or set(transition.actors) <= AFTER_FINAL


def _states(view: View, cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    for name, state in cycle.states.items():
        at = source.at_key("states", name)
        if name in ENGINE_STATES:
            yield found(
                at,
                "E414",
                f"状态“{name}”（{ENGINE_STATES[name]}）由引擎提供，不能另写",
                "删去或改名",
            )
        if state.post is not None:
            yield from view.known(
                "post", state.post, view.posts | {"applicant"}, source.at("states", name, "post")
            )
        for index, clock in enumerate(state.runs):
            yield from view.known(
                "clock", clock, cycle.clocks, source.at("states", name, "runs", index)
            )
        if state.final and (state.runs or state.on_expiry or state.post):
            yield found(at, "E417", f"终态“{name}”不再有待办和时限", "删去 post、runs、on_expiry")
        if state.post is None and "sign" in source.data["states"][name]:
            yield found(
                source.at_key("states", name, "sign"),
                "E418",
                "没有 post，没有人要签",
                "写上 post，或删去 sign",
            )
        yield from _kept(view, cycle, name, state, source)
        yield from _expiry(cycle, name, state, source)
        yield from posts.findings(view, cycle, name, state, source)


def _wording(view: View, cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    actions = {transition.action for transition in cycle.transitions}
    for category, own in cycle.wording.items():
        here = ("wording", category)
        for name in own.states:
            yield from view.known("state", name, cycle.states, source.at_key(*here, "states", name))
        for name in own.actions:
            yield from view.known("action", name, actions, source.at_key(*here, "actions", name))


def _kept(
    view: View, cycle: models.Lifecycle, name: str, state: models.State, source: Source
) -> Iterator[Diagnostic]:
    for index, clock in enumerate(state.keeps):
        at = source.at("states", name, "keeps", index)
        yield from view.known("clock", clock, cycle.clocks, at)
        if state.final or clock in state.runs:
            why = "终态不再有时限" if state.final else "已经写在 runs 里"
            yield found(at, "E426", f"“{name}”的 keeps：{clock} {why}", "删去")


def _expiry(
    cycle: models.Lifecycle, name: str, state: models.State, source: Source
) -> Iterator[Diagnostic]:
    for clock, action in state.on_expiry.items():
        if clock not in state.runs:
            said = f"时限“{clock}”在“{name}”不走，不会到期"
            yield found(
                source.at_key("states", name, "on_expiry", clock), "E412", said, "写进 runs，或删去"
            )
        takes = [
            t
            for t in cycle.transitions
            if t.action == action and name in t.sources and "clock" in t.actors
        ]
        if not takes:
            at = source.at("states", name, "on_expiry", clock)
            known = {t.action for t in cycle.transitions if "clock" in t.actors}
            hint = near(action, known) or f"加一个动作：action: {action}, from: {name}, by: clock"
            yield found(at, "E212", f"从“{name}”没有由时限触发的动作“{action}”", hint)


def _transitions(view: View, cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    expiring = {action for state in cycle.states.values() for action in state.on_expiry.values()}
    closed: set[tuple[str, str]] = set()
    for index, transition in enumerate(cycle.transitions):
        here = ("transitions", index)
        if transition.action in ENGINE_ACTIONS:
            said = f"动作“{transition.action}”（{ENGINE_ACTIONS[transition.action]}）由引擎提供，不能另写"
            yield found(source.at(*here, "action"), "E414", said, "删去或改名")
        for place, state in enumerate(transition.sources):
            part = (place,) if isinstance(transition.from_, list) else ()
            yield from view.known("state", state, cycle.states, source.at(*here, "from", *part))
            if (transition.action, state) in closed:
                said = f"从“{state}”的“{transition.action}”已经写过，这一条永远轮不到"
                yield found(
                    source.at(*here, "action"), "E405", said, "给前面的一条写上 when，或删去这一条"
                )
            if transition.when is None:
                closed.add((transition.action, state))
        yield from view.known("state", transition.to, cycle.states, source.at(*here, "to"))
        for place, actor in enumerate(transition.actors):
            part = (place,) if isinstance(transition.by, list) else ()
            yield from view.known("post", actor, view.posts | ACTORS, source.at(*here, "by", *part))
        if (
            transition.actors == ["clock"]
            and transition.action not in expiring
            and not _told_elsewhere(cycle, transition)
        ):
            said = f"没有时限到期时触发“{transition.action}”"
            yield found(
                source.at(*here, "action"), "E416", said, "在某个状态的 on_expiry 里写上它，或改 by"
            )
        yield from _effect(view, cycle, transition, source, index)
        yield from _restarts(view, cycle, transition, source, index)


def _told_elsewhere(cycle: models.Lifecycle, transition: models.Transition) -> bool:
    """Tell whether the missing expiry has a finding of its own at a state this would leave."""
    actions = {t.action for t in cycle.transitions}
    states = [cycle.states[name] for name in transition.sources if name in cycle.states]
    return any(
        (state.post == "applicant" and not state.on_expiry)
        or not set(state.on_expiry.values()) <= actions
        for state in states
    )


def _effect(
    view: View, cycle: models.Lifecycle, transition: models.Transition, source: Source, index: int
) -> Iterator[Diagnostic]:
    effect = transition.effect
    if effect is None:
        return
    for key, clock in (("extend", effect.extend), ("limit", effect.limit)):
        if clock is not None:
            yield from view.known(
                "clock", clock, cycle.clocks, source.at("transitions", index, "effect", key)
            )
            if "days" not in transition.needs:
                at = source.at_key("transitions", index, "effect", key)
                yield found(
                    at,
                    "E413",
                    f"“{transition.action}”改变期限，却没有写明天数",
                    "needs 里加上 days",
                )
    begun = [kind.code for kind in KINDS.values() if kind.by_action]
    if effect.begin is not None and effect.begin not in begun:
        at = source.at("transitions", index, "effect", "begin")
        yield found(at, "E105", f"“begin”不能是“{effect.begin}”", near(effect.begin, begun))
    lacking = [
        need for need in HEARING_NEEDS.get(effect.hearing or "", ()) if need not in transition.needs
    ]
    if lacking:
        said = f"“{transition.action}”推进听证，没有要求携带 {'、'.join(lacking)}"
        yield found(
            source.at_key("transitions", index, "effect", "hearing"), "E420", said, "写进 needs"
        )
    if effect.extend and transition.actors != ["head"]:
        said = "延长期限只能由负责人批准（行政许可法 42）"
        yield found(source.at("transitions", index, "by"), "E413", said, "写 by: head")


def _restarts(
    view: View, cycle: models.Lifecycle, transition: models.Transition, source: Source, index: int
) -> Iterator[Diagnostic]:
    """A limit begins anew only by the applicant's own act; a day that is given never does (section 18, invariant 3)."""
    here = ("transitions", index)
    named = [
        (clock, source.at(*here, "restarts", n)) for n, clock in enumerate(transition.restarts)
    ]
    for clock, at in named:
        yield from view.known("clock", clock, cycle.clocks, at)
        if not any(clock in state.runs for state in _ahead(cycle, transition.to)):
            said = f"“{transition.action}”以后时限“{clock}”不会再走，没有什么重新起算"
            yield found(at, "E425", said, "删去")
    told = transition.effect.limit if transition.effect else None
    if told is not None:
        named.append((told, source.at(*here, "effect", "limit")))
    for clock, at in named:
        limit = cycle.clocks[clock].limit if clock in cycle.clocks else ""
        if limit == "expiry":
            yield found(at, "E425", f"“{clock}”到有效期届满为止，不能重新起算", "删去")
        elif limit == "limits" and transition.actors != ["applicant"]:
            said = f"“{transition.action}”会让部门自己的办理期限重新起算（行政许可法 42、45）"
            yield found(at, "E425", said, "删去；只有申请人自己的动作可以重新起算")


def _ahead(cycle: models.Lifecycle, name: str) -> Iterator[models.State]:
    onward: dict[str, set[str]] = {each: set() for each in cycle.states}
    for transition in cycle.transitions:
        for leaving in transition.sources:
            if {leaving, transition.to} <= onward.keys():
                onward[leaving].add(transition.to)
    return (cycle.states[each] for each in _reach([name], onward) if each in cycle.states)


def _graph(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    onward: dict[str, set[str]] = {name: set() for name in cycle.states}
    backward: dict[str, set[str]] = {name: set() for name in cycle.states}
    for index, transition in enumerate(cycle.transitions):
        for leaving in transition.sources:
            if leaving in onward and transition.to in onward:
                onward[leaving].add(transition.to)
                backward[transition.to].add(leaving)
            if (
                leaving in cycle.states
                and cycle.states[leaving].final
                and not _after_final(transition)
            ):
                at = source.at("transitions", index, "by")
                yield found(
                    at,
                    "E404",
                    f"“{leaving}”是终态，只有负责人（head）或时限（clock）能再动它",
                    "写 by: head",
                )
    if cycle.states[cycle.initial].final:
        yield found(
            source.at_key("states", cycle.initial),
            "E415",
            "第一个状态就是终态，没有什么可办",
            "把开始的状态放在最前面",
        )
        return  # what can be reached from there says nothing
    entered = _reach([cycle.initial, *_entries(cycle, onward)], onward)
    ending = _reach([name for name, state in cycle.states.items() if state.final], backward)
    for name, state in cycle.states.items():
        at = source.at_key("states", name)
        if name not in entered:
            yield found(
                at, "E401", f"没有动作能到达状态“{name}”", "加一个 to 到这里的动作，或删去它"
            )
        elif state.final is None and not onward[name]:
            yield found(at, "E402", f"状态“{name}”没有出路", "加一个从这里出发的动作，或写 final")
        elif name not in ending:
            yield found(at, "E403", f"从状态“{name}”怎么办都到不了办结", "加一条通向终态的路")


def _entries(cycle: models.Lifecycle, onward: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield the states that the engine enters itself: the promise, and where the one notice is answered."""
    for name, state in cycle.states.items():
        answers = state.post == "applicant" and cycle.initial in _reach([name], onward)
        if name == PLEDGED or answers:
            yield name


def _reach(starts: list[str], edges: Mapping[str, set[str]]) -> set[str]:
    seen, queue = set(starts), deque(starts)
    while queue:
        for following in edges[queue.popleft()] - seen:
            seen.add(following)
            queue.append(following)
    return seen


def _clocks(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    running = {clock for state in cycle.states.values() for clock in state.runs}
    for name in cycle.clocks:
        if name not in running:
            yield found(
                source.at_key("clocks", name),
                "E406",
                f"没有状态走时限“{name}”",
                "写进某个状态的 runs，或删去它",
            )


def _tacit(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    """Silence grants nothing but a renewal, and there only under its article (行政许可法 50).

    What grants is what the run time takes for a grant, so that no expiry passes here and is refused there: also a step
    after which no refusal is possible any more.
    """
    machine = LifecycleMachine(cycle)
    for index, transition in enumerate(cycle.transitions):
        if "clock" not in transition.actors or not machine.grants(transition):
            continue
        if tacitly_renews(cycle, transition):
            continue
        said = f"时限到期不能准予：“{transition.action}”"
        hint = "只有延续可以：tacit: renewal，basis: 行政许可法 50"
        if cycle.states[transition.to].final is None:
            said += f"以后只剩准予，等于到期就准予了（到“{transition.to}”以后不能再不予办理）"
            hint = f"从“{transition.to}”加一个不予办理的动作，由人决定"
        yield found(source.at("transitions", index, "by"), "E421", said, hint)
    if cycle.tacit and not any(clock.limit == "expiry" for clock in cycle.clocks.values()):
        yield found(
            source.at_key("tacit"),
            "E421",
            "没有到有效期届满为止的时限（limit: expiry）",
            "写上，或删去 tacit",
        )


def _stands(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    """A decision stands: no clock leads from a state after the grant to an end (行政许可法 8、69)."""
    machine = LifecycleMachine(cycle)
    granted = {name for name, state in cycle.states.items() if state.final == "granted"}
    granted |= {name for name in cycle.states if machine.decided(name)}
    for index, transition in enumerate(cycle.transitions):
        ends = cycle.states[transition.to].final
        undone = [name for name in transition.sources if name in granted]
        if undone and ends and ends != "granted" and "clock" in transition.actors:
            said = f"“{undone[0]}”已经准予，时限到期不能办“{transition.action}”"
            hint = "准予以后缺的材料只影响发证；撤销要经撤销程序"
            yield found(source.at("transitions", index, "from"), "E432", said, hint)


def _revocations(view: View) -> Iterator[Diagnostic]:
    """What a licence grants is revoked by the proceeding alone: told, heard, on a ground of the law (行政许可法 69)."""
    own = view.pack.own_lifecycles()
    licensing = {i.lifecycle for i in view.pack.items.values() if i.category == "licence"}
    for code in sorted(licensing & own.keys()):
        cycle, source = own[code], view.source("lifecycle", code)
        begun = any(t.effect and t.effect.begin == revocation.KIND.code for t in cycle.transitions)
        for index, transition in enumerate(cycle.transitions):
            to = cycle.states.get(transition.to)
            arrives = transition.sources != [transition.to]  # not an act on what is revoked already
            brought_about = (transition.action, transition.actors) == (REVOKE, ["proceeding"])
            direct = not (brought_about and begun)
            if to and to.final == "revoked" and arrives and direct:
                at = source.at("transitions", index, "by")
                said = f"“{transition.action}”绕过了撤销程序"
                hint = "写 action: revoke，by: proceeding，另写一个动作 effect: {begin: revocation}"
                yield found(at, "E433", said, hint)
