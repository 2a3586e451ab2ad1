"""Citations as our content writes them, and the sections they mean."""

from __future__ import annotations

import pytest

from knowledge.citations import cited, cited_text
from knowledge.plan_sections import sections

PLAN = sections(
    """小さい市デジタル計画
令和4年3月
目次
第1章 目的....1

第1章 目的
1 国と県
(1) 国の動き
国は進めています。
(2) 県の動き
県も進めています。
第2章 施策
1 基本目標
基本目標1 人を育てる
方針1 研修を行う
1-1-1
研修を開く。
1-1-2
招く。
(1) 窓口を楽にする取組
(1)-① 書かない窓口をつくる
■市民課
窓口です。
第3章 推進体制
本部が進めます。
(1) 本部員会議
部長が出ます。
参考資料
用語集
電子申請\tネットでする申請。


小さい市 情報政策課
TEL 011-222-3333
"""
)


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        pytest.param("第1章 目的", ["第1章 目的"], id="章"),
        pytest.param("第1章 1(2) 県の動き", ["(2) 県の動き"], id="あいだの言葉をはぶく"),
        pytest.param("第1章 1 国と県 (1)・(2)", ["(1) 国の動き", "(2) 県の動き"], id="(1)・(2)"),
        pytest.param("第2章 1 基本目標1 方針1 研修を行う 1-1-2", ["1-1-2"], id="基本目標・方針・番号"),
        pytest.param("第2章 (1)-① 書かない窓口をつくる", ["(1)-① 書かない窓口をつくる"], id="(1)-①"),
        pytest.param("第2章 (1)-① ■市民課", ["■ 市民課"], id="■"),
        pytest.param(
            "第2章 基本目標1 人を育てる／第3章 推進体制", ["基本目標1 人を育てる", "第3章 推進体制"], id="二つの節"
        ),
        pytest.param("第1章 1(1) 国の動き／(2) 県の動き", ["(1) 国の動き", "(2) 県の動き"], id="二つめは前の節から"),
        pytest.param("参考資料 用語集「電子申請」", ["電子申請"], id="用語集"),
        pytest.param("表紙・目次", ["表紙", "目次"], id="表紙と目次"),
        pytest.param("奥付（最終ページの連絡先）", ["奥付"], id="奥付"),
        pytest.param("第1章 目的（脚注）", ["第1章 目的"], id="脚注"),
        pytest.param("第４章 ないもの", [], id="ない節"),
        pytest.param("第1章 目的／第9章 ないもの", [], id="一つでもなければない"),
    ],
)
def test_a_citation_leads_to_its_sections(citation: str, expected: list[str]) -> None:
    assert [one.heading for one in cited(citation, PLAN)] == expected


def test_the_whole_plan_can_be_cited() -> None:
    assert cited("計画全体（該当する記載なし）", PLAN) == PLAN


def test_a_cited_text_has_its_headings_and_parts() -> None:
    text = cited_text(cited("第1章 1 国と県", PLAN), PLAN)
    assert "第1章 目的" in text
    assert "県も進めています。" in text
    assert "研修を開く。" not in text


def test_a_table_of_organisation_counts_with_what_stands_above_it() -> None:
    assert "本部が進めます。" in cited_text(cited("第3章 (1) 本部員会議", PLAN), PLAN)
