"""Messages of people in need, who must read the right number first.

Deciding is by patterns, not by likeness: a miss here costs more than anywhere.  A question
about a plan, a figure or an office (自殺対策計画はありますか) is no emergency.
"""

from __future__ import annotations

import re
from enum import StrEnum

from intents.text import normalize


class Need(StrEnum):
    """Who is needed.  The numbers for each stand in the common content, with source and date."""

    FIRE_AMBULANCE = "fire_ambulance"
    POLICE = "police"
    SUICIDE = "suicide"
    CHILD = "child"
    CHILD_ABUSE = "child_abuse"
    VIOLENCE = "violence"
    CONSUMER = "consumer"


_QUESTION = re.compile(
    r"計画|施策|対策|条例|統計|件数|割合|予算|体制|方針|事業|制度|システム|マニュアル|訓練|ホームページ|データ|推進|講座|研修"
    r"|何件|件数|年間|去年|昨年|出動|目標|指標|アプリ|啓発|とは(?:何|なに|$|\?)|避難所|避難場所|備え|予防|点検|警報器|保険|手続|申請|証明|補助|ボランティア"
)

_SURE: dict[Need, str] = {
    Need.SUICIDE: r"遺書を|死ぬ(?:つもり|ことに|しかな)|今夜死|死にた[いくか]|しにたい|シニタイ|消えてしまいたい|消えたい|いなくなりたい|自殺した[いく]|自殺しよう|自殺するしか|命を絶"
    r"|生きて(?:い)?(?:たくな|られな|いけな|く(?:の|こと)が(?:つら|辛))|生きるのが(?:つら|辛)|生きる(?:意味|気力)が?(?:ない|わから)"
    r"|首を(?:つ|吊)|飛び降り(?:たい|よう|る)|リストカット|自分を傷つけ|死のうと|死んだほうが|死んだ方が|死んでしまいたい|もう死ぬ",
    Need.FIRE_AMBULANCE: r"火事(?:です(?!か)|だ|よ|が起|になっ|!|なんです)|火事$|(?:家|隣|近所|山|建物|車|部屋|台所).{0,6}(?:燃えて|燃えた|火が)|火が(?:出|つい|燃)|煙が(?:出|充満|すご)"
    r"|救急車(?:を|お願|呼|よん|来て|きて|!|。|$)|息(?:を|が)?(?:して(?:い)?な|でき|止ま)|意識が(?:な|もうろう)|心臓が(?:止ま|痛|苦し)|倒れ(?:て(?:い|る|動|意識|しま)|た(?:んで|ので|!|$))"
    r"|血が(?:止まら|たくさん|いっぱい|大量|出て)|血を(?:流|吐)|胸が(?:痛|苦し|締め)|(?:のど|喉)に.{0,6}(?:詰|つま)|溺れ|おぼれ|けいれん(?:して|が)|大けが|大怪我|ろれつが"
    r"|ガス(?:くさい|臭い|漏れ|もれ)",
    Need.CHILD_ABUSE: r"(?:子|こ)(?:ども|供|ども達|どもたち|の子)?.{0,14}(?:虐待|殴ら|なぐら|叩かれ|たたかれ|蹴られ|どなられ|怒鳴られ|食べさせて(?:い|もらえ)|置き去り|閉じ込め|閉め出)"
    r"|(?:子|孫|娘|息子|赤ちゃん).{0,10}(?:を|に).{0,6}(?:殴|なぐ|叩いて|たたいて|叩きそう|手を(?:あげ|上げ)|虐待)|虐待(?:され|して(?:い|る|しま)|かも|を(?:受け|見)|じゃ|では|が(?:ある|起))|児童虐待の(?:通報|通告)|虐待.{0,6}(?:通報|通告|見つけ|目撃|相談)"
    r"|(?:親|父|母|パパ|ママ|お父さん|お母さん).{0,6}(?:に|から|が).{0,6}(?:殴ら|なぐら|叩か|たたか|蹴ら|暴力)",
    Need.VIOLENCE: r"(?:夫|妻|主人|旦那|だんな|彼氏|彼女|パートナー|配偶者|交際相手|同居人|恋人).{0,14}(?:殴|なぐ|暴力|蹴|叩か|たたか|首を絞|脅|怖く|こわく|監視|お金を渡して)|dv(?:を(?:受け|され)|され|被害|かも|で(?:困|悩)|から(?:逃|に)|の(?:相談|被害|悩))|家庭内暴力(?:を|で|に|の(?:相談|被害))",
    Need.POLICE: r"殺され|殺して(?:やる|しま)|襲われ|泥棒(?:が|に)|どろぼう(?:が|に)|空き巣(?:が|に)|強盗|刺され|ストーカー(?:に|され|が|で|の(?:被害|相談))|つけられて|つきまとわれ|痴漢|ひき逃げ|人を(?:ひい|轢)|不審者(?:が|に)|不審な人|刃物を(?:持|も)|事件です|誘拐|連れ去|盗まれ|脅迫され|脅され|車に(?:ひ|轢)かれ|交通事故(?:です|に(?:あ|遭)|を(?:起|見))",
    Need.CHILD: r"いじめられ|いじめに(?:あ|遭)|学校(?:に|へ)(?:行きたくな|いきたくな|行けな).{0,12}(?:つら|辛|死|しんど)|(?:18|十八)歳まで.{0,8}(?:相談|電話)|チャイルドライン",
    Need.CONSUMER: r"詐欺(?:に(?:あ|遭|ひっか|引っか)|かも|でしょうか|だと思|じゃ|では|の(?:電話|被害|相談)|みたい|っぽい)|だまされ|騙され|架空請求|ワンクリック|悪質商法|押し売り|クーリングオフ|還付金.{0,8}(?:電話|atm)|不正請求|消費(?:者)?(?:トラブル|生活.{0,4}相談)|(?:高額|勝手に).{0,10}(?:請求され|契約させ)",
}

_PATTERNS = {need: re.compile(pattern) for need, pattern in _SURE.items()}
_SPEAKS_OF_DEATH = re.compile(
    r"死にた|しにたい|シニタイ|自殺した|殺され|助けて|たすけて|息をして|息が|意識が|燃えて|刺され"
)


def emergency(text: str) -> Need | None:
    """The need that a message tells of, the most urgent first; None for questions and all else."""
    plain = normalize(text)
    asks = _QUESTION.search(plain) is not None and _SPEAKS_OF_DEATH.search(plain) is None
    if asks:
        return None
    return next((need for need, pattern in _PATTERNS.items() if pattern.search(plain)), None)
