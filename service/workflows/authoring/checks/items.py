"""事项检查 — every reference of an item, and that everything it says is run by its lifecycle."""

import re
from collections.abc import Iterator

from service.workflows.authoring.checks import promises
from service.workflows.authoring.checks.view import View, repeated
from service.workflows.authoring.source import Path, Source
from service.workflows.case.lifecycle import PLEDGED, worded
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.definition.duration import Duration
from service.workflows.definition.release import WHOLE
from service.workflows.proceedings import KINDS, follow_up

ALWAYS_READ = ("statutory", "promised", "extension")  # and the limits of proceedings
# What a hearing cannot do without, by its mode (行政许可法 46, 47, 48).
HEARING_STEPS = {
    "ex_officio": (("opened", "公告听证"), ("announced", "通知时间地点"), ("held", "举行听证")),
    "on_request": (
        ("told", "告知听证权利"),
        ("over", "等到申请期满"),
        ("asked", "登记听证申请"),
        ("announced", "通知时间地点"),
        ("held", "举行听证"),
    ),
}
EXPIRY = "expiry"  # the limit of a clock that ends with the certificate
# an act of licensing; a 许可证 may be named in any matter
_LICENSING = re.compile("(准予|予以|不予|无需|撤回|撤销)(行政)?许可")
_ONLY_45 = re.compile(r"^《?(中华人民共和国)?行政许可法》?\s*(第?45|第四十五)")
_ARTICLE = re.compile("[0-9]+|第.+条")
_CATCH_ALL = re.compile(r"(其他|其它)(有关|相关|必要|规定)?的?(有关|相关|必要|规定)?的?条件")


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the items."""
    for code, item in view.pack.items.items():
        source = view.source("item", code)
        if code == WHOLE:
            hint = "换一个代码，如 case-review"
            yield found(source.at("code"), "E219", f"“{WHOLE}”说的是整个办件", hint)
        yield from _references(view, item, source)
        yield from _lists(view, item, source)
        yield from _limit_names(view, item, source)
        yield from _continuing(view, item, source)
        yield from _steps(view, item, source)
        yield from _conditions(item, source)
        yield from _called(view, item, source)
        if item.commitment:
            yield from _commitment(view, item, item.commitment, source)
        if item.legal_review:
            yield from _legal_review(view, item, source)
        if item.hearing:
            yield from _hearing(view, item, source)
        if item.inspection:
            yield from _inspection(view, item, source)
        if item.selection:
            yield from _selection(view, item, source)
        yield from _procedures(view, item, source)


def _references(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    if view.pack.directory is not None:
        yield from view.known(
            "department", item.department, view.departments, source.at("department")
        )
    yield from view.known("lifecycle", item.lifecycle, view.pack.lifecycles, source.at("lifecycle"))
    if item.result:
        at = source.at("result", "certificate")
        yield from view.known(
            "certificate", item.result.certificate, view.pack.vocabulary.certificates, at
        )
        cycle = view.pack.lifecycles.get(item.lifecycle)
        if cycle and not any(state.final == "granted" for state in cycle.states.values()):
            yield found(
                at,
                "E509",
                f"“{item.lifecycle}”没有办结为准予的状态，不会发出证照",
                "换一个生命周期，或删去 result",
            )


def _called(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Yield what an item that is no licence would have called one, on buttons, states and papers (R-DEC-3)."""
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle is None or item.category == "licence":
        return
    own = worded(cycle, item.category)
    said = [state.title for state in own.states.values()] + [each.title for each in own.transitions]
    if named := list(dict.fromkeys(title for title in said if _LICENSING.search(title))):
        yield found(
            source.at("category"),
            "E552",
            f"不是行政许可，“{item.lifecycle}”却会说“{'”“'.join(named)}”",
            f"在生命周期里写 wording: {{{item.category}: {{states: …, actions: …}}}}，或换一个生命周期",
        )


