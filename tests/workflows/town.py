"""A small town: its offices, its people, and what it publishes."""

import json
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from typing import Any

from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.load import load_pack
from service.workflows.calendar import TZ, build, built_in
from service.workflows.definition.release import Release

NATIONAL = build(built_in(), ("CN",))

Data = dict[str, Any]

DEPARTMENTS = {
    "scjg": "市场监督管理局",
    "xf": "消防救援大队",
    "cg": "城市管理局",
    "qzf": "区人民政府",
}

VOCABULARY: Data = {
    "fields": {
        "name": {"title": "名称", "type": "text", "source": ["applicant.name"]},
        "area": {"title": "面积", "type": "number", "min": 1, "unit": "㎡"},
        "phone": {"title": "电话", "type": "phone"},
        "opens": {"title": "开业日期", "type": "date"},
    },
    "materials": {
        "lease": {"title": "租赁合同"}, "plan": {"title": "平面图", "sample": "plan-sample"}, "photo": {"title": "现场照片"},
        "proof": {"title": "消防验收证明"}, "sketch": {"title": "招牌效果图"},
    },
    "certificates": {
        "food-card": {"title": "食品经营许可证", "number": "F{region}{seq:04}", "valid": "5y"},
        "fire-card": {"title": "消防检查意见书", "number": "X{year}{seq}"},
    },
    "reasons": {
        "plan-no-size": {"title": "平面图缺少尺寸", "material": "plan"},
        "plan-no-door": {"title": "平面图没有标出口", "material": "plan"},
        "lease-pages": {"title": "租赁合同缺页", "material": "lease"},
        "sketch-dark": {"title": "效果图看不清", "material": "sketch"},
        "phone-wrong": {"title": "电话打不通", "field": "phone"},
        "unfit": {
            "title": "不符合条件",
            "for": [
                "correction", "refusal", "termination", "revocation", "commitment", "follow_up", "repair"
            ],
        },
        "elsewhere": {"title": "不属于本机关职权", "for": ["decline"]},
        "needless": {"title": "依法不需要取得许可", "for": ["not_required"]},
    },
}  # fmt: skip

SAMPLES = {"plan-sample.md": "平面图\n1. 标明出口。"}

COMMITMENT: Data = {
    "text": "fire-v1",
    "basis": "消防法 15",
    "eligible": "!applicant.credit.excluded",
    "limit": "1wd",
    "waives": ["proof"],
    "follow_up": {"limit": "20wd", "sample": 1.0},
}

ITEMS: dict[str, Data] = {
    "food": {
        "title": "食品经营许可", "department": "scjg", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "20wd", "promised": "10wd"}, "fields": ["name", "area", "phone"],
        "materials": ["lease", "plan", {"use": "photo", "deferrable": "8wd"}], "result": {"certificate": "food-card"},
    },
    "fire": {
        "title": "消防安全检查", "department": "xf", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "13wd", "promised": "8wd"}, "fields": ["name", "area"],
        "materials": ["plan", {"use": "proof", "from": ["share", "upload"]}], "commitment": COMMITMENT,
        "result": {"certificate": "fire-card"},
    },
    "drain": {
        "title": "排水许可", "department": "cg", "category": "licence", "lifecycle": "licence",
        "limits": {"statutory": "20wd", "promised": "10wd"}, "fields": ["area"], "materials": ["plan", "lease"],
    },
    "sign": {
        "title": "招牌备案", "department": "cg", "category": "filing", "lifecycle": "filing",
        "limits": {"promised": "3wd"}, "fields": ["name"], "materials": ["sketch"],
    },
    "tax": {
        "title": "税务登记", "department": "scjg", "category": "service", "lifecycle": "instant",
        "limits": {"promised": "1wd"}, "fields": ["name"], "materials": [],
    },
    "look-up": {
        "title": "烟道核验", "department": "cg", "category": "verification", "lifecycle": "verification",
        "limits": {"promised": "2wd"}, "fields": [], "materials": [],
    },
}  # fmt: skip

