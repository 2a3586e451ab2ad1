"""Messages that want a person — and questions about the staff, which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.handoff import Wish, wish

WISHES = [
    pytest.param(
        Wish.PERSON,
        """
        担当者と話したい / 担当の人と話したいです / 職員さんと話せますか / 職員と直接話がしたい / 人と話したい / 誰かと話したい / 市長と話したい
        人間につないで / オペレーターにつないでください / オペレーターをお願いします / オペレーター / 人間の担当者に代わって / 課長を出して
        役所の人に代わってえや / 市の人と話させて / 誰かに相談したい / だれかに話を聞いてほしい / 窓口の人に聞きたい / 話の分かる人おらんの
        """,
        id="somebody of the office",
    ),
    pytest.param(
        Wish.PERSON,
        """
        電話で話したい / 電話で直接聞きたい / 直接相談したい / 対面で相談したい / 折り返し電話がほしい / 折り返し連絡ください / 電話してほしい
        電話をください / 電話かけてきて / 有人対応にしてください / 有人チャットはありますか
        """,
        id="a call or a meeting",
    ),
    pytest.param(
        Wish.PERSON,
        """
        機械じゃなくて人を出して / ロボットじゃなくて人間がいい / 機械やなくて担当の人と話したいんやけど / 係の人を呼んでくれんかのう
        機械の返事じゃ分からんけん、係の人を呼んでくれんかのう / AIじゃ話にならん。人間の担当者に代わって / 本物の人と話したい
        生身の職員の方に相談したいのですが、つないでいただけますか / 職員さんと直接お話しできますか。電話をつないでください。
        """,
        id="not this machine",
    ),
    pytest.param(
        Wish.PERSON,
        "しょくいんさんとはなしたいです / にんげんとはなしたい / ひととはなしたい / たんとうのひとにかわって",
        id="in hiragana",
    ),
    pytest.param(
        Wish.COMPLAINT,
        """
        苦情を言いたい / 苦情があります / クレームです / 文句を言いたい / 文句がある / 抗議します / 市に苦情を言いたい / 騒音の苦情を言いたい
        市職員への苦情がある。どこに言えばいい？ / この前の窓口の対応、ほんと最低。クレーム入れたいんだけど / 訴えてやる
        税金の督促の件で納得がいきません。抗議したいのでどなたか対応してください。
        """,
        id="complaints by name",
    ),
    pytest.param(
        Wish.COMPLAINT,
        """
        窓口の対応が悪い / 職員の態度がひどい / 電話の応対が失礼 / 失礼な対応をされた / 職員に怒鳴られた / 職員に無視された / 対応が遅すぎる
        説明が全然納得いかない / 納得できない / 納得いかん / 責任者を出せ / 責任者呼べ / 上の人を出してください / たらい回しにされた
        何度電話してもつながらない / 何回電話しても出えへん / 税金泥棒 / 税金の無駄遣いや
        窓口の職員の態度がひどすぎます。苦情を言いたいので責任者を出してください。
        何回申請しても返事が来ない。ふざけるな、上の人間出せ / 電話たらい回しにされて一時間やぞ！どないなっとんじゃ、責任者に言わせろ
        """,
        id="complaints about the office",
    ),
    pytest.param(
        Wish.COMPLAINT,
        """
        いい加減にしろ / ええかげんにせえ / ふざけるな / ふざけんな / なめとんのか / 謝れ / 謝罪してほしい / 許せません / 腹が立つ / 腹立つわ / 頭にきた
        どうなってるんだ
        """,
        id="anger",
    ),
    pytest.param(
        Wish.GRIEF,
        """
        大切な人を亡くした / 主人が亡くなりました / 母が死んだ / 昨日、父が亡くなりました / 夫に先立たれました / 家族が亡くなった / 祖母が他界しました。
        """,
        id="mourning",
    ),
    pytest.param(
        Wish.WANT,
        """
        お金がなくて食べるものがない / 食べるものがありません / 住むところがない / 今日から寝る場所がありません / 昨日から何も食べていません
        お金がないです / お金がなくて暮らせません / 生活が苦しいです
        """,
        id="want",
    ),
    pytest.param(
        Wish.LONELY,
        """
        寂しい / さみしいです / 疲れた / もう疲れました / 眠れない / 不安です / つらいです / ひとりで寂しい。誰かと話したい / 話し相手になって
        話し相手がほしい / 話を聞いてほしい
        """,
        id="lonely",
    ),
]

QUESTIONS = [
    pytest.param(
        """
        担当課はどこですか / 担当者の名前 / 担当は何課ですか / 職員は何人いますか / 職員研修はありますか / 職員採用 / DX人材を育てる計画は
        職員が減っているのはなぜ / それぞれの課にもDXの担当者がいますか？ / 各課のDX担当 / 市長は誰 / CIOは誰ですか / 最高情報責任者という言葉
        外からITに詳しい人を呼んでいるの / 経験を次の人につなぐ取り組み / 担当者が替わっても、同じ対応をしてもらえますか？ / 担当が替わると話が通じない
        職員に聞いても答えられなくなりそう / 職員に話を聞いた調査 / 職員さんに直接会って話せなくなる？
        """,
        id="about the staff",
    ),
    pytest.param(
        """
        画面越しに職員さんと話したい / テレビ電話で相談したい / 支所から本庁の人に相談したい / オンラインで相談できますか / 電話で申請できますか
        電話番号を教えて / 相談窓口はどこ / 子育ての相談はどこで / だれでも相談できますか / 消費生活相談員はいますか / 誰に聞けばいいですか
        苦手な人と得意な人をつなぐ / 耳の聞こえない人に対応した窓口はありますか / 外国人に対応していますか / 外国の人と話すときの翻訳アプリは
        人に会わずに手続きしたい / 自治会の集まりに市役所の人を呼びたい / 窓口の呼び出し状況 / AIチャットボットの目標 / チャットボットとは何ですか
        """,
        id="about services",
    ),
    pytest.param(
        """
        苦情の件数は / クレーム対応マニュアル / 苦情処理の仕組み / カスハラ対策の研修 / たらい回しをなくす取り組み / たらい回しにされたくない
        税金の無駄を減らせる？ / 標準化で税金の無駄は減る？ / 食品衛生責任者になるには資格が必要ですか / 防火責任者の届け出
        怒っている人が多いと聞きました / 感謝しています / 対応が早くなりますか / 対応している機種
        """,
        id="words of complaint in a question",
    ),
    pytest.param(
        """
        父が亡くなりました。どんな手続きが必要ですか / 親が亡くなったときの手続き / 飼い犬が死んだ / 亡くなった父の戸籍 / 母が死亡したあとの手続き
        食べるものに困っている人への支援 / 住むところがない人への支援 / 災害で食べるものがないときは / 次はあっちの課へと言われて疲れた
        工場の騒音で眠れない / スマホの操作が不安です / 話し相手ボランティア / 介護に疲れた
        """,
        id="words of grief and want in a question",
    ),
    pytest.param("住民票を取りたい / 人口は / 人間ドックの補助 / こんにちは / ？", id="anything else"),
]


def messages(table: str) -> list[str]:
    return [message.strip() for line in table.splitlines() for message in line.split(" / ") if message.strip()]


@pytest.mark.parametrize(("wished", "table"), WISHES)
def test_whoever_wants_a_person_is_understood(wished: Wish, table: str) -> None:
    expected = dict.fromkeys(messages(table), wished)
    assert {message: wish(message) for message in expected} == expected


@pytest.mark.parametrize("table", QUESTIONS)
def test_mere_questions_want_no_person(table: str) -> None:
    expected = dict.fromkeys(messages(table))
    assert {message: wish(message) for message in expected} == expected


def test_a_complaint_comes_before_the_wish_for_a_person() -> None:
    assert wish("対応がひどいので担当者と話したい") is Wish.COMPLAINT


@given(st.text(max_size=200))
def test_any_text_wants_a_person_or_not(text: str) -> None:
    assert wish(text) in (*Wish, None)