def _lists(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    fields, materials = item.field_uses(), item.material_uses()
    for sort, uses, known in (
        ("field", [use.use for use in fields], view.pack.vocabulary.fields),
        ("material", [use.use for use in materials], view.pack.vocabulary.materials),
    ):
        part = f"{sort}s"
        for index, name in enumerate(uses):
            yield from view.known(sort, name, known, source.at(*_use(source, part, index)))
        for index, name in repeated(uses):
            yield found(
                source.at(*_use(source, part, index)), "E113", f"“{name}”写了两次", "删去一个"
            )
    for index, use in enumerate(materials):
        yield from _material(view, item, source, index, use)


def _material(
    view: View, item: models.ItemDefinition, source: Source, index: int, use: models.MaterialUse
) -> Iterator[Diagnostic]:
    if use.required and set(use.from_) == {"share"}:
        hint = "共享失败时要有兜底，例如 from: [share, upload]"
        yield found(
            source.at("materials", index, "from"), "W204", f"“{use.use}”只能靠数据共享取得", hint
        )
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if use.deferrable and cycle and not any("gaps" in t.needs for t in cycle.transitions):
        at = source.at("materials", index, "deferrable")
        yield found(
            at,
            "E508",
            f"“{item.lifecycle}”没有容缺受理，deferrable 不起作用",
            "删去 deferrable，或用 licence",
        )


def _use(source: Source, part: str, index: int) -> Path:
    """Return the path of the name in an entry written short (the name itself) or long (under `use`)."""
    return (part, index, "use") if isinstance(source.data[part][index], dict) else (part, index)


def _limit_names(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle is None:
        return
    named = {clock.limit for clock in cycle.clocks.values() if not clock.limit[0].isdigit()}
    for name in named - {"limits", EXPIRY} - item.limits.keys():
        said = f"生命周期“{item.lifecycle}”要用时限“{name}”，这里没有给"
        yield found(source.at("limits"), "E411", said, f"limits: {{{name}: 5wd}}")
    if "limits" in named and not {"statutory", "promised"} & item.limits.keys():
        said = "没有法定时限也没有承诺时限，办到哪天算完说不清"
        yield found(source.at("limits"), "E411", said, "limits: {statutory: 20wd, promised: 10wd}")
    always = [*ALWAYS_READ, *(kind.limit for kind in KINDS.values() if kind.limit)]
    for name in item.limits:
        if name not in named and name not in always:
            hint = near(name, [*always, *(named - {"limits"})])
            yield found(source.at_key("limits", name), "E213", f"没有时限用到“{name}”", hint)


def _legal_review(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    cycle = view.pack.lifecycles.get(item.lifecycle)
    records = [t for t in cycle.transitions if t.effect and t.effect.record] if cycle else []
    promised = bool(item.commitment and cycle and PLEDGED in cycle.states)
    if promised and records and not any(PLEDGED in t.sources for t in records):
        said = f"“{item.lifecycle}”按承诺决定以前没有法制审核这一步，永远不能按承诺准予"
        hint = f"加一个从 {PLEDGED} 记录法制审核意见的动作，或删去 commitment"
        yield found(source.at_key("legal_review"), "E522", said, hint)
    if cycle and not records:
        said = f"“{item.lifecycle}”没有法制审核这一步，永远作不出决定"
        yield found(
            source.at_key("legal_review"), "E522", said, "换成 licence，或删去 legal_review"
        )


def _steps(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """环节时限: of stages in which a department has something to do, together within the promise (R-MON-1)."""
    cycle, promised = (
        view.pack.lifecycles.get(item.lifecycle),
        item.limit("promised") or item.limit("statutory"),
    )
    if cycle is None:
        return
    staffed = {
        name for name, state in cycle.states.items() if state.post and state.post != "applicant"
    }
    for name in item.steps:
        yield from view.known("state", name, staffed, source.at_key("steps", name))
    counted = {name for name, state in cycle.states.items() if _counts(cycle, state)}
    inside = [Duration.parse(length) for name, length in item.steps.items() if name in counted]
    total = sum(each.count for each in inside)
    if promised and {each.unit for each in inside} == {promised.unit} and total > promised.count:
        said = f"各环节加起来 {total} 天，超过承诺的 {promised}"
        yield found(source.at_key("steps"), "W213", said, "环节时限之和不应超过承诺时限")


def _counts(cycle: models.Lifecycle, state: models.State) -> bool:
    return any(
        cycle.clocks[clock].limit == "limits" for clock in state.runs if clock in cycle.clocks
    )


def _hearing(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    cycle, at = view.pack.lifecycles.get(item.lifecycle), source.at_key("hearing")
    steps = {t.effect.hearing for t in cycle.transitions if t.effect} if cycle else set()
    wanted = HEARING_STEPS[item.hearing.mode] if item.hearing else ()
    lacking = [title for step, title in wanted if step not in steps]
    if cycle and lacking:
        said = f"“{item.lifecycle}”不能{'、'.join(lacking)}，永远作不出决定"
        yield found(at, "E520", said, "换成 licence，或删去 hearing")
    elif item.commitment:
        yield found(
            at, "E520", "决定前要听证的事项不能按告知承诺当场决定", "删去 commitment 或 hearing"
        )


def _inspection(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """检验、检测、检疫: somebody must be able to arrange the check after the acceptance (行政许可法 55)."""
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle and not any(t.notice == "inspection" for t in cycle.transitions):
        said = f"“{item.lifecycle}”没有安排核查这一步，两名工作人员指派不了"
        yield found(source.at_key("inspection"), "E523", said, "换成 licence，或删去 inspection")
    elif item.inspection and not item.inspection.standards:
        said = "根据检验、检测、检疫不予许可的，没有技术标准、技术规范可以写"
        hint = "写 standards: [GB 31654-2021 …]"
        yield found(source.at_key("inspection"), "E524", said, hint)


def _selection(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """招标、拍卖、考试: somebody must be able to record the result, and no promise stands for it (行政许可法 53、54)."""
    cycle, at = view.pack.lifecycles.get(item.lifecycle), source.at_key("selection")
    records = bool(cycle) and any(
        t.effect and t.effect.record == "selection" for t in (cycle.transitions if cycle else ())
    )
    if cycle and not records:
        said = f"“{item.lifecycle}”不能记录招标、拍卖、考试的结果，永远作不出决定"
        yield found(at, "E525", said, "换成 licence，或删去 selection")
    elif item.commitment:
        said = "通过招标、拍卖、考试作决定的，不能按告知承诺当场决定"
        yield found(at, "E525", said, "删去 commitment 或 selection")


def _procedures(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """特别程序: each rests on a statute that demands it, and somebody must be able to begin it (行政许可法 45)."""
    cycle = view.pack.lifecycles.get(item.lifecycle)
    begun = any("procedure" in t.needs for t in cycle.transitions) if cycle else True
    if item.procedures and not begun:
        said = f"“{item.lifecycle}”没有特别程序这一步，procedures 不起作用"
        yield found(source.at_key("procedures"), "E554", said, "换成 licence，或删去 procedures")
    for kind, demanded in item.procedures.items():
        if _ONLY_45.match(demanded.basis):
            said = "行政许可法 45 只说时间不计入期限，没有要求做这项程序"
            at = source.at("procedures", kind, "basis")
            yield found(at, "E554", said, "写要求它的那部法律、法规的哪一条；没有的删去")
        elif not _ARTICLE.search(demanded.basis):
            at = source.at("procedures", kind, "basis")
            said = f"“{demanded.basis}”没有写明是哪一条"
            yield found(at, "E554", said, "写成 某法 9")


def _continuing(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check what an item renews or changes, and that silence renews only there."""
    cycle = view.pack.lifecycles.get(item.lifecycle)
    tacit = bool(
        cycle and (cycle.tacit or any(clock.limit == EXPIRY for clock in cycle.clocks.values()))
    )
    if cycle and tacit != bool(item.renews):
        said = "没有写 renews，届满视为准予无从谈起" if tacit else "不会在届满前作决定"
        yield found(
            source.at("lifecycle"),
            "E512",
            f"“{item.lifecycle}”：{said}",
            "renews 与 lifecycle: renewal 一起用",
        )
    for key, wanted in (("renews", item.renews), ("changes", item.changes)):
        if wanted is None:
            continue
        among = view.pack.vocabulary.certificates
        yield from view.known(
            "certificate", wanted.certificate, among, source.at(key, "certificate")
        )
        asked = {use.use for use in item.field_uses() if use.required}
        if wanted.named_in not in asked:
            said = f"申请表里没有必填的“{wanted.named_in}”，说不清是哪一份证照"
            yield found(
                source.at_key(key),
                "E512",
                said,
                "在 fields 里加上它，或者用 named_in 写明是哪个字段",
            )
        if item.result is None or item.result.certificate != wanted.certificate:
            said = f"办成以后发的不是“{wanted.certificate}”"
            yield found(
                source.at_key(key), "E512", said, f"result: {{certificate: {wanted.certificate}}}"
            )
    if item.renews and item.changes:
        yield found(
            source.at_key("changes"), "E512", "一个事项不能既是延续又是变更", "分成两个事项"
        )


def _commitment(
    view: View, item: models.ItemDefinition, commitment: models.CommitmentDefinition, source: Source
) -> Iterator[Diagnostic]:
    yield from _texts(view, commitment, source)
    yield from _days(commitment, source)
    yield from promises.findings(view, item, commitment, source)
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle and not _grants_on_a_promise(cycle):
        said = f"“{item.lifecycle}”不能按承诺办结，commitment 不起作用"
        yield found(source.at_key("commitment"), "E507", said, "换成 licence，或删去 commitment")
    asked = {use.use for use in item.material_uses()}
    for index, waived in enumerate(commitment.waives):
        if waived not in asked:
            at = source.at("commitment", "waives", index)
            said = f"本事项不要“{waived}”，不能写成免交"
            yield found(at, "E215", said, near(waived, asked))
    if commitment.follow_up:
        at = source.at("commitment", "follow_up", "post")
        yield from view.known("post", commitment.follow_up.post, view.posts, at)
        at = source.at_key("commitment", "follow_up")
        yield from view.known("lifecycle", follow_up.KIND.code, view.pack.lifecycles, at)


def _conditions(item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check that who reads the conditions knows all of them (R-ACC-2, R-NCP-4)."""
    for index, condition in enumerate(item.conditions):
        if _CATCH_ALL.search(condition):
            said = "办理条件不能有“其他条件”这样的兜底条款"
            at = source.at("conditions", index)
            yield found(at, "E505", said, "把条件逐条写明，写不明就删去")


def _days(commitment: models.CommitmentDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check the time in which the list opens it, and that somebody looks at what is promised for later."""
    listed = commitment.listed
    if listed and listed.until and listed.until < listed.from_:
        at = source.at("commitment", "list", "until")
        yield found(at, "E510", "清单条目还没有开始就已结束", "until 不早于 from")
    if commitment.later and not commitment.follow_up:
        at, said = source.at_key("commitment", "later"), "承诺将来符合条件的，到期要有人核查"
        yield found(at, "E511", said, "加上 follow_up: {limit: 20wd}，或删去 later")


def _grants_on_a_promise(cycle: models.Lifecycle) -> bool:
    granted = any(state.final == "granted" for state in cycle.states.values())
    return granted or PLEDGED in cycle.states


def _texts(
    view: View, commitment: models.CommitmentDefinition, source: Source
) -> Iterator[Diagnostic]:
    """Check that both texts are there, and that the notice has no catch-all clause (R-NCP-4)."""
    here = ("commitment",)
    for key, title, text in (
        ("text", "承诺书", commitment.text),
        ("notice", "告知书", commitment.notice),
    ):
        if text and text not in view.pack.texts:
            hint = near(text, list(view.pack.texts)) or f"加一个文件 {text}.md"
            yield found(source.at(*here, key), "E208", f"没有{title}文本“{text}”", hint)
    # without a notice of its own the promise says what has to be told
    key, name = ("notice", "告知书") if commitment.notice else ("text", "承诺书")
    told = view.pack.texts.get(commitment.notice or commitment.text, "").splitlines()
    for number, line in enumerate(told, start=1):
        if _CATCH_ALL.search(line):
            said = f"{name}第{number}行有“其他条件”这样的兜底条款"
            yield found(source.at(*here, key), "E505", said, "把条件逐条写明，写不明就删去")
