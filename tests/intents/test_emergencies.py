"""Who is in need and reads a telephone number first, and who merely asks about such matters.

A missed row of NEEDS may cost a life; a missed row of QUESTIONS costs a resident the answer.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.emergencies import Need, cried_in, emergency

NEEDS = [
    pytest.param(
        Need.SUICIDE,
        """
        死にたい / もう死にたいです。どうしたらいいですか / 死にたいんですけど / ぼくは死にたいです / 死にたいけど死ねない
        もう死んでしまいたいわ / 死んだ方がましや / 死んだら楽になれるかな / 死のうと思っています / 死んでもいいですか
        死にたくなってきた / 死にたくてたまらない / 夜になると死にたくなるんです / 今から死にます / もうだめだ、死にます
        自殺したい / 自殺したくなる / 自殺しちゃいそう / 自殺を考えています / 自殺の方法を教えて / 死ぬ準備ができました
        毎日死ぬことばかり考えてしまいます / 死ぬことしか頭にない / どうやって死ねばいいですか / 楽に死ねる方法ありますか
        """,
        id="suicide, said plainly",
    ),
    pytest.param(
        Need.SUICIDE,
        """
        消えてしまいたい / この世から消えたい / この世から消えてなくなりたいです / もう疲れた。消えちゃいたい / いなくなりたい
        生きるのがつらい / 生きているのがつらい / 生きていくのがしんどい / 生きてるのがもう嫌や / もう生きていけない
        もう生きていたくありません / 生きてる意味がない / 生きていても仕方がない / 生きる価値がない人間です
        もう楽になりたい、生きていたくない / 自分なんかいない方がいい / 生まれてこなければよかった / 人生終わりにしたい
        こんな人生もういらない / 誰にも必要とされてない。消えてしまいたい / 夫を亡くしてから、後を追いたいと毎日思います
        妻に先立たれて生きる気力がありません / 死んでお詫びするしかない / 死ぬのが怖くない / 死にたみがすごい
        """,
        id="suicide, in other words",
    ),
    pytest.param(
        Need.SUICIDE,
        """
        首を吊ろうと思う / 首を吊る / 首つろうかな / 飛び降りたい / 今日、飛び降りようと思います / ベランダから飛び降りそう
        今、ビルの屋上にいます。飛び降ります / 電車に飛び込もうと思う / 遺書を書きました。今夜死ぬつもりです。
        リストカットがやめられない / リスカしてしまった / リスカやめたい / 練炭を買いました。もう終わりにしたい
        死にたくて薬を大量に飲みました
        """,
        id="suicide, with means",
    ),
    pytest.param(
        Need.SUICIDE,
        """
        しにたい / しにたいよ / しにたいです。 / シニタイ / ｼﾆﾀｲ / 死 に た い / しんでしまいたい / じさつしたい / いきるのがつらいです
        死にたかばい / 死にとうてしゃあない / 死にてえ / しにてー / 生きとる意味がわからん / もう生きとうない
        なんで生きとるんやろ。しんどい / いっそ死んだろかなと思う / わし、もう死んだほうがええんやろか
        """,
        id="suicide, in kana, spaced out, in dialect",
    ),
    pytest.param(
        Need.SUICIDE,
        """
        息子が死にたいと言っています / 友だちが自殺しようとしている / 友達が「死にたい」とLINEしてきた
        息子が「死ぬ」と言って家を出ました / 母が自殺未遂をしました / 娘がリストカットしてるみたい
        主人が遺書みたいなものを残して出て行きました / ビルから飛び降りようとしている人がいます
        子どもと一緒に死のうと思っています / 介護に疲れて、母を殺して自分も死のうかと思います
        """,
        id="suicide, of another or with another",
    ),
    pytest.param(
        Need.SUICIDE,
        """
        自殺対策の窓口に電話したい。もう死にたい / 申請が通らなくて死にたい / 生活保護の申請を断られた。もう死ぬしかない
        借金の相談をしたいのですが、もう死ぬしかないと思っています / 借金で首が回らず死ぬしかありません
        """,
        id="suicide, beside words of the office",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        火事です！ / 火事だ / 火事や！はよ来て / かじです / 台所が火事！ / 家が火事です / 火事が起きています / アパートで火事が発生
        ボヤです / 火事です。消防車お願いします / 消防車呼んで！ / 家が燃えています / 隣の家から火が出とる / となりの家が燃えてる
        山が燃えている / 隣のアパートが燃えよる / うちの納屋が燃えとるんじゃ、はよ来てくれ / 車が炎上しています
        天ぷら油に火がついた / ストーブから火が出た / 天井まで火がまわってる / 電子レンジが火を噴いた / 部屋に煙が充満している
        隣の家から煙が出てます！火事です！ / 隣ん家から黒い煙が上がっとる / 煙で前が見えません / 焦げ臭くて煙が見えます
        台所から火が出て消えない！助けて！ / ガスくさい / ガス臭いです / ガスのにおいがする / ガスが漏れているみたいです
        """,
        id="fire and gas",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        救急車を呼んでください / 救急車お願いします / 救急車を一台お願いします / 救急車！ / 救急車どうやって呼ぶの / 119番してください
        きゅうきゅうしゃよんで / 救急車よんでくれん？ / めまいがひどくて立てない、救急車呼んだ方がいいですか / 急病人がいます
        """,
        id="asking for an ambulance",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        母が倒れました / 父が倒れて動かない / 父が倒れて息してない、救急車！ / おじいさんが道で倒れている / じいちゃんが倒れとる
        おかあさんがたおれた / 意識がありません / 意識がない / 母が意識不明です / 祖母が風呂で意識を失っています
        主人が急に倒れて呼びかけに反応がありません / おばあちゃんが動かない / 赤ちゃんが息をしていない / いきをしてない
        息しとらん / じいさんが息してへん / 呼吸が止まっている / 祖父の呼吸がおかしい / 息が苦しい / アレルギーで息ができない
        胸が痛い / 胸が苦しくて動けません / 心臓が止まってる / 心臓がバクバクして苦しい / 父が脳梗塞かもしれません / ろれつが回らない
        急に片側の手足が動かなくなった / 激しい頭痛で吐いています / 赤ちゃんが泡を吹いています / 息子が痙攣しています
        陣痛が始まって動けません / 熱中症で動けません / 子どもが高熱でぐったりしています
        """,
        id="fallen ill",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        血が止まらない / 血がどくどく出る / 頭から血を流している / 頭を打って血がいっぱい出ています / 血を吐いた / 指を切断しました
        大けがをした / ストーブで大やけどした / 階段から落ちて動けない / 屋根から人が落ちました / おばあさんが道で転んで頭を打った
        目の前で車がぶつかって人が血を流してる！どうしたらいい / トラックとバイクの事故です、人が倒れています / 感電して倒れた
        餅をのどに詰まらせた / じいちゃんが餅のどに詰まらせた！顔が青い！ / 餅が喉につかえた / 赤ちゃんがボタンをのみこんだ
        子どもが洗剤を飲んでしまった / 薬を大量に飲みました / 睡眠薬をいっぱい飲んでしもた / 蜂に刺されて息が苦しい
        子どもが川でおぼれている / 人が川に落ちました / 海で人が流されています / 田んぼに車が落ちて人が中にいる
        エレベーターに閉じ込められた / 車の中に赤ちゃんを閉じ込めてしまった / 川が増水して家に取り残されています
        地震で家の下敷きになっています / 土砂崩れで人が埋まっています
        """,
        id="hurt, swallowed, drowning, trapped",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        子どもがタブレットの電池を飲んだ / 子どもが電池を飲みこんだ / 赤ちゃんがビー玉を口に入れて飲んだ / ボタン電池を誤飲 / 子どもが洗剤をなめた
        孫がたばこを食べてしまった / 赤ちゃんが乾燥剤を食べた / 娘が消毒液を飲みました / 磁石を飲んじゃった / 母が漂白剤を飲んでしまいました
        間違えて薬を飲ませてしまった / 間違って農薬を飲んだ / 誤って大人の薬を飲んでしまった
        """,
        id="swallowed what harms",
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        """
        火事です！避難所はどこですか / 母が倒れました。介護保険の申請はどうしたらいいですか
        家が燃えている。保険の手続きはあとでいい、助けて
        """,
        id="fire and ambulance, with a question after it",
    ),
    pytest.param(
        Need.POLICE,
        """
        殺される / ころされる / 襲われそうです / おそわれた / 人が殴られています / 人が刺されました / ナイフで脅されています
        刃物を持った男がいる / 包丁を持った人が歩いとる / 銃を持った人がいる / 殺してやると言われた / 隣人に殺すぞと脅された
        知らない男に追いかけられています / 誰かにつけられている / 後をつけられて怖いです / つきまとわれています / つきまといに困っています
        ストーカーされてる / 元彼からストーカー被害を受けている / 無言電話が続いて怖い / 脅迫メールが届いた / リベンジポルノで脅されています
        痴漢にあいました / 電車でちかんにあった / 帰り道に抱きつかれた / レイプされました / のぞきにあっています / 露出狂がいました
        """,
        id="threatened or attacked",
    ),
    pytest.param(
        Need.POLICE,
        """
        泥棒です / 泥棒に入られた / どろぼうが入った / 空き巣に入られました / 強盗です / 家に知らない人が入ってきた / 知らん人が庭におる
        家の鍵をこじ開けようとしている人がいます / 不審者がおる / 家の前に不審な人がいます / 変な人が学校の前にいます
        財布を盗まれた / 自転車ぬすまれた / 自転車を盗られた / さっき財布をすられた / ひったくりにあった / 車上荒らしにあいました
        交通事故です / 車同士の事故です / 事故りました / 交通事故を起こしてしまいました / 人をひいてしまった / ひき逃げされた
        当て逃げされました / 車にぶつけられて逃げられた
        子どもが知らない人に連れて行かれた / 娘が誘拐された / 女の子が車に連れ込まれました / 子どもがまだ帰ってきません
        三歳の息子がおらんようになった / 認知症の母がいなくなりました / おじいちゃんが行方不明です
        犬の虐待を見ました / 祖母が施設で虐待されています / 警察を呼んで / 110番してください
        """,
        id="crimes, accidents, the missing",
    ),
    pytest.param(
        Need.POLICE,
        """
        介護疲れで母を殴ってしまいそう / 介護で限界。父を叩いてしまいそうです / 母を殴りそう / 夫を刺してしまいそう / 祖母を叩いてしまった / 母を叩いてしまいました
        祖母に手を上げてしまいそう / 暴力を振るってしまいそう / 妹を蹴ってしまいそう / 隣人を殺しそう
        """,
        id="afraid of doing violence",
    ),
    pytest.param(
        Need.POLICE,
        "助けて / たすけて！ / 助けてください！ / だれか助けて / 誰か、助けてー！ / help me! / SOS",
        id="a mere cry for help",
    ),
    pytest.param(
        Need.CHILD_ABUSE,
        """
        近所の子が叩かれているみたい / 子どもが虐待されているかもしれません / 児童虐待の通報をしたい / 虐待かもと思ったら
        子どもの虐待を見つけたらどこに連絡すればいいですか / 隣の家から子どもの泣き声と怒鳴り声が毎晩します
        隣の部屋から毎晩子どもの泣き叫ぶ声と叩く音がします。虐待されていると思います。 / ぎゃくたいかもしれない
        孫が食べさせてもらえていない / 小さい子が家に置き去りにされている / 裸で外に出されている子がいる
        近所の子どもがあざだらけです / 幼い子が夜一人でいます / ネグレクトではないかと思う家庭がある
        子どもが父親に殴られています。どうしたらいいですか。 / 学童の子が親に蹴られたと話しています
        """,
        id="a child in danger, told by others",
    ),
    pytest.param(
        Need.CHILD_ABUSE,
        """
        お父さんに殴られる / お母さんにたたかれた / おかあさんにたたかれる / パパになぐられた / パパがぼくをけります / 母に毎日殴られます
        親に蹴られています / ママがごはんをくれない / 親が家に入れてくれない / お父さんが怖い、たたかれる / お父さんが体を触ってくる
        虐待されています / きょうもママにぶたれた
        """,
        id="a child in danger, told by the child",
    ),
    pytest.param(
        Need.CHILD_ABUSE,
        """
        子どもを叩いてしまいました / 子どもに手を上げてしまう / 赤ちゃんを叩きそうです / 赤ん坊を揺さぶってしまった
        子どもにイライラして、虐待してしまいそうで怖い / 育児がつらくて子どもを殺してしまいそう / 子どもにあたってしまい、手が出ます
        """,
        id="a child in danger, told by the parent",
    ),
    pytest.param(
        Need.VIOLENCE,
        """
        夫に殴られています / 夫に殴られています。子どもも怖がっています。助けてください。 / 主人に叩かれる / 旦那の暴力がひどい
        だんなになぐられた / おっとになぐられています / 彼氏に首を絞められた / 彼に殴られた / 妻に暴力を振るわれています / 夫に突き飛ばされて骨折しました
        夫から逃げたい、暴力が怖い / 夫が怖くて家に帰れない / だんながこわい、にげたい / パートナーに監視されている
        生活費をもらえません。夫に脅されています / 元夫が家に来て脅してくる / 妻が包丁を振り回します / 子どもの前で夫に殴られました
        DVを受けています / ＤＶの相談をしたい / DVで困っています / DV相談窓口を教えて / デートDVかもしれません / 配偶者からの暴力の相談窓口
        息子に殴られています / 息子の暴力に困っている / 義父に叩かれる / 夫に殴られています。保護命令の申請はどこですか
        """,
        id="violence at home",
    ),
    pytest.param(
        Need.CHILD,
        """
        学校でいじめられています / いじめられてる / いじめをうけています / いじめがつらい / いじめの相談がしたい / がっこうでいじめられる
        子どもがいじめにあっています / 友だちから仲間はずれにされています / 友だちにいじめられて学校に行きたくない / 学校に行きたくない
        学校に行くのがつらい / クラスで無視されてつらい / せんせいにいえない、いじめられてる / 相談できる大人がいない、中学生です
        チャイルドラインの番号を教えて / 18歳まで電話できる相談はある？
        """,
        id="children who need somebody to talk to",
    ),
    pytest.param(
        Need.CONSUMER,
        """
        詐欺にあいました / 詐欺かもしれない / これって詐欺ですか / 詐欺メールが来た / さぎにあった / だまされたみたいです / オレオレ詐欺
        騙されてお金を振り込みました / 架空請求が届いた / ワンクリック詐欺にひっかかった / 身に覚えのない請求が来ました
        知らない会社から請求が来た / 変なSMSが来てURLを押してしまった、詐欺？ / ネットで買った商品が届かない / 通販で偽物が届いた
        市役所の人から還付金があるからATMに行けと電話が来た / 還付金の電話がかかってきたけど本物ですか / ATMで手続きすれば医療費が戻ると言われた
        息子を名乗る人から、お金を用意してと電話が来た / 市役所を名乗る電話で口座番号を聞かれました
        クーリング・オフしたい / クーリングオフのやり方 / 押し売りが来て困る / 悪質な訪問販売に困っている / 母が布団を買わされた
        屋根の点検に来た業者に高い工事を契約させられた / サブスクが解約できない / 消費者トラブルの相談はどこですか
        """,
        id="swindled or pressed to buy",
    ),
    pytest.param(
        Need.DISASTER,
        """
        地震が来ました / 地震が起きた / 津波が来る / 津波警報が出ました / 川が溢れそうです / 家が浸水しています / 床まで水が来た / 道が冠水しています
        土砂崩れが起きた / 停電しました / 停電しています / 避難指示が出ました / どこに逃げればいい / 津波で死にたくない。どこに逃げればいい？
        """,
        id="a disaster that is happening",
    ),
    pytest.param(
        Need.DISASTER,
        """
        前にもあふれたことがあります。今また川があふれそうです / 十年前に建てた家が浸水しています / 先月建てた家が浸水しました
        以前から心配していた川があふれました / 昔からの川があふれそうです / 家の前に川があふれてきました / 先日から停電しています
        """,
        id="a disaster that is happening, told with what was before",
    ),
    pytest.param(
        Need.NATIONAL_NUMBER,
        "いのちの電話 / よりそいホットライン / 消費者ホットラインの番号 / 188とは / 189番 / 110番 / #8008",
        id="asking for a national number",
    ),
    pytest.param(
        Need.SUICIDE, "I want to die / quero morrer / 我想死 / 죽고 싶어요 / muốn chết", id="suicide, other languages"
    ),
    pytest.param(
        Need.FIRE_AMBULANCE,
        "call an ambulance please / my house is on fire / he is not breathing / ambulância / 救护车 / 구급차",
        id="fire and ambulance, other languages",
    ),
]

