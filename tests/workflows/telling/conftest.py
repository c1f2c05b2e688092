"""A small pack that has one of everything a guide and a chart can show."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.calendar import TZ, WorkCalendar, build, built_in
from service.workflows.definition import models
from service.workflows.definition.release import Release

DIRECTORY = """
kind: directory
region: {code: "999901", title: 云泽市临湖区（示例）}
departments: {scjg: 市场监督管理局, xf: 消防救援大队, cg: 城市管理局, ps: 水务局, wj: 卫生健康局}
"""
VOCABULARY = """
kind: vocabulary
fields:
  status: {title: 是否已有营业执照, type: choice, options: {have: 已有, none: 还没有}}
  subject_name: {title: 名称, type: text, max: 100, source: [applicant.name], hint: 与营业执照一致}
  uscc: {title: 统一社会信用代码, type: uscc, source: [applicant.id]}
  address: {title: 经营场所地址, type: text, source: [certificate.business-licence.address]}
  seats: {title: 餐位数, type: integer, min: 0, source: [certificate.business-licence.seats]}
  area: {title: 建筑面积, type: number, unit: ㎡, min: 1}
  has_agent: {title: 是否委托他人代办, type: boolean}
  agent_name: {title: 代办人姓名, type: text}
  usable_area: {title: 使用面积, type: number, unit: ㎡, min: 1, section: 场所, source: [earlier]}
  dishes: {title: 经营项目, type: multi, options: {hot: 热食, raw: 生食}}
materials:
  licence-copy: {title: 营业执照, certificate: business-licence}
  identity: {title: 身份证明}
  layout: {title: 经营布局图, formats: [pdf, png], max_mb: 15, hint: 标注尺寸}
  workflow-doc: {title: 操作流程文件}
  rules: {title: 食品安全制度目录}
  authorisation: {title: 授权委托书}
  fire-plan: {title: 消防平面图}
  premises-right: {title: 场所使用证明}
  health-list: {title: 体检名单}
certificates:
  business-licence: {title: 营业执照, number: "BL{region}{seq:07}", carries: {address: address, seats: seats}}
  food-licence: {title: 食品经营许可证, number: "JY2{region}{seq:07}", valid: 5y}
  fire-opinion: {title: 消防安全检查意见书, number: "XF{region}{seq:07}"}
reasons:
  layout-no-size: {title: 布局图缺少尺寸标注, material: layout}
"""
ITEMS = {
    "business-licence": """
department: scjg
category: licence
title: 市场主体设立登记
basis: [市场主体登记管理条例 16]
conditions: [有固定的经营场所]
lifecycle: instant
limits: {statutory: 3wd, promised: 1wd}
fields: [status, subject_name, address, seats]
materials: [{use: identity, from: [share, upload]}]
result: {certificate: business-licence}
""",
    "food-licence": """
department: scjg
category: licence
title: 食品经营许可（餐饮服务）
basis: [食品安全法 35]
conditions: [配备食品安全员, 有专用操作区]
lifecycle: licence
limits: {statutory: 10wd, promised: 5wd}
fields: [status, subject_name, uscc, address, area, seats, has_agent, {use: agent_name, when: form.has_agent}]
materials:
  - {use: licence-copy, from: [certificate, share, upload], when: "form.status == 'have'"}
  - {use: identity, from: [share, upload]}
  - {use: layout, from: [upload]}
  - {use: workflow-doc, from: [upload], deferrable: 3wd}
  - {use: rules, from: [generated, upload]}
  - {use: authorisation, from: [upload], when: form.has_agent}
result: {certificate: food-licence}
""",
    "fire-check": """
department: xf
category: licence
title: 公众聚集场所投入使用、营业前消防安全检查
basis: [消防法 15]
conditions: [消防设施完好]
lifecycle: licence
limits: {statutory: 13wd, promised: 8wd}
fields: [subject_name, address, area, {use: usable_area, required: false}]
materials:
  - {use: fire-plan, from: [upload]}
  - {use: premises-right, from: [share, commitment, upload]}
commitment:
  text: fire-v1
  basis: 消防法 15
  eligible: "!applicant.credit.excluded && form.usable_area <= 1000"
  limit: 1wd
  waives: [fire-plan]
  follow_up: {limit: 20wd, sample: 1.0}
result: {certificate: fire-opinion}
""",
    "outdoor-sign": """
department: cg
category: filing
title: 户外招牌设置备案
basis: [城市市容和环境卫生管理条例 11]
conditions: [一店一牌]
lifecycle: filing
limits: {promised: 3wd}
fields: [subject_name, address, dishes]
materials: [{use: premises-right, from: [commitment, upload]}]
fee: {amount: 12.5, basis: 城市道路管理条例 37}
""",
    "health-check": """
