"""Who is a person, by the dictionary: names that stand where only the words around them say that they may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from intents.patterns import word_list
from intents.personal_data.addresses import is_prefecture
from intents.personal_data.findings import Kind
from intents.personal_data.page import CAPITAL, HIRAGANA, KANJI, KATAKANA, LATIN, Found, text_before
from intents.personal_data.surnames import SURNAMES, plain_form
from intents.tokenizer import name_classes, name_readings

_lately = lru_cache(maxsize=512)
"""A text is looked through twice and more, and the same few words of it are asked for each time."""
_KATAKANA_OF = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
# Surnames of one letter, of China, Korea and Japan: most other single letters are words.
_ONE_LETTER_SURNAMES = frozenset(
    "王李金朴張陳劉楊黄趙周呉徐孫朱馬胡郭何高林羅鄭梁謝宋唐許韓鄧曹彭曾蕭田董袁潘蒋蔡余杜葉程蘇魏呂丁沈姚盧崔姜尹申"
    "洪柳権兪鍾文安白全森原辻関岡堀東南西北畑谷星岸乾菅島浜堤泉湊"
)
# Of these nearly every one is a name from abroad: the letters behind it may be any.
_SURNAMES_FROM_ABROAD = frozenset(
    "王李張劉陳楊黄趙呉徐朱胡郭羅鄭許韓鄧曹彭蕭董袁潘蒋蔡魏呂沈姚盧崔姜尹朴孫周馬丁梁謝宋唐金林高"
)
# Given names of one letter that are hardly anything else behind 息子の.
_ONE_LETTER_GIVEN = frozenset(
    "健勝誠豊茂隆弘清博稔修蒼律蓮樹翔翼薫葵茜凛凪楓梓杏湊颯陸潤渉亮淳聡悟剛徹浩遥舞忍瞳渚恵愛司昇亘徹誉碧澪麗"
)
_OTHER_WORDS = """
    おかあ おとう おばあ おじい おにい おねえ おば おじ かあ とう ばあ じい にい ねえ おく みな あか ぼく
    おまわり おいしゃ いしゃ かんごし せんせい おきゃく おこ むすめ むすこ おまご うち わたし これ それ あれ
    どれ ここ そこ ほん はなし こども ひと もの まご まち むら いえ みせ かいしゃ しごと さん くん ちゃん
    なに どこ だれ いつ しみん けんみん がいこくじん こうれいしゃ おや りょうしん かぞく ふうふ つま おっと
    はは ちち あに あね とし とき たく その とも たん せい こと から ある ただ あど かず せき まえ あと いま
    うえ した なか ほか まで ので のは たいしょう せいさん しちょう ちょうちょう しょうせい あす きょう
    きのう らいねん ことし たち かた ため もと よう まま あり なし みち いち あい あき はる なつ ふゆ あさ
    よる ひる みぎ ひだり にし ひがし きた みなみ うみ やま かわ もり いけ はし そら みらい さがし たすけ
    ねがい のぞみ わかれ まいな マイナ さま どう こう そう いる する なる くる みる きく いう たんとう
    たいおう しえん じむ かん けん しん せん ほう もん れい ろう わか ゆう よし とく しげ ただし ほんまかいな
    かいかく とうひょう なんさい こくせき やすい たかい ながい おおい あかい あおい くろい あさい ふかい
    わかい いない しらない みたい やない ひろい せまい とおい ちかい おそい はやい うまい まずい つらい ママ
    パパ サイト サン クン チャン ワンワン ニャン バス カード 赤 皆 奥 娘 息子 母 父 兄 姉 祖父 祖母 叔父 叔母
    伯父 伯母 孫 坊 嫁 客 お客 医者 業者 患者 先生 市長 町長 職員 係 隣 近所 大家 旦那 主人 本人 家族 子供
    子ども 学生 爺 婆 嬢 屋 巡 神 仏 道 町 村 市 家 団体 個人 業 我 君 誰 何 市民 町民 村民 県民 住民 会員
    役員 令和 平成 昭和 大正 明治 なん 国保 未来 希望 大地 光 自然 平和 安心 安全 健康 生活 一人 二人 三人
