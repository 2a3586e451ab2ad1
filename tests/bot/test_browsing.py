"""Looking through what there is without a question, by buttons and by words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import get_args

import pytest

from bot.browsing import ALL, CATEGORIES, LEFT_OVER, PAGE, shelves
from bot.circumstances import Circumstances, ShownNotice
from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE, Dialogue, dialogue_from_json
from bot.replies import Onward, Reply, Rule, first_questions, plain_text
from bot.taps import Act, Tap, reply_to_tap
from bot.wording import say
from intents.decision import Decision
from knowledge.answers import Ways
from knowledge.bundle import Category
from knowledge.calendar import JST
from knowledge.corpus import Corpus, Knowledge
from knowledge.opening_hours import OpeningHours, Place, Span
from knowledge.reply_languages import REPLY_LANGUAGES
from tests.knowledge.test_content import CODES

MATSUSAKA = "242047"
USUAL = Span(dt.time(8, 30), dt.time(17, 15))
HALL = Place(0, "市役所", (), (USUAL,) * 5 + (None, None))
AT_TEN = dt.datetime(2026, 11, 25, 10, 0, tzinfo=JST)


def tapped(
    knowledge: Knowledge, act: Act, place: str | None = None, paused: Collection[str] = (), language: str | None = None
) -> tuple[Reply, Dialogue]:
    before = replace(NEW_DIALOGUE, language=language, language_chosen=language is not None)
    around = Circumstances(AT_TEN, ShownNotice({"ja": "お知らせ"}, frozenset(paused)))
    return reply_to_tap(knowledge, Tap(act, None, place), before, around)


def said(knowledge: Knowledge, *texts: str) -> tuple[Reply, Dialogue]:
    """The reply to the last of ``texts``, one after the other."""
    before, reply = NEW_DIALOGUE, None
    for text in texts:
        outcome = answer(knowledge, text, before)
        reply, before = outcome.reply, dialogue_from_json(outcome.dialogue.as_json())
    assert reply is not None
    return reply, before


def pages(knowledge: Knowledge, place: str, paused: Collection[str] = ()) -> Iterator[Reply]:
    """All pages of a category, turned by their own buttons."""
    step: str | None = place
    while step:
        reply, _ = tapped(knowledge, Act.CATEGORIES, step, paused)
        yield reply
        ahead = say("browse_next", count=0).rstrip("0件")
        step = next((one.place for one in reply.steps if one.place and one.label.startswith(ahead)), None)


def test_every_category_that_staff_can_choose_has_its_place_and_every_button_its_act() -> None:
    assert set(CATEGORIES) == set(get_args(Category))
    assert len(set(CATEGORIES.values())) == len(CATEGORIES)
    assert {one.value for one in Onward} <= {one.value for one in Act}


@pytest.mark.parametrize("code", CODES)
def test_all_that_is_published_can_be_reached_by_buttons(corpus: Corpus, code: str) -> None:
    """But what says no more than that the plan is silent."""
    knowledge = corpus.current(code)
    first, _ = tapped(knowledge, Act.CATEGORIES)
    assert len(first.shelves) >= 10
    seen: list[str] = []
    for shelf in first.shelves:
        assert shelf.place
        count = 0
        whole = [shelf.place]
        for place in whole:
            for page in pages(knowledge, place):
                assert len(page.choices) <= PAGE + LEFT_OVER
                seen += [choice.entry_id for choice in page.choices]
                count += len(page.choices)
                whole += [table.place for table in page.shelves if table.place]
        assert shelf.beside == f"{count}件"
    assert len(seen) == len(set(seen))
    assert set(seen) == {one.entry_id for one in knowledge.answers.values() if one.kind != "silent"}


def test_what_residents_need_comes_first(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    reply, _ = tapped(knowledge, Act.CATEGORIES)
    assert [shelf.label for shelf in reply.shelves][:3] == [
        "証明書・コンビニ交付",
        "オンライン手続き",
        "マイナンバーカード",
    ]
    page, _ = tapped(knowledge, Act.CATEGORIES, "certificates")
    assert page.choices[0].entry_id == "convenience-certificates"
    assert (page.title, page.text) == (
        "証明書・コンビニ交付",
        f"{len(page.choices)}件あります。知りたいものをえらんでください。",
    )
    kinds = [knowledge.answers[one.entry_id].kind for one in page.choices[1:]]
    assert kinds == sorted(kinds, key=lambda kind: kind != "procedure")


def test_nothing_that_is_paused_is_shown_or_counted(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    held = [one.entry_id for one in knowledge.answers.values() if one.category == "防災・安全"]
    reply, _ = tapped(knowledge, Act.CATEGORIES, paused=held)
    assert "防災・安全" not in [shelf.label for shelf in reply.shelves]
    first = first_questions(knowledge)[0]
    frequent, _ = tapped(knowledge, Act.FREQUENT, paused=[first])
    assert first not in [choice.entry_id for choice in frequent.choices]
    assert frequent.choices
    everything, _ = tapped(knowledge, Act.CATEGORIES, paused=set(knowledge.answers))
    assert (everything.shelves, everything.text) == ((), say("browse_nothing"))
    assert everything.steps


def test_a_place_that_is_no_more_leads_to_all_of_them_and_after_the_last_page_it_is_said(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    for gone in ("nowhere", "online-2", "card--0", "--", "a--b"):
        reply, _ = tapped(knowledge, Act.CATEGORIES, gone)
        assert reply.shelves, gone
    over, after = tapped(knowledge, Act.CATEGORIES, "online--99")
    assert over.text == say("list_end")
    assert after.browsed != "online--99"


def test_the_frequent_questions_are_those_that_staff_chose_else_procedures(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    reply, after = tapped(knowledge, Act.FREQUENT)
    assert [choice.entry_id for choice in reply.choices] == first_questions(knowledge)
    assert after.offered == tuple((choice.entry_id, choice.title) for choice in reply.choices)
    none_chosen = replace(knowledge, town=replace(knowledge.town, examples=()))
    reply, _ = tapped(none_chosen, Act.FREQUENT)
    assert {knowledge.answers[choice.entry_id].kind for choice in reply.choices} == {"procedure"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("メニュー", "分類から探す"),
        ("カテゴリー一覧を見せて", "分類から探す"),
        ("よくある質問", "よくある質問"),
        ("電話と窓口", "電話と窓口"),
        ("電話番号", "電話と窓口"),
        ("お問い合わせ先", "電話と窓口"),
        ("Perguntas frequentes", None),
    ],
)
def test_it_can_be_typed(corpus: Corpus, text: str, title: str | None) -> None:
    reply, _ = said(corpus.current(MATSUSAKA), text)
    assert reply.title == title or (title is None and reply.choices)
    assert reply.rule in (Rule.BROWSING, Rule.CONTACT)


def test_a_number_a_name_and_turning_the_page_can_be_typed(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    listed, after = said(knowledge, "メニュー")
    assert after.browsed == ALL
    assert said(knowledge, "メニュー", "2")[0].title == listed.shelves[1].label
    last = len(listed.shelves)
    assert last > 9
    assert said(knowledge, "メニュー", str(last))[0].title == listed.shelves[-1].label
    named, _ = said(knowledge, "メニュー", "計画のあらまし")
    assert named.title == "計画のあらまし"
    second, _ = said(knowledge, "メニュー", "計画のあらまし", "次")
    assert second.text.startswith("9件目から16件目です")
    assert said(knowledge, "メニュー", "計画のあらまし", "次", "戻る")[0].choices == named.choices
    assert said(knowledge, "メニュー", "計画のあらまし", "戻る")[0].shelves == listed.shelves
    opened, _ = said(knowledge, "メニュー", "計画のあらまし", "次", "3")
    assert opened.answer is not None
    assert opened.answer.entry_id == second.choices[2].entry_id


def test_a_number_beyond_the_last_shows_the_same_again_and_refuses_nothing(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    for shown in (("よくある質問",), ("メニュー", "その他")):
        first, _ = said(knowledge, *shown)
        assert said(knowledge, *shown, str(len(first.choices) + 1))[0] == first
    assert said(knowledge, "よくある質問", "戻る")[0].shelves


def test_after_an_answer_the_telephone_is_that_of_its_office(corpus: Corpus) -> None:
    reply, _ = said(corpus.current(MATSUSAKA), "住民票はコンビニで取れますか", "電話番号")
    assert reply.title != "電話と窓口"


def test_what_an_entry_is_asked_by_stays_its_question(corpus: Corpus) -> None:
    """「目次」 asks for the plan's contents, and where staff have written one for 「メニュー」, that is a question, too."""
    knowledge = corpus.current(MATSUSAKA)
    assert said(knowledge, "目次")[0].rule is not Rule.BROWSING
    one = replace(knowledge.answers["convenience-certificates"], wordings=("メニュー",))
    with_it = replace(knowledge, answers={**knowledge.answers, one.entry_id: one})
    assert said(with_it, "メニュー")[0].rule is not Rule.BROWSING


