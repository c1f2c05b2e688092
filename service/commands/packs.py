"""定义包命令 — check, test, draw and explain definitions, on files alone: no database, no server."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from service.commands.outcome import CLEAN, FINDINGS, USAGE, Refusal, end, note, say
from service.worker import wall_clock
from service.workflows.application import Applicant
from service.workflows.authoring import (
    Pack,
    Story,
    bundles_of,
    compile_release,
    json_schema,
    load_pack,
    neighbour,
    read_folder,
    taken_departments,
)
from service.workflows.definition import Diagnostic, Release, explanations
from service.workflows.telling import bundle_chart, bundle_mermaid, guide_for, guide_text
from service.workflows.trials import (
    Coverage,
    Played,
    answers_with_neutral,
    coverage_report,
    demanded,
    pack_calendar,
    play,
)

Folders = Annotated[
    list[Path],
    typer.Argument(metavar="定义包…", help="定义包文件夹，可以写几个", show_default=False),
]
Folder = Annotated[Path, typer.Argument(metavar="定义包", help="定义包文件夹", show_default=False)]
Code = Annotated[
    str,
    typer.Argument(metavar="一件事", help="一件事的代码，如 open-restaurant", show_default=False),
]
Format = Annotated[
    Literal["text", "json", "github"],
    typer.Option("--output-format", help="text 给人看，json 给程序，github 标在代码审查里"),
]
Drawing = Annotated[
    Literal["svg", "mermaid", "guide", "form"],
    typer.Option("--as", help="画成什么：流程图、指南或表单"),
]
MOST_SHOWN = 20  # of what no scenario reached


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("lint", help="检查定义包：每处错误给出文件、行、列和改法")(lint)
    app.command("test", help="运行定义包里的情景，并列出没有情景走到的地方")(test)
    app.command("render", help="画流程图，或者写出办事指南、表单")(render)
    app.command("schema", help="输出定义语言的 JSON Schema，供编辑器提示")(schema)
    app.command("explain", help="解释一个检查代码，如 E201；不写代码就列出全部")(explain)


def files_of(folder: Path) -> dict[str, bytes]:
    """Read the files of a pack. Raises Refusal when there is nothing to read."""
    try:
        found = read_folder(folder)
    except FileNotFoundError:
        raise Refusal(f"没有这个文件夹：{folder}") from None
    except OSError as error:
        raise Refusal(f"读不了 {folder}：{error.strerror}") from None
    if not found:
        raise Refusal(f"{folder} 里没有定义文件（.yaml）")
    return found


def sound(folder: Path) -> Pack:
    """Return a pack without errors; else its errors are printed and the command ends."""
    loaded = load_pack(files_of(folder))
    if loaded.pack is None:
        for found in loaded.diagnostics:
            say(f"{folder}/{found}")
        note("定义包有错误，先改好再来（yijianshi lint）")
        end(FINDINGS)
    return loaded.pack


def lint(packs: Folders, output_format: Format = "text") -> None:
    """Print what is wrong in the packs."""
    loaded = [(folder, load_pack(files_of(folder))) for folder in packs]
    found = [(folder, each) for folder, one in loaded for each in one.diagnostics]
    found += _between([(folder, one.pack) for folder, one in loaded if one.pack])
    if output_format == "json":
        rows = [{**each.as_dict(), "file": str(folder / each.file)} for folder, each in found]
        say(json.dumps(rows, ensure_ascii=False, indent=2))
    elif output_format == "github":
        for folder, each in found:
            say(_for_review(folder, each))
    else:
        for folder, each in found:
            say(f"{folder}/{each}")
        _sum_up(found)
    end(FINDINGS if any(each.severity == "error" for _, each in found) else CLEAN)


def _between(packs: list[tuple[Path, Pack]]) -> list[tuple[Path, Diagnostic]]:
    """Return what is wrong only because the packs stand beside each other."""
    places = [place for _, pack in packs if (place := neighbour(pack))]
    return [(folder, each) for folder, pack in packs for each in taken_departments(pack, places)]


def _sum_up(found: list[tuple[Path, Diagnostic]]) -> None:
    errors = sum(each.severity == "error" for _, each in found)
    if not found:
        say("没有发现问题")
    else:
        say(f"{errors} 处错误，{len(found) - errors} 处提醒；用 yijianshi explain <代码> 看解释")


def _for_review(folder: Path, each: Diagnostic) -> str:
    text = f"{each.message} {each.hint}".strip().replace("%", "%25").replace("\n", "%0A")
    return f"::{each.severity} file={folder / each.file},line={each.line},col={each.col},title={each.code}::{text}"


def test(packs: Folders) -> None:
    """Play every scenario of the packs."""
    failed = 0
    for folder in packs:
        pack = sound(folder)
        if not pack.scenarios:
            say(f"{folder}：没有情景")
        reached: dict[str, Coverage] = {}
        for story in pack.scenarios:
            played = play(pack, story, reached.setdefault(story.scenario.bundle, Coverage()))
            failed += bool(played.failures)
            _tell(folder, played)
        for bundle, coverage in reached.items():
            if bundle not in pack.bundles:
                continue  # an area's version: the lifecycles are walked by the stories of the bundle itself
            _tell_coverage(compile_release(pack, bundle), coverage)
    say("全部情景成立" if not failed else f"{failed} 个情景不成立")
    end(FINDINGS if failed else CLEAN)


def _tell(folder: Path, played: Played) -> None:
    story: Story = played.story
    say(f"{'✗' if played.failures else '✓'} {story.scenario.title}（{story.file}）")
    for failure in played.failures:
        say(f"  {folder / story.file}:{failure.line} {failure}")
    for said in played.not_taken():
        say(f"  {said}")


def _tell_coverage(release: Release, reached: Coverage) -> None:
    found = coverage_report(demanded(release, reached), reached)
    parts = [f"{title} {counts['reached']}/{counts['all']}" for title, counts in found.items()]
    say(f"\n「{release.bundle.title}」走到的：{'，'.join(parts)}")
    for title, counts in found.items():
        missing = counts["missing"]
        if missing:
            more = f" 等 {len(missing)} 处" if len(missing) > MOST_SHOWN else ""
            say(f"  没有情景走到的{title}：{'；'.join(missing[:MOST_SHOWN])}{more}")


def render(
    pack: Folder,
    bundle: Code,
    drawn: Drawing = "svg",
    answers: Annotated[
        str, typer.Option(help='情形问题的回答，JSON，如 {"area": 130}；没答的按最简单的情形')
    ] = "{}",
    applicant: Annotated[
        str, typer.Option(help="申请人类型；默认为第一种", show_default=False)
    ] = "",
) -> None:
    """Print a chart, a guide or a form."""
    found = sound(pack)
    known = bundles_of(found)
    if bundle not in known:
        raise Refusal(f"定义包里没有「{bundle}」这件事；有：{'、'.join(known)}")
    release = compile_release(found, bundle)
    if drawn in ("svg", "mermaid"):
        if answers != "{}" or applicant:
            raise Refusal("流程图画的是整件事，不看回答；按回答画的是 guide 和 form")
        say(bundle_chart(release) if drawn == "svg" else bundle_mermaid(release))
        return
    kind = applicant or release.bundle.applicants[0]
    if kind not in release.bundle.applicants:
        raise Refusal(f"这件事不面向「{kind}」；有：{'、'.join(release.bundle.applicants)}")
    given = answers_with_neutral(release, _object(answers), kind)
    made = guide_for(
        release, Applicant(kind), given, {}, pack_calendar(found, release), wall_clock()
    )
    if drawn == "guide":
        say(guide_text(made))
    else:
        say(json.dumps(made["form"], ensure_ascii=False, indent=2))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal("--answers 不是有效的 JSON") from None
    if not isinstance(found, dict):
        raise Refusal('--answers 应为 {"问题": 回答} 这样的 JSON')
    return found


def schema() -> None:
    """Print the JSON Schema of the language."""
    say(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def explain(
    code: Annotated[
        str,
        typer.Argument(
            metavar="代码", help="检查代码，如 E201；不写就列出全部", show_default=False
        ),
    ] = "",
) -> None:
    """Print the rule behind a diagnostic; without a code, every code with its title."""
    known = explanations()
    if not code:
        for each, about in sorted(known.items()):
            say(f"{each}  {about.title}")
        return
    found = known.get(code.upper())
    if found is None:
        note(f"没有「{code}」这个代码；有：{'、'.join(_ranges(known))}")
        end(USAGE)
    bad, good = _indented(found.example_bad), _indented(found.example_good)
    parts = (f"{code.upper()} {found.title}", found.why, f"不要写：\n{bad}", f"应该写：\n{good}")
    say("\n\n".join(parts))


def _ranges(codes: Iterable[str]) -> list[str]:
    first: dict[str, list[str]] = {}
    for code in sorted(codes):
        first.setdefault(code[:2], []).append(code)
    return [found[0] if len(found) == 1 else f"{found[0]}…{found[-1]}" for found in first.values()]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())