"""
_NOT_A_PERSON = frozenset(_OTHER_WORDS.split())


def _kana(word: str) -> str:
    return word.translate(_KATAKANA_OF)


@cache
def _surname_readings() -> frozenset[str]:
    return frozenset(reading for surname in SURNAMES for reading in name_readings(surname, "姓") if len(reading) > 1)


@cache
def _given_readings() -> frozenset[str]:
    return word_list("given_readings")


_KANA = re.compile(rf"[{HIRAGANA}{KATAKANA}]+")
_ALL_KANJI = re.compile(rf"[{KANJI}]+")


@_lately
def is_surname(word: str) -> bool:
    if _KANA.fullmatch(word):
        return _kana(word) in _surname_readings() or (len(word) > 2 and "姓" in name_classes(word))
    if len(word) == 1:
        return word in _ONE_LETTER_SURNAMES or plain_form(word) in SURNAMES
    return plain_form(word) in SURNAMES or "姓" in name_classes(word)


def is_given(word: str) -> bool:
    if _KANA.fullmatch(word):
        return len(word) > 1 and _kana(word) in _given_readings()
    return "名" in name_classes(word)


def is_only_a_name(word: str) -> bool:
    """No other word is written so: 花子, はなこ, but not さくら, 光 or 福島."""
    classes = name_classes(word)
    if _KANA.fullmatch(word):
        return bool(classes) and not classes & {"他", "地"} if classes else word not in _NOT_A_PERSON
    return bool(classes & {"名", "人", "姓"}) and not classes & {"他", "地"}


def is_from_abroad(letters: str) -> bool:
    """王偉, 金秀賢: two or three kanji behind a surname of one letter, and no other word."""
    return (
        2 <= len(letters) <= 3
        and letters[0] in _SURNAMES_FROM_ABROAD
        and _ALL_KANJI.fullmatch(letters) is not None
        and not name_classes(letters) & {"他", "地"}
        and (len(letters) == 3 or is_given(letters[1:]) or not name_classes(letters[1:]))
        and "他"
        not in (
            name_classes(letters[1:]) - {"名"}
            if len(letters) == 3 and "名" not in name_classes(letters[1:])
            else frozenset()
        )
    )


@_lately
def is_full_name(letters: str) -> bool:
    """A surname and a given name in one: 山田太郎, 王美玲, やまだたろう."""
    if not 3 <= len(letters) <= 9 or letters in _NOT_A_PERSON:
        return False
    for cut in range(1, min(6, len(letters) - 1) + 1):
        surname, given = letters[:cut], letters[cut:]
        if len(given) > 5 or (len(given) == 1 and not _ALL_KANJI.fullmatch(given)):
            continue
        if is_surname(surname) and is_given(given):
            if _ALL_KANJI.fullmatch(surname) and _KANA.fullmatch(given) and plain_form(surname) not in SURNAMES:
                return not name_classes(given) - {"名"} and len(given) > 2  # 公平なのか
            return not name_classes(letters) & {"他", "地"}
    return False


def _is_short_kana(letters: str) -> bool:
    """Two hiragana are mostly some other word, unless the dictionary knows them for a name alone."""
    return len(letters) == 2 and re.fullmatch(rf"[{HIRAGANA}]+", letters) is not None


def is_known_surname(letters: str) -> bool:
    """For 「〜です」 where somebody begins to speak: にしおです, 三輪です, but not たかいです."""
    classes = name_classes(letters)
    if _KANA.fullmatch(letters):
        if len(letters) < 3 or letters in _NOT_A_PERSON or not is_surname(letters):
            return False
        return "姓" in classes or (_kana(letters) in _surname_readings() and letters[-1] not in "いイ")
    return len(letters) > 1 and "姓" in classes and not classes & {"他", "地"}


def is_common_surname(letters: str) -> bool:
    """One of the list, of two letters or more, and no prefecture."""
    return len(letters) > 1 and plain_form(letters) in SURNAMES and not is_prefecture(letters)


def is_short_surname(letters: str) -> bool:
    """もり, つじ: for places where nobody says anything but a name."""
    return len(letters) == 2 and _kana(letters) in _surname_readings() and letters not in _NOT_A_PERSON


def is_famous(letters: str) -> bool:
    """The dictionary knows who that is: 徳川家康."""
    return len(letters) > 2 and _ALL_KANJI.search(letters) is not None and "人" in name_classes(letters)


def is_spaced_name(written: str) -> bool:
    """原 トメ, 劉 洋, さかもと とめ: a surname, a blank, and what may be a given name."""
    surname, _, given = written.partition(" ")
    if not given or " " in given or not is_surname(surname) or surname in _NOT_A_PERSON:
        return False
    if _KANA.fullmatch(surname) and not (is_short_surname(surname) or is_known_surname(surname)):
        return False
    classes = name_classes(given)
    known = plain_form(surname) in SURNAMES or surname in _SURNAMES_FROM_ABROAD or _KANA.fullmatch(surname)
    if _ALL_KANJI.fullmatch(given):
        return len(given) < 4 and ("名" in classes or (bool(known) and not classes))
    is_word = "他" in classes and not classes & {"名", "人"}
    return bool(known) and (is_given(given) or (not is_word and len(given) < 5))


def is_latin_name(written: str) -> bool:
    """Two words and more, none of which is a word of every day."""
    return " " in written and _LATIN_AT_START.fullmatch(written) is not None and not _NOT_LATIN_NAMES.search(written)


def is_foreign_row(written: str) -> bool:
    """グエン・ヴァン・アン, アグス サントソ: katakana in parts none of which is an everyday word."""
    parts = re.split("[ ・=]", written)
    if len(parts) < 2 or not all(_KATAKANA_RUN.fullmatch(part) for part in parts) or _NOT_KATAKANA.search(written):
        return False
    return not any(len(part) > 2 and _is_only_a_word(part) for part in parts) and max(map(len, parts)) > 2


def _is_only_a_word(word: str) -> bool:
    classes = name_classes(word)
    return bool(classes & {"他", "地"}) and not classes & {"名", "人", "姓"}


def _is_surname_and_kana(letters: str) -> bool:
    """五十嵐トメ: a common surname in kanji, and two or three katakana that are somebody's name."""
    parts = re.fullmatch(rf"([{KANJI}]{{2,4}})([{KATAKANA}]{{2,3}})", letters)
    if parts is None or not is_common_surname(parts[1]) or _NOT_KATAKANA.search(letters):
        return False
    return is_given(parts[2]) or "人" in name_classes(parts[2])


