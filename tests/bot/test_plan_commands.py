"""A plan brought on the command line, approved, and quoted to a resident."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.cli import FlaskGroup
from flask.testing import FlaskCliRunner

from bot.conversation import answer
from bot.replies import plain_text
from tests.knowledge.plan_files import pdf_file, rows_of, word_file

CODE, OTHER = "242047", "122106"
TITLE = "松阪市かわうそ計画（案）"
QUESTION = "かわうその巣箱はどこに置くの"
QUOTED = "かわうその巣箱を、川の両岸に十か所置きます。"
BLOCKS = [
    (1, "第1章 川の生きもの"),
    "計画期間は令和8年度から令和12年度までです。",
    (2, "巣箱を置く"),
    QUOTED,
    [["指標名", "現状値(R7)", "目標値(R12)"], ["かわうその巣箱の数", "2個", "10個"]],
]


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: str, status: int = 0) -> str:
    group = FlaskGroup(add_default_commands=False, load_dotenv=False)
    result = runner.invoke(cli=group, args=list(words))
    assert result.exit_code == status, result.output + repr(result.exception)
    return result.output


def bring(runner: FlaskCliRunner, file: Path, *more: str, status: int = 0) -> str:
    return run(
        runner, "knowledge", "import-plan", str(file), "--municipality", CODE, "--title", TITLE, *more, status=status
    )


def ask(runner: FlaskCliRunner, code: str, question: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(runner, "ask", "--municipality", code, "--json", question))
    return {name: value for name, value in found.items() if name not in ("elapsed_ms", "index_version")}


def drafts(runner: FlaskCliRunner, *words: str, status: int = 0) -> str:
    return run(runner, "knowledge", "drafts", "--municipality", CODE, *words, status=status)


def test_a_plan_is_brought_shown_approved_and_quoted(runner: FlaskCliRunner, tmp_path: Path) -> None:
    before, elsewhere = ask(runner, CODE, QUESTION), ask(runner, OTHER, QUESTION)
    assert before["decision"] == "none"
    said = bring(runner, word_file(tmp_path / "plan.docx", BLOCKS), "--plan", "otter")
    assert "見つかったもの: 章節 2、指標 1、スケジュール 0、用語 0" in said
    assert "期間は令和8年度から令和12年度まで" in said
    assert "計画の id は own-otter です" in said
    assert ask(runner, CODE, QUESTION) == before

    listed = drafts(runner)
    assert "章節（2）" in listed
    (section,) = re.findall(r"(own-otter-s-\w+)  第1章 川の生きもの › 巣箱を置く", listed)
    assert QUOTED in drafts(runner, "show", section)
    assert "承認しました: 1件" in drafts(runner, "approve", section)

    after = ask(runner, CODE, QUESTION)
    text = str(after["text"])
    assert after["decision"] == "none"
    assert after["entry_id"] is None
    assert "計画書には次のようにあります。" in text
    assert f"「{QUOTED}" in text
    assert "第1章 川の生きもの › 巣箱を置く" in text
    assert "この計画は「案」です" in text
    assert after["contact"] == before["contact"]
    assert after["sources"] == [{"plan": TITLE, "section": "第1章 川の生きもの › 巣箱を置く", "url": None}]
    assert ask(runner, OTHER, QUESTION) == elsewhere

    drafts(runner, "discard", section)
    assert ask(runner, CODE, QUESTION) == before


def test_an_approved_indicator_answers(runner: FlaskCliRunner, tmp_path: Path) -> None:
    bring(runner, word_file(tmp_path / "plan.docx", BLOCKS))
    assert "承認しました: 1件" in drafts(runner, "approve", "--all", "指標")
    found = ask(runner, CODE, "かわうその巣箱の数の目標は")
    assert found["decision"] == "answer"
    assert "令和12年度（2030年度）に10個です" in str(found["text"])


def test_the_page_of_a_pdf_is_told(runner: FlaskCliRunner, tmp_path: Path) -> None:
    pages = [
        rows_of(["第1章 はじめに", "この計画は、川の生きものを守るためのものです。"]),
        rows_of(["第2章 巣箱", QUOTED]),
    ]
    bring(runner, pdf_file(tmp_path / "plan.pdf", pages), "--until", "2031-03-31")
    drafts(runner, "approve", "--all", "sections")
    found = ask(runner, CODE, QUESTION)
    assert "第2章 巣箱（2ページ）" in str(found["text"])


def test_a_quotation_in_an_english_reply_says_what_it_is(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    bring(runner, word_file(tmp_path / "plan.docx", BLOCKS))
    drafts(runner, "approve", "--all", "章節")
    found = app.extensions["kotae"].corpus.current(CODE)
    text = plain_text(answer(found, QUESTION, language="en").reply)
    assert "the plan (in Japanese) says the following" in text
    assert QUOTED in text


def test_a_trial_run_keeps_nothing(runner: FlaskCliRunner, tmp_path: Path) -> None:
    said = bring(runner, word_file(tmp_path / "plan.docx", BLOCKS), "--dry-run")
    assert "取り込んでいません" in said
    assert "下書きはありません" in drafts(runner)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--until", "2020-03-31"], "計画の期間の始まり（2026-04-01）が終わり（2020-03-31）より後です"),
        (["--plan", "Otter!"], "--plan は小文字の英数字とハイフン"),
        (["--short-title", "長" * 31], "--short-title は30字まで"),
        (["--url", "javascript:alert(1)"], "--url は https:// で始まるアドレス"),
    ],
)
def test_a_slip_in_the_options_is_told_with_the_remedy(
    runner: FlaskCliRunner, tmp_path: Path, more: list[str], said: str
) -> None:
    assert said in bring(runner, word_file(tmp_path / "plan.docx", BLOCKS), *more, status=1)
    assert "下書きはありません" in drafts(runner)


def test_a_plan_without_a_period_needs_it_from_staff(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = word_file(tmp_path / "plan.docx", [(1, "第1章"), QUOTED])
    assert "--until に、2032-03-31 のように" in bring(runner, file, status=1)
    assert "期間は令和14年3月31日まで" in bring(runner, file, "--until", "2032-03-31")


def test_a_scanned_pdf_leaves_nothing_behind(runner: FlaskCliRunner, tmp_path: Path) -> None:
    said = bring(runner, pdf_file(tmp_path / "plan.pdf", [[], []], image=True), "--until", "2032-03-31", status=1)
    assert "紙をスキャンした PDF のようです" in said
    assert "Traceback" not in said
    assert "下書きはありません" in drafts(runner)


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (["show", "own-x"], "own-x: この id の下書きはありません", 1),
        (["approve"], "ID を並べるか、--all と種類", 2),
        (["--plan", "own-x"], "計画 own-x は取り込まれていません", 1),
    ],
)
def test_what_is_not_there_is_told(runner: FlaskCliRunner, words: list[str], said: str, status: int) -> None:
    assert said in drafts(runner, *words, status=status)


def test_the_text_of_a_bundled_plan_is_attached_checked_and_taken_away(runner: FlaskCliRunner, tmp_path: Path) -> None:
    where = ("knowledge", "plan-text", "--municipality", CODE)
    assert "本文が入っていません" in run(runner, *where, status=1)
    file = tmp_path / "計画.txt"
    file.write_text("第1章 川\nかわうその巣箱を、川の両岸に置きます。\n", encoding="utf-8")
    found = run(runner, *where, str(file), status=1)
    assert "本文を1の章節として入れました" in found
    assert "計画書に見つかりません" in found
    assert "指摘" in run(runner, *where, "--plan", "dx-plan", status=1)
    assert "ある計画: dx-plan" in run(runner, *where, "--plan", "nothing", status=1)
    assert "どちらか一つ" in run(runner, *where, str(file), "--remove", status=2)
    assert ask(runner, CODE, QUESTION)["decision"] == "none"
    assert "外しました" in run(runner, *where, "--remove")
    assert "入っていません" in run(runner, *where, "--remove")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    assert "壊れている" in run(runner, *where, str(tmp_path / "b.pdf"), status=1)
