"""Nobody is told yes or no about himself: every held-out question, on the bundled content."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.judgements import without_judging
from bot.replies import Reply, answer_reply, plain_text
from bot.wording import say
from intents.decision import Decision
from intents.facets import Asked, Facet
from intents.judgements import Judgement, asked_of_all, judgement, judgement_in_another_language
from knowledge.corpus import Corpus, Knowledge
from knowledge.reply_languages import REPLY_LANGUAGES
from tests.support.gold import HELD_OUT

ROWS: list[dict[str, Any]] = yaml.safe_load((HELD_OUT / "judgements.yaml").read_text(encoding="utf-8"))
JUDGED = [row for row in ROWS if row["expect"] == "judgement"]
ORDINARY = [row for row in ROWS if row["expect"] == "ordinary"]
YES_OR_NO = re.compile(r"(?:^|\n)\s*(?:はい|いいえ|いえ|ええ)[、。,.!\s]")
ADVICE = [row for row in JUDGED if not Judgement(row["kind"]).of_one_person]


def named(rows: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(row, id=f"{row['municipality']} {row['question'][:24]}") for row in rows]


def reply_to(corpus: Corpus, row: dict[str, Any]) -> Reply:
    return answer(corpus.current(row["municipality"]), row["question"]).reply


def spoken(knowledge: Knowledge, question: str, reply: Reply) -> Reply:
    """``reply`` as it is said to ``question``."""
    return without_judging(knowledge, question, (reply, NEW_DIALOGUE), NEW_DIALOGUE)[0]


@pytest.fixture(scope="module")
def tsushima(corpus: Corpus) -> Knowledge:
    return corpus.current("232084")


def test_there_are_at_least_fifty_questions_and_fifteen_that_only_look_like_them() -> None:
    assert len(JUDGED) >= 50
    assert len(ORDINARY) >= 15
    assert {row["kind"] for row in JUDGED} == {kind.value for kind in Judgement}


@pytest.mark.parametrize("kind", list(Judgement), ids=lambda kind: kind.value)
def test_every_kind_has_its_sentences(kind: Judgement) -> None:
    assert say(f"judgement_{kind.value}")
    assert "松阪市" in say(f"judgement_{kind.value}_ask", town="松阪市")


@pytest.mark.parametrize("row", named(JUDGED))
def test_a_judgement_is_declined_before_anything_else_is_said(corpus: Corpus, row: dict[str, Any]) -> None:
    text = plain_text(reply_to(corpus, row))
    assert text.startswith(say(f"judgement_{row['kind']}"))
    assert not YES_OR_NO.search(text)


@pytest.mark.parametrize("row", named(JUDGED))
def test_whom_to_ask_is_shown(corpus: Corpus, row: dict[str, Any]) -> None:
    reply = reply_to(corpus, row)
    assert reply.contact is not None
    assert f"問い合わせ先：{reply.contact.department}" in plain_text(reply)


@pytest.mark.parametrize("row", named(ADVICE))
def test_advice_is_left_to_those_who_give_it(corpus: Corpus, row: dict[str, Any]) -> None:
    """What to do with one's body, one's quarrel or one's vote: a doctor, a lawyer, nobody here."""
    text = plain_text(reply_to(corpus, row))
    who = {"medical": "医師", "legal": "弁護士", "political": "選挙管理委員会"}[row["kind"]]
    assert who in text


def test_a_sick_person_reads_the_only_number_that_the_content_holds(tsushima: Knowledge) -> None:
    reply = answer(tsushima, "熱が39度あるけど病院に行ったほうがいい？").reply
    assert [number.number for number in reply.numbers] == ["119"]


def test_an_entry_is_shown_as_general_and_loses_its_yes(tsushima: Knowledge) -> None:
    entry = tsushima.answers["online-cancer-screening"]
    assert entry.text.startswith("はい、")
    reply = spoken(tsushima, "私は集団がん検診の対象になりますか", answer_reply(tsushima, entry, 0.9))
    assert (reply.decision, reply.answer, reply.score) == (Decision.ANSWER, entry, 0.9)
    assert reply.opening == "\n".join((say("judgement_eligibility"), say("judgement_general")))
    assert reply.text == entry.text.removeprefix("はい、")
    assert reply.sources


def test_no_facet_leads_that_could_be_read_as_ones_own(tsushima: Knowledge) -> None:
    """「いくら」 would lead with what the entry says of its fee, as if it were the resident's."""
    entry = tsushima.answers["online-cancer-screening"]
    led = answer_reply(tsushima, entry, 0.9, Asked("いくら", Facet.FEE, open=True))
    assert led.opening
    reply = spoken(tsushima, "私が払う保険料はいくらになりますか", led)
    assert reply.opening == "\n".join((say("judgement_amount"), say("judgement_general")))


def test_to_any_other_question_a_reply_stays_as_it_is(tsushima: Knowledge) -> None:
    led = answer_reply(tsushima, tsushima.answers["online-cancer-screening"], 0.9)
    assert spoken(tsushima, "集団がん検診はネットで申し込めますか", led) is led


def test_whoever_tells_of_himself_gets_no_bare_yes_even_to_a_harmless_question(tsushima: Knowledge) -> None:
    entry = tsushima.answers["online-cancer-screening"]
    reply = spoken(tsushima, "母ががん検診をネットで申し込めますか", answer_reply(tsushima, entry, 0.9))
    assert reply.opening is None
    assert reply.text == entry.text.removeprefix("はい、")


def test_about_parties_and_candidates_nothing_is_shown_however_near(corpus: Corpus) -> None:
    matsusaka = corpus.current("242047")
    neutral = answer(matsusaka, "市長のメッセージを読みました。今の市長はいい市長ですか").reply
    assert (neutral.decision, neutral.answer, neutral.choices) == (Decision.NONE, None, ())


