"""Names that people give of themselves and of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from intents.personal_data.findings import Kind
from intents.personal_data.page import HIRAGANA, KANJI, KATAKANA, Found, text_before

_SURNAME_LIST = (
    # the commonest surnames; what else may be a name, the words around it must say
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 "
    "林 斎藤 清水 山崎 阿部 森 池田 橋本 山下 石川 中島 前田 藤田 後藤 小川 岡田 村上 長谷川 "
    "近藤 石井 坂本 遠藤 藤井 青木 西村 福田 太田 三浦 藤原 松田 岡本 中川 中野 原田 小野 田村 "
    "竹内 金子 和田 中山 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 "
    "大野 丸山 今井 河野 藤本 村田 武田 上野 杉山 増田 平野 菅原 小島 久保 大塚 千葉 松井 岩崎 "
    "木下 松尾 野口 野村 佐野 菊地 渡会 大西 杉本 新井 浜田 菅野 市川 水野 小松 島田 古川 山内 "
    "小山 西田 高田 菊池 山中 桜井 五十嵐 北村 福島 安田 吉川 中田 平田 飯田 川口 川崎 東 本田 "
    "久保田 辻 関 矢野 吉村 沢田 中西 岩田 服部 樋口 秋山 星野 福井 川上 田口 土屋 永井 大橋 "
    "西川 内藤 松岡 岡 松下 熊谷 松村 馬場 大島 望月 堀 岡崎 荒木 大谷 浅野 田辺 荒井 黒田 小池 "
    "奥村 奥田 野田 吉岡 大久保 片山 岡村 早川 松原 栗原 須藤 平井 松浦 八木 岩本 大石 小田 森本 "
    "榎本 三宅 西山 小西 富田 堀内 尾崎 山根 成田 児玉 関口 高野 川村 白石 北川 野崎 中尾 多田 "
    "上原 宮田 大川 桑原 大森 福岡 小原 内山 柳田 南 森下 稲垣 津田 村井 河合 土井 吉野 杉浦 "
    "川島 広瀬 大山 古田 根本 吉原 永田 西 神谷 水谷 越智 世古 野呂 村瀬 稲葉 加納 伊東 長野 "
    "岸本 福本 平山 藤沢 三好 黒木 川端 青山 中井 北野 南部 西野 東野 前川 横田 古賀 畑 三上 "
    "長尾 山岸 松崎 植田 植村 梅田 江口 大内 大木 大竹 大場 小笠原 小野寺 海老原 柿沼 片岡 神田 "
    "菅 岸田 北島 木原 窪田 倉田 桑田 後藤田 権田 坂井 坂田 佐久間 塩田 柴崎 庄司 杉原 瀬戸 園田 "
    "高島 高山 滝口 竹田 竹中 武井 田代 谷川 堤 豊田 鳥居 中谷 中原 長田 二宮 西岡 丹羽 橋口 "
    "畠山 浜口 早坂 原口 日高 平松 深沢 福永 藤川 藤村 船橋 古谷 本間 牧野 松川 三木 三島 溝口 "
    "宮川 宮下 宮原 向井 村松 室井 森山 安井 柳沢 山上 山岡 山川 山村 湯浅 横井 吉井 米田 若林 "
    "脇田 渡瀬 長曽我部 大林 堀田 堀口 堀江 細川 川合 川本 河村 加賀 各務 石原 宇野 塚本 坂口 "
    "小沢 大沢 甲斐 比嘉 金城 宮城 大城 知念 島袋 新垣 谷 星 岸 柏木 松永 田島 川田 天野 荻野 "
    "篠原 滝沢 鵜飼 瓜生 門脇 御手洗 勅使河原 薮内 臼井 猪俣 唐沢 冨樫 富樫 葛西 鬼頭 仙石 日比 "
    "曽我 寺島 寺田 寺西 石橋 石黒 石塚 石崎 石本 石村 市原 伊原 井口 井手 井田 今村 今泉 岩井 "
    "岩下 岩瀬 岩間 上杉 上条 上西 牛島 臼田 内海 榎木 及川 大井 大内田 大崎 大下 大友 大庭 大平 "
    "大和田 岡部 岡野 岡林 荻原 奥山 奥野 長内 小倉 尾形 緒方 落合 笠井 笠原 梶原 柏原 片桐 勝又 "
    "金井 金田 金沢 金山 金丸 上村 神山 亀井 亀田 川井 川瀬 川西 川辺 河内 菊川 北田 北原 木内 "
    "木島 木戸 木本 楠本 久野 熊田 熊沢 倉本 黒川 黒沢 桑名 小泉 小出 河本 児島 後閑 小菅 小谷 "
    "小寺 小沼 小宮 小柳 榊原 坂上 坂東 坂野 酒巻 桜田 笹川 佐川 佐竹 佐原 沢井 塩谷 塩野 篠田 "
    "柴山 島崎 島津 清野 城戸 新藤 進藤 神保 新谷 杉田 杉村 杉野 鈴村 須賀 瀬川 関根 関谷 仙波 "
    "園部 高瀬 高松 高村 高井 高尾 高倉 高見 高桑 宝田 竹本 竹村 竹下 立花 立石 田原 田畑 田淵 "
    "玉井 玉木 玉城 塚田 塚原 辻本 辻村 土田 筒井 角田 手塚 寺本 土居 戸田 富永 友田 豊島 中沢 "
    "中津 中根 中本 中森 永野 長沢 長島 長浜 永山 名取 南雲 成瀬 難波 西尾 西沢 西島 西原 西本 "
    "西脇 仁科 沼田 根岸 野沢 野島 野本 萩原 羽田 橋爪 長谷 畑中 花田 羽生 浜野 浜本 林田 早瀬 "
    "原島 番場 東山 樋渡 平岡 平川 平沢 平林 広田 深谷 福原 福山 藤木 藤島 藤野 藤森 藤山 布施 "
    "古沢 星川 細田 堀川 本多 前野 前原 正木 増井 益田 町田 松木 松沢 松島 松野 松波 松山 丸田 "
    "水上 水口 水島 水田 南野 三村 宮内 宮沢 宮島 宮野 宮部 武藤 村岡 村木 村山 毛利 元木 森井 "
    "森岡 森川 森口 森島 森谷 森野 諸橋 門田 矢島 安川 矢部 山木 山城 山西 山野 山室 山脇 結城 "
    "横尾 横川 吉沢 吉本 吉松 吉永 吉見 依田 和泉 鷲尾 蒲田 曽根 那須 沖田 乾 "
)
_SURNAMES = frozenset(_SURNAME_LIST.split())
_OLD_FORMS = str.maketrans("髙﨑齋齊斉邊邉濵濱嶋澤廣櫻國眞", "高崎斎斎斎辺辺浜浜島沢広桜国真")
# Letters that given names end with; those of the second row also end other words (技能実習生, 世界一).
_PLAIN_NAME_ENDINGS = frozenset(
    "子美恵江枝香奈菜花織里莉乃葉咲結愛優希紀貴輝樹斗翔太郎朗介輔雄也哉弥志之幸彰弘浩洋隆孝剛"
    "稔彦吾蓮凛颯陸遥悠裕祐佑宏敏聡哲憲晃朋沙紗綾彩桜萌舞麻衣唯"
)
_GIVEN_NAME_ENDINGS = _PLAIN_NAME_ENDINGS | frozenset(
    "代世理音助一二三男夫史司行明昭章正誠博健進勇茂実豊修治次平悟人生士真佳央広俊範仁義典"
)
# Words and word ends that stand where a name could: 私は〇〇です.
_NOT_A_NAME = re.compile(
    r"(?:息子|双子|養子|里子|母子|父子|女子|男子|様子|椅子|帽子|電子|調子|大丈夫|主夫|次男|長男|三男|孫|祖父|祖母|父|母|兄|姉|弟|妹"
    r"|夫婦|夫|妻|商事|商店|会社|工業|建設|産業|組合|法人|協会|医院|施設|制度|事業|計画|在住|在勤|在学|出身|育ち|無職|独身|既婚|未婚"
    r"|妊娠|病気|反対|賛成|心配|不安|必要|不要|不明|匿名|漢字|旧姓|本名|記入|記載|署名|押印|印鑑|仮名|通名|別名|通称|愛称|戸籍|住所"
    r"|電話|番号|連絡先|年齢|性別|職業|生年月日|氏名|名前|同じ|秘密|変更|可能|以下|別紙|世帯主|自分|本当|結構|[失休求]職中?|失業中?"
    r"|子育て|片親|市内|市外|県外|町内|家庭|暮|生活|年金|国籍|担当|理由|目的|紹介|野菜|大陸|言葉|神社|[支出]所|陸橋|何|誰|初めて|先日|現在|最近|以前|来月|今年"
    r"|[者民員親歳才婦職中身上用族様師官客証籍病型系的性課係局部店長園院校館駅県市区町村郡丁号室]"
    r"|(?:本|別|外国|個|老|主|当|大|病|他|同|県|都|住|友|知|代理|求|[一二三四五])人"
    r"|[学先一園]生|高校生|[大中小]学生|年生)\Z"
)
_NOT_A_KATAKANA_NAME = re.compile(
    r"パート|アルバイト|カタカナ|ネーム|アルファベット|ローマ|シングル|マザー|ファザー|フリー|ニート|サラリー|カード|サービス"
    r"|センター|システム|ベビー"
)
_AFTER_SURNAME_NEVER = frozenset("県市区町村郡都府道駅店家課線港橋川山城第")

_FOREIGN_NAME = rf"[{KATAKANA}]{{2,12}}(?:[ ・=][{KATAKANA}]{{1,12}}){{0,4}}"
_LATIN_NAME = r"[A-Z][A-Za-z'-]{1,20}(?: [A-Z][A-Za-z'-]{0,20}){0,3}"
_FORM_WORD = r"(?!住所|電話|生年|年齢|性別|連絡|携帯|男|女|昭和|平成)"
_NOT_A_VERB = (
    r"(?!です|でご|でー|で[、。,]|だ|と申|とも|とい|と言|や[でけね]|じゃ|さん|ちゃん|くん|の?もの|の?まま|など|だけ|を)"
)
_JAPANESE_NAME = (
    rf"[{KANJI}]{{1,4}}[ ]{_FORM_WORD}(?:[{KANJI}]{{1,4}}|[{HIRAGANA}]{{2,5}}?)"
    rf"|[{KANJI}]{{1,4}}{_NOT_A_VERB}[{HIRAGANA}]{{2,4}}?|[{KANJI}]{{1,3}}[{KATAKANA}]{{2,5}}|[{KANJI}]{{1,6}}?"
)
_READING = rf"(?:\([{HIRAGANA}{KATAKANA} ]{{2,16}}\))"  # 山田（やまだ）
_KANA_NAME = rf"[{HIRAGANA}]{{2,6}} {_NOT_A_VERB}[{HIRAGANA}]{{2,6}}|[{HIRAGANA}]{{3,10}}?"
_SAYS_SO = (
    r"です(?!か)|どす|ばい|でございます|でーす|と(?:申|もう|い[いう]|言[いう])|っ?ていい|って言い"
    r"|だ(?:けど|が)?|や(?:で|けど|ねん|わ)?|じゃ|っす|になり"
)
_ITEM_ENDS = (
    r"[、。,.!?\n )(/;」』】]|\Z|様|さん|住所|電話|生年|年齢|性別|〒|男|女|なん(?:です|や)|で(?:[、。,]|合|登録|お願)"
)

_NAME_FIELD = re.compile(
    rf"(?P<field>氏名|姓名|[苗名]字|旧姓|お?名前|おなまえ|なまえ|フルネーム|本名|名義人?|フリガナ|ふりがな|世帯主名?|者名"
    r"|届出人|申請者)"
    rf"(?:\([^()\n\0]{{1,6}}\))?[ ]?(?P<link>[:=は、が\n]|(?<= ))[ \n]{{0,2}}"
    rf"(?P<name>{_LATIN_NAME}|{_FOREIGN_NAME}|{_JAPANESE_NAME}|{_KANA_NAME})"
    rf"(?P<reading>{_READING})?[ ]?(?=(?P<says>{_SAYS_SO})|{_ITEM_ENDS})"
)
_ROLE_FIELDS = frozenset({"世帯主", "届出人", "申請者", "名義", "名義人"})
_I = r"(?:私|わたくし|わたし|僕|ぼく|俺|おれ|わし|うち|自分)"
_I_AM = re.compile(
    rf"{_I}(?:の(?:名前|氏名))?(?:は|って|[、, ])?[ ]?"
    rf"(?P<name>{_FOREIGN_NAME}|{_JAPANESE_NAME})(?P<reading>{_READING})?(?={_SAYS_SO})"
)
_MY_NAME_IS = re.compile(rf"(?=[MmIi])(?i:my name is|i am|i'm) (?P<name>{_LATIN_NAME})(?![A-Za-z])")
_OTHER_VERB = (
    r"(?:込|こ[みむまめもん]|上げ|上が|あげ|出|入れ|いれ|合わせ|立て|たて|送り|伝え|付け|つけ|添え|開き|訳|わけ)"
)
"""What makes another verb or noun of 申し: 日程と申し込み方法 introduces nobody."""
_INTRODUCED = re.compile(
    rf"(?P<sure>と(?:申し|申す|もうし|もうす)(?!{_OTHER_VERB}))(?!ますと|ますか|.?.?の[はも])"
    r"|(?:と|って|っちゅう|ちゅう|っ?ち)?"
    r"(?:いいます|言います|[いゆ]う(?:者|もん|ん[だやで]|ねん)|言う者|いいもん|いう名前|申します)"
)
_INTRODUCTION_START = re.compile(rf".*(?:{_I}(?:の名前)?[は、]?|名前[は、]|[、。,.!?:\n\0「『])", re.DOTALL)
_READING_AT_END = re.compile(rf"{_READING}\Z")
_CLOSING = " 」』】\"'"
_NAME_AT_END = (
    re.compile(rf"(?<![{KATAKANA}]){_FOREIGN_NAME}\Z"),
    re.compile(rf"(?<![{KANJI}])(?:[{KANJI}]{{1,4}} [{KANJI}]{{1,4}}|[{KANJI}]{{1,4}} ?[{HIRAGANA}]{{2,5}})\Z"),
    re.compile(rf"[{KANJI}]{{1,4}}[{KATAKANA}]{{2,5}}\Z"),
    re.compile(rf"[{KANJI}]{{1,16}}\Z"),
)
_ALL_KANJI = re.compile(rf"[{KANJI}]+")
_KANA_ONLY = re.compile(rf"[{HIRAGANA}]{{2,6}} ?[{HIRAGANA}]{{2,8}}")
_LATIN_ONLY = re.compile(_LATIN_NAME)
_RELATION = r"の(?:[父母妻夫娘孫兄姉弟妹親]|息子|家族|祖[父母]|長[男女]|保護者|代理|件で)"
_STANDING_NAME = re.compile(
    rf"(?<![{KANJI}{KATAKANA}])(?P<name>[{KANJI}]{{2,7}}+(?: [{KANJI}]{{1,4}}+)?)"
    rf"(?P<reading>{_READING})?[ ]?"
    rf"(?:(?P<relation>{_RELATION})|(?P<polite>さん|くん|ちゃん)|(?P<says>{_SAYS_SO})"
    rf"|(?={_ITEM_ENDS}|(?P<particle>[のがはをにともへ])))"
)
_LINE_START = re.compile(
    r"(?:\A|[\n。!?、]|(?:ます|です|こんにちは|はじめまして|もしもし)[ 、]?|(?:[市区町村]|\0)の?)[ ]?\Z"
)


def _named_fields(page: str) -> Iterator[Found]:
    for match in _NAME_FIELD.finditer(page):
        if _is_field_value(match):
            yield _name_found(match)


def _name_found(match: re.Match[str]) -> Found:
    """The name, and its reading where one stands in brackets behind it."""
    return Found(match.start("name"), max(match.end("name"), match.end("reading")), Kind.NAME)


def _is_field_value(match: re.Match[str]) -> bool:
    name = match["name"].strip()
    if match["field"] in _ROLE_FIELDS:
        return _looks_like_name(name)
    if re.fullmatch(rf"[{HIRAGANA} ]+", name) and match["link"] != ":" and not match["says"]:
        return False
    if match["link"] in ("が", "、") or (match["link"] == "は" and not match["says"]):
        return _looks_like_name(name)
    return _may_be_name(name)


def _first_person(page: str) -> Iterator[Found]:
    for match in _I_AM.finditer(page):
        if _looks_like_name(match["name"].strip()):
            yield _name_found(match)
    for match in _MY_NAME_IS.finditer(page):
        yield Found(*match.span("name"), Kind.NAME)


def _introductions(page: str) -> Iterator[Found]:
    """Names before 「と申します」, and before weaker verbs when they look like names."""
    taken = 0
    for match in _INTRODUCED.finditer(page):
        left = text_before(page, match.start()).rstrip(_CLOSING)
        offset = max(0, match.start() - 24)
        start = _name_start(left, sure=match["sure"] is not None)
        if start is not None and offset + start >= taken:
            yield Found(offset + start, offset + len(left), Kind.NAME)
            taken = match.end()


def _name_start(left: str, *, sure: bool) -> int | None:
    """Where in the words before the verb the name begins, if they end with one."""
    reading = _READING_AT_END.search(left)
    left = left[: reading.start()] if reading else left
    opening = _INTRODUCTION_START.match(left)
    begin = opening.end() if opening else 0
    begin += len(left[begin:]) - len(left[begin:].lstrip())
    phrase = left[begin:].rstrip()
    if sure and (_KANA_ONLY.fullmatch(phrase) or _LATIN_ONLY.fullmatch(phrase)):
        return begin
    for shape in _NAME_AT_END:
        match = shape.search(phrase)
        if match:
            cut = _surname_position(match[0])
            alone = bool(opening) or match.start() == 0
            accept = _is_any_person if sure else _looks_like_name if alone else _has_known_surname
            return begin + match.start() + cut if accept(match[0][cut:]) else None
    return None


def _surname_position(letters: str) -> int:
    """Where the name begins in a long row of kanji such as 松阪市民山田太郎."""
    if not _ALL_KANJI.fullmatch(letters):
        return 0
    unknown = 0 if len(letters) <= 6 else len(letters) - 4
    return next((start for start in range(len(letters) - 1) if _has_given_name(letters[start:])), unknown)


def _standing_names(page: str) -> Iterator[Found]:
    """山田太郎の母です, 佐藤花子さん, and a line that says no more than who writes."""
    for match in _STANDING_NAME.finditer(page):
        name, polite = match["name"], bool(match["polite"])
        if name[-1] in "様氏君殿" and len(name) > 3:
            name, polite = name[:-1], True
        if _is_standing_name(name, polite, match, page):
            end = match.end("reading") if match["reading"] else match.start() + len(name)
            yield Found(match.start(), end, Kind.NAME)


def _is_standing_name(name: str, polite: bool, match: re.Match[str], page: str) -> bool:
    opens = bool(_LINE_START.search(text_before(page, match.start(), 8)))
    if not (opens or polite or match["relation"] or match["says"] or match["particle"]):
        return False
    surname = _known_surname(name)
    if name == surname:  # 田中です, but not 石川や富山では
        says = match["says"] or ""
        return opens and len(name) > 1 and len(says) > 1 and f"{name}県" not in _PREFECTURE_NAMES
    given = name[len(surname) :].strip()
    if match["particle"] and len(given) != 2:  # two letters each are hardly anything but a name
        return False
    return len(surname) > 1 and _looks_like_name(name) and given[-1] in _GIVEN_NAME_ENDINGS


_PREFECTURE_NAMES = frozenset(
    f"{name}県" for name in ["福島", "石川", "福井", "山口", "宮崎", "千葉", "福岡", "宮城", "長崎"]
)


def _known_surname(name: str) -> str:
    """The surname that the name begins with, whichever form of 高 or 沢 it is written in."""
    plain = name.translate(_OLD_FORMS)
    return next((name[:length] for length in range(min(5, len(name)), 0, -1) if plain[:length] in _SURNAMES), "")


def _has_known_surname(name: str) -> bool:
    """For 「〜といいます」, which also ends definitions: 納税管理人といいます."""
    return bool(_known_surname(name) or re.match(rf"[{KATAKANA}]", name)) and _looks_like_name(name)


def _may_be_name(name: str) -> bool:
    """Anything of a name's shape that is not a known other word; for places where only names stand."""
    letters = name.replace(" ", "")
    if _known_surname(letters) == letters or _has_given_name(letters):
        return True
    return len(letters) > 1 and not _NOT_A_NAME.search(letters) and not _NOT_A_KATAKANA_NAME.search(letters)