def is_person(letters: str) -> bool:
    """For places where a name is likely: a full name, or one half that is hardly anything else."""
    if is_from_abroad(letters):
        return True
    return (
        letters not in _NOT_A_PERSON
        and len(letters) > 1
        and not (_is_short_kana(letters) and name_classes(letters) != {"名"})
        and (is_full_name(letters) or ((is_given(letters) or is_surname(letters)) and is_only_a_name(letters)))
    )


def _is_surname_alone(letters: str) -> bool:
    """役所 is a surname, too; only the common ones count where the word means something else."""
    if len(letters) > 2 and _kana(letters) in _surname_readings():
        return True
    return plain_form(letters) in SURNAMES or (is_surname(letters) and "他" not in name_classes(letters))


def _is_one_abroad(letters: str) -> bool:
    """Names such as マリア; somebody was also called Tablet."""
    classes = name_classes(letters)
    return "人" in classes and "他" not in classes and _KANA.fullmatch(letters) is not None


def may_be_person(letters: str) -> bool:
    """For places where nothing but a name stands: さくら and 光 count, too."""
    if letters in _ONE_LETTER_GIVEN or is_from_abroad(letters):
        return True
    return (
        letters not in _NOT_A_PERSON
        and len(letters) > 1
        and not (_is_short_kana(letters) and "名" not in name_classes(letters))
        and (
            is_full_name(letters)
            or is_given(letters)
            or _is_surname_alone(letters)
            or _is_one_abroad(letters)
            or _is_surname_and_kana(letters)
            or (len(letters) == 2 and letters[0] in _SURNAMES_FROM_ABROAD and not name_classes(letters))
        )
    )


def is_surely_person(letters: str) -> bool:
    """Right behind 申込者 or 夫, where other words stand, too."""
    return is_person(letters) or is_common_surname(letters) or _is_surname_and_kana(letters)


def may_be_anyone(letters: str) -> bool:
    """Before と申します: short surnames, too."""
    return may_be_person(letters) or is_short_surname(letters)


# --- Where names stand ------------------------------------------------------------------------------------------

