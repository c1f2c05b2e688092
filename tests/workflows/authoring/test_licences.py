"""Lifecycles written to be unlawful: a licence that uses them is told so, once for each cause, where it stands."""

import re
from pathlib import Path

import pytest
import yaml

from service.workflows.authoring.checks.licences import faults_of
from service.workflows.authoring.checks.licences.proof import Proof
from service.workflows.authoring.folders import standard_files
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.standard import standard_lifecycles

LICENCE = (Path(__file__).parent / "licences" / "own-licence.yaml").read_text()
INSTANT = standard_files()["instant.yaml"].decode().replace("code: instant", "code: own-instant")

# Told of what a test left standing: a clock that nothing runs, a state that nothing comes to, reasons for no end.
LEFT_OVER = {"E401", "E406", "E430"}

# As a city might really write it: thirty days until somebody looks, a site check that stops the limit and begins it
# anew, a refusal that says nothing.
SLOW = """\
kind: lifecycle
code: slow
title: 慢办
clocks:
  notice: {title: 收件, limit: 30wd}
  decision: {title: 决定, limit: limits}
  correction: {title: 补正, limit: 15wd}
states:
  received: {title: 待受理, post: window, runs: [notice]}
  correcting: {title: 补正中, post: applicant, runs: [correction], on_expiry: {correction: lapse}}
  reviewing: {title: 审查中, post: reviewer, runs: [decision]}
  checking: {title: 现场核查, post: inspector}
  granted: {title: 准予, final: granted}
  refused: {title: 不予许可, final: refused}
  lapsed: {title: 视为撤回, final: lapsed}
transitions:
  - {action: note_defects, title: 记录问题, from: received, to: received, by: window, needs: [reasons]}
  - {action: accept, title: 受理, from: received, to: reviewing, by: window, notice: acceptance, counts_from: complete}
  - {action: supply, title: 补正, from: correcting, to: received, by: applicant, needs: [materials], when: item.complete, counts_from: complete}
  - {action: supply, title: 补正, from: correcting, to: correcting, by: applicant, needs: [materials]}
  - {action: lapse, title: 视为撤回, from: correcting, to: lapsed, by: clock, notice: lapse}
  - {action: check, title: 核查, from: reviewing, to: checking, by: reviewer}
  - {action: checked, title: 核查完, from: checking, to: reviewing, by: inspector, counts_from: now}
  - {action: grant, title: 准予, from: reviewing, to: granted, by: reviewer, notice: grant}
  - {action: refuse, title: 不予许可, from: reviewing, to: refused, by: reviewer}
"""


# One unlawful change of the lawful lifecycle each: what it replaces, by what, the code and the line of the finding.
CHANGES = yaml.safe_load((Path(__file__).parent / "licences" / "changes.yaml").read_text())
# Provoked by the tests below, beside those of the table.
TOLD_BELOW = {"E530", "E542", "E544"}


def told(files: dict[str, str], cycle: str, **limits: str) -> list[tuple[str, str, str]]:
    """What lint says of a licence with this lifecycle: (code, the text of its line, the hint)."""
    code = re.search(r"^code: (\S+)$", cycle, re.MULTILINE)
    assert code
    item = files["trade.yaml"].replace("lifecycle: licence", f"lifecycle: {code[1]}")
    for name, length in limits.items():
        item = item.replace("statutory: 20wd", f"statutory: 20wd, {name}: {length}")
    if "own-instant" in cycle:
        item = item.replace("20wd", "3wd").replace("5wd", "1wd").replace(", deferrable: 1wd", "")
    files |= {"own.yaml": cycle, "trade.yaml": item}
    del files["scenario.yaml"]
    found = [
        each
        for each in load_pack(files).diagnostics
        if each.severity == "error" and each.code not in LEFT_OVER
    ]
    return [
        (each.code, files[each.file].splitlines()[each.line - 1].strip(), each.hint)
        for each in found
    ]


def changed(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new)


def without(text: str, action: str) -> str:
    """The lifecycle without one of its actions."""
    lines = [line for line in text.splitlines() if f"action: {action}," not in line]
    return "\n".join(lines) + "\n"


