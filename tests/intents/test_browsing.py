"""Words that want to look through what there is, and the questions that only look like them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from intents.browsing import Browsing, browsing

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"
SAID = {
    Browsing.FREQUENT: "よくある質問 / よくあるご質問 / よく聞かれる質問を見せて / FAQ / faq / よくある質問！",
    Browsing.CATEGORIES: "メニュー / カテゴリ / カテゴリー / カテゴリー一覧 / 分類 / ジャンル / 一覧 / 一覧を見せてください"
    " / 質問の一覧 / ほかの分類 / 分類から探す / menu / Categories",
    Browsing.CONTACT: "電話と窓口 / 窓口一覧 / 連絡先の一覧 / 問い合わせ先一覧",
    Browsing.CONTACT_ALONE: "電話番号 / 電話 / でんわばんごう / 窓口 / 連絡先 / 問い合わせ / お問い合わせ先 / 問合せ先 / 代表電話",
    Browsing.NEXT: "次 / 続き / 次の8件 / つづきを見る / 次のページ / もっと",
    Browsing.BEFORE: "前の8件 / 前へ / 戻る / もどる / 前のページ",
}
ASKED = (
    "給食のメニューは？ / メニューの変更 / オンライン申請できる手続きの一覧 / 電話番号は？ / 市民課の電話番号 / 目標の一覧 / 用語一覧"
    " / 電話で予約できますか / 窓口は何時まで / 次の目標は / 戻る方法 / ごみの分類 / 分類番号 / 一覧表はどこ / 目次 / "
)


@pytest.mark.parametrize(("kind", "text"), [(kind, one) for kind, all_ in SAID.items() for one in all_.split(" / ")])
def test_who_wants_to_look_through_is_understood(kind: Browsing, text: str) -> None:
    assert browsing(text) is kind


@pytest.mark.parametrize("text", ASKED.split(" / "))
def test_a_question_is_none(text: str) -> None:
    assert browsing(text) is None


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict | list):
        for one in given.values() if isinstance(given, dict) else given:
            yield from _texts(one)


def _files() -> list[Path]:
    entries = (ROOT / "knowledge" / "content").glob("*/entries*.yaml")
    return [*DATA.rglob("*.yaml"), *(path for path in entries if path.parent.name != "template")]


def test_no_question_that_anybody_wrote_down_is_taken_for_it() -> None:
    """Neither of the gold sets, the near misses and the others, nor any wording of an entry."""
    every = {text for path in _files() for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")))}
    assert len(every) > 20_000
    wanted = {Browsing.FREQUENT, Browsing.CATEGORIES, Browsing.CONTACT}
    assert {text for text in every if browsing(text) in wanted} == set()


def test_no_question_of_the_gold_sets_is_even_a_word_for_the_contact() -> None:
    asked = {
        one["question"]
        for folder in ("gold", "gold_heldout")
        for path in (DATA / folder).glob("*.yaml")
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 700
    assert {question for question in asked if browsing(question)} == set()