NEEDS += [
    pytest.param(Need.POLICE, "孫が迷子 / 孫が迷子になりました / 子どもが迷子です", id="a child that is lost"),
    pytest.param(
        Need.DISASTER, "がけ崩れ / 土砂崩れです / 床下浸水しました / 床上浸水しています", id="a disaster, in a word"
    ),
    pytest.param(Need.FIRE_AMBULANCE, "水に流された / 父が川に流されました", id="swept away"),
    pytest.param(
        Need.FIRE_AMBULANCE,
        "Estou ferido / Estou machucada / I am injured / 我受伤了 / Tôi bị thương",
        id="hurt, abroad",
    ),
]

QUESTIONS = [
    pytest.param(
        """
        迷子になったらどうする / 迷子の犬を預かっています / 迷子札 / 床下浸水した家の消毒 / 床下浸水しました。罹災証明は / 川に流されたごみ
        土砂崩れの危険な場所は / がけ崩れ対策の補助
        """,
        id="words of danger in a question",
    ),
    pytest.param(
        """
        自殺対策計画はありますか / 自殺予防の取り組みを知りたい / 自殺者数は去年何人でしたか / 自殺で亡くなった人の数
        自殺予防の計画について知りたいのですが、この方針に書かれていますか？ / 市の自殺対策計画の期間は何年から何年までですか？
        いじめ防止基本方針はありますか / いじめの認知件数 / 児童虐待防止の取り組みは / 子どもの虐待防止について知りたい
        虐待の件数は増えていますか / 子どもの虐待の相談は去年何件ありましたか？ / 高齢者虐待を防ぐ計画はありますか
        DV対策基本計画は何年度までですか / DV防止の施策を教えて / 特殊詐欺対策の電話機の補助はありますか / 詐欺の被害件数は
        詐欺に遭わないためのスマホ教室はありますか / ストーカー対策の事業 / 犯罪被害者支援条例はありますか
        """,
        id="plans and figures about people in need",
    ),
    pytest.param(
        """
        火災の件数は何件ですか / 去年の火事は何件でしたか / 火事のときはどこに電話すればいいですか / 救急車は何台ありますか
        救急車の出動は年間どれくらいありますか？ / 救急車を呼ぶのにお金はかかりますか / 救命講習を受けたい / 消防署の電話番号 / 消防団に入りたい
        119番の通報システムは市のどの課が管理していますか / 消防の119番の受け方もこの方針で新しくなるの？
        火事とか災害の現場で、消防団がドローン飛ばすってほんま？何のために？ / 家の火災報知器は付けないといけない決まりですか？
        火事で家が燃えてしまいました。罹災証明書の申請はどこですか / 交通事故の統計を見たい / 交通事故相談はどこですか
        事故に遭いました。国民健康保険は使えますか？ / 軽自動車（バイクなど）を盗まれ、警察に届けたのにどうして課税されるのですか？
        不審者情報のメールを登録したい / 交番の場所 / 防犯カメラの補助金はありますか / マイナンバーカードを盗まれました。止めたい
        個人情報を盗まれたりしませんか / サイバー攻撃で個人情報が盗まれた！みたいな事件にならないように、市は何してるの？
        """,
        id="fire, rescue and police as offices",
    ),
    pytest.param(
        """
        災害で避難せんといかんような緊急の知らせも、LINEで来るようになる？ / 避難所に逃げたとき、無料のWi-Fiは使えるのですか？
        地震で家が壊れた人の情報は、どんなシステムでまとめるのですか？ / 地震で死にたくないので備えを教えて
        地震が来たときの備え / 津波が来たらどこへ逃げる / 地震が起きたら市役所はどうするの / 停電のときマイナンバーカードは使えますか
        避難指示が出たらどうする / 洪水ハザードマップ / 計画停電の予定 / 雨で川が溢れそうなときは対応してくれますか。 / 大雨のときの避難所
        誰一人取り残されないデジタル化とは / デジタル化に家族が取り残されています / AIで火災を検知しますか / ドローンで行方不明者を探すのですか
        """,
        id="disasters and the digital plan",
    ),
    pytest.param(
        """
        川があふれそうになったことが前にあった / 以前、家が浸水したことがあります / 昔、川があふれました / 十年前に地震が来た
        先月の大雨で床まで水が来ました / 子どものころ川が氾濫しました / おととし停電しました
        """,
        id="disasters of the past",
    ),
    pytest.param(
        """
        父が死んだときの手続きを教えてください / 夫が亡くなりました / 死亡届の出し方 / ペットが死んだときの届け出 / 遺言書の書き方
        子どもが生まれました / 夫の転勤で引っ越します / 妻の住民票を取りたい / 彼女と結婚します。婚姻届はどこですか / 親の介護の相談をしたい
        お父さんの住民票がほしい / 息子が引っ越します / 子どもの医療費 / 子どもの声がうるさい / 子育て相談はどこでできますか / 心の健康相談はありますか
        夫がスマホを怖いと言って使いません / 大丈夫ですか、怖くないですか / 手続きがわからないので助けてください / 助けてもらえる制度はありますか
        """,
        id="families and their procedures",
    ),
    pytest.param(
        """
        燃えるごみの日はいつですか / 燃えないゴミの出し方 / 電池の捨て方で火事になるって本当？ / 包丁の捨て方 / 消火器の捨て方 / 薬の捨て方
        野焼きの煙がすごくて洗濯物が干せない / 隣の人が庭でごみを燃やしています / 木が倒れて道をふさいでいます / 看板が倒れている / 空き家が倒れそうです
        ハチに刺されました / 【特定外来生物ヒアリ】ヒアリに刺されたら / ゴキブリを殺したい / カラスに襲われた / 犬に噛まれた / 猫が木から降りられない
        ガス料金の支払い方法 / ガスボンベの捨て方 / 爆弾低気圧 / 道路に穴が開いている
        """,
        id="waste, trees, animals, streets",
    ),
    pytest.param(
        """
        アプリのデータが消えた / 画面の文字を消したい / サーバーが落ちた / パソコンが動かない / 画面が真っ青になった / パソコンが倒れて壊れた
        市民の防災意識がないのはなぜ / 職員の意識がない / 生きがいづくりの教室 / いきいきサロン / いきなりすみません / 息抜きできる公園
        血圧が高いので健診を受けたい / 献血はどこでできますか / 胸部レントゲン検診 / 心臓病の健診 / 川で泳げますか / 還付金はいつ振り込まれますか
        手続きを楽にしたい / はなしにたいする答え / たのしかった / こんにちは / ？
        """,
        id="words that only sound like it",
    ),
    pytest.param(
        """
        電池の捨て方 / タブレットの電池が切れた / 子どものタブレットの電池がもたない / 使用済みの電池はどこに出す / 飲んだ後のペットボトルの捨て方 / 薬を飲んだあとの袋
        薬の飲み忘れを防ぐアプリ / 電池を飲んだらどうなりますか / 誤飲を防ぐ講座 / 間違えて申請を送ってしまった / 間違えて二回申し込んでしまった / ボタンを間違えて押した
        介護疲れの相談はどこ / 介護に疲れました / 母を介護しています / 親を叩き起こす / 人を殴ったらどうなりますか / 暴力をなくす取り組み / 手が出ない値段
        アレルギー対応給食のアプリ / 予防接種の助成は / 夫を亡くしました / 相手を傷つけない言葉
        """,
        id="swallowing and violence only in the words",
    ),
]


