"""The notices for residents that a municipality adapts say what the program really does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.console.settings import MOST_GREETING
from bot.settings import SETTINGS
from knowledge.retention import COUNTS, DIALOGUES, KINDS, TEXTS
from knowledge.staff_chats import LONGEST, SHORTEST

FOLDER = Path(__file__).parent.parent / "docs" / "residents"
USUAL = {kind.id: f"{kind.default:,}" for kind in KINDS}


def told(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_days_are_those_that_are_set_at_first() -> None:
    policy, terms = told("privacy-policy.md"), told("terms.md")
    backup = next(each.default for each in SETTINGS if each.name == "BACKUP_DAYS")
    assert f"質問の文（伏せ字）は【{USUAL[TEXTS]}】日" in policy
    assert f"件数などの記録は【{USUAL[COUNTS]}】日" in policy
    assert f"会話の続きは【{USUAL[DIALOGUES]}】日" in policy
    assert f"（暗号にしたもの）は【{backup}】日で消えます" in policy
    assert f"【{USUAL[TEXTS]}】日間残します" in terms


def test_the_hours_of_a_talk_with_staff_are_some_that_can_be_set() -> None:
    (hours,) = re.findall(r"【(\d+)】時間たつと", told("terms.md"))
    assert SHORTEST <= int(hours) <= LONGEST


def test_the_greeting_can_be_entered_as_it_is() -> None:
    (greeting,) = re.findall(r"は、あとに自動で付きます）。\n\n> (.*)\n", told("line-texts.md"))
    assert len(greeting) + 8 <= MOST_GREETING, "with the name of a municipality in its place"
    assert not set("{}<>") & set(greeting)


def test_the_list_names_every_notice() -> None:
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", told("README.md")))
    assert listed == {path.name for path in FOLDER.glob("*.md")} - {"README.md"}
