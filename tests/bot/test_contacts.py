"""What is said to who only wants to reach the office, in every language."""

from __future__ import annotations

import pytest

from bot.conversation import answer
from bot.dialogue import NEW_DIALOGUE
from bot.replies import plain_text
from knowledge.corpus import Corpus

PRINTING, PRINTING_TOO, SILENT = "222232", "122106", "242047"
"""Municipalities whose plans print telephone numbers, and one whose plan prints none."""
TELEPHONE, FAX, ADDRESS = "0537-85-1127", "0537-85-1137", "池新田5585"


def said(corpus: Corpus, code: str, *questions: str) -> str:
    """What is said last."""
    dialogue, text = NEW_DIALOGUE, ""
    for question in questions:
        outcome = answer(corpus.current(code), question, dialogue)
        dialogue, text = outcome.dialogue, plain_text(outcome.reply)
    return text


@pytest.mark.parametrize(
    "question",
    [
        "電話かけたい",
        "デジタル推進室の電話なんばん",
        "しやくしょ の でんわばんごう を おしえて ください",
        "問い合わせどこ",
        "telephone number of digital office",
        "who can i call",
        "phone number k ho",
        "qual o telefone da prefeitura",
        "telefone da shiyakusho por favor",
        "so dien thoai cua shiyakusho",
        "ano ang numero ng telepono ng munisipyo",
        "फोन नम्बर कति हो",
        "시청 전화번호 알려주세요",
        "市政府的电话是多少",
        "shiyakusho no denwa bangou oshiete",
    ],
)
def test_the_telephone_number_is_told_in_whatever_words(corpus: Corpus, question: str) -> None:
    assert TELEPHONE in said(corpus, PRINTING, question)


@pytest.mark.parametrize(
    "question",
    ["FAX番号は", "fax number", "팩스 번호", "传真号码", "número de fax", "số fax", "numero ng fax", "फ्याक्स नम्बर"],
)
def test_a_fax_number_is_not_the_telephone_number(corpus: Corpus, question: str) -> None:
    first = said(corpus, PRINTING, question).split("聞（き）くところ")[0].split("Contact:")[0].split("問い合わせ先")[0]
    assert FAX in first
    assert TELEPHONE not in first


@pytest.mark.parametrize(
    "question",
    [
        "市役所の住所は",
        "市役所はどこ？",
        "what is the address of city hall",
        "市役所地址",
        "시청 주소",
        "qual o endereço da prefeitura",
        "địa chỉ tòa thị chính",
        "ano ang address ng city hall",
        "सिटी हलको ठेगाना",
    ],
)
def test_the_address_is_told_in_whatever_words(corpus: Corpus, question: str) -> None:
    assert ADDRESS in said(corpus, PRINTING, question)


@pytest.mark.parametrize(("code", "place"), [(PRINTING_TOO, "福祉センター"), (SILENT, "三重県庁")])
def test_a_place_that_the_plan_does_not_print_gets_no_other_number(corpus: Corpus, code: str, place: str) -> None:
    first = said(corpus, code, f"{place}の電話番号").split("。")[0]
    assert first == f"{place}の電話番号は、この案内に載っていません"


@pytest.mark.parametrize("question", ["どの課が担当？", "担当課は？", "誰に聞けばいい？"])
def test_whom_to_ask_without_a_topic_is_the_municipalitys_contact(corpus: Corpus, question: str) -> None:
    text = said(corpus, PRINTING, question)
    assert text.startswith("お問い合わせ先は御前崎市総務部財政課デジタル推進室です。")
    assert TELEPHONE in text


@pytest.mark.parametrize("question", ["担当課は？", "誰に聞けばいい？", "電話したいんだけど"])
def test_after_an_answer_it_is_that_answers_office(corpus: Corpus, question: str) -> None:
    assert said(corpus, PRINTING, "コンビニ交付はいつから", question).split("。")[0].find("御前崎市役所") >= 0


def test_the_city_office_named_after_an_answer_is_the_city_office(corpus: Corpus) -> None:
    assert TELEPHONE in said(corpus, PRINTING, "コンビニ交付はいつから", "市役所の電話番号は")


def test_another_office_is_asked_for_in_a_word(corpus: Corpus) -> None:
    first = said(corpus, PRINTING_TOO, "電話番号教えて", "水道課は？").split("。")[0]
    assert first == "水道課の電話番号は、この案内に載っていません"