department: wj
category: service
title: 从业人员健康检查
basis: [食品安全法 45]
conditions: [从业人员本人到场]
lifecycle: instant
limits: {promised: 5wd}
fields: [subject_name]
materials: [{use: health-list, from: [upload], required: false}]
""",
}
BUNDLE = """
kind: bundle
code: open-shop
title: 开办餐饮店
lead: scjg
applicants: [enterprise, sole-trader]
promised: 13wd
questions:
  - {id: licence, ask: 您已经有营业执照了吗？, type: choice, options: {have: 已经有了, none: 还没有}, fills: status, why: 没有的先办执照}
  - {id: area, ask: 店面建筑面积是多少？, type: number, unit: ㎡, min: 1, fills: area, why: 决定是否要消防检查}
  - {id: sign, ask: 要装门头招牌吗？, type: boolean}
  - {id: dishes, ask: 卖什么, type: multi, options: {hot: 炒菜、火锅, raw: 生食}, fills: dishes}
  - {id: fumes, ask: 有油烟吗？, type: boolean, when: "'hot' in answers.dishes"}
  - {id: staff, ask: 有几位员工没有健康证？, type: integer, min: 0, max: 500}
derived: {public_venue: "answers.area > 300"}
stop:
  - {when: "answers.fumes && answers.area < 10", say: 这么小的店不得新建产生油烟的餐饮项目。, basis: 大气污染防治法 81}
items:
  - {use: business-licence, when: "answers.licence == 'none'", on_refusal: stop_all}
  - {use: food-licence, when: size(answers.dishes) > 0, after: [business-licence]}
  - {use: fire-check, when: derived.public_venue, after: [business-licence]}
  - {use: outdoor-sign, when: answers.sign, after: [food-licence]}
  - {use: health-check, when: answers.staff > 0}
before: {steps: 12, materials: 35, days: 48wd}
"""
SCENARIO = """
kind: scenario
bundle: open-shop
title: 有执照的店
now: 2026-11-05T10:00+08:00
applicant: {type: enterprise, name: 示例, id: 92999901MADEM0046F}
answers: {licence: have, area: 120, sign: true, dishes: [raw], staff: 0}
"""
TEXT = "# 消防安全检查告知承诺书\n\n## 一、告知\n\n依据消防法第十五条。\n"


def files() -> dict[str, str]:
    """Return the files of the pack."""
    items = {
        f"items/{code}.yaml": f"kind: item\ncode: {code}{text}" for code, text in ITEMS.items()
    }
    others = {
        "directory.yaml": DIRECTORY,
        "vocabulary.yaml": VOCABULARY,
        "bundle.yaml": BUNDLE,
        "one.yaml": SCENARIO,
    }
    return {**others, **items, "items/fire-v1.md": TEXT}


@pytest.fixture(scope="session")
def pack() -> Pack:
    """Return the pack, which has no error."""
    loaded = load_pack(files())
    assert loaded.pack is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.pack


@pytest.fixture(scope="session")
def release(pack: Pack) -> Release:
    """Return the bundle compiled."""
    return compile_release(pack, "open-shop")


@pytest.fixture(scope="session")
def joint(pack: Pack) -> Release:
    """Return the same bundle handled jointly, with a cap on the whole; half of the promises are checked, none is compared."""
    one = pack.bundles["open-shop"].model_copy(
        update={"legal_mode": "joint", "designation": "区政府〔2026〕1号", "before": None}
    )
    fire = pack.items["fire-check"].model_dump(by_alias=True)
    fire["commitment"]["follow_up"]["sample"] = 0.5
    items = {**pack.items, "fire-check": models.ItemDefinition.model_validate(fire)}
    return compile_release(replace(pack, bundles={"open-shop": one}, items=items), "open-shop")


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    """Return the national calendar."""
    return build(built_in(), ["CN"])


@pytest.fixture
def now() -> datetime:
    """Return a Thursday afternoon in a month without holidays."""
    return datetime(2026, 11, 5, 16, 40, 0, 417_389, tzinfo=TZ)


@pytest.fixture(scope="session")
def bundle_of() -> Callable[[list[tuple[str, str, list[str]]], str], Release]:
    """Return a maker of bundles from (title, department, after), whose items are called i0, i1, …."""

    def make(parts: list[tuple[str, str, list[str]]], title: str = "一件大事") -> Release:
        departments = dict.fromkeys(["lead", *(department for _, department, _ in parts)])
        about = {"kind": "item", "category": "licence", "basis": ["某法 1"], "lifecycle": "licence"}
        limits = {"statutory": "20wd", "promised": "5wd"}
        items = {
            f"i{n}": models.ItemDefinition.model_validate(
                {**about, "code": f"i{n}", "title": said, "department": where, "limits": limits}
            )
            for n, (said, where, _) in enumerate(parts)
        }
        entries = [{"use": f"i{n}", "after": after} for n, (_, _, after) in enumerate(parts)]
        whole = {
            "kind": "bundle",
            "code": "big",
            "title": title,
            "lead": "lead",
            "applicants": ["enterprise"],
        }
        offices = {"kind": "directory", "region": {"code": "999901", "title": "示例区"}}
        pack = Pack(
            directory=models.Directory.model_validate(
                {**offices, "departments": {d: f"第{d}管理局" for d in departments}}
            ),
            vocabulary=models.Vocabulary(kind="vocabulary"),
            calendars=(),
            lifecycles=standard_lifecycles(),
            items=items,
            bundles={
                "big": models.Bundle.model_validate(
                    {**whole, "promised": "400wd", "items": entries}
                )
            },
            scenarios=(),
            texts={},
            origins={},
        )
        return compile_release(pack, "big")

    return make
