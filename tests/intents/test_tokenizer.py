"""Text as words: the same words on every thread, and no text too long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.tokenizer import content_tokens, ngrams, place_names, reading, reading_of, tokenize

QUESTIONS = [
    "住民票の写しはどこで取れますか？",
    "引越しの手続きに必要なものを教えてください",
    "マイナンバーカードの受け取りには本人確認書類が必要ですか",
    "公民館でWi-Fiは使えますか？",
    "粗大ごみの出し方",
    "いんかんしょうめいはこんびにでとれますか",
] * 20


def test_many_threads_at_once_find_the_same_tokens_as_one() -> None:
    alone = [tokenize(question * 20) for question in QUESTIONS]
    started = threading.Barrier(8)

    def work(_: int) -> list[object]:
        started.wait()
        return [tokenize(question * 20) for question in QUESTIONS]

    with ThreadPoolExecutor(8) as pool:
        assert all(together == alone for together in pool.map(work, range(8)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("あ" * 100_000, id="hiragana, three bytes each"),
        pytest.param("😀" * 100_000, id="emoji, four bytes each"),
        pytest.param("𠮷" * 100_000, id="rare kanji, four bytes each"),
        pytest.param("ﷺ" * 2_000, id="a character that normalizing makes eighteen of"),
        pytest.param("㍿" * 100_000, id="a character that normalizing makes four of"),
        pytest.param("İ" * 30_000, id="a letter that lower case makes longer"),
        pytest.param("住民票はどこで取れますか。" * 10_000, id="a very long story"),
        pytest.param("\n" * 100_000, id="blank lines"),
    ],
)
def test_no_text_is_too_long(text: str) -> None:
    tokenize(text)
    list(place_names(text))


@given(st.text(max_size=200))
def test_any_text_becomes_tokens_with_a_surface(text: str) -> None:
    assert all(token.surface for token in tokenize(text))


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    words = [token.surface for token in tokenize("図書館。" + "あ。" * 20_000 + "公民館")]
    assert words[:2] == ["図書", "館"]
    assert words[-1] == "館"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "住民票の写しはどこで取れますか", ["住民", "票", "写し", "取れる"], id="a question about a certificate"
        ),
        pytest.param(
            "引越しの手続きを教えてください", ["引っ越し", "手続き"], id="spelling is made one, asking falls away"
        ),
        pytest.param("引っ越しの手続", ["引っ越し", "手続き"], id="the same in other spelling"),
        pytest.param("ごみを捨てたいのですが", ["ごみ", "捨てる"], id="wishes lose their ending"),
        pytest.param("ＤＸとは何ですか", ["dx"], id="letters in lower case"),
        pytest.param("これは何ですか", [], id="nothing but function words"),
        pytest.param("？！。", [], id="nothing but marks"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_content_words_say_what_a_text_is_about(text: str, words: list[str]) -> None:
    assert [token.normalized for token in content_tokens(text)] == words


def test_readings_are_in_katakana() -> None:
    assert reading_of("住民票") == "ジュウミンヒョウ"
    assert reading("住民票を、取りたい。") == "ジュウミンヒョウヲトリタイ"


def test_runs_of_letters_come_size_by_size() -> None:
    assert list(ngrams("アイウ", (2, 3))) == ["アイ", "イウ", "アイウ"]
    assert list(ngrams("ア")) == []


@given(st.text(max_size=20), st.integers(min_value=1, max_value=5))
def test_every_run_stands_in_the_text(text: str, size: int) -> None:
    runs = list(ngrams(text, (size,)))
    assert len(runs) == max(0, len(text) - size + 1)
    assert all(run in text and len(run) == size for run in runs)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("松阪市の計画", [("松阪市", "松阪")], id="a city"),
        pytest.param("明和町のごみ", [("明和町", "明和")], id="a town"),
        pytest.param("東京都の人口", [("東京都", "東京")], id="東京都"),
        pytest.param("京都の寺", [("京都", "京都")], id="a name that ends like a prefecture"),
        pytest.param("四日市市のごみ", [("四日市市", "四日市")], id="a name that ends like a city, with its 市"),
        pytest.param("四日市のごみ", [("四日市", "四日")], id="the same without its 市"),
        pytest.param("津市の人口", [("津市", "津")], id="a name of one letter"),
        pytest.param("名古屋から松山へ", [("名古屋", "名古屋"), ("松山", "松山")], id="bare names"),
        pytest.param("市の計画", [], id="no name at all"),
    ],
)
def test_places_are_found_with_and_without_their_suffix(text: str, names: list[tuple[str, str]]) -> None:
    assert list(place_names(text)) == names


def test_a_time_of_waiting_is_no_time() -> None:
    assert [token.surface for token in tokenize("窓口の待ち時間")] == ["窓口", "の", "待ち時間"]


def test_a_kindergarten_is_one_noun() -> None:
    found = tokenize("幼稚園の園児")
    assert [(token.normalized, token.reading, token.part[0]) for token in found[:1]] == [
        ("幼稚園", "ヨウチエン", "名詞")
    ]
    assert [token.surface for token in tokenize("幼稚な話")] == ["幼稚", "な", "話"]
