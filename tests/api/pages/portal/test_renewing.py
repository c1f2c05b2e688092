"""A licence is renewed in a browser: from the page of the bundle to the receipt, and what is said when it is not the time."""

from datetime import date

import pytest

from tests.api.city import City
from tests.api.holder import AFTER, BEFORE, KEEP, LATE, WITHIN, licensed, on
from tests.api.pages.browser import Browser, Page
from tests.api.pages.portal.conftest import number_of

THING = f"/things/{KEEP}"


async def at(city: City, day: date) -> Browser:
    """Sign 张三 in on a day."""
    on(city, day)
    made = Browser(city)
    await made.sign_in("citizen")
    return made


async def guide_of(citizen: Browser, what: str) -> Page:
    """Go from the page of the bundle over its questions to the guide."""
    thing = await citizen.get(THING)
    ask = await citizen.get(next(href for words, href in thing.links if words == "按您的情况开始"))
    page = await citizen.submit(ask, f"{THING}/ask", {"what": what, "_go": "1"})
    assert (page.status, page.url.path) == (200, f"{THING}/guide")
    return page


async def filled(citizen: Browser, page: Page, **typed: str) -> Page:
    """Begin, fill in the form, go on to the check."""
    page = await citizen.submit(page, "/apply")
    while "/form/" in page.url.path:
        path = page.url.path
        names = {name for name, _ in page.form(path).fields}
        page = await citizen.submit(page, path, {n: v for n, v in typed.items() if n in names})
        assert page.status == 200, page.text
    return await citizen.get(f"/apply/{number_of(page)}/check")


@pytest.mark.parametrize(
    ("what", "day", "word"), [("renew", WITHIN, "延续"), ("change", BEFORE, "变更")]
)
async def test_from_the_bundle_to_the_receipt(city: City, what: str, day: date, word: str) -> None:
    """Which certificate, until when, nothing in the way; the number comes by itself."""
    number = await licensed(city)
    citizen = await at(city, day)
    page = await guide_of(citizen, what)
    assert f"{word}的是您的食品经营许可证 {number}，有效期到2031年11月5日。" in page.text
    assert "现在还不能提交" not in page.text
    page = await filled(citizen, page, **{"form/food_safety_manager": "李四"})
    assert number in page.text
    assert "处要填" not in page.text
    path = page.url.path
    page = await citizen.submit(page, path, {"declare": "1"})
    assert (page.status, page.url.path) == (200, path.replace("/check", "/done"))
    assert "查询码" in page.text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (BEFORE, "至2031年10月15日申请延续"),
        (AFTER, "有效期到2031年11月5日已经届满，不能延续，请重新申请"),
    ],
)
async def test_when_it_is_not_the_time(city: City, day: date, said: str) -> None:
    """Said in the guide, on the list of what is to be done and before sending in; who insists gets a decision."""
    number = await licensed(city)
    citizen = await at(city, day)
    page = await guide_of(citizen, "renew")
    assert "仍要提交的，这些事项会收到书面的不予受理决定书" in page.text
    assert said in page.text
    check = await filled(
        citizen, page, **{"form/food_safety_manager": "李四", "form/certificate_number": number}
    )
    draft = number_of(check)
    assert check.text.count(said) == 1
    assert "处要填" not in check.text
    assert said in (await citizen.get(f"/apply/{draft}")).text
    page = await citizen.submit(check, f"/apply/{draft}/check", {"declare": "1"})
    assert (page.status, page.url.path) == (200, f"/my/cases/{draft}")
    assert said in (await citizen.get(f"/my/cases/{draft}/papers/2")).text


async def test_when_it_is_late(city: City) -> None:
    """Taken all the same, and the holder is told what that means."""
    await licensed(city)
    page = await guide_of(await at(city, LATE), "renew")
    assert "在准予延续以前应当停止经营" in page.text
    assert "现在还不能提交" not in page.text


async def test_for_who_has_not_signed_in(city: City) -> None:
    """The rule; which certificate is told after signing in, which comes back to the same guide."""
    number = await licensed(city)
    on(city, WITHIN)
    browser = Browser(city)
    page = await guide_of(browser, "renew")
    assert "申请延续要在有效期届满前90个工作日至15个工作日之间提出" in page.text
    assert number not in page.text
    link = next(href for words, href in page.links if words == "登录后开始申请")
    assert number in (await browser.sign_in("citizen", path=link)).text


async def test_for_who_holds_none(city: City) -> None:
    """There is none: said before anything is typed, and at its field when it is sent in all the same."""
    number = await licensed(city)
    on(city, WITHIN)
    stranger = Browser(city)
    await stranger.sign_in("stranger")
    page = await guide_of(stranger, "renew")
    assert "没有查到您名下的食品经营许可证" in page.text
    assert number not in page.text
    typed = {"form/certificate_number": number, "form/food_safety_manager": "李四"}
    check = await filled(stranger, page, **typed)
    said = f"没有查到您名下编号为「{number}」的食品经营许可证，请核对证照编号"
    assert said in check.text
    page = await stranger.submit(check, check.url.path, {"declare": "1"})
    assert page.status == 422
    assert said in [words for words, href in page.links if "/form/" in href]