_RELATIVE = (
    r"(?:息子|娘|[長次三四末]男|[長次三四末]女|こども|子ども|子供|お子さん|妻|夫|主人|旦那|だんな|嫁|女房|亭主|父|母|ちち|はは|義[父母兄姉弟妹]"
    r"|祖[父母]|おじ|おば|[叔伯][父母]|兄|姉|弟|妹|甥|姪|孫|いとこ|友人|友達|友だち|彼女|彼氏|家族|同居人|上の子|下の子|うちの子|わが子|我が子"
    r"|[父母]親|おじいちゃん|おばあちゃん|おかん|おとん|せがれ|むすこ|むすめ|まご|パートナー|配偶者|保護者|後見人|代理人|世帯主|名義人?|申請者"
    r"|届出人|本人|飼い主|持ち主|所有者|旧姓|新姓)"
)
_NEAR = r"(?:隣|となり|近所|担当|患者|入居者|利用者|児童|生徒|園児|先生|ケアマネ|職員)"
_NAMED = (
    r"(?:氏名|姓名|[苗名]字|お?名前|おなまえ|なまえ|フルネーム|本名|フリガナ|ふりがな|よみがな|名義人?"
    r"|旧姓|通称名?|宛名)"
)
_ME = r"(?:私|わたくし|わたし|あたし|僕|ぼく|俺|おれ|わし|うち|自分|こちら|当方|わて|おい)"
_ROLE = rf"(?:[{KANJI}]{{2}}者|保証人|代理人|名義人|相続人|同居人|届出人)(?:氏?名)?"
_BEFORE = re.compile(
    rf"(?P<named>{_NAMED}(?:\([^()\n\0]{{1,6}}\))?[ \n]?(?:[:=は、がを]|って|も|の欄[はに]|(?<=[ \n])|\b)[ \n]{{0,2}})"
    rf"|(?P<relative>{_RELATIVE}[のはが、:,・ (「]{{1,2}})|(?P<near>{_NEAR}(?:の|は|が|さんの|・)?)"
    rf"|(?P<me>{_ME}(?:の名前)?(?:は|って|こと|、|が|,)?[ ]?)"
    rf"|(?P<role>{_ROLE}[はがの:、 (「]{{0,2}})|(?P<beside>{_RELATIVE}|{_NAMED})"
)
OF_A_THING = re.compile(
    r"(?:犬|猫|ネコ|イヌ|ペット|鳥|亀|うさぎ|ハムスター|インコ|動物|店|会社|施設|団体|公園|商品|サイト|アプリ|キャラ|キャラクター)の[お御]?\Z"
)
"""Behind this, 名前は says how an animal or a thing is called."""
_ENDS_BESIDE = re.compile(
    r"\Z|[、。,\n)( \0]|です|で(?:取|登|申|予|お願|キャ)|が正しい|の[0-9二三四五]人|っ?て(?:い|言)|と(?:い[いう]|言|申)"
    rf"|と(?={_RELATIVE})|さん|くん|ちゃん|[0-9]"
)
_FOLLOWS = re.compile(  # what may stand right behind a name
    r"\Z|[ \n、。,.!?)(」』/・:;\0]|さん|ちゃん|くん|君|さま|様|氏|殿|です|でし|でご|でー|だ|や|じゃ|と(?!も)"
    r"|っ?て|が|は|を|に|の|も|へ|で|から|まで|より"
    r"|宛|あて|名義|いいます|言います|なん|どす|ばい|たい|ば|ちゅう|いう|ゆう|こと|[0-9]|生まれ|本人|夫婦|一家|家|方"
)
_WEAK_VERB = r"(?:いいます(?![のか])|言います(?![のか])|(?:[いゆ]う|言う)(?:者|もの|もん|ん[だやで]|ねん)|いう名前)"
_ENDS_BY = re.compile(
    r"(?P<sure>と(?:申し|もうし|申す|もうす)(?![込こ上あ出入合立送伝付添開訳遅])"
    rf"|(?:と|って|っちゅう|ちゅう|っ?ち)?{_WEAK_VERB}|っ(?:つ|ちゅ)う(?:者|もん|ん[だやで]))"
    r"|(?P<polite>さん|ちゃん|くん|君|さま|様(?![子式態々症相])|氏(?!名)|殿)"
    r"|(?P<kin>の(?:[父母妻夫娘孫兄姉弟妹親嫁]|息子|家族|祖[父母]|[長次][男女]|保護者|代理|名義|件で|住民票|旦那|主人|家内|ばあ|じい|おば|おじ))"
    r"|(?P<says>です(?!か)|でー?す|でございます|だ(?:けん?ど|が|よ|。|\Z)|や(?:で|けど|ねん|わ|けん|が)|じゃけ?|どす|ばい|っす|なんです|なんやけど)"
    r"|(?P<deed>名義|宛て?に?|あてに|本人|[ ]?\([0-9]{1,3}[歳才]|、[0-9]{1,3}[歳才]"
    r"|[ ]?\((?:[父母夫妻娘子孫]|息子|本人|代理|家族|長[男女]|[父母夫妻]の)|が正しい|が本名"
    r"|で(?:登録|予約|申し?込|届け?出))"
)
_LATIN = rf"[{CAPITAL}][{LATIN}'’-]{{1,20}}(?:[ ,]{{1,2}}[{CAPITAL}][{LATIN}'’.-]{{0,20}}){{0,4}}"
_LATIN_AT_END = re.compile(rf"(?<![{LATIN}])({_LATIN}) ?\Z")
_LATIN_AT_START = re.compile(rf"{_LATIN}(?![{LATIN}])")
_NOT_LATIN_NAMES = re.compile(
    r"\b(?i:card|pay|form|number|web|online|line|app|service|net|free|wi|fi|my|google|apple|windows|office|excel|word|mac|"
    r"the|this|what|how|i|is|are|it|we|you|yes|no|ok|id|ic|it|ai|dx|pdf|zoom|teams|android|iphone|yahoo|suica|society|city|hall|"
    r"tax|office|health|school|japan|japanese|english|hello|hi|thank|thanks|please|when|where|who|why|can|do|does|and|or)\b"
)
_KATAKANA_RUN_AT_END = re.compile(rf"(?<![{KATAKANA}])[{KATAKANA}]+(?:[ ・=][{KATAKANA}]+){{0,4}} ?\Z")
_KATAKANA_RUN = re.compile(rf"[{KATAKANA}]+(?:[ ・=][{KATAKANA}]+){{0,4}}")
_HIRAGANA_RUN_AT_END = re.compile(rf"(?<![{HIRAGANA}])[{HIRAGANA}]++(?: [{HIRAGANA}]++)?\Z")
_KANJI_RUN_AT_END = re.compile(
    rf"(?<![{KANJI}])[{KANJI}]{{1,7}}(?: ?[{HIRAGANA}]{{2,5}}| ?[{KATAKANA}]{{2,5}}| [{KANJI}]{{1,3}})?\Z"
    rf"|[{KANJI}]{{2,7}}\Z"
)
_KANJI_RUN = re.compile(rf"[{KANJI}]{{1,7}}(?: [{KANJI}]{{1,3}}(?![{KANJI}]))?")
_OPENS = re.compile(
    rf"(?:\A|[\n。!?、「『(]|(?:ます|です|こんにちは|こんばんは|はじめまして|初めまして|はじめまして|どうも"
    rf"|もしもし|失礼します|すみません|あのー?|えっと|お世話になります)[ 、。]?"
    rf"|[市区町村]の|\0の?|{_ME}(?:は|って|、)?)[ ]?\Z"
)
_BEFORE_HIRAGANA_NAME = re.compile(
    rf"(?:\A|[^{HIRAGANA}{KANJI}]|は|が|の|、|って|わたし|うち|ぼく|です|ます|まして|ちは|ません|ども|えっと|あの"
    rf"|わし|おら|おらあ|おれ|わて|した|った|{_RELATIVE})\Z"
)
_REACH = 20
_NOT_KATAKANA = re.compile(
    r"パート|アルバイト|カタカナ|ネーム|アルファベット|ローマ|シングル|マザー|ファザー|フリー|ニート|サラリー|カード|サービス|センター|システム"
    r"|ベビー|ペット|ネコ|イヌ|ゴミ|バス|タクシー|スマホ|パソコン|メール|マイナ|アプリ|コンビニ|ヘルパー|ケア|デイ|ホーム|ボランティア|ドメイン|ホール|ハウス|パーク|プラザ"
)


