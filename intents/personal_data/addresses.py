"""Addresses: a place and the number of a block behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from intents.personal_data.birthdays import KANJI_DIGIT
from intents.personal_data.findings import Kind
from intents.personal_data.page import HIRAGANA, KANJI, KATAKANA, Found, text_before

_PREFECTURE = (
    "北海道|東京都|(?:京都|大阪)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野"
    "|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_PREFECTURES = re.compile(_PREFECTURE)


def is_prefecture(name: str) -> bool:
    """福島 and 長野 are surnames as well."""
    return _PREFECTURES.fullmatch(f"{name}県") is not None


_BLOCK_NUMBER = rf"(?:[0-9]{{1,5}}|[{KANJI_DIGIT}十百]{{1,5}})"
_BLOCK_UNIT = r"(?: ?(?:丁目|番地|番(?![目線台組号町館])|号(?![線車室])|条|丁))"
_BLOCK_JOINT = rf"(?:(?<=[目地番号条丁])[ \nの]{{0,2}}-?[東西南北]?|(?<=[0-9{KANJI_DIGIT}十百])[ ]?[-ーのノ][ ]?)"
_BLOCK = re.compile(
    rf"(?<![0-9]){_BLOCK_NUMBER}{_BLOCK_UNIT}?(?:{_BLOCK_JOINT}{_BLOCK_NUMBER}(?![0-9]){_BLOCK_UNIT}?)*+(?![0-9]|[.,][0-9])"
)
_KANJI_NUMBER = re.compile(rf"[{KANJI_DIGIT}十百]+号?")
_BEFORE_BARE_NUMBER = re.compile(rf"[{KANJI}{KATAKANA}{HIRAGANA}] ?\Z")
_BLOCK_NUMBERS = re.compile(_BLOCK_NUMBER)
_YEARS_ONLY = re.compile(r"(?:(?:19|20)[0-9]{2}[-ー ]*)+")

_DIVISION = frozenset("都道府県市区町村郡字")  # what a part of an address ends with
_TOWN_ENDING = re.compile(r"(?:.(?:町|丁|村|台|丘|区|新田|団地)|(?<![文数漢太])字.{1,8})\Z")
_KANA_TOWN_TAIL = frozenset("市区町村郡台丘野がヶケ")
_PLACE_LETTERS_BACKWARDS = re.compile(
    rf"(?:[{KANJI}{KATAKANA}]|[のがつ](?=[{KANJI}])(?![市区町村県])|る(?=[上下入])|り(?=通))*+"
)
_KANA_BACKWARDS = re.compile(r"[ぁ-ゖ]{0,6}+")
_PARTICLES = frozenset("はがをにでのともへや")
_PARTICLE_CHAINS = frozenset(
    ("では", "には", "での", "にある", "から", "まで", "より", "として", "にて", "との", "などの", "への")
)
_MUNICIPALITY = re.compile(
    rf"{_PREFECTURE}|(?<=.)(?<![本当同各都])市(?!民|役|立|内|外|営|場|街|議)|.[区郡]|..[町村].|[大小]字"
)
_OF_A_TOWN = re.compile(rf"[{KANJI}{HIRAGANA}][町村丁区丘台]の\Z")
_CITY_OF = re.compile(r"[市区町村]の\Z")
# 東温市南方123
_PLAIN_PLACE = re.compile(rf"字[{KANJI}]{{1,8}}[0-9]{{1,4}}\Z|[市区町村][{KANJI}]{{1,4}}[0-9]{{3,4}}\Z")
_NOT_A_TOWN = re.compile(
    r"(?:市区?町村|方針|大綱|柱|政策|日程|期間|日時|時間|定員|予算|金額|点数|得点|結果|比|比率|割合|型|号機|番号|計画|目標|施策|図|表|章|節|項|様式|別紙|資料|第|編|条例|重点|項目|分野|戦略|事業|取組|課題|版|期|次|[年月日号番]|"
    r"課|室|係|局|本部|役所|役場|事務所|保[育健]所|支所|出張所|館|校|保育園|幼稚園|公園|病院|医院|線|階|窓口|人口|世帯|面積|平成|令和|"
    r"昭和|約|計|全国?|平均|最[大小]|毎|各|ページ|(?<!名)駅|店|会|組|班|級|歳|回|件|番号|内線|[健検]診|クラス|コース|ステップ|フェーズ|"
    r"レベル|プラン|バス|ホーム|原則|対象|参考|注|例|問)\Z"
)
_HOME = r"(?:住所|じゅうしょ|所在地|本籍地?|自宅|実家|住まい|(?:引っ?越し?|転居|転入|転出|送付|届け)先|宛先|家|番地)"
_HOME_BEFORE = re.compile(rf"{_HOME}(?:[はが:=、,のも \n]|です){{0,3}}\Z")
_HOME_START = re.compile(rf"[現新旧前]?(?!家[^のがは]){_HOME}[のがは]?")
_HOME_AFTER = re.compile(r" ?[にでへ](?:住|すん|すみ|居住|在住|引っ?越|ひっこ|転居|転入|転出|暮ら|くらし)")
_BARE_NUMBER_ENDS = re.compile(r"\Z|[ \n、。,.!?)」』/]|[にでのがへをはとやだ](?!つ)|在住|です|なん|から|まで|宛|あて")
_COUNTED = re.compile(
    r" ?(?:[かヶカケヵ]月|[歳才年月日人名件回時分割倍週円%枚本台種校点組期版区万億千床]|号(?!室)|学年|階建"
    r"|世帯|[kc]?m|k?g)"
)
_BUILDING_NAME = (
    "マンション|アパート|ハイツ|コーポ|ハイム|メゾン|レジデンス|パレス|ヴィラ|ビラ|コート|タワー|ハウス|シャトー|ガーデン|プラザ"
    "|レオパレス|グラン|ロイヤル|荘"
)
_HOUSING = "ビル|住宅|団地|寮|会館"  # residents ask about these too; only with a room are they part of an address
_N = rf"[0-9{KANJI_DIGIT}十]"
_NO_COUNT = "(?![0-9人円件年月日歳才時分回本枚個代])"
_BLOCK_OF_FLATS = rf"(?:(?:{_N}{{1,3}}|[A-Z])号?棟|棟{_N}{{1,2}})"
_MARKED_ROOM = (
    rf"(?:{_BLOCK_OF_FLATS}[ の-]?(?:[A-Z]?-?{_N}{{1,4}}[ ]?(?:号室|号|室|F|階)?)?"
    rf"|[A-Z]?-?{_N}{{1,4}}[ ]?(?:号室|号|室|F(?![A-Za-z])|階)|[A-Z]-?[0-9]{{1,4}}(?![0-9A-Za-z])|[A-Z]棟)"
)
_BARE_ROOM = rf"(?:[0-9]{{1,2}}-[0-9]{{2,4}}|[0-9]{{2,4}}){_NO_COUNT}"
_ROOM = rf"(?:{_MARKED_ROOM}|[0-9]{{1,2}}(?:棟|-)[ ]?[0-9]{{1,4}}|の?[0-9]{{1,4}})"
_NAME_LETTER = rf"[{KANJI}{KATAKANA}A-Za-z・○〇]"
_BUILDING_START = rf"(?![のにでをがはへともや、])[{KANJI}{KATAKANA}{HIRAGANA}A-Za-z・○]{{0,12}}?"
_BUILDING_REST = rf"(?:[{KANJI}{KATAKANA}A-Za-z・]|の(?=[{KANJI}])){{0,10}}"
_BUILDING = re.compile(
    rf"""[ \n、,]{{0,2}}(?:
        {_BUILDING_START}(?:{_BUILDING_NAME}|{_HOUSING}){_BUILDING_REST}[{HIRAGANA}]{{0,8}}[ \n]?[-ー]?[ ]?
            {_ROOM}{_NO_COUNT}
      | (?<![\n、,])(?<![\n、,][ ]){_BUILDING_START}(?:{_BUILDING_NAME}){_BUILDING_REST}
      | {_NAME_LETTER}{{2,14}}?[ \n]?{_MARKED_ROOM}
      | [{KATAKANA}・]{{3,14}}[ \n]?(?:[0-9]{{2,4}}(?:号室|号|F|階)|{_BARE_ROOM})
      | (?<=[ \n、,])[{KANJI}]{{2,6}}[ ]?の?[0-9]{{3,4}}{_NO_COUNT}
      | [-ーの]?{_MARKED_ROOM} | 号?室
      | [-ー]?[A-Z]棟?[ ]?[0-9]{{0,4}}(?:号室|号|室)?(?![A-Za-z0-9])
      | [{KANJI}]{{2,4}}方(?![法面向が])
      | (?<=[ \n])[0-9]{{3,4}}(?![0-9人円件年月日-])
    )""",
    re.VERBOSE,
)


class _Town(NamedTuple):
    """The place name before a block number, and whether the text says that it is somebody's home."""

    start: int
    name: str
    is_home: bool