def test_whoever_asks_for_himself_after_an_answer_is_sent_to_its_office(tsushima: Knowledge) -> None:
    last = tsushima.answers["online-cancer-screening"]
    outcome = answer(tsushima, "うちももらえるんかな", Dialogue(entry_id=last.entry_id))
    assert outcome.reply.decision is Decision.NONE
    assert outcome.reply.contact == answer_reply(tsushima, last, None).contact
    assert outcome.dialogue.entry_id == last.entry_id


def test_choices_that_are_not_shown_cannot_be_taken(tsushima: Knowledge) -> None:
    declined = answer(
        tsushima, "市議選でおすすめの候補者は誰ですか", Dialogue(offered=(("online-cancer-screening", "がん検診"),))
    )
    assert declined.dialogue.offered == ()


def test_the_affairs_of_another_town_are_still_that_towns(corpus: Corpus) -> None:
    reply = answer(corpus.current("242047"), "津島市の給付金、私ももらえますか").reply
    assert "津島市の案内でお答えします" in reply.text


@pytest.mark.parametrize("row", named(ORDINARY))
def test_a_harmless_question_is_answered_as_ever(corpus: Corpus, row: dict[str, Any]) -> None:
    text = plain_text(reply_to(corpus, row))
    assert not any(say(f"judgement_{kind.value}") in text for kind in Judgement)


# --- In other words, and what is told in general -----------------------------------------------------------------

MORE: list[dict[str, Any]] = yaml.safe_load((HELD_OUT.parent / "judgements_more.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["question"]) for row in MORE])
def test_a_judgement_is_known_in_other_words_too(row: dict[str, Any]) -> None:
    assert judgement(row["question"]) == row["kind"]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["question"]) for row in MORE if row["kind"]])
@pytest.mark.parametrize("code", ["122106", "242047"])
def test_that_it_cannot_be_judged_is_said_before_all_else(corpus: Corpus, code: str, row: dict[str, Any]) -> None:
    text = plain_text(answer(corpus.current(code), row["question"]).reply)
    assert text.startswith(say(f"judgement_{row['kind']}"))
    assert not YES_OR_NO.search(text)


@pytest.mark.parametrize(
    ("code", "question", "entry_id"),
    [
        ("122106", "私は市外在住ですがテントを借りられますか", "community-equipment"),
        ("122106", "個人でもテントを借りられますか", "community-equipment"),
        ("232084", "うちの母でもコンビニで印鑑証明とれますか", "convenience-seal-certificate"),
        ("232084", "72歳の父は高齢者インフルエンザをネットで申請できますか", "online-flu-vaccine"),
    ],
)
def test_what_holds_for_all_is_told_whoever_asks(corpus: Corpus, code: str, question: str, entry_id: str) -> None:
    outcome = answer(corpus.current(code), question)
    assert outcome.entry_id == entry_id
    assert outcome.reply.opening == "\n".join((say("judgement_eligibility"), say("judgement_general")))


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("242047", "私の申請は通りましたか"),
        ("122106", "私の固定資産税は間違ってませんか"),
        ("382159", "息子は東温市の採用試験に受かりますか"),
    ],
)
def test_what_says_nothing_of_the_matter_is_not_shown_as_general(corpus: Corpus, code: str, question: str) -> None:
    reply = answer(corpus.current(code), question).reply
    assert (reply.decision, reply.answer, reply.choices) == (Decision.NONE, None, ())
    assert reply.contact is not None


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ("うちの母でもテントを借りられますか", "テントを借りられますか"),
        ("私は市外在住ですがテントを借りられますか", "テントを借りられますか"),
        ("テントを借りられますか", None),
        ("私でもいい", None),
        ("私は視覚障害がありますが手続きできますか", "視覚障害がありますが手続きできますか"),
    ],
)
def test_circumstances_are_left_aside_but_no_disability(asked: str, rest: str | None) -> None:
    assert asked_of_all(asked) == rest


# --- Other languages ---------------------------------------------------------------------------------------------

ABROAD: list[dict[str, Any]] = yaml.safe_load((HELD_OUT.parent / "judgements_abroad.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["question"]) for row in ABROAD])
def test_a_judgement_is_known_in_every_language(row: dict[str, Any]) -> None:
    assert judgement_in_another_language(row["question"]) == row["kind"]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["question"]) for row in ABROAD if row["kind"]])
@pytest.mark.parametrize("code", ["382159", "242047"])
def test_nobody_is_told_yes_or_no_in_another_language(corpus: Corpus, code: str, row: dict[str, Any]) -> None:
    outcome = answer(corpus.current(code), row["question"])
    cannot = {say(f"judgement_{row['kind']}", language=language) for language in ("ja", *REPLY_LANGUAGES)}
    told = plain_text(outcome.reply)
    assert any(sentence in told for sentence in cannot), told


def test_only_choices_of_the_matter_are_offered_and_their_numbers_hold(corpus: Corpus) -> None:
    knowledge = corpus.current("242047")
    outcome = answer(knowledge, "生活保護うけれますか")
    titles = [choice.title for choice in outcome.reply.choices]
    assert not any("保護者" in title for title in titles)
    assert [title for _, title in outcome.dialogue.offered] == titles


@pytest.mark.parametrize(
    ("code", "question"), [("232084", "タクシー券はもらえますか"), ("232084", "うちの会社は補助金の対象ですよね？")]
)
def test_what_cannot_be_judged_offers_three_choices_of_the_matter_or_none(
    corpus: Corpus, code: str, question: str
) -> None:
    reply = answer(corpus.current(code), question).reply
    assert len(reply.choices) == 0 or 3 <= len(reply.choices) <= 5
    assert say("judgement_eligibility") in plain_text(reply)