class TestStandardLifecycles:
    @pytest.mark.parametrize("code", ["licence", "instant", "renewal", "reported"])
    def test_are_lawful(self, code: str) -> None:
        """What a licence may use has no fault."""
        assert faults_of(Proof(standard_lifecycles()[code])) == []

    @pytest.mark.parametrize("cycle", [LICENCE, INSTANT])
    def test_written_down_as_own_are_lawful_too(self, cycle: str, files: dict[str, str]) -> None:
        """The proof asks what a lifecycle does, not what it is called."""
        assert told(files, cycle) == []

    @pytest.mark.parametrize(
        ("code", "why"),
        [("filing", "视为受理"), ("verification", "没有补正")],
    )
    def test_made_for_something_else(self, code: str, why: str, files: dict[str, str]) -> None:
        """A licence that is filed or verified is told once, at the item, with all that is lacking."""
        files["trade.yaml"] = files["trade.yaml"].replace(
            "lifecycle: licence", f"lifecycle: {code}"
        )
        found = [e for e in load_pack(files).diagnostics if e.code.startswith(("E53", "E54"))]
        assert [(each.file, each.line, each.code) for each in found] == [("trade.yaml", 8, "E530")]
        assert why in found[0].message
        assert "licence" in found[0].hint

    def test_bind_nothing_but_licences(self, files: dict[str, str]) -> None:
        """A service may be handled as its own rules say (R-BND-8)."""
        files["slow.yaml"] = SLOW
        files["sign.yaml"] = files["sign.yaml"].replace("lifecycle: visit", "lifecycle: slow")
        files["sign.yaml"] = files["sign.yaml"].replace(", booking: 2wd", "")
        del files["scenario.yaml"]
        found = load_pack(files).diagnostics
        assert not [each for each in found if each.code.startswith(("E53", "E54"))]