def addresses(page: str) -> Iterator[Found]:
    taken = 0
    for block in _BLOCK.finditer(page):
        if block.start() < taken or not _could_be_block(block, page):
            continue
        town = _town_before(page, block.start(), taken)
        building = _BUILDING.match(page, block.end())
        end = building.end() if building else block.end()
        if _is_address(block[0], town, page, block.end(), end):
            yield Found(town.start, end, Kind.ADDRESS)
            taken = end


def _could_be_block(block: re.Match[str], page: str) -> bool:
    """Throw out what is plainly not a block, before the costlier look at its surroundings."""
    start, end = block.span()
    if (
        block[0].startswith("0")
        or page[start - 1 : start] == "第"
        or _YEARS_ONLY.fullmatch(block[0])
        or _KANJI_NUMBER.fullmatch(block[0])
    ):
        return False
    if not block[0].isdecimal():
        return True
    # 殿町1340: a number alone needs a word before it and must not count anything
    if not _BEFORE_BARE_NUMBER.search(text_before(page, start, 2)) or _COUNTED.match(page, end):
        return False
    return bool(_BARE_NUMBER_ENDS.match(page, end) or _BUILDING.match(page, end))


def _town_before(page: str, position: int, floor: int) -> _Town:
    first = max(floor, position - 40)
    left = page[first:position]
    left = left[:-1] if left[-1:] in (" ", "\n") or _OF_A_TOWN.search(left) else left
    start = len(left)
    for _ in range(6):
        further = _one_part_back(left, start)
        if further == start:
            break
        start = further
    cue = _HOME_START.match(left, start)
    if cue:
        start = cue.end()
    is_home = bool(cue) or bool(_HOME_BEFORE.search(left[:start]))
    name = left[start:].lstrip()
    return _Town(first + len(left) - len(name) if name else position, name, is_home)


