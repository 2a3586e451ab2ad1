"""Indicators in the language of the reply: the goal, its year and the value, by fixed sentences."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.languages import written_in
from bot.replies import plain_text
from bot.wording import DEFAULT
from knowledge.corpus import Corpus
from knowledge.reply_languages import REPLY_LANGUAGES
from knowledge.translations import lost_figures


@pytest.mark.parametrize(
    ("code", "question", "first"),
    [
        ("122106", "goal for My Number Card issuance rate", "The goal of “マイナンバーカードの交付率” is 100％"),
        ("122106", "current issuance rate", "When the plan was made, the value was 38.56％ as of 2022-03"),
        (
            "242047",
            "goal for My Number Card issuance rate",
            "The goal of “松阪市におけるマイナンバーカード交付率” is 83%",
        ),
        ("222232", "goal of telework", "The goal of “テレワークの実施可能業務の実施率” is 100% for fiscal year 2025"),
    ],
)
def test_the_goal_or_the_value_leads_in_the_language_of_the_reply(
    corpus: Corpus, code: str, question: str, first: str
) -> None:
    shown = plain_text(answer(corpus.current(code), question).reply)
    assert shown.startswith(first)
    assert "available in Japanese only" not in shown


@pytest.mark.parametrize("language", [code for code in REPLY_LANGUAGES if code != DEFAULT])
@pytest.mark.parametrize("code", ["122106", "222232", "232084", "242047", "382159"])
def test_no_figure_of_any_indicator_is_lost(corpus: Corpus, code: str, language: str) -> None:
    for found in corpus.current(code).answers.values():
        if found.kind != "indicator":
            assert written_in(found, language) is found.translations.get(language)
            continue
        made = written_in(found, language)
        assert made is not None
        assert lost_figures(found.text, f"{made.title}\n{made.text}") == []
        assert len(made.text.split("\n")) == len(found.text.split("\n"))
