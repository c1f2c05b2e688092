"""日期的说法 — a legal date as papers and pages say it."""

from datetime import date


def say_date(day: date) -> str:
    """Say a date: 2026年11月5日."""
    return f"{day.year}年{day.month}月{day.day}日"