def _is_any_person(name: str) -> bool:
    """Before 「と申します」 stands a name, or a role such as 担当の者."""
    return name[-1] not in "者係方何誰" and name[0] not in "申言"


def _looks_like_name(name: str) -> bool:
    """A known surname, or letters that given names end with; for places where other words stand too."""
    letters = name.replace(" ", "")
    if re.match(rf"[{KATAKANA}]", letters):
        return bool(re.search("[ ・=]", name)) and not _NOT_A_KATAKANA_NAME.search(name)
    if _known_surname(letters) == letters:
        return len(letters) > 1
    if _has_given_name(letters):
        return True
    parts = name.split(" ")
    if len(parts) == 2 and not any(map(_NOT_A_NAME.search, parts)):
        return True
    return 3 <= len(letters) <= 5 and letters[-1] in _PLAIN_NAME_ENDINGS and not _NOT_A_NAME.search(letters)


def _has_given_name(letters: str) -> bool:
    surname = _known_surname(letters)
    given = letters[len(surname) :]
    if not surname or not 1 <= len(given) <= 5 or given[0] in _AFTER_SURNAME_NEVER:
        return False
    if len(surname) == 1 and _NOT_A_NAME.search(letters):  # 原因不明
        return False
    if re.fullmatch(rf"[{HIRAGANA}{KATAKANA}]{{2,5}}", given):
        return True
    ends_like_name = given[-1] in _GIVEN_NAME_ENDINGS
    return len(given) <= 3 and (ends_like_name or (len(surname) > 1 and not _NOT_A_NAME.search(given)))


NAME_DETECTORS: tuple[Callable[[str], Iterator[Found]], ...] = (
    _named_fields,
    _introductions,
    _first_person,
    _standing_names,
)
