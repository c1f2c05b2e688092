"""行政许可检查 — a licence is bound by the law whatever lifecycle it uses: proved on the lifecycle itself.

Law: 行政许可法 32, 34, 38, 42, 44–48; R-BND-8, R-ACC-4…8, R-CLK-1, R-CLK-2, R-DEC-3, R-DEC-4, R-INV-1…5.
"""

from collections.abc import Iterator, Mapping

from service.workflows.authoring.checks.licences import ends, intake, limit, rights, standing
from service.workflows.authoring.checks.licences.proof import Fault, Proof
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.clocks import compare
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found
from service.workflows.definition.duration import Duration

LICENCE = "licence"
TWO_OFFICERS = 2
PROVED = (intake.faults, limit.faults, ends.faults, rights.faults, standing.faults)
USE = "一般的用 licence，当场办的用 instant，延续用 renewal；要自己写的，从它们改起"


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what keeps the licences of a pack from being lawful: each cause once, where it stands."""
    yield from _to_be_heard(view)
    proved: dict[str, _Proved] = {}
    for code, item in view.pack.items.items():
        cycle = view.pack.lifecycles.get(item.lifecycle)
        if item.category != LICENCE or cycle is None or not whole(cycle):
            continue
        source = view.source("item", code)
        known = proved.get(cycle.code)
        if known is None:
            own = ("lifecycle", cycle.code) in view.pack.origins
            known = proved[cycle.code] = _Proved(Proof(cycle), own=own)
            if own:
                yield from _told(known.proof, view.source("lifecycle", cycle.code))
        if known.misfit:
            yield found(source.at("lifecycle"), "E530", known.misfit, USE)
        else:
            yield from _limits(view, item, known, source)


class _Proved:
    """A lifecycle proved once, whatever number of items use it."""

    def __init__(self, proof: Proof, *, own: bool) -> None:
        """Prove it; the faults of a pack's `own` are told where it stands, not as a misfit of each item."""
        self.proof = proof
        self.misfit = "" if own else _misfit(proof)
        self.bounds: Mapping[str, limit.Bound] = limit.named_bounds(proof)


def _to_be_heard(view: View) -> Iterator[Diagnostic]:
    """Check that a region does not shorten the right to be heard before a revocation (行政许可法 47)."""
    directory = view.pack.directory
    text = directory.policy.revocation_hearing if directory else None
    if text and not compare(limit.FIVE_DAYS, Duration.parse(text), view.calendar):
        at = view.source("directory", "").at("policy", "revocation_hearing")
        said = f"撤销许可以前陈述申辩、要求听证的时间 {text}，应当不少于5个工作日"
        yield found(at, "E541", said, limit.TO_ASK.hint)


def faults_of(proof: Proof) -> list[Fault]:
    """Return every fault of a lifecycle that a licence uses, in the order of the procedure."""
    return [fault for proved in PROVED for fault in proved(proof)]


def whole(cycle: models.Lifecycle) -> bool:
    """Tell whether states and clocks that it names are there; what is missing has its finding already."""
    named = {state for t in cycle.transitions for state in (*t.sources, t.to)}
    runs = {clock for state in cycle.states.values() for clock in state.runs}
    return (
        named <= cycle.states.keys()
        and runs <= cycle.clocks.keys()
        and not cycle.states[cycle.initial].final
    )


def _told(proof: Proof, source: Source) -> Iterator[Diagnostic]:
    for fault in faults_of(proof):
        yield found(_place(source, fault), fault.code, f"行政许可：{fault.said}", fault.hint)


def _place(source: Source, fault: Fault) -> At:
    return source.at_key(*fault.path) if fault.at_key else source.at(*fault.path)


def _misfit(proof: Proof) -> str:
    """Say that a lifecycle of the engine was made for something else; nothing of one that fits."""
    why = "；".join(fault.said for fault in faults_of(proof))
    return (
        f"“{proof.cycle.code}”（{proof.cycle.title}）不是行政许可的办理程序：{why}" if why else ""
    )


# ---- the limits of an item ---------------------------------------------------------------------------------------


def _limits(
    view: View, item: models.ItemDefinition, known: _Proved, source: Source
) -> Iterator[Diagnostic]:
    yield from _on_the_spot(view, item, known.proof, source)
    yield from _extension(item, source)
    yield from _checked_by(item, source)
    yield from _to_follow(view, item, source)
    for name, bound in known.bounds.items():
        length = item.limit(name)
        if length and bound.breaks(length):
            yield found(source.at("limits", name), bound.code, bound.said(length), bound.hint)


def _on_the_spot(
    view: View, item: models.ItemDefinition, proof: Proof, source: Source
) -> Iterator[Diagnostic]:
    """即办: what is not deemed accepted after five days must be decided within them."""
    statutory = item.limit("statutory")
    if not (proof.on_the_spot and statutory):
        return
    if not compare(statutory, limit.FIVE_DAYS, view.calendar):
        said = f"“{proof.cycle.code}”没有五日内受理这一步，法定 {statutory} 却超过五个工作日"
        hint = "换成有受理、逾期视为受理的 licence（行政许可法 32）"
        yield found(source.at("limits", "statutory"), "E532", said, hint)


def _extension(item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check that more than ten working days rest on a statute that says so (行政许可法 42 ①)."""
    length, bound = item.limit("extension"), limit.LONGEST_EXTENSION
    if length is None or length.unit != "wd" or not bound.breaks(length):
        return
    if item.extension is None:
        hint = f"{bound.hint}；法律、法规另有规定的，写 extension: {{days: {length}, basis: 哪部法第几条}}"
        yield found(source.at("limits", "extension"), bound.code, bound.said(length), hint)
    elif not item.extension.basis:
        said = f"{bound.said(length)}，除非法律、法规另有规定"
        yield found(source.at("extension", "days"), bound.code, said, "写上 basis: 哪部法第几条")


def _checked_by(item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """事后核查: whoever checks what an application says goes with a colleague (行政许可法 34 ③)."""
    check = item.commitment.follow_up if item.commitment else None
    if check and check.inspectors < TWO_OFFICERS:
        at = source.at("commitment", "follow_up", "inspectors")
        said = f"事后核查只抽 {check.inspectors} 个人，应当有两名以上工作人员"
        yield found(at, "E544", said, "写 inspectors: 2 或更多，或者删去（默认 2）")


def _to_follow(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """容缺: a paper that may follow after the decision is due would never be looked at in time."""
    statutory, promised = item.limit("statutory"), item.limit("promised")
    if promised and statutory and not compare(promised, statutory, view.calendar):
        return  # which of the two is wrong has its finding
    for index, use in enumerate(item.material_uses()):
        later = Duration.parse(use.deferrable) if use.deferrable else None
        if later and statutory and not compare(later, statutory, view.calendar):
            at = source.at("materials", index, "deferrable")
            said = f"“{use.use}”可以 {later} 后才补，比法定 {statutory} 还晚，到期也作不出决定"
            yield found(at, "E542", said, f"写得比 {statutory} 短，给审查留出时间")
