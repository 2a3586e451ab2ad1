"""ためしに聞く: what a resident would get, and what decided."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.dialogue import Dialogue
from bot.explanation import _REASONS, _RULES, SIDES, Explanation, explain
from bot.replies import Rule, plain_text
from intents.decision import CAUTIOUS, Decision, Reason
from intents.facets import Facet
from knowledge.corpus import Corpus, Knowledge
from tests.support.gold import GOLD, questions


@pytest.fixture(scope="module")
def knowledge(corpus: Corpus) -> Knowledge:
    return corpus.current("242047")


def test_the_reply_is_the_one_that_residents_get(corpus: Corpus) -> None:
    for code, row in list(questions(GOLD))[:60]:
        found, asked = corpus.current(code), row["question"]
        shown, got = explain(found, asked), answer(found, asked)
        assert shown.outcome.reply == got.reply
        assert shown.text == plain_text(got.reply)
        assert shown.why, asked


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("火事です", Rule.EMERGENCY),
        ("こんにちは", Rule.SMALL_TALK),
        ("担当の人と話したい", Rule.PERSON),
        ("英語で答えて", Rule.LANGUAGE),
        ("メニュー", Rule.BROWSING),
        ("市役所の電話番号は？", Rule.CONTACT),
        ("津島市の住民票", Rule.OTHER_TOWN),
        ("指標の一覧", Rule.LIST),
        ("いつから？", Rule.UNCLEAR),
        ("コンビニで住民票は取れますか", Rule.WEIGHED),
        ("うちは給付金をもらえますか", Rule.JUDGEMENT),
    ],
)
def test_the_rule_that_decided_is_named(knowledge: Knowledge, question: str, rule: Rule) -> None:
    found = explain(knowledge, question)
    assert found.rule is rule
    assert found.why


def test_a_follow_up_is_said_to_be_one(knowledge: Knowledge) -> None:
    entry = next(iter(knowledge.answers))
    assert explain(knowledge, "もっと詳しく", Dialogue(entry_id=entry)).rule is Rule.DIALOGUE


def sure_question(knowledge: Knowledge) -> Explanation:
    asked = (row["question"] for code, row in questions(GOLD) if code == "242047")
    found = (explain(knowledge, question) for question in asked)
    return next(one for one in found if one.outcome.reply.decision is Decision.ANSWER and one.reason is Reason.SURE)


def test_the_score_and_the_threshold_are_told(knowledge: Knowledge) -> None:
    found = sure_question(knowledge)
    assert "67%" in found.why[-1]
    assert f"{found.outcome.reply.score:.0%}" in found.why[-1]


def test_another_level_of_caution_gives_another_reason(knowledge: Knowledge) -> None:
    found = (explain(knowledge, row["question"], policy=CAUTIOUS) for code, row in questions(GOLD) if code == "242047")
    assert any(one.reason is Reason.UNSURE and "80%" in one.why[-1] for one in found)


def test_the_wording_of_an_entry_is_said_to_be_met_letter_by_letter(knowledge: Knowledge) -> None:
    first = next(one for one in knowledge.answers.values() if one.kind == "plan")
    assert explain(knowledge, first.title).reason is Reason.EXACT


def test_the_matched_and_the_missing_words_of_each_candidate_are_shown(knowledge: Knowledge) -> None:
    found = explain(knowledge, "住民票 ペンギン")
    assert found.understood is not None
    assert "ペンギン" in found.understood.unknown
    first = found.candidates[0]
    assert "住民票" in "".join(first.matched)
    assert "ペンギン" in first.missing
    assert [one.points for one in found.candidates] == sorted((one.points for one in found.candidates), reverse=True)


def test_synonyms_corrections_and_ignored_words_are_shown(knowledge: Knowledge) -> None:
    found = explain(knowledge, "松阪市のじゅうみんひょう")
    assert found.understood is not None
    assert found.understood.mended is not None
    assert "松阪" in found.understood.ignored
    shown = explain(knowledge, "マイナカードの使い道").understood
    assert shown is not None
    assert any("マイナンバーカード" in one.same for one in shown.synonyms)


def test_the_side_that_was_asked_is_named(knowledge: Knowledge) -> None:
    assert explain(knowledge, "住民票の手数料はいくらですか").facet == "手数料"


def test_every_side_has_a_name_that_staff_read() -> None:
    assert set(SIDES) == set(Facet)
    assert not [name for name in SIDES.values() if name.isascii() and name != "FAX"]


def test_every_rule_and_reason_has_a_sentence() -> None:
    assert set(_RULES) == set(Rule) - {Rule.WEIGHED}
    assert set(_REASONS) == set(Reason)
