"""One value has one form, whatever a keyboard, an address book or a scanner made of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflows.application import identity_fault
from service.workflows.application.fieldtypes import check_value
from service.workflows.application.phones import phone_spelling
from service.workflows.case import one_person
from service.workflows.definition import code_spelling, name_spelling, sought_spelling
from service.workflows.definition.models import VocabularyField
from service.workflows.definition.spelling import text_spelling
from service.workflows.telling import value_of


def field(kind: str, **more: Any) -> VocabularyField:
    """Return a field of a type."""
    return VocabularyField.model_validate({"title": "某项", "type": kind, **more})


class TestText:
    """Words."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (" 和平路1号\u3000", "和平路1号"),
            ("⼀⽅⽔⼟", "一方水土"),
            ("⻢⻰⻜", "马龙飞"),
            ("Cafe\u0301", "Café"),
            ("\u202d张三\u202c", "张三"),
            ("临湖（示例）餐饮有限公司", "临湖（示例）餐饮有限公司"),
            ("𬭚〇·㐂", "𬭚〇·㐂"),
            ("3²", "3²"),
        ],
    )
    def test_is_spelt(self, given: str, kept: str) -> None:
        """Look-alikes become what they are taken for; what means something stays."""
        assert text_spelling(given) == kept

    @pytest.mark.parametrize("dot", "·•‧⋅・･")
    def test_names_have_one_middle_dot(self, dot: str) -> None:
        """阿卜杜拉·买买提 is one person, on whatever keyboard."""
        assert name_spelling(f"阿卜杜拉{dot}买买提") == "阿卜杜拉·买买提"

    @given(st.text())
    def test_once_is_enough(self, text: str) -> None:
        """A spelling is its own spelling."""
        for spelling in (text_spelling, name_spelling, code_spelling, phone_spelling):
            assert spelling(spelling(text)) == spelling(text)


class TestSought:
    """What is typed to find a case."""

    @pytest.mark.parametrize(
        ("typed", "sought"),
        [
            ("yjs20270105－000115", "YJS20270105-000115"),
            (" 9299 9901 made m004 6f ", "92999901MADEM0046F"),
            ("20270105-000115", "20270105-000115"),
            ("Noodle bar 2", "Noodle bar 2"),
            ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ],
    )
    def test_is_spelt_as_it_is_kept(self, typed: str, sought: str) -> None:
        """A number as a code, a name as a name."""
        assert sought_spelling(typed) == sought


class TestPhone:
    """As people write them."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("+86 138 1234 5678", "13812345678"),
            ("+8613812345678", "13812345678"),
            ("0086-138-1234-5678", "13812345678"),
            ("86 13812345678", "13812345678"),
            ("138-1234-5678", "13812345678"),
            ("138.1234.5678", "13812345678"),
            ("１３８１２３４５６７８", "13812345678"),
            ("\u202d138 1234 5678\u202c", "13812345678"),
            ("(010) 12345678", "010-12345678"),
            ("（010）12345678", "010-12345678"),
            ("01012345678", "010-12345678"),
            ("+86 10 1234 5678", "010-12345678"),
            ("0771-1234567", "0771-1234567"),
            ("077112345678", "0771-12345678"),
            ("010-12345678-802", "010-12345678-802"),
            ("010—12345678转802", "010-12345678-802"),
            ("0771 1234567 分机 8", "0771-1234567-8"),
            ("400-812-3456", "4008123456"),
            ("800 812 3456", "8008123456"),
            ("+852 2345 6789", "+85223456789"),
            ("00853 2345 6789", "+85323456789"),
            ("+1 (212) 555-0100", "+12125550100"),
        ],
    )
    def test_is_spelt_and_taken(self, given: str, kept: str) -> None:
        """At a page and at the API alike."""
        assert check_value(field("phone"), given) == (kept, "")
        assert value_of(field("phone"), [given]) == kept

    @pytest.mark.parametrize(
        "given",
        ["1381234567", "+86 1234", "12345678901", "010-1234", "138-1234-5678-9", "问老王", "+"],
    )
    def test_what_is_none_stays_as_it_was_typed(self, given: str) -> None:
        """And is refused in words."""
        kept, wrong = check_value(field("phone"), given)
        assert kept == given
        assert "手机号" in wrong


class TestNumber:
    """Never a silent other value."""

    @pytest.mark.parametrize(
        ("typed", "value"),
        [("1,234", 1234), ("１，２３４．５", 1234.5), ("12 平米", 12), ("12m²", 12), ("-3", -3)],
    )
    def test_is_read(self, typed: str, value: float) -> None:
        """Thousands in threes, and the unit in its usual words."""
        assert value_of(field("number", unit="㎡"), [typed]) == value

    @pytest.mark.parametrize(
        "typed",
        [
            "3,2",
            "1,23,456",
            "3²",
            "①",
            "1_000",
            "1e3",
            "٣",
            "约12平米",
            "12㎡左右",
            "1.2.3",
            "inf",
            "二",
        ],
    )
    def test_is_no_other(self, typed: str) -> None:
        """3,2 is not 32."""
        read = value_of(field("number", unit="㎡"), [typed])
        assert read == typed
        assert check_value(field("number"), read)[1] == "：请填数字，如 180"


class TestDay:
    """One spelling at every door."""

    @pytest.mark.parametrize(
        "given", ["2026-11-05", "2026年11月5日", "2026/11/5", "20261105", "２０２６．１１．５"]
    )
    def test_is_spelt(self, given: str) -> None:
        """Also what a program sends."""
        assert check_value(field("date"), given) == ("2026-11-05", "")

    @pytest.mark.parametrize("given", ["11/5", "2026-02-30", "05.11.2026", "20261305"])
    def test_no_day_is_refused(self, given: str) -> None:
        """Whatever its spelling."""
        assert check_value(field("date"), given)[1] != ""


class TestIdentity:
    """Who somebody is, with one verdict."""

    def test_one_person_has_one_number(self) -> None:
        """Small letters, full width, blanks."""
        for written in (
            "99990119900101001x",
            "９９９９０１１９９００１０１００１Ｘ",
            " 999901 19900101 001x ",
        ):
            assert one_person(written) == "99990119900101001X"

    @pytest.mark.parametrize(
        ("kind", "number", "says"),
        [
            ("enterprise", "91999901MADEM00016", ""),  # an old check character
            ("enterprise", "11010519491231002X", "身份证号码"),
            ("sole-trader", "11010519491231002X", "身份证号码"),
            ("organisation", "11010519491231002X", "身份证号码"),
            ("enterprise", "X" * 18, ""),
            ("enterprise", "O" * 18, "统一社会信用代码应为 18 位"),
            ("enterprise", "91", "统一社会信用代码应为 18 位"),
            ("individual", "11010519491231002X", ""),
            ("individual", "110105194912310021", "校验位不符"),
            ("individual", "110105194902310021", "出生日期不存在"),
            ("individual", "92999901MADEM0046F", "统一社会信用代码"),
            ("individual", "E12345678", ""),
            ("organisation", "N2999901MADEM0003X", ""),
        ],
    )
    def test_is_of_its_kind(self, kind: str, number: str, says: str) -> None:
        """A person is no company; a foreigner has a passport."""
        found = identity_fault(kind, number)
        assert (says in found) if says else (found == "")