def messages(table: str) -> list[str]:
    return [message.strip() for line in table.splitlines() for message in line.split(" / ") if message.strip()]


@pytest.mark.parametrize(("need", "table"), NEEDS)
def test_people_in_need_are_recognised(need: Need, table: str) -> None:
    expected = dict.fromkeys(messages(table), need)
    assert {message: emergency(message) for message in expected} == expected


@pytest.mark.parametrize("table", QUESTIONS)
def test_questions_stay_questions(table: str) -> None:
    expected = dict.fromkeys(messages(table))
    assert {message: emergency(message) for message in expected} == expected


def test_the_tables_hold_hundreds_of_messages() -> None:
    assert sum(len(messages(str(row.values[1]))) for row in NEEDS) >= 300
    assert sum(len(messages(str(row.values[0]))) for row in QUESTIONS) >= 100


@pytest.mark.parametrize(
    ("cry", "language"),
    [
        pytest.param("助けて、家が火事です", "ja", id="Japanese"),
        pytest.param("我家着火了", "zh", id="Chinese, though every character is Japanese, too"),
        pytest.param("Estou ferido", "pt", id="Portuguese"),
        pytest.param("SOS", None, id="the same in all of them"),
        pytest.param("火災", None, id="characters that both write"),
        pytest.param("住民票の写し", None, id="no cry"),
    ],
)
def test_the_language_of_a_cry_is_that_of_its_words(cry: str, language: str | None) -> None:
    assert cried_in(cry) == language


