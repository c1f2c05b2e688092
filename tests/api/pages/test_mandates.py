"""The page 委托代办: give, accept, act, revoke."""

from tests.api.city import City
from tests.api.pages.browser import Browser
from tests.api.subjects import COMPANY, LIN, SHOP_OPENS, family


async def test_from_giving_to_revoking(city: City) -> None:
    """Each side on its own browser; what is wrong is said at its place, what was typed stays."""
    home = await family(city)
    wang, lin = Browser(city), Browser(city)
    page = await wang.sign_in("wang")
    await wang.submit(page, "/identity", {"identity": home.acts["wang", COMPANY]})
    page = await wang.get("/mandates")
    page = await wang.submit(
        page, "/mandates", {"name": "林国栋", "number": "1", "until_on": "2026-12-31"}
    )
    assert page.status == 422
    assert dict(page.form("/mandates").fields)["name"] == "林国栋"
    page = await wang.submit(
        page, "/mandates", {"number": LIN, "bundles": ["open-shop"], "until_on": "2026-12-31"}
    )
    assert "对方接受以后生效" in page.text
    assert "等对方接受" in page.text
    await lin.submit(await lin.sign_in("lin"), "/identity", {"identity": ""})
    page = await lin.get("/mandates")
    assert "临湖小梅餐饮有限公司" in page.text
    page = await lin.submit(page, "/mandates/accept")
    assert "已经接受" in page.text
    page = await lin.get("/identity?next=/mandates")
    chosen = next(value for _, value, said in page.form("/identity").buttons if "小梅餐饮" in said)
    page = await lin.submit(page, "/identity", {"identity": chosen, "next": "/my/cases"})
    assert "以“临湖小梅餐饮有限公司”（代理人林国栋）的身份办" in page.text
    assert (await lin.get("/mandates")).status == 403
    page = await wang.submit(await wang.get("/mandates"), "/mandates/end")
    assert "马上生效" in page.text
    page = await lin.get("/my/cases")
    assert page.url.path == "/identity"
    assert SHOP_OPENS["applicant"]["name"] not in page.text
