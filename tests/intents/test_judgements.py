"""Questions that ask for a judgement on one person or for advice — and those that only sound like it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from intents.judgements import Judgement, judgement, names_no_matter

QUESTIONS = Path(__file__).parent.parent / "data" / "gold_heldout" / "judgements.yaml"

JUDGED = [
    pytest.param(
        Judgement.ELIGIBILITY,
        """
        うちもらえるんかな / わたしはたいしょうですか / うちはもらえないの？ / 私は該当しますか / うちも対象に入っとるんかな / ぼくも給付金もらえる？
        わたしでもうけられますか / うちのこはほいくえんにはいれますか / 年金暮らしなんやけど、なんか給付金もらえへんやろか / 俺、生活保護もらえる？
        うちの子も対象？ / もらえますか / 私の年収だと就学援助は受けられないのでしょうか / 主人の扶養に入っていますが、給付金の対象になりますか
        """,
        id="may I have it",
    ),
    pytest.param(
        Judgement.ELIGIBILITY,
        """
        うちの子は医療費無料になりますか / 私は保育料が無料になりますか / 私は国保の減免を受けられますか / 夫が失業しました。保険料は免除されますか
        在宅で母を介護しています。手当は出ますか / おばあちゃんは特養に入れますか / うちのおばあちゃん、デイサービス使えるやろか / 私は非課税世帯ですか
        家を建てたのですが、補助金の対象になりますか / うちは所得制限にひっかかりますか / 去年会社やめたんやけど、住民税払わなあかんの
        収入がないんですが国保は安くなりますか / 双子がいますが手当は増えますか / 息子が大学生なんですが扶養に入れられますか
        """,
        id="does it hold for us",
    ),
    pytest.param(
        Judgement.ELIGIBILITY,
        """
        62歳でも肺炎球菌の券もらえる / 62歳ですがもらえますか / 62歳でも予防接種の券は受け取れますか / 六十二歳ですが券をもらえますか / 70歳だけどスマホ教室に入れる？
        80歳でもスマホ教室に参加できますか / 30歳、スマホ教室に参加できますか / 5歳でもインフルエンザの申請できる？ / 10か月の子でも教室に参加できますか
        5歳の子がいますがベビールームは対象ですか / 1歳の子がいるんですが教室に参加できますか / 小学2年生の子がいますが対象になりますか
        """,
        id="an age, and nobody named",
    ),
    pytest.param(
        Judgement.ELIGIBILITY,
        """
        うちの会社も電子入札に参加できますか / 個人事業主でも電子入札に参加できますか / 弊社は電子入札に参加できますか / うちの店でもキャッシュレスの補助を受けられますか
        市外に住んでいてもテント借りられる / 市外に住んでいますがテントを借りられますか / 市外在住でも教室に参加できますか
        滞納してるけど差し押さえられますか / 税金を滞納していますが差し押さえられますか / 生活保護でも応募できる？ / 失業中ですが応募できますか
        """,
        id="a circumstance, and nobody named",
    ),
    pytest.param(
        Judgement.AMOUNT,
        """
        うちの保育料はいくらになりますか / わたしのぜいきんはいくら / 私の国保料を計算してください / うちの介護保険料なんぼ / 私は医療費の窓口負担が何割ですか
        収入200万の私の住民税を教えて / パートで年収120万だと税金いくら引かれますか / 児童扶養手当は私の場合いくら出ますか / 母の医療費はどのくらい戻るのでしょうか
        月20万の年金だと税金はどれくらい取られますか
        """,
        id="how much for me",
    ),
    pytest.param(
        Judgement.STATUS,
        """
        私の申請は今どうなっていますか / 先週出した書類は届いていますか / 給付金の審査状況を知りたい / うちの給付金まだ振り込まれてへんのやけど / うちの件、どうなってますか
        しんせいしたきゅうふきんはいつはいりますか / 抽選に当たったか教えて / 父の障害者手帳の申請はもう終わりましたか / 私の税金の未納はありますか
        補助金の申請が通ったか確認したい / 待機の順位を教えてください / 申請したのに返事がない
        """,
        id="how far is my matter",
    ),
    pytest.param(
        Judgement.MEDICAL,
        """
        この薬とあの薬を一緒に飲んでもいいですか / 子どもが38.5度の熱です。病院に連れて行くべきですか / おなかがいたいときはなんのくすりをのめばいいの / 胸が苦しいのは病気でしょうか
        血圧が160あるけど大丈夫？ / 妊婦ですがワクチンを打ってもいいですか / 夫のいびきがひどい。何科に行けばいいですか / この湿疹は何ですか / 風邪薬は何がいい
        あかちゃんがはいたんやけどびょういんいったほうがええ？ / 検診で異常ありと言われたけど癌ですか / 目がかすむのは白内障でしょうか / がんは治りますか
        """,
        id="a doctor's business",
    ),
    pytest.param(
        Judgement.MEDICAL,
        """
        赤ちゃんが熱を出して…救急？ / 子どもが熱を出しました / 夜中に子どもが吐いたけど救急に行くべき？ / めまいがひどい、病院に行った方がいい？ / 夫が咳をしています
        離乳食でアレルギーが出た / 卵アレルギーが出ました / じんましんが出てきた / 発疹が出ています / アレルギー反応が出た。どうしよう
        要精密検査と出た。がんなの？ / がん検診で要精密検査でした / 再検査と言われた / 認知症の疑いはありますか / これってインフルエンザなの？
        注射の副作用は / 肺炎球菌ワクチンの副反応はありますか / 副反応が心配です / 妊娠中にインフルの予防接種していい？ / 妊娠中に予防接種を受けていいですか
        授乳中に薬を飲んでいいですか / 電池を飲んだらどうなりますか / 赤ちゃんが洗剤をなめたとき
        """,
        id="symptoms, findings, side effects",
    ),
    pytest.param(
        Judgement.LEGAL,
        """
        隣の人を訴えたい / 相続放棄したほうがいいですか / 離婚できますか / これって詐欺で訴えられる？ / 会社から残業代が出ないのは違法ですか / 慰謝料の相場はいくら
        じこはさんしたほうがいいですか / 隣の犬にかまれた。治療費を請求できますか / 境界線を越えた塀を壊してもいいですか / 親の遺言書は無効にできますか
        """,
        id="a lawyer's business",
    ),
    pytest.param(
        Judgement.POLITICAL,
        """
        誰に投票したらいい？ / 市長は誰に投票すればいい？ / 市議選はだれにいれたらええの / 次の選挙、どの候補がいいですか / せんきょはだれにいれたらいいですか / ○○党と△△党どっちがいい / 自民党は信用できますか / 参政党ってどうなん
        今の市長をどう思いますか / 知事は辞めたほうがいいですか / おすすめの市議会議員は誰ですか / 増税に賛成ですか / 国の政治をどう思いますか
        """,
        id="parties and candidates",
    ),
]

GENERAL = [
    pytest.param(
        """
        マイナンバーカードは誰でも作れますか / スマホ教室は誰でも参加できますか / 住民票はコンビニで取れますか / 母の住民票をコンビニで取れますか
        うちからオンラインで申請できますか / 足が悪くて市役所に行けません。家で手続きできますか / わし足が悪うて役所まで行けん。近所の店で住民票もらえるて聞いたけど、ほんまかいな
        うちの子の学校ではタブレットを使いますか / うちのまちの人口は何人ですか / 母子手帳はどこでもらえますか / うちでWi-Fiは使えますか / 夫の扶養に入る手続きを教えて
        """,
        id="a service, told with oneself in it",
    ),
    pytest.param(
        """
        給付金の対象者は誰ですか / 給付金の申請期限はいつまで / 児童手当はオンラインで申請できますか / 市営住宅の申し込み条件は何ですか / がん検診は何歳から受けられますか
        標準化の対象は何業務ですか / オンライン申請の対象になる手続きはいくつありますか / 小学生もタブレット持ち帰りの対象ですか / 太陽光発電の補助金はいくら
        オンライン申請の進み具合はどうなっていますか / 市の借金はいくらですか / 税収はいくら減りますか / RPAでいくら安くなりますか / れいわ6年度の目標は
        """,
        id="what holds for all",
    ),
    pytest.param(
        """
        何歳から対象ですか / 何歳から肺炎球菌の券がもらえますか / 65歳以上が対象ですか / 15歳未満でもカードは作れますか / 18歳までの子どもは対象ですか
        高齢者でもスマホ教室に参加できますか / 外国籍でもマイナンバーはもらえますか / 70歳から始めても遅くないか / 3歳児健診はいつですか / 令和3年度は対象ですか
        62歳でも券をネットで申請できますか / 市外に住んでいますが住民票はコンビニで取れますか / 市外のコンビニでも取れますか / 市外の人でも図書館を使えますか
        会社でテントを借りられますか / 滞納するとどうなりますか / 税金の滞納があると、預金を調べられるのですか / 滞納処分とは何ですか
        """,
        id="the rule on ages and circumstances",
    ),
    pytest.param(
        """
        予防接種の助成は / アレルギー対応給食のアプリ / 給食のアレルギー対応は / アレルギーの相談はどこ / アレルギーが出た食品を給食アプリで伝えたい
        薬の飲み忘れを防ぐアプリ / 薬を飲んだあとの袋の捨て方 / 精密検査の費用は / 要精密検査のときの病院はどこ / 副作用の相談窓口 / 副作用の救済制度
        子どもが熱を出したとき病児保育は使えますか / 子どもが熱を出したら学校への連絡はアプリですか / 学校を休むとき熱を入力しますか / 予防接種をオンラインで申請していいですか
        がんなので手続きに行けません / 妊娠中の教室はオンラインですか / 赤ちゃんの健康相談はオンラインでできますか / 休日の救急病院はどこ / 救急医療情報キットとは
        """,
        id="services for the sick",
    ),
    pytest.param(
        """
        休日に診てもらえる病院はどこですか / 予防接種の予約はどうやるの / がん検診はネットで申し込めますか / 認知症の相談はどこにできますか / 看護学校は何年制ですか
        無料の法律相談はどこで受けられますか / 相続登記はどこでしますか / 違法駐車を通報したい / 法律に基づく計画ですか / 裁判員の名簿
        選挙はいつですか / 期日前投票はどこでできますか / 市長は誰ですか / 市長への手紙を出したい / 議会の会議録を見たい / 公明正大な選挙とは
        """,
        id="where such advice is given",
    ),
    pytest.param("こんにちは / ？ / 受診券をなくしました / うちわ祭りはいつですか", id="anything else"),
]


def messages(table: str) -> list[str]:
    return [message.strip() for line in table.splitlines() for message in line.split(" / ") if message.strip()]


@pytest.mark.parametrize(("kind", "table"), JUDGED)
def test_a_judgement_is_recognised_in_the_words_of_residents(kind: Judgement, table: str) -> None:
    expected = dict.fromkeys(messages(table), kind)
    assert {message: judgement(message) for message in expected} == expected


@pytest.mark.parametrize("table", GENERAL)
def test_a_question_about_what_holds_for_all_is_no_judgement(table: str) -> None:
    expected = dict.fromkeys(messages(table))
    assert {message: judgement(message) for message in expected} == expected


def test_the_held_out_questions_are_told_apart() -> None:
    rows = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    expected = {row["question"]: row.get("kind") for row in rows}
    assert {question: judgement(question) for question in expected} == expected


def test_the_person_may_stand_before_the_question_and_spaces_between_the_words() -> None:
    story = "夫を亡くし、子どもと二人で暮らしています。毎月の家賃を払うのがやっとです。ひとり親の手当は、私でももらえるのでしょうか。"
    assert judgement(story) is Judgement.ELIGIBILITY
    assert judgement("給付金 わたし 対象") is Judgement.ELIGIBILITY


def test_what_a_story_only_tells_is_not_what_it_asks() -> None:
    story = "先月、申請した給付金が振り込まれました。ありがとうございました。ところで、市の公式アプリではどんなことができますか。教えてください。"
    assert judgement(story) is None


@pytest.mark.parametrize(
    "message", ["うちもらえるんかな", "わたしはたいしょうですか", "うちの子も対象？", "私の場合はいくらもらえますか"]
)
def test_a_message_may_ask_about_somebody_without_saying_in_what(message: str) -> None:
    assert names_no_matter(message)


@pytest.mark.parametrize(
    "message", ["給付金もらえますか", "私の住民税はいくら", "うちの子、保育園入れるやろか", "対象の業務は"]
)
def test_a_message_that_names_its_matter_is_told_from_it(message: str) -> None:
    assert not names_no_matter(message)


@given(st.text(max_size=200))
def test_any_text_asks_for_a_judgement_or_not(text: str) -> None:
    assert judgement(text) in (*Judgement, None)