class TestUnlawful:
    def test_slow(self, files: dict[str, str]) -> None:
        """Each of its faults once: no deeming, taken in unread, a stop, decided by who examines, a refusal that says nothing."""
        files["trade.yaml"] = files["trade.yaml"].replace("deferrable: 5wd", "deferrable: 60wd")
        found = told(files, SLOW, extension="30wd")
        assert [(code, line[:24]) for code, line, _ in found if code not in ("E508", "E213")] == [
            ("E532", "received: {title: 待受理, p"),
            ("E533", "checking: {title: 现场核查, "),
            ("E534", "- {action: accept, title"),
            ("E535", "- {action: checked, titl"),
            ("E553", "- {action: grant, title:"),
            ("E537", "- {action: refuse, title"),
            ("E553", "- {action: refuse, title"),
            ("E536", "limits: {statutory: 20wd"),
            ("E542", "- {use: layout, from: [u"),
        ]
        assert all(hint for _, _, hint in found)

    def test_a_challenge_that_nobody_decides(self, files: dict[str, str]) -> None:
        """Until it is decided nothing is heard: without a way to decide it the limit would stand for ever (48)."""
        cycle = without(without(LICENCE, "replace_chair"), "keep_chair")
        found = told(files, cycle)
        assert [code for code, _, _ in found] == ["E541"]
        assert found[0][1].startswith("- {action: challenge_chair")

    @pytest.mark.parametrize(
        "change", CHANGES, ids=lambda change: f"{change['code']} {change['line']}"
    )
    def test_one_change_of_the_licence(self, change: dict[str, str], files: dict[str, str]) -> None:
        """One unlawful change of the lawful lifecycle is told as itself, once, at its place, with the mend."""
        found = told(files, changed(LICENCE, change["old"], change["new"]))
        assert [code for code, _, _ in found] == [change["code"]], found
        assert found[0][1].startswith(change["line"])
        assert found[0][2]

    def test_publicity_is_no_stop(self, files: dict[str, str]) -> None:
        """Publication is none of the eight: the limit goes on, whoever may look at it (R-CLK-2)."""
        cycle = changed(
            LICENCE,
            "  issuing:",
            "  announced: {title: 公示, runs: [public], on_expiry: {public: heard}}\n  issuing:",
        )
        cycle = changed(cycle, "  issue:", "  public: {title: 公示, limit: 7wd}\n  issue:")
        cycle += (
            "  - {action: announce, title: 公示, from: reviewing, to: announced, by: reviewer}\n"
        )
        cycle += "  - {action: heard, title: 公示期满, from: announced, to: reviewing, by: clock}\n"
        assert [each[:2] for each in told(files, cycle)] == [
            ("E533", "announced: {title: 公示, runs: [public], on_expiry: {public: heard}}")
        ]

    def test_nobody_waits_for_the_applicant_after_the_acceptance(
        self, files: dict[str, str]
    ) -> None:
        """A second correction under another name stops the limit, and more."""
        cycle = changed(
            LICENCE,
            "  issuing:",
            "  asking: {title: 补充说明, post: applicant, runs: [correction], on_expiry: {correction: lapse}}\n  issuing:",
        )
        cycle = changed(
            cycle, "from: [correcting, reviewing,", "from: [correcting, asking, reviewing,"
        )
        cycle += "  - {action: ask, title: 要求说明, from: reviewing, to: asking, by: reviewer, needs: [reasons]}\n"
        cycle += "  - {action: supply, title: 说明, from: asking, to: reviewing, by: applicant, needs: [materials]}\n"
        found = told(files, cycle)
        assert [(code, line[:9]) for code, line, _ in found] == [
            ("E533", "asking: {"),
            ("E538", "asking: {"),
        ]

    def test_a_second_limit(self, files: dict[str, str]) -> None:
        """Twenty days to review and twenty more to decide are forty."""
        cycle = changed(
            LICENCE, "  correction:", "  again: {title: 决定, limit: limits}\n  correction:"
        )
        cycle = changed(
            cycle,
            "post: approver, runs: [decision]}\n  issuing",
            "post: approver, runs: [again]}\n  issuing",
        )
        found = [each[:2] for each in told(files, cycle)]
        assert ("E535", "again: {title: 决定, limit: limits}") in found
        assert {code for code, _ in found} <= {"E535", "E502"}  # and so much longer than promised

    def test_nobodys_limit(self, files: dict[str, str]) -> None:
        """Where no department has the matter before it, nobody is ever late."""
        cycle = re.sub(r", post: \w+(, runs: \[decision)", r"\1", LICENCE)
        found = told(files, cycle)
        assert [(code, line[:9]) for code, line, _ in found if code == "E535"] == [
            ("E535", "decision:")
        ]

    def test_ten_days_twice(self, files: dict[str, str]) -> None:
        """Ten days to print and ten to hand over are twenty (许可法 44)."""
        cycle = changed(
            LICENCE,
            "  granted: {title",
            "  printed: {title: 待送达, post: window, runs: [deliver]}\n  granted: {title",
        )
        cycle = changed(
            cycle,
            "  special: {title: 特别程序, limit",
            "  deliver: {title: 送达, limit: 10wd}\n  special: {title: 特别程序, limit",
        )
        cycle = changed(
            cycle,
            "from: issuing, to: granted, by: window",
            "from: issuing, to: printed, by: window",
        )
        cycle += "  - {action: hand_over, title: 送达, from: printed, to: granted, by: window, when: item.gaps == 0, notice: issue}\n"
        assert [(code, line[:8]) for code, line, _ in told(files, cycle)] == [("E543", "deliver:")]

    def test_a_limit_of_its_own_choosing(self, files: dict[str, str]) -> None:
        """A department that sets the days of its own limit has none."""
        cycle = LICENCE + (
            "  - {action: adjust, title: 调整时限, from: reviewing, to: reviewing, by: reviewer,"
            " needs: [days], effect: {limit: decision}}\n"
        )
        assert [(code, line[:18]) for code, line, _ in told(files, cycle)] == [
            ("E425", "- {action: adjust,")
        ]

    def test_no_limit_at_all(self, files: dict[str, str]) -> None:
        """Without the limit of the decision nothing is a stop: that is the one finding."""
        cycle = re.sub(r"\[decision(, )?", "[", LICENCE)
        cycle = re.sub(r"  decision: .*\n", "", cycle)
        cycle = "".join(line for line in cycle.splitlines(keepends=True) if "extend:" not in line)
        assert [code for code, _, _ in told(files, cycle)] == ["E535"]

    def test_no_correction(self, files: dict[str, str]) -> None:
        """Who may not be asked to complete an application can only be turned away."""
        cycle = re.sub(r"  correcting: .*\n", "", LICENCE).replace("[correcting, ", "[")
        cycle = cycle.replace("received, correcting, ", "received, ")
        cycle = "".join(
            line for line in cycle.splitlines(keepends=True) if "from: correcting" not in line
        )
        cycle = without(re.sub(r"  correction: .*\n", "", cycle), "lapse")
        assert [(code, line[:10]) for code, line, _ in told(files, cycle)] == [
            ("E540", "received: ")
        ]

    @pytest.mark.parametrize(
        ("action", "code"),
        [("note_defects", "E540"), ("refuse", "E539"), ("deem_accepted", "E532")],
    )
    def test_without_a_way(self, action: str, code: str, files: dict[str, str]) -> None:
        """What the law lets nobody do without."""
        cycle = without(LICENCE, action)
        if action == "deem_accepted":
            cycle = cycle.replace(", on_expiry: {notice: deem_accepted}", "")
        assert [each for each, _, _ in told(files, cycle)] == [code]

    def test_no_days_to_tell(self, files: dict[str, str]) -> None:
        """Without the five days nothing is ever deemed accepted."""
        cycle = without(LICENCE, "deem_accepted")
        cycle = cycle.replace("runs: [notice], on_expiry: {notice: deem_accepted}", "runs: []")
        assert [(code, line[:9]) for code, line, _ in told(files, cycle)] == [("E531", "received:")]

    def test_the_intake_is_not_extended(self, files: dict[str, str]) -> None:
        """Only the limit of the decision can be (行政许可法 42)."""
        cycle = LICENCE + (
            "  - {action: later, title: 延期, from: received, to: received, by: head,"
            " needs: [reason, days], notice: extension, effect: {extend: notice}}\n"
        )
        assert [code for code, _, _ in told(files, cycle)] == ["E536"]

    def test_silence_that_leaves_no_refusal(self, files: dict[str, str]) -> None:
        """What only a grant can follow is one, also two states before it: a clock may not come there."""
        cycle = changed(
            LICENCE,
            "  deciding: {title: 待决定, post: approver, runs: [decision]}",
            "  deciding: {title: 待决定, post: approver, runs: [decision], on_expiry: {decision: time_out}}",
        )
        cycle += "  - {action: time_out, title: 超时, from: deciding, to: issuing, by: clock}\n"
        found = told(files, cycle)
        assert [(code, line[:20]) for code, line, _ in found] == [("E421", "- {action: time_out,")]
        assert "不予办理" in found[0][2]

    def test_on_the_spot_within_five_days(self, files: dict[str, str]) -> None:
        """Where nothing is accepted first, the decision itself comes within the five days."""
        item = files["trade.yaml"].replace(", deferrable: 5wd", "")
        files["trade.yaml"] = item.replace("lifecycle: licence", "lifecycle: instant")
        found = [each for each in load_pack(files).diagnostics if each.code[:3] == "E53"]
        assert [(each.code, each.file, each.line) for each in found] == [("E532", "trade.yaml", 9)]

    def test_a_length_that_the_item_gives(self, files: dict[str, str]) -> None:
        """A clock that takes its length from the item is measured there."""
        cycle = changed(LICENCE, "一次性告知, limit: 5wd", "一次性告知, limit: telling")
        cycle = changed(cycle, "颁证送达, limit: 10wd", "颁证送达, limit: issue")
        found = told(files, cycle, telling="30wd", issue="3mo")
        assert sorted((code, line[:7]) for code, line, _ in found) == [
            ("E531", "limits:"),
            ("E543", "limits:"),
        ]
        files["trade.yaml"] = files["trade.yaml"].replace("30wd", "5wd").replace("3mo", "10wd")
        assert not [e for e in load_pack(files).diagnostics if e.code in ("E531", "E543")]