ELSEWHERE: Data = {"reasons": ["elsewhere"], "ground": "competence", "where": "区局"}

PEOPLE: dict[str, tuple[str, str]] = {
    "li": ("scjg", "window"), "wang": ("scjg", "reviewer"), "zhao": ("scjg", "approver"), "qian": ("scjg", "head"),
    "feng": ("scjg", "approver"), "chu": ("scjg", "approver"), "wei": ("scjg", "inspector"),
    "sun": ("xf", "approver"), "zhou": ("xf", "inspector"), "zheng": ("xf", "reviewer"), "jiang": ("xf", "head"),
    "shen": ("xf", "window"), "wu": ("cg", "window"), "han": ("cg", "reviewer"), "yang": ("cg", "approver"),
    "zhu": ("cg", "head"), "qin": ("cg", "inspector"),
    "zong": ("qzf", "head"), "jin": ("scjg", "legal"),
}  # fmt: skip


def moment(text: str) -> datetime:
    """Read a Shanghai instant: `2026-09-14` (10:00) or `2026-09-14T21:00`; no real clock is even, only midnight is."""
    read = datetime.fromisoformat(text if "T" in text else f"{text}T10:00").replace(tzinfo=TZ)
    return read if read.time() == time() else read.replace(microsecond=417_389)


@cache
def _release(written: str) -> Release:
    said: Data = json.loads(written)
    files = {
        f"{kind}.yaml": json.dumps({"kind": kind} | said[kind])
        for kind in ("directory", "vocabulary", "bundle")
    }
    files |= {
        f"items/{code}.yaml": json.dumps({"kind": "item", "code": code} | item)
        for code, item in said["items"].items()
    }
    files |= {
        f"lifecycles/{n}.yaml": json.dumps({"kind": "lifecycle"} | each)
        for n, each in enumerate(said["lifecycles"])
    }
    texts = {
        "fire-v1.md": "本人承诺场所符合消防安全要求，承担不实承诺的后果。",
        "fire-notice-v1.md": "安全出口不少于2个。",
    }
    loaded = load_pack(files | texts | SAMPLES)
    assert loaded.pack, "\n".join(map(str, loaded.diagnostics))
    return compile_release(loaded.pack, "open-shop")


def town(
    *items: str | Data,
    change: Mapping[str, Data] | None = None,
    lifecycles: tuple[Data, ...] = (),
    policy: Data | None = None,
    papers: Data | None = None,
    certificates: Data | None = None,
    **of_bundle: Any,
) -> Release:
    """Publish the bundle with these items: a code, or an entry {use, when, after, on_refusal}."""
    entries = [{"use": entry} if isinstance(entry, str) else entry for entry in items or ("food",)]
    shop = {
        "code": "open-shop",
        "title": "开小店",
        "lead": "scjg",
        "applicants": ["sole-trader", "individual"],
        "promised": "45wd",
        "items": entries,
        "questions": [
            {"id": "area", "ask": "面积是多少？", "type": "number", "fills": "area", "min": 1}
        ],
    }
    used = {
        entry["use"]: ITEMS.get(entry["use"], {}) | (change or {}).get(entry["use"], {})
        for entry in entries
    }
    region = {"code": "999901", "title": "示例区"}
    said = {
        "directory": {
            "region": region,
            "departments": DEPARTMENTS,
            "government": "qzf",
            "posts": {"chief": "首席代表"},
            "policy": policy or {},
            **({"papers": papers} if papers else {}),
        },
        "vocabulary": VOCABULARY
        | {"certificates": VOCABULARY["certificates"] | (certificates or {})},
        "bundle": shop | of_bundle,
        "lifecycles": list(lifecycles),
        "items": {
            code: {"basis": ["某法 1"], "conditions": ["有场所"]} | item
            for code, item in used.items()
        },
    }
    return _release(json.dumps(said, ensure_ascii=False))