def _is_joined_from_abroad(letters: str) -> bool:
    """ジョンスミス, パウロナカムラ: two names in a row, and no word together."""
    if len(letters) < 5 or name_classes(letters):
        return False
    halves = ((letters[:cut], letters[cut:]) for cut in range(2, len(letters) - 1))
    return any(
        all(map(_is_katakana_name, pair)) and any("他" not in name_classes(half) for half in pair) for pair in halves
    )


def _is_katakana_name(part: str) -> bool:
    classes = name_classes(part)
    return (bool(classes & {"人", "姓", "名"}) and "地" not in classes) or _kana(part) in _surname_readings()


def _is_katakana_person(run: str, *, sure: bool) -> bool:
    letters = re.sub("[ ・=]", "", run)
    if len(letters) < 2 or _NOT_KATAKANA.search(run):
        return False
    if sure:
        return may_be_person(letters) or (len(letters) > 2 and not name_classes(letters) & {"他", "地"})
    joined = re.search("[ ・=]", run) is not None
    known = is_full_name(letters) or (is_only_a_name(letters) and is_person(letters))
    return joined or known or _is_joined_from_abroad(letters)


def _joined(letters: str) -> str:
    return letters.replace(" ", "")


def _may_say_so(letters: str) -> bool:
    return is_person(letters) or is_known_surname(letters) or _is_surname_and_kana(letters)