def _one_part_back(left: str, end: int) -> int:
    """Step over one part of a place name: 殿町, then 松阪市 or さくら before it, then 三重県 over a blank."""
    before = left[end - 1 : end]
    if end == len(left) or before in _DIVISION:
        letters = _PLACE_LETTERS_BACKWARDS.match(left[:end][::-1])
        if letters and letters.end():
            return end - letters.end()
    if end < len(left) and before in (" ", "\n") and left[end - 2 : end - 1] in _DIVISION:
        return end - 1
    kana = _KANA_BACKWARDS.match(left[:end][::-1])
    if not kana or not kana.end():
        return end
    word = left[end - kana.end() : end]
    if end == len(left):
        after_city = left[end - len(word) - 1 : end - len(word)] in _DIVISION
        return end - len(word) if after_city and len(word) > 1 and word not in _PARTICLE_CHAINS else end
    if left[end] not in _KANA_TOWN_TAIL:
        return end
    return end - len(word) + (len(word) > 2 and word[0] in _PARTICLES)


def _is_address(block: str, town: _Town, page: str, block_end: int, end: int) -> bool:
    count = len(_BLOCK_NUMBERS.findall(block))
    full_block = "丁目" in block and count > block.count("丁目")
    if "番地" in block or full_block or ("番" in block and "号" in block):
        return True
    is_home = town.is_home or bool(_HOME_AFTER.match(page, end))
    has_city = bool(
        _MUNICIPALITY.search(town.name) or (town.name and _CITY_OF.search(text_before(page, town.start, 2)))
    )
    is_town = bool(_TOWN_ENDING.search(town.name))
    if "丁目" in block:  # 本町1丁目 alone names a quarter, not a home
        return has_city or is_home
    if (_NOT_A_TOWN.search(town.name) and not town.is_home) or _COUNTED.match(page, block_end):
        return False
    if count > 1 and "番" in block:  # 見奈良530番1
        return len(town.name) > 1 or is_home
    if count > 1 and "条" not in block:
        return is_town or has_city or is_home or _is_block_of(town.name, block)
    if "番" in block:
        return is_town or is_home
    if not (block.isascii() and town.name and _BARE_NUMBER_ENDS.match(page, end)):
        return False
    if _TOWN_AND_NUMBER.search(town.name + block):
        return True
    return is_home or (has_city and (is_town or _PLAIN_PLACE.search(town.name + block) is not None))


# 川井町730; 2019 is a year, and a single digit counts a part of the town
_TOWN_AND_NUMBER = re.compile(
    rf"[{KANJI}{HIRAGANA}]{{2}}(?<![市区内役各本])[町村](?!(?:19|20)[0-9]{{2}}\Z)[0-9]{{2,4}}\Z"
)


def _is_block_of(name: str, block: str) -> bool:
    """神田3-42-21 and 北浜1211-26, whose towns do not say that they are towns.

    1-2-3 numbers a chapter, and 100-120 is a range.
    """
    numbers = [int(number) for number in re.findall("[0-9]+", block)]
    if re.search(r"[市町村県都道府]営.{0,8}(?:住宅|団地)\Z", name) and len(numbers) > 1:
        return True
    if not re.fullmatch(rf"[{KANJI}]{{1,4}}", name) or len(numbers) < 2:
        return False
    if len(numbers) > 2:
        return numbers[0] < 10 <= max(numbers[1:3]) and max(numbers[:3]) < 100
    return 100 <= numbers[0] < 1900 and numbers[1] < 100 and len(name) > 1
