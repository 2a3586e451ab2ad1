"""Messages that want a person: somebody to talk to, or somebody to complain to."""

from __future__ import annotations

import re
from enum import StrEnum

from intents.text import normalize


class Wish(StrEnum):
    PERSON = "person"
    COMPLAINT = "complaint"


_PERSON = re.compile(
    r"(?:担当(?:者|の(?:人|方|かた|ひと))?|職員(?:さん|の(?:人|方|かた))?|人間|係(?:の(?:人|方))?|オペレーター|誰か|だれか|スタッフ|役所の(?:人|方)|市の(?:人|方)"
    r"|本物の人|生身の人|(?<![一-龥])人)(?:さん)?(?:と|に|へ|から|を|が)?(?:直接|電話で|つな|繋|代わ|かわ|替わ|話|はなし|相談|聞|対応|取り次|出して|お願い|呼)"
    r"|(?:直接|電話で|口頭で|人と)(?:話|はなし|相談)(?:が|を|し)?(?:したい|し(?:て|た)|せ)|(?:折り返し|折返し)(?:電話|連絡)|電話(?:が|を)ほしい|電話してほしい|相談員"
    r"|ロボットじゃ(?:なく|だめ)|機械じゃ(?:なく|だめ)|aiじゃ(?:なく|だめ)"
)
_COMPLAINT = re.compile(
    r"苦情|抗議|クレーム|文句を?(?:言|い)|(?:対応|態度|接客|説明)(?:が|は|も).{0,8}(?:悪|ひど|酷|最悪|失礼|おかし|気に入ら|納得)|納得(?:が)?(?:でき|いか)な|いい加減に|ふざけ(?:るな|んな|ないで)"
    r"|謝(?:れ|罪)|責任者(?:を|に|と|出)|上の(?:人|者)を|怒って(?:い|る|ま)|許せな|許せません|(?:何|なん)度(?:も)?(?:電話|問い合わせ|言っ).{0,14}(?:つながら|繋がら|返事|出な|だめ|変わら|聞いて)|たらい回し|税金(?:泥棒|の無駄)|頭に(?:く|来)|腹が?立"
)
_QUESTION = re.compile(
    r"担当(?:課|部署|の課)|何課|計画|件数|目標|施策|人材|研修|チャットボット|仕組み|どこの課|制度|防止"
)


def wish(text: str) -> Wish | None:
    """What kind of person a message wants; None where it merely asks about one."""
    plain = normalize(text)
    if _QUESTION.search(plain):
        return None
    if _COMPLAINT.search(plain):
        return Wish.COMPLAINT
    return Wish.PERSON if _PERSON.search(plain) else None
