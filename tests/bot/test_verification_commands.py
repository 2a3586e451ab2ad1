"""``knowledge verify`` as a person at the command line meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import bot.verification_commands as commands
from bot.finding_words import sentence
from bot.verification_commands import knowledge_verify
from knowledge.source_check import Finding
from tests.knowledge.small_town import CODE, write_town

PLAN = """小さい市デジタル計画
令和4年3月
令和4年度から令和11年度まで
施策1
施策1-1 窓口を楽にする
はじめに
体制
指標
工程表
用語
"""


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_town(tmp_path / "content")
    monkeypatch.setattr(commands, "content_folders", lambda: [folder])
    return folder


def verify(*words: str | Path) -> Result:
    return CliRunner().invoke(knowledge_verify, [str(word) for word in words])


def test_without_plans_it_says_what_is_needed() -> None:
    result = verify()
    assert result.exit_code == 2
    assert "--plans DIR" in result.output


def test_findings_are_listed_and_end_with_1(content: Path, tmp_path: Path) -> None:
    (tmp_path / f"{CODE}.txt").write_text(PLAN, encoding="utf-8")
    result = verify("--plans", tmp_path)
    assert result.exit_code == 1
    assert "小さい市: 内容 " in result.output
    assert "出典の節が計画書に見つかりません: 用語" in result.output
    assert "docs/source-check.md" in result.output


def test_what_could_not_be_read_of_the_schedules_is_counted(content: Path, tmp_path: Path) -> None:
    (tmp_path / f"{CODE}.txt").write_text(PLAN.replace("工程表", "4. 工程表"), encoding="utf-8")
    assert "年度の欄を読めず確かめていない 1" in verify("--plans", tmp_path).output


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        pytest.param(Finding("a", "年度の欄", "令和5年度", "4. 工程", ("令和4年度",)), "計画書の表では令和4年度の欄", id="欄"),
        pytest.param(Finding("a", "記載", "図書館", "計画全体", ("2. 図書館",)), "「図書館」が、あります: 2. 図書館", id="記載"),
        pytest.param(Finding("a", "和暦と西暦", "2022年(令和5年)", "1."), "西暦と和暦が合いません", id="暦"),
    ],
)  # fmt: skip
def test_each_kind_of_finding_says_what_is_wrong(finding: Finding, said: str) -> None:
    assert said in sentence(finding)


def test_a_folder_without_the_plan_names_the_files_it_looked_for(content: Path, tmp_path: Path) -> None:
    result = verify("--plans", tmp_path)
    assert result.exit_code == 1
    assert "本文がありません（011002-plan.txt" in result.output


def test_a_text_in_another_encoding_is_told(content: Path, tmp_path: Path) -> None:
    (tmp_path / f"{CODE}.txt").write_bytes(PLAN.encode("shift_jis"))
    result = verify("--plans", tmp_path)
    assert result.exit_code == 1
    assert "UTF-8 で保存してください" in result.output


def test_an_unknown_municipality_is_told(content: Path, tmp_path: Path) -> None:
    result = verify("--plans", tmp_path, "--municipality", "999999")
    assert result.exit_code == 1
    assert "999999" in result.output
