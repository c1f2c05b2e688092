"""理由 — each says what it is for, each action of a lifecycle takes a kind that is known, and each kind has one at least."""

from collections.abc import Iterator

from service.workflows.authoring.checks.view import View, repeated
from service.workflows.authoring.compiling import proceedings_of
from service.workflows.authoring.source import Source
from service.workflows.case.lifecycle import REASONS_OF_ENDS, completed, reasons_for
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found
from service.workflows.definition.models.terms import ABOUT_PAPERS, REASON_USES, ReasonUse

GROUNDS_HERE = "、".join(REASON_USES)


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong with the reasons of the vocabulary, and with what the pack's own lifecycles say of theirs."""
    for code, reason in view.pack.vocabulary.reasons.items():
        yield from _reason(view, code, reason)
    for code, cycle in view.pack.own_lifecycles().items():
        yield from _asked_for(cycle, view.source("lifecycle", code))
    yield from _without(view)


def _reason(view: View, code: str, reason: models.VocabularyReason) -> Iterator[Diagnostic]:
    source, path = view.source("reason", code), ("reasons", code)
    if reason.material:
        among = view.pack.vocabulary.materials
        yield from view.known("material", reason.material, among, source.at(*path, "material"))
    if reason.field:
        fields = view.pack.vocabulary.fields
        yield from view.known("field", reason.field, fields, source.at(*path, "field"))
    if reason.when:
        yield from view.compiled(view.item_scope, reason.when, source, (*path, "when"))[1]
    if reason.for_ is None and not (reason.material or reason.field):
        said = f"理由“{code}”没有写明用在哪里"
        hint = f"写上 for: [decline]；可以写：{GROUNDS_HERE}"
        yield found(source.at_key(*path), "E121", said, hint)
    for index, use in repeated(reason.for_ or ()):
        at = source.at(*path, "for", index)
        yield found(at, "E113", f"“{use}”写了两次", "删去一个")
    wrong = set(reason.uses) - set(ABOUT_PAPERS) - {"commitment", "follow_up"}
    if reason.material and wrong & {"decline", "not_required"}:
        said = f"材料上的问题要先补正，“{code}”不能用于不受理、不予受理（行政许可法 32）"
        yield found(source.at(*path, "for"), "E121", said, "删去 decline、not_required")


def _asked_for(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    if cycle.states[cycle.initial].final:
        return  # which state is the intake is not known: that has a finding of its own
    for index, transition in enumerate(cycle.transitions):
        asked = "reasons" in completed(cycle, transition).needs
        target = cycle.states.get(transition.to)
        meant = REASONS_OF_ENDS.get(target.final) if target and target.final else None
        if transition.reasons and not asked:
            said = f"“{transition.action}”不要理由，写了 reasons 也没有用"
            at = source.at_key("transitions", index, "reasons")
            yield found(at, "E430", said, "needs 里加上 reasons，或删去")
        elif transition.reasons and meant and meant != transition.reasons:
            said = f"“{transition.action}”的结果是{REASON_USES[meant]}，理由也只能是这一种"
            at = source.at("transitions", index, "reasons")
            yield found(at, "E430", said, f"写 reasons: {meant}，或删去")
        elif asked and target and reasons_for(cycle, transition) is None:
            said = f"“{transition.action}”要写理由，看不出是哪一种"
            at = source.at("transitions", index, "action")
            yield found(at, "E430", said, f"写上 reasons: …；可以写：{GROUNDS_HERE}")


def _without(view: View) -> Iterator[Diagnostic]:
    """Warn of kinds of reasons that an action takes and the catalogue has not one of: the clerk can only type."""
    known = view.pack.vocabulary.reasons
    if not known or not view.sure("vocabulary") or not view.sure("lifecycle"):
        return
    there = {use for reason in known.values() for use in reason.uses}
    for item in view.pack.items.values():
        lacking: dict[ReasonUse, str] = {}
        for cycle in _cycles(view, item):
            for transition in cycle.transitions:
                use = reasons_for(cycle, transition)
                if "reasons" in completed(cycle, transition).needs and use and use not in there:
                    lacking.setdefault(use, f"{cycle.title}：{transition.title}")
        there |= lacking.keys()  # told once, at the first item that can come to it
        for use, where in lacking.items():
            said = f"没有一条理由可以用于{REASON_USES[use]}（{item.title}，{where}）"
            at = view.source("reason", next(iter(known))).at_key("reasons")
            yield found(at, "W208", said, f"加一条 for: [{use}]")


def _cycles(view: View, item: models.ItemDefinition) -> Iterator[models.Lifecycle]:
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle is not None:
        yield cycle
        for code in proceedings_of({item.code: item}, {cycle.code: cycle}):
            yield view.pack.lifecycles[code]
