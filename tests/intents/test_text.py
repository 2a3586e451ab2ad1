"""Whatever arrives as text becomes safe to store and fit to compare."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.text import (
    MAX_QUESTION,
    asked_letters,
    clean,
    kana_share,
    last_clause,
    normalize,
    shorten,
    split_story,
    to_katakana,
)

any_text = st.text(st.characters(exclude_categories=()), max_size=200)
"""Lone surrogates too: LINE and browsers can send them."""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("住民票\ud83d", "住民票\ufffd", id="half an emoji becomes the replacement character"),
        pytest.param("住\x00民\x00票", "住民票", id="NUL, which PostgreSQL refuses, goes"),
        pytest.param("\u202eすで\u202c住民票", "すで住民票", id="marks that turn the writing direction go"),
        pytest.param("住\u200b民\u200d票\ufeff", "住民票", id="zero-width characters go"),
        pytest.param("\u2066住民票\u2069", "住民票", id="bidi isolates go"),
        pytest.param(
            "一行目\r\n二行目\r三行目\n四行目", "一行目\n二行目\n三行目\n四行目", id="line ends become one kind"
        ),
        pytest.param("名前\t住所", "名前\t住所", id="tabs stay"),
        pytest.param("\x1b[31m赤\x7f\x9b", "[31m赤", id="terminal controls go"),
        pytest.param("　 住民票 \n", "住民票", id="blanks around go"),
        pytest.param("髙﨑 𠮷野 ｺﾞﾐ", "髙﨑 𠮷野 ｺﾞﾐ", id="rare kanji and half-width kana stay"),
        pytest.param("ありがとう😀👍🏻", "ありがとう😀👍🏻", id="emoji stay"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_cleaning_removes_what_databases_and_readers_cannot_bear(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(any_text)
def test_cleaned_text_can_be_stored_and_sent(raw: str) -> None:
    text = clean(raw)
    text.encode("utf-8")
    assert "\x00" not in text
    assert "\r" not in text
    assert not any(unicodedata.category(char) == "Cc" and char not in "\t\n" for char in text)


@given(any_text)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


def test_a_short_text_is_not_shortened() -> None:
    assert shorten("住民票", 3) == "住民票"


def test_shortening_keeps_both_ends() -> None:
    text = "はじまり" + "あ" * 5000 + "おわり"
    short = shorten(text)
    assert len(short) == MAX_QUESTION
    assert short.startswith("はじまり")
    assert short.endswith("おわり")


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_shortened_text_keeps_within_the_limit_and_is_made_of_both_ends(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(text) > limit:
        assert any(text.startswith(short[:cut]) and text.endswith(short[cut + 1 :]) for cut in range(len(short)))


@given(st.text("あいうえお。", min_size=61), st.integers(min_value=3, max_value=60))
def test_letters_fill_the_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) == limit


def test_half_a_number_never_survives_the_cut() -> None:
    """Whole, it would have been masked."""
    short = shorten("あ" * 995 + "123456789018" + "い" * 5000 + "090-1234-5678" + "う" * 990)
    assert short == "あ" * 995 + "\n" + "う" * 990


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ＤＸ", "dx", id="full-width letters"),
        pytest.param("ｺﾞﾐ", "ゴミ", id="half-width kana"),
        pytest.param("Ｗｉ‐Ｆｉ", "wi-fi", id="hyphens of all kinds"),
        pytest.param("0598―53－4321", "0598-53-4321", id="dashes in telephone numbers"),
        pytest.param("住民票　 \n 料金", "住民票 料金", id="blanks of all kinds"),
        pytest.param("①㈱", "1(株)", id="enclosed characters"),
        pytest.param("コンビニ", "コンビニ", id="long vowels are no hyphens"),
        pytest.param("サーバー", "サーバー", id="the long vowel mark stays"),
        pytest.param("か\u3099", "が", id="a voiced mark joins its kana"),
    ],
)
def test_normalizing_makes_ways_of_writing_equal(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(st.text(max_size=100))
def test_normalized_text_has_no_double_or_outer_blanks(text: str) -> None:
    plain = normalize(text)
    assert plain == " ".join(plain.split())


def test_only_hiragana_becomes_katakana() -> None:
    assert to_katakana("ゔぁいおりんと住民票ABC、ゖ") == "ヴァイオリント住民票ABC、ヶ"


@given(st.text(max_size=50))
def test_katakana_has_as_many_letters_as_the_text_before(text: str) -> None:
    assert len(to_katakana(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        pytest.param("じゅうみんひょうをとりたい", 1.0, id="all hiragana"),
        pytest.param("すまーとふぉん", 1.0, id="long vowels among hiragana"),
        pytest.param("住民票", 0.0, id="all kanji"),
        pytest.param("コピー", 1 / 3, id="katakana, of which only the long vowel counts"),
        pytest.param("ごみの日", 0.75, id="mixed"),
        pytest.param("ごみ、ごみ。123", 1.0, id="marks and digits do not count"),
        pytest.param("123!?", 0.0, id="no letters at all"),
        pytest.param("", 0.0, id="nothing"),
    ],
)
def test_the_share_of_hiragana_counts_letters_only(text: str, share: float) -> None:
    assert kana_share(text) == pytest.approx(share)


@given(st.text(max_size=50))
def test_the_share_of_hiragana_is_a_share(text: str) -> None:
    assert 0 <= kana_share(text) <= 1


MOVED = "先週この町に引っ越してきました。荷物が多くて、毎日片付けに追われていて、まだ町のことも知りません。"

STORIES = [
    pytest.param("粗大ごみはどう出しますか？", "粗大ごみはどう出しますか？", id="a short message is all question"),
    pytest.param(
        "引っ越しました。ごみの日は？", "引っ越しました。ごみの日は？", id="two short sentences are all question"
    ),
    pytest.param(
        f"{MOVED}粗大ごみはどう出しますか？",
        "粗大ごみはどう出しますか？",
        id="the question at the end",
    ),
    pytest.param(
        f"粗大ごみの出し方を教えてください。{MOVED}",
        "粗大ごみの出し方を教えてください。",
        id="the question at the beginning",
    ),
    pytest.param(
        f"{MOVED}粗大ごみを出したいのですが。よろしくお願いします。",
        "粗大ごみを出したいのですが。",
        id="a wish before the polite close",
    ),
    pytest.param(
        f"{MOVED}ごみの日はいつですか？引っ越しの届けはどこに出しますか？",
        "引っ越しの届けはどこに出しますか？",
        id="of two questions the last",
    ),
    pytest.param(
        MOVED + "困ってしまいました。",
        "困ってしまいました。",
        id="without any question the last sentence",
    ),
    pytest.param(
        MOVED.replace("。", "\n") + "粗大ごみの出し方を教えて",
        "粗大ごみの出し方を教えて",
        id="lines instead of full stops",
    ),
]


@pytest.mark.parametrize(("text", "question"), STORIES)
def test_a_story_is_split_from_its_question(text: str, question: str) -> None:
    assert split_story(text)[0] == question


@given(st.text(st.sampled_from("あいう。？?！!\nかたい教えて "), max_size=150))
def test_splitting_a_story_loses_no_letter_but_blank_sentences(text: str) -> None:
    assert sorted("".join("".join(split_story(text)).split())) == sorted("".join(text.split()))


def test_what_stands_right_before_the_question_is_told_from_the_rest() -> None:
    text = "母は遠くに住んでいて、めったに会えません。大きな家具の処分をしたいのですが、自分では運べません。"
    asked = "どうしたらいいのでしょうか？"
    assert split_story(text + asked) == (asked, text[text.index("大きな") :], text[: text.index("大きな")])


@pytest.mark.parametrize(
    "around",
    [
        "お世話になっております。{}よろしくお願いいたします。",
        "お忙しいところ恐れ入ります。{}お手数をおかけしますが、ご回答いただけますと幸いです。",
        "はじめまして。ひとつお伺いしたいことがございます。{}\nどうぞよろしくお願い申し上げます。",
        "{}ありがとうございます。",
    ],
)
def test_courtesies_ask_for_nothing(around: str) -> None:
    question, before, _ = split_story(around.format("粗大ごみの出し方を知りたい。"))
    assert (question.strip(), before) == ("粗大ごみの出し方を知りたい。", "")


def test_a_message_of_courtesies_alone_stays_whole() -> None:
    assert (
        split_story("お世話になっております。よろしくお願いします。")[0]
        == "お世話になっております。よろしくお願いします。"
    )


def test_a_courtesy_before_a_question_goes_and_one_that_ends_it_stays() -> None:
    asked = "住民票の取り方を教えていただけますと幸いです。"
    assert split_story(f"お忙しいところ恐れ入りますが、{asked}") == (asked, "", "お忙しいところ恐れ入りますが、")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("少々お尋ねしたいことがあるのですが、", id="that one asks"),
        pytest.param("すみません、ちょっと聞きたいんやけど、", id="the same in dialect"),
        pytest.param("私は市内に住んでいる六十代の者です。", id="who asks"),
        pytest.param("近所の人から聞いたのですが、", id="from whom one heard of it"),
        pytest.param("回覧板で見ましたけど、", id="where one read of it"),
        pytest.param("機械は苦手なので、", id="why one asks"),
    ],
)
def test_who_asks_and_where_they_heard_of_it_asks_for_nothing(frame: str) -> None:
    question = "図書館の本はネットで予約できますか。"
    assert split_story(frame + question)[0] == question


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("住民票を取りたいのですが、手数料はいくらですか", id="a wish is the matter itself"),
        pytest.param("カードの更新ですが、いつまでですか", id="so is what the question is about"),
        pytest.param("市外に住んでいますが、図書館の本を借りられますか", id="and a condition"),
        pytest.param("子どもが生まれるので、手続きを教えてください", id="and an event"),
    ],
)
def test_what_a_question_hangs_on_stays_with_it(text: str) -> None:
    assert split_story(text) == (text, "", "")


@pytest.mark.parametrize(
    "piece", ["あに聞いたが", "友達で見た", "市内に住んでいる", "すみませんが", "ちょっと聞きたい", "わからない"]
)
def test_a_phrase_said_a_hundred_times_is_read_as_fast_as_once(piece: str) -> None:
    text = f"こんにちは。{piece * 100}X"
    assert split_story(text)[0] == f"{piece * 100}X"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("市長は誰ですか？", "市長は誰"),
        ("粗大ごみの手数料を教えてください。", "粗大ごみの手数料"),
        ("スマホ教室について知りたいです", "スマホ教室"),
        ("スマホ教室について", "スマホ教室について"),
        ("教えてください", "教えてください"),
        ("何ですか", "何"),
        ("上下水道の課題は？", "上下水道の課題"),
        ("三層の対策で困っていることは？", "三層の対策で困っていること"),
        ("DXとは", "dxとは"),
        ("ここでは", "ここでは"),
    ],
)
def test_what_is_asked_is_told_without_the_ending_that_only_asks(question: str, said: str) -> None:
    assert asked_letters(question) == said


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("仕事が忙しくて平日は市役所が開いている時間になかなか行けないのですが、住民票はどうやって取れますか？", "住民票はどうやって取れますか？"),
        ("平日は行けないのですが、住民票はどうやって取れますか", ""),
        ("仕事が忙しくて平日は市役所が開いている時間になかなか行けないので、毎日たいへん困っています。", ""),
    ],
    ids=["a story", "short", "asks nothing at its end"],
)  # fmt: skip
def test_what_a_long_sentence_asks_at_its_end(text: str, end: str) -> None:
    assert last_clause(text) == end