def name_at_end(left: str, *, sure: bool, may: bool) -> int | None:
    """Where the name begins that the words end with.

    ``sure``: nothing but a name stands here; ``may``: さくら counts, too.
    """
    accept = may_be_anyone if sure else may_be_person if may else _may_say_so
    latin = _LATIN_AT_END.search(left)
    if latin:
        fits = (sure or " " in latin[1]) and not _NOT_LATIN_NAMES.search(latin[1])
        return latin.start(1) if fits else None
    katakana = _KATAKANA_RUN_AT_END.search(left)
    if katakana:
        before = left[: katakana.start()]
        kanji = re.search(rf"[{KANJI}]{{1,4}} ?\Z", before)
        if kanji and is_surname(kanji[0].strip()) and is_given(_joined(katakana[0])):
            return kanji.start()
        return katakana.start() if _is_katakana_person(katakana[0].strip(), sure=sure or may) else None
    kanji = _KANJI_RUN_AT_END.search(left)
    if kanji:
        return _kanji_name(kanji[0], kanji.start(), accept, sure)
    hiragana = _HIRAGANA_RUN_AT_END.search(left)
    return _hiragana_name(left, hiragana.start(), accept) if hiragana else None


def _kanji_name(run: str, at: int, accept: object, sure: bool) -> int | None:
    letters = _joined(run)
    assert callable(accept)
    if accept(letters) or is_spaced_name(run):
        return at
    if _ALL_KANJI.fullmatch(run):  # 松阪市民山田太郎
        return next((at + cut for cut in range(1, len(run) - 2) if is_full_name(run[cut:]) and sure), None)
    if " " in run and len(run.split(" ")[0]) > 1:  # 申込者小山 花子
        return next((at + cut for cut in range(1, run.index(" ")) if sure and is_spaced_name(run[cut:])), None)
    last = re.search(rf"[{HIRAGANA}]{{2,}}\Z", run)
    return None if last is None else _hiragana_name(" " * at + run, at + last.start(), accept)


def _hiragana_name(left: str, first: int, accept: object) -> int | None:
    """The longest name that the hiragana end with: わたしは|やまだたろう."""
    assert callable(accept)
    for start in range(max(first, len(left) - 11), len(left) - 1):
        letters = _joined(left[start:])
        if left[start] == " " or not 2 <= len(letters) <= 9:
            continue
        if _BEFORE_HIRAGANA_NAME.search(left[:start]) and accept(letters):
            return start
    return None


_KANA_TAIL = re.compile(rf" ?[{HIRAGANA}{KATAKANA}]{{0,6}}")
_KANA_START = re.compile(rf"[{HIRAGANA}]{{2,9}}(?: [{HIRAGANA}]{{2,6}})?")


def name_at_start(right: str, *, sure: bool) -> int | None:
    """Where the name ends that the words begin with."""
    latin = _LATIN_AT_START.match(right)
    if latin:
        return latin.end() if (sure or " " in latin[0]) and not _NOT_LATIN_NAMES.search(latin[0]) else None
    katakana = _KATAKANA_RUN.match(right)
    if katakana and _FOLLOWS.match(right, katakana.end()):
        return katakana.end() if _is_katakana_person(katakana[0], sure=sure) else None
    accept = may_be_person if sure else _may_say_so
    kanji = _KANJI_RUN.match(right)
    kana = (_KANA_TAIL if kanji else _KANA_START).match(right, kanji.end() if kanji else 0)
    last = kana.end() if kana else kanji.end() if kanji else 0
    for end in range(min(last, 13), 0 if sure else 1, -1):
        if not _FOLLOWS.match(right, end) or right[end - 1] == " ":
            continue
        if accept(_joined(right[:end])) or is_spaced_name(right[:end]):
            return end
    return None


def names_after_cues(page: str) -> Iterator[Found]:
    taken = 0
    for cue in _BEFORE.finditer(page):
        start = cue.end()
        if start < taken:
            continue
        right = page[start : start + _REACH]
        beside = cue["role"] is not None or cue["beside"] is not None
        sure = beside or cue["named"] is not None or cue["relative"] is not None
        if cue["named"] and OF_A_THING.search(text_before(page, cue.start(), 10)):
            continue
        end = name_at_start(right, sure=sure)
        if end is None or ((cue["me"] or cue["near"]) and not _says_who(page, start + end)):
            continue
        if beside and not _stands_beside(right, end):
            continue
        taken = start + end
        yield Found(start, taken, Kind.NAME)


def _stands_beside(right: str, end: int) -> bool:
    """夫隆、妻健一 and 申込者小山花子で: nothing but the end of a list or a clause stands behind such a name."""
    if not _ENDS_BESIDE.match(right, end):
        return False
    name = right[:end]
    letters = _joined(name)
    if _LATIN_AT_START.match(name):
        return name != name.upper() or " " in name  # 責任者(CIO)
    if name[0] in "にはがのをでともへやさっ":  # 名義にしたい
        return False
    if len(letters) == 1:
        return letters in _ONE_LETTER_GIVEN
    return is_surely_person(letters) or is_given(letters) or is_spaced_name(name) or "・" in name