def test_it_is_no_question_and_no_unmet_need(corpus: Corpus) -> None:
    for text in ("メニュー", "よくある質問"):
        reply, after = said(corpus.current(MATSUSAKA), text)
        assert (reply.decision, reply.score, after.topic) == (Decision.SMALLTALK, None, None)
        assert "この中にない" not in plain_text(reply)


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_the_contact_is_never_a_dead_end(corpus: Corpus, code: str) -> None:
    """Of a municipality that has entered nothing, and of one that has entered all."""
    knowledge = corpus.current(code)
    reply, _ = tapped(knowledge, Act.CONTACT)
    assert reply.contact
    assert reply.contact.department in plain_text(reply)
    assert [step.to for step in reply.steps][-2:] == [Onward.FREQUENT, Onward.CATEGORIES]
    given = replace(
        knowledge,
        town=replace(knowledge.town, ways=Ways("https://www.city.example.jp/form/", "soudan@city.example.jp", None)),
        contact=replace(knowledge.contact, telephone="0598-53-0000"),
        opening=OpeningHours((HALL,)),
    )
    whole = plain_text(tapped(given, Act.CONTACT)[0])
    for told in ("0598-53-0000", "https://www.city.example.jp/form/", "8時30分〜17時15分", "受付は17時15分まで"):
        assert told in whole