class TestHearing:
    @pytest.mark.parametrize(
        ("mode", "action", "step"),
        [
            ("ex_officio", "open_hearing", "公告听证"),
            ("on_request", "tell_hearing", "告知听证权利"),
            ("on_request", "request_hearing", "登记听证申请"),
        ],
    )
    def test_its_steps_are_there(
        self, mode: str, action: str, step: str, files: dict[str, str]
    ) -> None:
        """A hearing that an item demands can be told, asked for, announced and held in its lifecycle."""
        item = re.sub(r"commitment:(\n  .*)+\n", "", files["trade.yaml"])
        files["trade.yaml"] = f"{item}hearing: {{mode: {mode}, basis: 行政许可法 47}}\n"
        found = [each for each in told({**files}, LICENCE) if each[0] == "E520"]
        assert found == []
        files["own.yaml"] = without(LICENCE, action)
        files["trade.yaml"] = files["trade.yaml"].replace("e: licence", "e: own-licence")
        said = [e.message for e in load_pack(files).diagnostics if e.code == "E520"]
        assert len(said) == 1
        assert step in said[0]


class TestLegalReview:
    def test_a_promise_can_be_reviewed(self, files: dict[str, str]) -> None:
        """Promise and legal review go together where the review can be recorded before the promise is decided."""
        files["trade.yaml"] += "legal_review: true\n"
        assert "E522" not in [each.code for each in load_pack(files).diagnostics]
        found = told(files, LICENCE)
        assert [(code, line) for code, line, _ in found] == [("E522", "legal_review: true")]
        assert "pledged" in found[0][2]
