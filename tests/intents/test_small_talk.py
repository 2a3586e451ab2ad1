"""Greetings, thanks and the like — and questions that only begin like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.small_talk import SmallTalk, small_talk, without_opening

KINDS = [
    pytest.param(
        SmallTalk.GREETING,
        """
        こんにちは / こんにちは！ / こんにちわ / こんちは / こんばんは / こんばんわ～ / おはよう / おはよー / おはようございまーす / おはようさん
        はじめまして / 初めまして、よろしくお願いします / よろしくお願いいたします / お世話になっております / お世話になります。 / おつかれさま～
        もしもし / やあ / どうも / まいど / おっす / おばんです / ハロー / ﾊﾛｰ / ＨＥＬＬＯ / hi! / good morning / olá / 你好 / 안녕하세요
        こんにちは😊 / こんにちは(^^) / よろしくお願いしますm(_ _)m / ご無沙汰しております / 明けましておめでとうございます
        """,
        id="greetings",
    ),
    pytest.param(
        SmallTalk.GREETING,
        "暇 / 暇なんだけど / ひまー。なんか話そ / 雑談しよう",
        id="wanting company",
    ),
    pytest.param(
        SmallTalk.THANKS,
        """
        ありがとう / ありがと / ありがとー / ありがとうございました / どうもありがとう / ありがとね / あざっす / サンキュー！ / thanks / Thank you!
        どうもね、助かったわー / ありがとう、助かったわ / ご親切に、ありがとうございました / いつもありがとうございます / おおきに / ほんまおおきに
        教えてくれてありがとう / 早速のお返事ありがとうございます / 本当にありがとうございました / よくわかりました。ありがとうございました
        参考になりました / 解決しました / 解決した / とても助かりました / 感謝しています / ありがたい / ありがとう！すごく分かりやすかったです / obrigado / 谢谢
        """,
        id="thanks",
    ),
    pytest.param(
        SmallTalk.FAREWELL,
        "さようなら / またね / またねー / またね、バイバイ / じゃあね / じゃあまたね / bye / おやすみなさい / 失礼します / また聞きます / ありがとう、さようなら",
        id="farewells",
    ),
    pytest.param(
        SmallTalk.WHO,
        """
        あなたは誰？ / あんた誰？ / あんた誰？ロボット？ / 名前は？ / お名前は何ですか / あなたの名前を教えて / あなたはロボットですか / あなたはAIですか？
        AIなの？ / 人間ですか？ / あんたロボットなん？ / 何者？ / 自己紹介して / 中の人はいますか / このチャットは人間が答えてるの？ / AIが答えているのですか
        """,
        id="who are you",
    ),
    pytest.param(
        SmallTalk.HOW_ARE_YOU,
        "元気？ / お元気ですか？ / 元気しとる？ / 調子はどう？ / ご機嫌いかがですか / 最近どう？",
        id="how are you",
    ),
    pytest.param(
        SmallTalk.AGREEMENT,
        """
        はい / はーい / うん / うんうん / OK! / オッケー / 了解です / りょうかい / わかりました / よく分かりました / 承知しました / なるほどー！ / なるほどね
        そうですか / そうなんだ / そうやね / へぇー / ふーん / いいえ / 大丈夫です / 結構です / もういいです / なんでもないです / 特にありません / すごいね / テスト
        """,
        id="yes, no, I see",
    ),
    pytest.param(
        SmallTalk.APOLOGY,
        "ごめん / ごめんなさい / すみません / すいません / 申し訳ございません / 間違えました",
        id="apologies",
    ),
    pytest.param(
        SmallTalk.INSULT,
        "バカ / あほか / 使えないな / 役立たず / ポンコツ / うざい / 死ね / 黙れ / くそAI / お前バカだな / 役立たずのロボットだな / くそ役所",
        id="insults",
    ),
    pytest.param(
        SmallTalk.HELP,
        """
        使い方 / 使い方を教えて / 使い方がわからない / どうやって使うの / 何ができるの？ / あなたは何ができますか？ / 何を聞けばいいですか / 何が聞けるの
        ヘルプ / help / メニュー / 質問があります / 質問したいのですが / 質問してもいいですか / 聞きたいことがあります / ちょっと聞きたいことがあるんですけど
        """,
        id="how does this work",
    ),
    pytest.param(
        SmallTalk.OTHER_WORK,
        """
        宿題を手伝って / 読書感想文書いて / 孫の算数の宿題をやってください / 似顔絵を描いてほしい / 歌って / 占ってください / しりとりしよう
        じゃんけん / 面白い話して / 1+1は / 3×4 / 12÷3はいくつ
        """,
        id="work that is not a town's",
    ),
    pytest.param(
        SmallTalk.EMPTY,
        "？ / ！！ / … / 😀 / 👍🏻 / ❤️ / 笑 / www / ♪ / (^o^)/ / えっと / うーん",
        id="nothing said yet",
    ),
]

QUESTIONS = [
    pytest.param(
        """
        こんにちは。住民票はどこで取れますか / おはようございます、ごみの日は？ / ありがとう。あと印鑑証明もほしい / では、料金は？
        すみません、市役所の電話番号を教えてください / 申し訳ないけど住民票の取り方 / 質問：住民票の取り方 / はじめまして、転入しました
        """,
        id="questions after a greeting",
    ),
    pytest.param(
        "住民票 / マイナンバーカード / DX / AI / ロボット / RPA / LINE / 1 / 2番 / ごみ / 料金 / 電話番号 / 茂原 / 名前",
        id="keywords and numbers",
    ),
    pytest.param(
        """
        スマホの使い方を教えて / 名前を変更したい / AIとは何ですか / チャットボット / 人間ドック / ハローワーク / 元気な高齢者 / 暇な時間の過ごし方
        話し相手ボランティア / 話し相手になって / 人間が対応する窓口 / ひまわりバス / テストの日程 / メニューの変更 / 感謝状 / おやすみの日は / 大丈夫ですか？この計画 / 誰が作ったの
        宿題は電子になりますか / 住民税の計算を教えて / 夏休みの自由研究の相談 / 歌の練習ができる部屋 / 翻訳アプリはありますか / 2023-04-01 / 0598-53-4432
        また水道が止まった / 何か手当はありますか / ごめんなさいの手紙 / 大変なのは何ですか / わかもの支援 / hiroba / 君津市
        """,
        id="questions that sound like small talk",
    ),
]


def messages(table: str) -> list[str]:
    return [message.strip() for line in table.splitlines() for message in line.split(" / ") if message.strip()]


@pytest.mark.parametrize(("kind", "table"), KINDS)
def test_small_talk_is_known_for_what_it_is(kind: SmallTalk, table: str) -> None:
    expected = dict.fromkeys(messages(table), kind)
    assert {message: small_talk(message) for message in expected} == expected


@pytest.mark.parametrize("table", QUESTIONS)
def test_questions_are_no_small_talk(table: str) -> None:
    expected = dict.fromkeys(messages(table))
    assert {message: small_talk(message) for message in expected} == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "　"], ids=["nothing", "a blank", "blank lines", "a wide blank"])
def test_blank_messages_say_nothing_yet(text: str) -> None:
    assert small_talk(text) is SmallTalk.EMPTY


def test_of_several_kinds_the_last_counts() -> None:
    assert small_talk("こんにちは。ありがとうございました。さようなら") is SmallTalk.FAREWELL
    assert small_talk("さようなら。ありがとう") is SmallTalk.THANKS


@pytest.mark.parametrize(
    ("text", "question"),
    [
        pytest.param(
            "こんにちは。住民票はどこで取れますか", "住民票はどこで取れますか", id="a greeting and a full stop"
        ),
        pytest.param("こんにちは\n住民票", "住民票", id="a greeting on a line of its own"),
        pytest.param("こんにちは　住民票の取り方", "住民票の取り方", id="a greeting and a blank"),
        pytest.param("どうもこんにちは、ごみの日は", "ごみの日は", id="two greetings in one"),
        pytest.param("こんにちは。はじめまして。ごみの日は", "ごみの日は", id="two greetings"),
        pytest.param("すみません、市役所の電話番号", "市役所の電話番号", id="an apology"),
        pytest.param("すみませんが住民票の取り方を", "住民票の取り方を", id="an apology with が"),
        pytest.param("すいませんけど、ごみの日", "ごみの日", id="an apology with けど"),
        pytest.param("Hello, ごみの日は", "ごみの日は", id="hello"),
        pytest.param("こんにちは～！ごみの日は", "ごみの日は", id="a drawn-out greeting"),
        pytest.param("こんにちは", "こんにちは", id="a greeting alone stays"),
        pytest.param("こんにちは。", "こんにちは。", id="a greeting and nothing after it stays"),
        pytest.param("ひまわりバスの時刻", "ひまわりバスの時刻", id="a word that begins like a greeting"),
        pytest.param("ハローワークはどこ", "ハローワークはどこ", id="another one"),
        pytest.param("暇なときに行ける場所", "暇なときに行ける場所", id="a question that begins like one"),
        pytest.param("住民票の取り方", "住民票の取り方", id="no greeting at all"),
    ],
)
def test_a_greeting_before_a_question_is_left_aside(text: str, question: str) -> None:
    assert without_opening(text) == question


@given(st.text(max_size=100))
def test_a_question_is_never_wholly_left_aside(text: str) -> None:
    rest = without_opening(text)
    assert text.endswith(rest) or text.strip().endswith(rest)
    assert bool(rest) == bool(text)


@given(st.text(max_size=200))
def test_any_text_is_small_talk_or_not(text: str) -> None:
    assert small_talk(text) in (*SmallTalk, None)


@given(st.lists(st.sampled_from([message for row in KINDS for message in messages(str(row.values[1]))]), min_size=1))
def test_small_talk_after_small_talk_stays_small_talk(said: list[str]) -> None:
    assert small_talk("。".join(said)) is not None


@given(st.lists(st.sampled_from(["こんにちは", "ありがとう", "すみません", "。", "よ", "ね", "な"]), max_size=6))
def test_a_matter_of_the_office_is_never_lost_among_greetings(said: list[str]) -> None:
    assert small_talk("".join([*said, "住民票"])) is None
    assert small_talk("".join(["住民票", *said])) is None
