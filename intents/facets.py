"""Which side of a matter is asked about: its fee, its deadline, whom to telephone …"""

from __future__ import annotations

import re
from enum import StrEnum

from intents.text import normalize


class Facet(StrEnum):
    FEE = "fee"
    DEADLINE = "deadline"
    BRING = "bring"
    COUNTER = "counter"
    METHOD = "method"
    TARGET = "target"
    DELIVERY_DAYS = "delivery_days"
    PROXY = "proxy"
    MAIL = "mail"
    BRANCH = "branch"
    ONLINE = "online"
    TELEPHONE = "telephone"


# In the order of asking: 「どこに電話」 asks for a telephone, not for a place.
_PATTERNS: dict[Facet, re.Pattern[str]] = {
    facet: re.compile(pattern)
    for facet, pattern in {
        Facet.TELEPHONE: r"電話番号|連絡先|問い?合わせ先|何番に(?:電話|かけ)|どこに(?:電話|連絡|聞|問い合わせ)|(?:電話|tel)(?:は|を教えて|$|\?)"
        r"|でんわばんごう|担当(?:課|部署|の課)?(?:は|って|を)?(?:どこ|何|なに|だれ|誰)?(?:ですか)?\?*$",
        Facet.FEE: r"いくら|幾ら|手数料|料金|費用|お金|有料|無料|値段|何円|代金|ただ(?:です|なの|で)",
        Facet.DEADLINE: r"いつまで|期限|締め?切り?|しめきり",
        Facet.BRING: r"必要な(?:もの|物|書類)|持ち物|持って(?:い|行)くもの|何が(?:必要|いる|要る)|何を持|いるもの|要るもの",
        Facet.DELIVERY_DAYS: r"何日(?:くらい|ぐらい|で)|何日かか|届くまで|いつ届|どのくらいかか|どれくらいかか",
        Facet.PROXY: r"代理|委任状|家族が(?:代|行|申)|本人じゃな|代わりに(?:行|申|取)",
        Facet.MAIL: r"郵送|郵便",
        Facet.BRANCH: r"支所|出張所|振興局で",
        Facet.COUNTER: r"どこで|どこに(?:行|あ)|どこへ|窓口(?:は|って|$)|場所(?:は|って|$|を)",
        Facet.TARGET: r"誰が(?:使|対象|でき)|だれが|対象(?:者|は|に)|誰でも|だれでも|何歳",
        Facet.METHOD: r"どうやって|方法(?:は|を|$)|やり方|やりかた|手順|どうすれば|どうしたら",
        Facet.ONLINE: r"(?:ネット|オンライン|スマホ|インターネット|パソコン)で(?:も)?(?:でき|申|手続)",
    }.items()
}

_REFERENCE = re.compile(r"^(?:(?:じゃあ?|では|それでは|ちなみに|あと|で|えっと|なら|それなら)[、,\s]*)")
_POINTING = re.compile(r"(?:それ|その|これ|この件|そこ|そちら)(?:は|って|の|を|に|で|も|が)?")
_FILLER = re.compile(
    r"[\s、。?!・]|です(?:か|かね)?|ます(?:か)?|でしょうか|なの|かかり|かかる|教えて(?:ください)?|は|を|が|の|に|も|って|か|ね|よ|お|何|どこ|誰|だれ|円"
    r"|いい|必要|必須|どう|なん|件|ください|課|番号|担当|聞け?|れば|知りたい|問い合わせ|ですかね"
)


def asked_facet(text: str) -> Facet | None:
    """The facet that a question asks for, if it asks for one."""
    plain = normalize(text)
    return next((facet for facet, pattern in _PATTERNS.items() if pattern.search(plain)), None)


def without_reference(text: str) -> tuple[str, bool]:
    """``text`` without 「じゃあ」「それは」, and whether it pointed back at all."""
    plain = normalize(text)
    rest = _REFERENCE.sub("", plain)
    bare = _POINTING.sub("", rest, count=1)
    return bare, bare != plain


def is_bare_facet(text: str) -> bool:
    """Whether a message is nothing but the asking for a facet: it needs the topic before it."""
    rest, _ = without_reference(text)
    for pattern in _PATTERNS.values():
        rest = pattern.sub("", rest)
    return len(rest) < len(normalize(text)) and not _FILLER.sub("", rest)
