"""The effect check, the explanation, check questions and words on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from openpyxl import load_workbook

from app import create_app
from bot.conversation import answer
from bot.log_rows import asked_question
from bot.services import Services
from knowledge.calendar import now
from knowledge.query_log import record

CODE = "242047"


@pytest.fixture
def app(tmp_path: Path, vectors_folder: Path, loaded_file: Path) -> Iterator[Flask]:
    """With the bundled content, before anything was learned from it."""
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0"})
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    kit: Services = app.extensions["kotae"]
    knowledge = kit.corpus.current(CODE)
    for number, text in enumerate(
        ("住民票はコンビニで取れますか", "住民票はコンビニで取れますか", "ペンギン電車", "いつから？")
    ):
        with kit.database.writing() as session:
            row = asked_question(
                answer(knowledge, text),
                municipality_code=CODE,
                event_key=f"web:{number}",
                channel="web",
                asked_at=now(),
                text=text,
                personal_data=False,
                asker=None,
            )
            record(session, row)
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *given: str, code: int = 0) -> str:
    with runner.app.app_context():
        done = runner.invoke(args=["knowledge", *given])
    assert done.exit_code == code, done.output
    return str(done.output)


def version(app: Flask) -> int:
    kit: Services = app.extensions["kotae"]
    return kit.corpus.current(CODE).version


def test_another_level_is_tried_on_what_was_asked(runner: FlaskCliRunner) -> None:
    told = run(runner, "effect", "--municipality", CODE, "--level", "bold")
    assert "確かめた質問 2種類（のべ 3回）" in told
    assert "除いた質問 1種類" in told
    assert "変わらない" in told


def test_every_level_is_shown_beside_the_one_in_use(runner: FlaskCliRunner) -> None:
    told = run(runner, "effect", "--municipality", CODE, "--levels")
    assert "標準（今の" in told.replace("\n", "")
    assert "積極的" in told


def test_a_changed_table_is_tried_and_nothing_is_changed(runner: FlaskCliRunner, app: Flask, tmp_path: Path) -> None:
    file, before = tmp_path / "out.xlsx", version(app)
    run(runner, "export", str(file), "--municipality", CODE)
    book = load_workbook(file)
    sheet = next(one for one in book if one.title == "よくある質問")
    headings = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
    knowledge = app.extensions["kotae"].corpus.current(CODE)
    replied = answer(knowledge, "住民票はコンビニで取れますか").reply.answer
    assert replied is not None
    row = next(row for row in sheet.iter_rows(min_row=2) if replied.entry_id in [cell.value for cell in row])
    row[headings.index("答え")].value += "\nペンギンも歓迎します。"
    book.save(file)
    told = run(runner, "effect", str(file), "--municipality", CODE)
    assert "変更 1" in told
    assert "同じ答えの文が変わる" in told
    shown = run(runner, "effect", str(file), "--municipality", CODE, "--show", "住民票はコンビニで取れますか")
    old, new = shown.split("【変えたあと】")
    assert "ペンギン" in new
    assert "ペンギン" not in old
    assert version(app) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--municipality", CODE), "どれか一つ"),
        (("--municipality", "999999", "--level", "bold"), "999999"),
        (("--municipality", CODE, "none-such.xlsx"), "none-such.xlsx"),
        (("--municipality", CODE, "--level", "bold", "--levels"), "どれか一つ"),
    ],
)
def test_what_cannot_be_tried_is_told_in_a_sentence(runner: FlaskCliRunner, given: tuple[str, ...], said: str) -> None:
    with runner.app.app_context():
        done = runner.invoke(args=["knowledge", "effect", *given])
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_what_is_in_force_can_be_asked_beforehand(runner: FlaskCliRunner) -> None:
    run(runner, "effect", "--municipality", CODE, "--prepare")
    assert "0件" in run(runner, "effect", "--municipality", CODE, "--prepare")


def test_why_shows_the_reply_and_what_decided(runner: FlaskCliRunner) -> None:
    told = run(runner, "why", "--municipality", CODE, "マイナカードをペンギンが使う")
    assert "どの答えにもないことば: ペンギン" in told
    assert "同じ意味のことば: " in told
    assert "単独の確からしさ" in told


def test_check_questions_go_out_and_come_in_and_are_checked(runner: FlaskCliRunner, tmp_path: Path) -> None:
    sheet = tmp_path / "checks.csv"
    sheet.write_text("質問,正しい対応\nこんにちは,あいさつ\n火事です,人につなぐ\n", encoding="utf-8")
    assert "追加・変更 2" in run(runner, "checks", "import", "--municipality", CODE, str(sheet))
    assert "2件" in run(runner, "checks", "export", "--municipality", CODE, str(tmp_path / "out.xlsx"))
    assert "確認用の質問 2件: 正しいもの 2件 → 2件" in run(runner, "effect", "--municipality", CODE, "--level", "bold")
    sheet.write_text("質問,正しい対応\nこんにちは,たぶん\n", encoding="utf-8")
    assert "2行目 B列「正しい対応」" in run(runner, "checks", "import", "--municipality", CODE, str(sheet), code=1)


def test_a_word_is_tried_used_listed_and_taken_away(runner: FlaskCliRunner, app: Flask) -> None:
    before = version(app)
    tried = run(
        runner, "words", "add", "--municipality", CODE, "--kind", "略語", "--dry-run", "ペンギン電車", "コンビニ交付"
    )
    assert "何も変えていません" in tried
    assert "ペンギン電車" in tried, "the question that changes"
    assert version(app) == before
    run(runner, "words", "add", "--municipality", CODE, "--kind", "略語", "ペンギン電車", "コンビニ交付")
    assert "略語: ペンギン電車 ＝ コンビニ交付" in run(runner, "words", "list", "--municipality", CODE)
    assert version(app) == before + 1
    run(runner, "words", "remove", "--municipality", CODE, "--kind", "略語", "ペンギン電車")
    assert "0語" in run(runner, "words", "list", "--municipality", CODE)
    assert "一つの語" in run(
        runner, "words", "add", "--municipality", CODE, "--kind", "無視する語", "市役所の窓口", code=1
    )
