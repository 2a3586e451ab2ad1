"""Wishes for another way of replying, and the questions that only sound like one."""

from __future__ import annotations

import pytest

from intents.mode_wishes import ModeWish, wished_mode

ON, OFF, MENU, LETTERS = ModeWish.READINGS_ON, ModeWish.READINGS_OFF, ModeWish.MENU, ModeWish.LETTERS


@pytest.mark.parametrize(
    ("wish", "texts"),
    [
        (
            ON,
            [
                "ふりがな",
                "フリガナ",
                "ルビ",
                "よみがな",
                "ふりがなをつけて",
                "ﾌﾘｶﾞﾅを付けてください。",
                "読み方をつけて",
            ],
        ),
        (ON, ["すみません、ふりがなをつけてもらえますか", "ふりがなお願いします", "漢字にふりがなをふってほしいです"]),
        (ON, ["漢字が読めません", "漢字の読み方を教えて", "ふりがながほしい", "Furigana", "turn on furigana please"]),
        (OFF, ["ふりがなをやめて", "ふりがなをやめる", "ふりがなはいりません", "ルビを消して", "ふりがなオフ"]),
        (OFF, ["ふりがなをつけないでください", "Furigana off", "ふりがなはもう不要です"]),
        (
            MENU,
            [
                "ことば",
                "言葉",
                "「ことば」",
                "言語",
                "ことばを変えたい",
                "言語を変更して",
                "Language",
                "change language",
            ],
        ),
        (MENU, ["语言", "언어", "Idioma", "Ngôn ngữ", "Wika", "भाषा"]),
        (
            MENU,
            [
                "日本語がわかりません",
                "日本語 むずかしい",
                "にほんごむずかしい",
                "日本語が読めません",
                "日本語が苦手です",
            ],
        ),
        (MENU, ["I don't understand", "Tôi không hiểu", "Não entendo", "看不懂", "일본어 몰라요"]),
        (ON, ["ひらがなで", "ひらがなで書いてください", "漢字よめない"]),
        (ModeWish.EASY_ON, ["もっと簡単に言って", "もっとやさしく説明してください", "やさしいことばでお願いします"]),
        (LETTERS, ["文字を大きくして", "字が小さくて読めない", "大きい文字", "もじをおおきくして"]),
        (ModeWish.EASY_OFF, ["やさしい日本語をやめて", "普通の日本語に戻して", "ふつうの日本語でお願いします"]),
    ],
)
def test_a_wish_alone(wish: ModeWish, texts: list[str]) -> None:
    assert [(text, wished_mode(text)) for text in texts] == [(text, (wish, "")) for text in texts]


@pytest.mark.parametrize(
    ("text", "wish", "rest"),
    [
        ("ふりがなをつけて。住民票はどこで取れますか", ON, "住民票はどこで取れますか"),
        ("漢字が読めません。転入届はどうしますか？", ON, "転入届はどうしますか？"),
        ("ふりがなはいりません、ごみの日を教えて", OFF, "ごみの日を教えて"),
        ("ふりがなつきで教えて。住民票の手数料", ON, "教えて。住民票の手数料"),
    ],
)
def test_a_wish_beside_a_question_leaves_the_question(text: str, wish: ModeWish, rest: str) -> None:
    assert wished_mode(text) == (wish, rest)


@pytest.mark.parametrize(
    "text",
    [
        "戸籍のふりがなの届",
        "戸籍のふりがな",
        "戸籍の振り仮名の通知が来ました",
        "振り仮名",
        "振り仮名の届出はいつまで",
        "戸籍にふりがなをつける手続きは？",
        "ふりがなの届け出はいつまで",
        "ふりがなは書きますか",
        "ふりがなが違う",
        "氏名のフリガナを変更したい",
        "住所、ふりがな、氏名を書きますか",
        "市長の名前、ふりがなを教えて",
        "戸籍の通知が届いた。ふりがなが違う",
        "名前の読み方を変えたい",
        "この漢字の読み方は？",
        "ルビ付きの申請書はありますか",
        "ことばの教室はどこですか",
        "ことばの意味を教えて",
        "言葉の発達の相談",
        "子どもがことばが遅い",
        "どんな言語で相談できますか",
        "手話言語条例とは",
        "大きな字の申請書はありますか",
        "文字を大きくした広報紙はありますか",
        "日本語教室はありますか",
        "日本語がわからない人への支援はありますか",
        "簡単に申請できますか",
        "ひらがなで名前を書きたい",
        "ひらがなの教室",
        "やさしい日本語の研修はありますか",
        "読み聞かせの会はいつ",
        "漢字検定の申し込み",
        "",
        "ふりがなをつけて" * 50,
    ],
)
def test_a_question_is_no_wish(text: str) -> None:
    assert wished_mode(text) == (None, text)