_SAYS_WHO = re.compile(
    r"[ ]?(?:です(?!か)|でー?す|でござ|だ|や|じゃ|どす|ばい|っす|と(?:申|もう|い[いう]|言)|っ?て(?:い|言)"
    r"|いいます|言います|\(|、|なん|さん|ちゃん|くん|君|様)"
)


def _says_who(page: str, position: int) -> bool:
    return _SAYS_WHO.match(page, position) is not None


def names_before_cues(page: str) -> Iterator[Found]:
    taken = 0
    for cue in _ENDS_BY.finditer(page):
        first = max(taken, cue.start() - _REACH)
        left = page[first : cue.start()].rstrip(" 」』】\"'")
        reading = re.search(rf" ?\([{HIRAGANA}{KATAKANA} ・]{{2,16}}\)\Z", left)
        left = left[: reading.start()] if reading else left
        sure, polite = cue["sure"] is not None, cue["polite"] is not None
        if sure and cue[0][0] == "と" and _lacks_its_last(left):
            left += "と"
        start = name_at_end(left, sure=sure, may=sure or polite or cue["says"] is None)
        if start is None or not _is_meant(cue, page[:first][-8:] + left[:start], left[start:]):
            continue
        end = len(left) + (len(reading[0]) if reading else 0)
        taken = first + end
        yield Found(first + start, taken, Kind.NAME)


def _lacks_its_last(left: str) -> bool:
    """おかも|というもん: the surname itself ends with と."""
    kana = _HIRAGANA_RUN_AT_END.search(left)
    letters = kana[0].split(" ")[-1] if kana else ""
    return any(_kana(letters[-length:] + "と") in _surname_readings() for length in (2, 3) if len(letters) >= length)


_NEIGHBOUR = re.compile(
    r"[がにとへも、。\n)]|から|より|宅|方|[んの]?ち(?!ゃ)|ん[家と]|って|です|でし|で(?!す)|\Z"
    r"|[はを](?!描|知)|の(?:家|犬|猫|庭|木|車|とこ|ところ|奥|お(?!祭)|母|父|息|娘|子|畑|田|敷地|塀|部屋|件|住所|電話|名前|担当|対応|説明|話)"
)
OF_FAME = re.compile(
    r"(?:さん|さま|様|氏|先生|ちゃん|くん)?"
    r"(?:の(?:生まれた(?:家|場所|町|村)|生家|お?墓は(?:どこ|この)|銅?像|石?碑|[句歌詩]碑|作品|小説|絵|歌|展|講演|コンサート|ライブ|ショー"
    r"|記念|生誕|没後|生涯|ぬいぐるみ|グッズ|着ぐるみ|スタンプ|イラスト)|記念|文学館|美術館|資料館|展|公園|像|生誕|没後"
    r"|って(?:何した|どんな人|誰|だれ)|は[^。\n\0]{0,14}(?:イベント|着ぐるみ|ゆるキャラ))"
)
"""What is asked of people, and of figures, that everybody knows."""
_WHO_DID = re.compile(r"(?:した|った|いた|えた|けた|れた|んだ|きた)\Z")
_SAYS_ON = re.compile(r"です(?:が|けど|。|\Z)|だけん?ど|やけど|やけん|なん(?:です|や)")
_LIVES_AT = re.compile(r"(?:[市区町村]|\0)の\Z")


def _is_meant(cue: re.Match[str], before: str, name: str) -> bool:
    letters = _joined(name)
    if cue["deed"] and cue[0][0] == "で" and _KANA.fullmatch(letters) and not is_full_name(letters):  # ひかりで登録
        return False
    if cue["sure"] or cue["kin"] or cue["deed"]:
        known = (
            is_person(letters)
            or plain_form(letters) in SURNAMES
            or is_spaced_name(name)
            or _is_surname_and_kana(letters)
            or (_KANA.fullmatch(letters) and len(letters) > 2)
        )
        return cue["sure"] is not None or bool(known) or bool(re.search("[ ・=]", name))
    if cue["polite"]:
        return _is_addressed(cue, before, letters)
    if _OPENS.search(before) or is_full_name(letters):
        return True
    return bool(_WHO_DID.search(before)) and _SAYS_ON.match(cue[0] + cue.string[cue.end() : cue.end() + 3]) is not None


