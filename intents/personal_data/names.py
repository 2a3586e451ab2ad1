"""Names that people give of themselves and of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from intents.personal_data.addresses import is_prefecture
from intents.personal_data.alone import names_alone, names_in_a_row
from intents.personal_data.findings import Kind
from intents.personal_data.page import CAPITAL, HIRAGANA, KANJI, KATAKANA, LATIN, Found, text_before
from intents.personal_data.people import (
    OF_A_THING,
    OF_FAME,
    is_famous,
    names_after_cues,
    names_before_cues,
    readings,
    whole_names,
)
from intents.personal_data.surnames import SURNAMES, plain_form

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

_FOREIGN_NAME = rf"(?:[{KATAKANA}]{{1,12}}[・=])?[{KATAKANA}]{{2,12}}(?:[ ・=][{KATAKANA}]{{1,12}}){{0,4}}"
_LATIN_NAME = rf"[{CAPITAL}][{LATIN}'-]{{1,20}}(?: [{CAPITAL}][{LATIN}'-]{{0,20}}){{0,3}}"
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
    r"|だ(?:けど|が)?|や(?:で|けど|ねん|わ)?|じゃ|っす|にな[りっ]"
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
_MY_NAME_IS = re.compile(rf"(?=[MmIi])(?i:my name is|i am|i'm) (?P<name>{_LATIN_NAME})(?![{LATIN}])")
_OTHER_VERB = (
    r"(?:込|こ[みむまめもん]|上げ|上が|あげ|出|入れ|いれ|合わせ|立て|たて|送り|伝え|付け|つけ|添え|開き|訳|わけ)"
)
"""What makes another verb or noun of 申し: 日程と申し込み方法 introduces nobody."""
_INTRODUCED = re.compile(
    rf"(?P<sure>と(?:申し|申す|もうし|もうす)(?!{_OTHER_VERB}))(?!ますと|ますか|.?.?の[はも])"
    r"|(?:と|って|っちゅう|ちゅう|っ?ち)?"
    r"(?:いいます(?![のか])|言います(?![のか])|[いゆ]う(?:者|もん|ん[だやで]|ねん)|言う者|いいもん|いう名前|申します)"
)
_INTRODUCTION_START = re.compile(rf"\A.*(?:{_I}(?:の名前)?[は、]?|名前[は、]|[、。,.!?:\n\0「『])", re.DOTALL)
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
        if _is_field_value(match) and not OF_A_THING.search(text_before(page, match.start(), 10)):
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
    if is_famous(name) or OF_FAME.match(page, match.start() + len(name)):
        return False
    surname = _known_surname(name)
    if name == surname:  # 田中です, but not 石川や富山では
        says = match["says"] or ""
        return opens and len(name) > 1 and len(says) > 1 and not is_prefecture(name)
    given = name[len(surname) :].strip()
    if match["particle"] and len(given) != 2:  # two letters each are hardly anything but a name
        return False
    return len(surname) > 1 and _looks_like_name(name) and given[-1] in _GIVEN_NAME_ENDINGS


def _known_surname(name: str) -> str:
    """The surname that the name begins with, whichever form of 高 or 沢 it is written in."""
    plain = plain_form(name)
    return next((name[:length] for length in range(min(5, len(name)), 0, -1) if plain[:length] in SURNAMES), "")


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
    names_after_cues,
    names_before_cues,
    whole_names,
    names_alone,
    names_in_a_row,
    readings,
)
