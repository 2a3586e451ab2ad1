"""Questions in kana: which words are heard, and what is left as it was typed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.index import Document
from intents.kana import Heard, KanaModel, in_kana, make_kana_model
from intents.text import normalize
from intents.tokenizer import tokenize

_OTHERS = (
    "公園の利用の申し込みはどこにしますか？",
    "公園でボール遊びはできますか？",
    "公園の掃除をしたい",
    "講演会の申し込みはどこにしますか？",
    "市の保険の手続きを教えてください",
)


@pytest.fixture(scope="module")
def model(documents: tuple[Document, ...]) -> KanaModel:
    wordings = [wording for document in documents for wording in document.wordings]
    return make_kana_model(map(tokenize, (*wordings, *_OTHERS)), [tokenize(document.answer) for document in documents])


def hear(model: KanaModel, text: str) -> Heard:
    heard = model.hear(tokenize(normalize(text)))
    assert heard is not None
    return heard


def likely(heard: Heard) -> list[str]:
    return [word for word, chance in heard.words if chance > 0.5]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("じゅうみんひょうをとりたいのですがどうすればいいですか", ["住民", "票", "取る", "どう"]),
        ("いんかんとうろくするにはなにがいりますか", ["印鑑", "登録"]),
        ("そだいごみのだしかたをおしえてください", ["粗大", "ごみ", "出す"]),
        ("こてい しさんぜい すまほ", ["固定", "資産", "税", "スマホ"]),
        ("ひなんじょがいっぱいかどうかみられますか", ["避難", "一杯"]),
        ("ほいくえんにいれたいんやけどどないしたらええの", ["保育", "園", "入れる"]),
        ("ｼﾞｭｳﾐﾝﾋｮｳﾊｺﾝﾋﾞﾆﾃﾞﾄﾚﾏｽｶ", ["住民", "票", "コンビニ", "取れる"]),
        ("コンビニでじゅうみんひょうはとれますか", ["コンビニ", "住民", "票", "取れる"]),
        ("わいふぁいはつかえますか", ["使う"]),
    ],
)
def test_a_question_in_kana_is_heard_in_the_words_of_the_texts(
    model: KanaModel, typed: str, meant: Sequence[str]
) -> None:
    heard = likely(hear(model, typed))
    assert [word for word in meant if word not in heard] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("住民票のてすうりょうをおしえてください", "手数"),
        ("いんかん登録をしたい", "印鑑"),
        ("粗大ごみのしゅうしゅうを予約したい", "収集"),
    ],
)
def test_hiragana_among_kanji_is_heard_too(model: KanaModel, typed: str, meant: str) -> None:
    assert meant in likely(hear(model, typed))


@pytest.mark.parametrize(
    "typed",
    [
        "住民票の写しはどこで取れますか？",
        "粗大ごみの出し方を教えてください",
        "手数料はいくらですか",
        "",
        "？！",
        "LINE 2024 〒",
    ],
)
def test_a_question_with_its_kanji_is_left_alone(model: KanaModel, typed: str) -> None:
    assert model.hear(tokenize(typed)) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ほけんのてつつきはどこですか", "手続き"),
        ("ごていしさんぜいはいくらですか", "固定"),
        ("ほいくえんのもうしこみ", "申し込み"),
    ],
)
def test_a_voice_mark_too_few_or_too_many_is_forgiven(model: KanaModel, typed: str, meant: str) -> None:
    assert meant in likely(hear(model, typed))


def test_of_words_that_sound_alike_the_neighbours_choose(model: KanaModel) -> None:
    assert likely(hear(model, "こうえんかいのもうしこみはどこにしますか"))[:2] == ["講演", "会"]
    assert "公園" in likely(hear(model, "こうえんのそうじをしたい"))


def test_of_words_that_sound_alike_the_other_stays_possible(model: KanaModel) -> None:
    words = dict(hear(model, "こうえんはいつですか").words)
    assert words["公園"] > words["講演"] > 0


def test_what_the_texts_never_say_is_not_pressed_into_their_words(model: KanaModel) -> None:
    heard = hear(model, "たまねぎのそだてかたをおしえてください")
    assert "玉葱" in likely(heard)
    assert not {"住民", "固定", "印鑑"} & set(likely(heard))


def test_the_likeliest_reading_is_the_whole_text_again(model: KanaModel) -> None:
    typed = "じゅうみんひょう、2024ねんにとれますか？"
    assert "".join(token.reading for token in hear(model, typed).tokens if token.part[0] != "補助記号").startswith(
        "ジュウミンヒョウ"
    )
    assert [token.surface for token in hear(model, typed).tokens if token.surface in "、2024?"] == ["、", "2024", "?"]


@given(text=st.text(st.sampled_from("あいうえおかがきっゃんーアカンァ住民票は、 a1"), max_size=120))
def test_any_text_is_heard_the_same_twice_and_no_word_more_often_than_it_is_typed(model: KanaModel, text: str) -> None:
    tokens = tokenize(text)
    heard = model.hear(tokens)
    assert heard == model.hear(tokens)
    if heard is not None:
        assert all(0 < chance <= len(text) for _, chance in heard.words)
        assert sum(chance for _, chance in heard.words) <= len(text) + 1e-6


@pytest.mark.parametrize(
    "text", ["あ" * 2000, "いんかんとうろく" * 250, "イ" * 2000, "ー" * 500], ids=lambda text: text[:4]
)
def test_no_length_breaks_it(model: KanaModel, text: str) -> None:
    heard = model.hear(tokenize(text))
    assert heard is None or all(chance <= len(text) for _, chance in heard.words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("いんかんとうろく", True),
        ("インカントウロク", True),
        ("2024ねんのごみのひ", True),
        ("住民票のとりかた", False),
        ("LINEでよやく", False),
        ("2024", False),
        ("", False),
    ],
)
def test_a_text_in_kana_is_told_from_others(text: str, expected: bool) -> None:
    assert in_kana(text) is expected


def test_a_model_of_nothing_still_hears_what_is_said_every_day() -> None:
    assert "住民" in likely(hear(make_kana_model([]), "じゅうみんひょうはどこですか"))
