"""Which part of a translation stands for a sentence of the Japanese answer."""

from __future__ import annotations

import pytest

from bot.translated_leads import translated_sentence, without_part, without_yes_or_no
from intents.leads import split_sentences
from knowledge.corpus import Corpus

JAPANESE = "はい、全国のコンビニで取れます。カードが必要です。\n令和元年7月からです。手数料は計画にないため、市民課にお聞きください。"
ENGLISH = (
    "Yes. You can get it at any convenience store. You need a card (カード).\n"
    "It started in July 2019 (令和元年7月). The fee is not in the plan. Please ask the section (市民課)."
)


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("全国のコンビニで取れます。", "You can get it at any convenience store."),
        ("カードが必要です。", "You need a card (カード)."),
        ("令和元年7月からです。", "It started in July 2019 (令和元年7月)."),
        (
            "手数料は計画にないため、市民課にお聞きください。",
            "The fee is not in the plan. Please ask the section (市民課).",
        ),
        ("ほかの文です。", None),
    ],
)
def test_a_sentence_is_found_in_the_translation(sentence: str, part: str | None) -> None:
    assert translated_sentence(JAPANESE, ENGLISH, sentence) == part


def test_texts_that_are_laid_out_differently_are_not_matched() -> None:
    assert translated_sentence(JAPANESE, ENGLISH.replace("\n", " "), "カードが必要です。") is None


def test_the_part_said_first_is_taken_out_of_what_follows() -> None:
    assert without_part(ENGLISH, "You need a card (カード).").startswith(
        "Yes. You can get it at any convenience store.\nIt"
    )
    assert without_yes_or_no(ENGLISH).startswith("You can get it")


def test_every_sentence_of_the_bundled_answers_is_found_in_their_translations(corpus: Corpus) -> None:
    for code in ("122106", "222232", "232084", "242047", "382159"):
        for answer in corpus.current(code).answers.values():
            for written in answer.translations.values():
                for sentence in split_sentences(answer.text):
                    assert translated_sentence(answer.text, written.text, sentence), (answer.entry_id, sentence)
