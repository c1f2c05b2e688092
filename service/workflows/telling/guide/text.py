"""办事指南的文字版 — the guide as Markdown in plain Chinese, to read, print or send."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from service.workflows.notices.dates import say_date
from service.workflows.telling.guide.titles import joined

Part = Mapping[str, Any]
WINDOW = ("title", "address", "phone", "hours")
WEEKDAYS = "一二三四五六日"


def guide_text(guide: Part) -> str:
    """Write a guide made by `guide` as Markdown."""
    lines = [*_head(guide)]
    if guide["can_apply"]:
        for section in (
            _standing,
            _answers,
            _items,
            _not_needed,
            _materials,
            _form,
            _dates,
            _fees,
            _savings,
            _where,
            _promises,
        ):
            lines += section(guide)
    else:
        lines += [*_stops(guide), *_standing(guide), *_answers(guide)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _head(guide: Part) -> Iterator[str]:
    yield f"# {guide['title']}办事指南"
    yield ""
    yield f"{guide['region']['title']} · {guide['lead']['title']}牵头 · 申请人：{guide['applicant_type']['title']}"
    yield ""
    dates = guide["dates"]
    if guide["can_apply"]:
        today, expected, last = (
            _day_said(dates[name]) for name in ("submit_on", "expected_on", "promised_on")
        )
        yield f"> 一次提交，{len(guide['items'])} 个事项一起办。材料齐全、{today}提交的话，预计 **{expected}** 前全部办结；"
        yield f"> 承诺{guide['limits']['promised_title']}办结，最迟 **{last}**。"
        if dates["provisional"]:
            yield ">"
            yield f"> 以上日期是暂定的：{dates['note']}。"


def _stops(guide: Part) -> Iterator[str]:
    yield ""
    yield "## 现在不能办"
    yield ""
    for stop in guide["stops"]:
        yield f"- {stop['say']}（依据：{stop['basis']}）"
    if not guide["stops"]:
        yield "根据您的回答，没有需要办理的事项。"


def _standing(guide: Part) -> Iterator[str]:
    if guide["barred"]:
        yield from _heading("其中依法不能办的")
        yield "这几项会收到书面的不予许可（不予办理）决定书，写明理由和救济途径；其他事项照常办理。"
        yield ""
        for each in guide["barred"]:
            law = f"（依据：{each['basis']}）" if each["basis"] else ""
            yield f"- **{each['item']['title']}**：{each['say']}{law}"
    if guide["obstacles"]:
        yield from _heading("现在还不能提交")
        for each in guide["obstacles"]:
            yield f"- {each['say']}" + (f"（依据：{each['basis']}）" if each["basis"] else "")
    for each in guide["continues"]:
        yield from _heading(f"{each['what']['title']}哪一份证照")
        yield from (f"- {said}" for said in each["say"])


def _answers(guide: Part) -> Iterator[str]:
    if guide["questions"]:
        yield from _heading("您的情况")
        yield from (
            f"- {_question_said(question['ask'])}**{question['said']}**"
            for question in guide["questions"]
        )


def _items(guide: Part) -> Iterator[str]:
    count = len(guide["items"])
    offices = sum(1 for office in guide["departments"] if office["items"])
    yield from _heading(f"要办的事项（{count} 个，{offices} 个部门）")
    for n, item in enumerate(guide["items"], 1):
        yield f"### {n}. {item['title']}"
        yield ""
        yield f"- **谁来办**：{item['department']['title']}（{item['category']['title']}）"
        yield f"- **多久办完**：{_limits(item)}"
        if item["after"]:
            yield f"- **先后**：{'、'.join(_quoted(item['after']))}办完后自动开始，不用您再跑一趟"
        yield f"- **依据**：{'；'.join(item['basis'])}"
        if item["conditions"]:
            yield "- **条件**："
            yield from (f"  - {condition}" for condition in item["conditions"])
        yield from _decided(item)
        yield from _commitment(item)
        if item["result"]:
            valid = item["result"]["valid"]
            term = f"（有效期{valid['title']}）" if valid else ""
            yield f"- **办成后领取**：{item['result']['title']}{term}"
        if item["open"]:
            yield f"- **什么时候可以申请**：{item['open']}"
        if item["reform"]:
            yield f"- **证照分离**：{item['reform']['title']}（{item['reform']['basis']}）"
        yield from (f"- **收费**：{_charge(charge)}" for charge in item["charges"])
        if item["window"]:
            yield f"- **窗口**：{_window(item['window'])}"
        yield ""


def _charge(charge: Part) -> str:
    due = f"，应缴{charge['due']:g}元" if charge["due"] is not None else ""
    depends = f"，收不收看{joined(charge['depends_on'])}" if charge["depends_on"] else ""
    return f"{charge['title']} {charge['price']}{due}{depends}（依据：{charge['basis']}）"


def _window(window: Part) -> str:
    return "，".join(said for name in WINDOW if (said := window[name]))


def _limits(item: Part) -> str:
    promised, statutory = item["limits"]["promised"], item["limits"]["statutory"]
    said = [f"承诺{promised['title']}"] if promised else []
    said += [f"法定{statutory['title']}（{item['statutory_basis']}）"] if statutory else []
    if longer := item["extension"]:
        by_law = f"（{longer['basis']}）" if longer["basis"] else ""
        said.append(f"经负责人批准最多可以延长{longer['limit']['title']}{by_law}")
    said += [f"预计{_day_said(item['expected_on'])}前"] if item["expected_on"] else []
    said += [
        f"决定以后{each['title']}（{each['limit']}），最迟{_day_said(each['by'])}"
        for each in item["afterwards"]
    ]
    return "，".join(said) or "没有规定时限"


def _decided(item: Part) -> Iterator[str]:
    """Say on what the decision hangs beside the conditions: a number, a choice, a special procedure."""
    quantity = item["quantity"]
    if quantity:
        yield f"- **数量**：{quantity['limit']}（依据：{quantity['basis']}）"
    if chosen := item["selection"]:
        by_law = f"（依据：{chosen['basis']}）"
        yield f"- **通过{chosen['by']['title']}作决定**{by_law}：{chosen['published']}"
    for each in item["procedures"]:
        yield f"- **{each['title']}**（依据：{each['basis']}）：需要的时间书面告知，不计入办理期限"


def _commitment(item: Part) -> Iterator[str]:
    offer = item["commitment"]
    if offer is None:
        return
    if not (offer["offered"] or offer["unknown"]):
        yield f"- **告知承诺**：{offer['why_not']}"
        return
    chosen = item["handling"]["code"] == "commitment"
    waives = f"，免交{'、'.join(_quoted(offer['waives']))}" if offer["waives"] else ""
    check = f"；{offer['follow_up']['title']}" if offer["follow_up"] else ""
    start = "您已选择告知承诺" if chosen else "可以自愿选择，签一份承诺书"
    if offer["unknown"]:
        start = f"填了{joined(offer['depends_on'])}才知道您能不能选；能选的，签一份承诺书"
    if offer["say"]:
        start = f"{offer['say']}。{start}"
    yield f"- **告知承诺**：{start}，{offer['limit']['title']}办结{waives}{check}（依据：{offer['basis']}）"
    if offer["excludes"]:
        yield f"  - {offer['excludes']}"


def _not_needed(guide: Part) -> Iterator[str]:
    if guide["not_needed"]:
        yield from _heading("不用办的事项")
        yield from (f"- {item['title']}：{item['reason']}" for item in guide["not_needed"])


def _materials(guide: Part) -> Iterator[str]:
    mine = [paper for paper in guide["materials"] if paper["needed_from_applicant"]]
    free = [paper for paper in guide["materials"] if not paper["needed_from_applicant"]]
    yield from _heading("材料（一套，交一次）")
    if mine:
        yield f"要您准备的 {len(mine)} 份："
        yield ""
        yield "| 材料 | 怎么交 | 格式和大小 | 用于 |"
        yield "| --- | --- | --- | --- |"
        for paper in mine:
            name = paper["title"] + (f"（{paper['hint']}）" if paper["hint"] else "")
            name += f"：{joined(paper['any_of'])}，交一种就可以" if paper["any_of"] else ""
            size = f"{'、'.join(paper['formats'])}，不超过 {paper['max_mb']} MB"
            how = f"{paper['how']}；{paper['on_paper']}" if paper["on_paper"] else paper["how"]
            yield _table_row(name, how, size, joined(paper["items"]))
        yield ""
    else:
        yield "不用您准备材料。"
        yield ""
    if free:
        yield f"不用您交的 {len(free)} 份："
        yield ""
        yield from (f"- {paper['title']}：{paper['how']}" for paper in free)
    for paper in guide["materials"]:
        for one in (paper, *paper["any_of"]):
            yield from _form_text(f"空白表：{one['title']}", one["blank"])
            yield from _form_text(f"样表：{one['title']}", one["sample"])
    yield from _undecided(guide["undecided"]["materials"], "视您填写的内容，可能还要：")


def _form_text(title: str, text: str) -> Iterator[str]:
    if text:
        yield from ("", title, "")
        yield from (f"> {line}".rstrip() for line in text.splitlines())


def _form(guide: Part) -> Iterator[str]:
    fields = guide["form"]["properties"]
    prefilled = [name for name in fields if name in guide["prefill"]]
    rest = [name for name in fields if name not in guide["prefill"]]
    yield from _heading("要填的内容（一张表）")
    yield f"共 {len(fields)} 项，其中 {len(prefilled)} 项已经替您填好，请核对。"
    yield ""
    needed = set(guide["form"]["required"])
    to_fill = "；".join(_field(fields[name], name in needed) for name in rest)
    yield f"要填：{to_fill}。" if rest else ""
    yield ""
    if prefilled:
        yield f"已填好：{'；'.join(fields[name]['title'] for name in prefilled)}。"
    yield from _undecided(guide["undecided"]["fields"], "视您填写的内容，可能还要填：")


def _field(schema: Part, required: bool) -> str:
    unit = f"（{schema['x-unit']}）" if "x-unit" in schema else ""
    return f"{schema['title']}{unit}{'' if required else '（选填）'}"


def _undecided(entries: Iterable[Part], start: str) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(joined(entry["depends_on"]), []).append(entry["title"])
    if groups:
        yield ""
        yield start
        yield ""
        yield from (f"- {'；'.join(names)}（取决于：{field}）" for field, names in groups.items())


def _dates(guide: Part) -> Iterator[str]:
    dates = guide["dates"]
    yield from _heading("时间")
    yield f"- {_day_said(dates['submit_on'])}：提交，当场给收件凭证"
    if dates["notice_by"]:
        licence = any(item["category"]["code"] == "licence" for item in guide["items"])
        deemed = "；其中行政许可事项到期没有通知的，视为受理" if licence else ""
        yield f"- {_day_said(dates['notice_by'])}前：材料有问题的，一次性告诉您全部要补的内容{deemed}"
    if dates["expected_on"]:
        yield f"- {_day_said(dates['expected_on'])}前：预计全部办结（作出决定）"
    last = max((e["by"] for i in guide["items"] for e in i["afterwards"] if e["by"]), default="")
    if last:
        yield f"- {_day_said(last)}前：决定以后的颁证、送达、发放最迟全部办完"
    yield f"- {_day_said(dates['promised_on'])}：承诺的最后一天"
    if dates["cap_on"]:
        cap = guide["limits"]["legal_cap"]
        yield f"- {_day_said(dates['cap_on'])}：法定最长期限（{cap['title']}，{cap['basis']}）"
    yield ""
    yield "等您补正材料的时间不算在内。"
    if guide["opens_with"]:
        yield ""
        yield f"{''.join(_quoted(guide['opens_with']))}办成以前，不能开业（投入使用）。"


def _fees(guide: Part) -> Iterator[str]:
    yield from _heading("费用")
    yield guide["fees"]["title"] + ("。" if not guide["fees"]["items"] else "：")
    yield ""
    yield from (
        f"- {fee['title']}：{fee['said']}（依据：{fee['basis']}）" for fee in guide["fees"]["items"]
    )


def _savings(guide: Part) -> Iterator[str]:
    saved = guide["savings"] or {}
    rows = [
        *_counted_row("几个环节", saved.get("steps"), "个"),
        *_counted_row("交几份材料", saved.get("materials"), "份"),
    ]
    if days := saved.get("days"):
        less = days["less"]["title"] if days["less"] else ""
        rows.append(_table_row("要多久", days["before"]["title"], days["now"]["title"], less))
    if rows:
        yield from _heading("比分头办省了什么")
        yield "| | 原来分头办 | 现在一次办 | 减少 |"
        yield "| --- | --- | --- | --- |"
        yield from rows
        yield ""
        yield (
            "“原来”是您要办的这几个事项分头办理的数字。"
            if saved["of_these_items"]
            else "“原来”是公布的分头办理全部事项的数字；您只办其中几个的，材料的份数不能直接相减。"
        )


def _counted_row(title: str, saved: Part | None, unit: str) -> Iterator[str]:
    if saved:
        less = f"{saved['less']} {unit}" if saved["less"] else ""
        yield _table_row(title, f"{saved['before']} {unit}", f"{saved['now']} {unit}", less)


def _where(guide: Part) -> Iterator[str]:
    yield from _heading("在哪里办")
    yield f"{'，或者'.join(channel['title'] for channel in guide['channels'])}，由您选择，规则和时限一样。"


def _promises(guide: Part) -> Iterator[str]:
    for item in guide["items"]:
        offer = item["commitment"]
        if offer and (offer["offered"] or offer["unknown"]):
            for title, text in (
                ("告知书", offer["notice"]),
                ("告知承诺书", offer["text"]),
            ):
                if text:
                    yield from ("", "---", "", f"附：{_quoted([item])[0]}{title}全文", "")
                    yield re.sub(r"^(#+) ", r"##\1 ", text.strip(), flags=re.MULTILINE)


# ---- small pieces ----------------------------------------------------------------------------------------------


def _heading(text: str) -> list[str]:
    return ["", f"## {text}", ""]


def _table_row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '｜').replace(chr(10), ' ') for cell in cells)} |"


def _quoted(things: Iterable[Part]) -> list[str]:
    return [f"「{thing['title']}」" for thing in things]


def _question_said(question: str) -> str:
    return question if question.endswith(("？", "：")) else f"{question}："


def _day_said(day: str | None) -> str:
    if day is None:
        return "（没有承诺日期）"
    when = date.fromisoformat(day)
    return f"{say_date(when)}（周{WEEKDAYS[when.weekday()]}）"
