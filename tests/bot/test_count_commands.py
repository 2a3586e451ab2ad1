"""``knowledge counts`` as a person at the command line meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import bot.count_commands as commands
from bot.count_commands import knowledge_counts
from tests.knowledge.small_town import CODE, write_town


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_town(tmp_path / "content")
    monkeypatch.setattr(commands, "content_folders", lambda: [folder])
    return folder


def counts(*words: str) -> Result:
    return CliRunner().invoke(knowledge_counts, list(words))


def test_a_row_is_a_kind_and_a_column_a_municipality() -> None:
    rows = {row["what"]: row for row in json.loads(counts("--json").output)}
    assert rows["手続きの答え"][CODE] == "1"
    assert rows["用語"][CODE] == "1"
    assert rows["用語"]["common"] == "―"
    assert rows["英語の訳"][CODE] == "0"
    assert int(rows["英語の訳"]["common"]) > 0


def test_wordings_are_a_median_and_how_many_have_too_few() -> None:
    rows = {row["what"]: row[CODE] for row in json.loads(counts("--json").output)}
    assert (rows["言い回し：質問と答え"], rows["言い回し：用語"]) == ("5／0", "0／1")


def test_for_the_eye_and_for_the_docs_the_names_are_above() -> None:
    assert "小さい市" in counts().output
    first, rule, *rest = counts("--markdown").output.splitlines()
    assert first == "| 種類 | 小さい市 | 共通 |"
    assert rule == "| --- | ---: | ---: |"
    assert all(line.count("|") == 4 for line in rest)


def test_a_csv_file_is_written(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    assert counts("--csv", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8-sig").splitlines()[0] == "種類,小さい市,共通"


def test_a_municipality_without_a_folder_is_told() -> None:
    result = counts("--municipality", "999999")
    assert result.exit_code == 1
    assert "999999 の同梱の内容がありません" in result.output


def test_a_fault_in_the_content_is_told(content: Path) -> None:
    (content / "terms.yaml").write_text("- id: term\n", encoding="utf-8")
    result = counts()
    assert result.exit_code == 1
    assert "terms.yaml" in result.output