def test_an_empty_message_is_no_emergency() -> None:
    assert emergency("") is None


def test_the_most_urgent_of_several_needs_comes_first() -> None:
    assert emergency("夫に殴られて、もう死にたい") is Need.SUICIDE
    assert emergency("夫に殴られて血が止まりません") is Need.FIRE_AMBULANCE
    assert emergency("財布を盗まれました。犯人に殴られて息が苦しい") is Need.FIRE_AMBULANCE


def test_a_need_is_found_at_the_end_of_a_long_story() -> None:
    story = "先月この町に引っ越してきて、住民票の手続きや保険の申請で何度も役所に行きました。" * 20
    assert emergency(story + "実は夫に殴られています。") is Need.VIOLENCE


def test_a_need_is_found_on_any_line() -> None:
    assert emergency("転入の手続き\n火事です\n申請の方法") is Need.FIRE_AMBULANCE


@given(st.sampled_from(["死にたい", "火事です！", "夫に殴られています", "お父さんに殴られる"]), st.text(max_size=30))
def test_what_follows_in_the_next_sentence_never_silences_a_need_of_life(cry: str, after: str) -> None:
    assert emergency(f"{cry}。{after}") is not None


@given(st.text(max_size=300))
def test_any_text_is_a_need_or_none(text: str) -> None:
    assert emergency(text) in (*Need, None)


def test_spaces_between_the_letters_hide_no_need() -> None:
    told = [message for row in NEEDS for message in messages(str(row.values[1]))]
    spaced = [message.replace("", "　") for message in told if not re.search("[a-zA-ZＡ-Ｚ0-9]", message)]
    assert [message for message in spaced if emergency(message) is None] == []
