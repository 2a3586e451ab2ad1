"""Spreadsheets and lists of questions, through the command line, as docs/spreadsheets.md says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from openpyxl import load_workbook

from app import create_app
from knowledge.calendar import now
from knowledge.check_questions import keep_check_question, new_check_question
from knowledge.models import Entry
from tests.bot.test_commands import run

CODE = ("--municipality", "242047")


@pytest.fixture
def own_site(tmp_path: Path, vectors_folder: Path, loaded_file: Path) -> Iterator[Flask]:
    instance = tmp_path / "site"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0"})
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def own_runner(own_site: Flask) -> FlaskCliRunner:
    return own_site.test_cli_runner()


def test_staff_export_edit_look_and_import(own_runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "松阪市.xlsx"
    assert "よくある質問: " in run(own_runner, "knowledge", "export", str(path), *CODE)
    book = load_workbook(path)
    page = book["用語"]
    place = {cell.value: cell.column for cell in page[1]}
    page.cell(2, place["意味"]).value = "職員が書き直した意味です。"
    book.save(path)
    shown = run(own_runner, "knowledge", "import", str(path), *CODE, "--dry-run")
    assert "→ 職員が書き直した意味です。" in shown
    assert "追加 0、変更 1、終了 0" in shown
    assert "何も変えていません" in shown
    assert "変更 1" in run(own_runner, "knowledge", "import", str(path), *CODE)
    assert "もう一度書き出し" not in run(own_runner, "knowledge", "import", str(path), *CODE, "--dry-run")


def test_a_file_that_would_answer_the_check_questions_worse_is_not_taken_by_command_either(
    own_site: Flask, own_runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path, database = tmp_path / "松阪市.xlsx", own_site.extensions["kotae"].database
    with database.writing() as session:
        row = session.get_one(Entry, (CODE[1], "online-procedures"))
        keep_check_question(session, CODE[1], new_check_question(row.question, "answer"), now())
    run(own_runner, "knowledge", "export", str(path), *CODE)
    book = load_workbook(path)
    page = book["よくある質問"]
    place = {cell.value: cell.column for cell in page[1]}
    for line in range(2, page.max_row + 1):
        page.cell(line, place["状態"]).value = "終了"
    book.save(path)
    for more in (("--dry-run",), ()):
        told = run(own_runner, "knowledge", "import", str(path), *CODE, *more, status=1)
        assert "確認用の質問1問のうち、正しく答えるのが、今の1問から0問に減ります" in told
        assert f"正しく答えなくなる質問: {row.question}" in told
        assert "何も変えていません" in told
    with database.reading() as session:
        assert session.get_one(Entry, (CODE[1], "online-procedures")).state == "published"


def test_a_csv_holds_one_kind_that_must_be_named(own_site: Flask, own_runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with own_site.extensions["kotae"].database.writing() as session:
        session.get_one(Entry, (CODE[1], "online-procedures")).answer = "8時〜17時に申請できます。"
    assert "--kind を付けてください" in run(own_runner, "knowledge", "export", str(path), *CODE, status=2)
    run(own_runner, "knowledge", "export", str(path), *CODE, "--kind", "用語")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfID,")
    said = run(
        own_runner,
        "knowledge",
        "export",
        str(path),
        *CODE,
        "--kind",
        "よくある質問",
        "--encoding",
        "shift_jis",
        status=1,
    )
    assert "Shift_JIS にない文字があります: 〜" in said
    assert path.read_bytes().startswith(b"\xef\xbb\xbfID,")


@pytest.mark.parametrize(
    "words", [("export", "a.xlsx"), ("import", "a.csv"), ("import-faq", "b.csv"), ("publish-faq",), ("faq-page", "-")]
)
def test_an_unknown_municipality_is_told(own_runner: FlaskCliRunner, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.csv").write_text("ID,用語,意味\nx,y,z\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("質問,答え\nx,y\n", encoding="utf-8")
    given = [str(tmp_path / word) if "." in word else word for word in words]
    said = run(own_runner, "knowledge", *given, "--municipality", "999999", status=1)
    assert "市町村 999999 がありません" in said


def test_a_list_comes_in_is_published_and_answers(own_runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("Q,A\n市民プールの休館日はいつですか,月曜日です。\n".encode("cp932"))
    shown = run(own_runner, "knowledge", "import-faq", str(path), *CODE, "--title", "市のページ")
    assert "質問: A列「Q」（見出しから判断しました" in shown
    assert "まだ住民には出ません" in shown
    question = "市民プールの休館日はいつですか"
    assert "月曜日です。" not in run(own_runner, "ask", *CODE, question)
    assert question in run(own_runner, "knowledge", "publish-faq", *CODE)
    run(own_runner, "knowledge", "publish-faq", *CODE, "--all")
    assert "月曜日です。" in run(own_runner, "ask", *CODE, question)
    assert "出典：市のページ" in run(own_runner, "ask", *CODE, question)
    page = json.loads(run(own_runner, "knowledge", "faq-page", "-", *CODE, "--category", "その他"))
    assert question in [one["name"] for one in page["mainEntity"]]