def test_the_offices_can_be_looked_through_from_there(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    step = tapped(knowledge, Act.CONTACT)[0].steps[0]
    reply, _ = tapped(knowledge, Act(step.to.value), step.place)
    assert reply.title == "課や会議"
    chosen = knowledge.answers[reply.choices[0].entry_id]
    assert (chosen.kind, chosen.name) == ("office", reply.choices[0].title)


@pytest.mark.parametrize("language", REPLY_LANGUAGES)
def test_all_of_it_is_there_in_every_language(corpus: Corpus, language: str) -> None:
    knowledge = corpus.current(MATSUSAKA)
    spoken = replace(knowledge, town=replace(knowledge.town, reply_languages=REPLY_LANGUAGES))
    reply, _ = tapped(spoken, Act.CATEGORIES, language=language)
    assert reply.language == language
    assert reply.shelves[2].label == say("category_card", language=language)
    page, _ = tapped(spoken, Act.CATEGORIES, "card", language=language)
    assert page.steps[-1].label == say("contact_page_title", language=language)
    contact, _ = tapped(replace(spoken, opening=OpeningHours((HALL,))), Act.CONTACT, language=language)
    assert contact.facts
    assert say("answer_japanese_only", language=language) not in contact.notes


def test_a_category_that_nobody_knows_any_more_is_found_under_the_others(corpus: Corpus) -> None:
    knowledge = corpus.current(MATSUSAKA)
    one = replace(knowledge.answers["convenience-certificates"], category="むかしの分類")
    with_it = replace(knowledge, answers={**knowledge.answers, one.entry_id: one})
    other = next(shelf for shelf in shelves(with_it) if shelf.place == "other")
    assert one in other.answers