def _is_addressed(cue: re.Match[str], before: str, letters: str) -> bool:
    """隣の吉田さんが; but お伊勢さん is a shrine, and 市川さんの講演 asks for a talk."""
    if letters in _NOT_A_PERSON or is_famous(letters) or OF_FAME.match(cue.string, cue.end()):
        return False
    if is_full_name(letters) or not is_surname(letters):
        return True
    if before[-1:] in ("お", "御"):
        return False
    is_place = bool(name_classes(letters) & {"地", "他"}) and plain_form(letters) not in SURNAMES
    if is_place and not _KANA.fullmatch(letters):
        return re.match("[がに]|[んの]?ち(?!ゃ)", cue.string[cue.end() : cue.end() + 2]) is not None
    return _NEIGHBOUR.match(cue.string, cue.end()) is not None


_BOUNDARY = r"(?:\A|(?<=[ \n、。,.!?:/\0]))"
_WHOLE_NAME = re.compile(
    rf"(?<![{KANJI}])(?P<kanji>[{KANJI}]{{3,6}}|[{KANJI}]{{1,4}} [{KANJI}]{{1,3}}"
    rf"|[{KANJI}]{{1,3}} ?[{HIRAGANA}]{{2,4}})(?![{KANJI}{HIRAGANA}ー])"
    rf"|(?<![{KATAKANA}ー])(?P<katakana>[{KATAKANA}]{{4,9}}|[{KATAKANA}]{{2,5}} [{KATAKANA}]{{2,5}})(?![{KATAKANA}ー])"
    rf"|{_BOUNDARY}(?P<hiragana>[{HIRAGANA}]{{4,9}}|[{HIRAGANA}]{{2,5}} [{HIRAGANA}]{{2,5}})(?=[ \n、。,.!?)」』/]|\Z)"
    rf"|(?<![{KANJI}])(?P<before>[{KANJI}]{{3,6}}|[{KANJI}]{{1,4}} [{KANJI}]{{1,3}}"
    rf"|[{KANJI}]{{1,3}} ?[{HIRAGANA}]{{2,4}}?)"
    r"(?=です|より|さん|くん|ちゃん|の(?:件|母|父|妻|夫|娘|息子|住民|戸籍|印鑑|保険|年金)|が(?:[入亡転引住生申])|は(?:[、]|[0-9])|と申|本人|宛|名義|ですが|やけど|じゃけど)"
)


def whole_names(page: str) -> Iterator[Found]:
    """安部紗良 or コバヤシメイ wherever it stands: both halves are names, and the whole is no other word."""
    for match in _WHOLE_NAME.finditer(page):
        letters = _joined(match[0])
        surname = match[0].split(" ")[0] if " " in match[0] else None
        if surname is not None and not is_surname(surname):
            continue
        if letters in _NOT_A_PERSON or is_famous(letters) or OF_FAME.match(page, match.end()):
            continue
        if is_full_name(letters) and _has_common_surname(letters):
            yield Found(*match.span(), Kind.NAME)


def _has_common_surname(letters: str) -> bool:
    """The list's, or the dictionary's with a given name that is nothing else."""
    for cut in range(1, len(letters)):
        surname, given = letters[:cut], letters[cut:]
        if _KANA.fullmatch(letters):
            if _kana(surname) in _surname_readings() and is_given(given):
                return True
        elif is_common_surname(surname) and given in _ONE_LETTER_GIVEN:  # 阿部凛
            return True
        elif (plain_form(surname) in SURNAMES or is_surname(surname)) and is_given(given) and is_only_a_name(given):
            return len(letters) > 2 and (len(surname) > 1 or len(given) > 1)
    return False


_READ_SO = r"(?:(?:よみ|読み|読み方|ふりがな|フリガナ|カナ|かな)[:は]? ?)?"
_K = rf"[{HIRAGANA}{KATAKANA}]"
_READING = re.compile(
    rf"\0 ?[ (/、・,\[]?{_READ_SO}(?P<behind>{_K}{{2,10}}(?:[ ・]{_K}{{2,6}})?)(?=[ )\n、。,\]/]|\Z|と|です|の|が)"
    rf"|(?<!{_K})(?P<before>{_K}{{2,10}}(?: {_K}{{2,6}})?)(?= ?[(/]\0)"
)


def readings(page: str) -> Iterator[Found]:
    """How a name is read, beside a name that was found: 〔氏名〕（やまだ たろう）."""
    for match in _READING.finditer(page):
        group = "behind" if match["behind"] else "before"
        letters = re.sub(r"[ ・]", "", match[group])
        if is_full_name(letters) or is_person(letters):
            yield Found(*match.span(group), Kind.NAME)
