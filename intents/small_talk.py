"""Greetings, thanks and the like: messages that ask nothing."""

from __future__ import annotations

import re
from enum import StrEnum

from intents.text import normalize


class SmallTalk(StrEnum):
    """What kind of small talk a message is."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    WHO = "who"
    HOW_ARE_YOU = "how_are_you"
    AGREEMENT = "agreement"
    APOLOGY = "apology"
    INSULT = "insult"
    HELP = "help"
    EMPTY = "empty"


_PHRASES: dict[SmallTalk, str] = {
    SmallTalk.GREETING: r"こんにち[はわ]|こんばん[はわ]|おはよう(?:ございます)?|はじめまして|初めまして|お世話になっております"
    r"|お世話になります|やあ|どうも|ハロー|はろー|hello|hi|hey|もしもし|よろしく(?:お願い(?:いた)?します)?|お疲れ(?:様|さま)(?:です|でした)?|おつかれ(?:さま)?(?:です|でした)?|暇(?:だ|です)?|ひま(?:だ|です)?|話(?:そう?|しよう?|し相手)(?:に?なって)?",
    SmallTalk.THANKS: r"(?:どうも)?(?:ありがとう|有難う|有り難う|あざす|サンキュー|thank ?you|thanks)"
    r"(?:ございま(?:す|した)|ね|です|よ)?|助かりました|助かった|感謝(?:です|します)|たすかりました|解決しました|わかりやすかった(?:です)?",
    SmallTalk.FAREWELL: r"さようなら|さよなら|またね|ばいばい|バイバイ|bye|おやすみ(?:なさい)?|失礼します|失礼いたします|では(?:また)?|それでは",
    SmallTalk.WHO: r"(?:あなた|あんた|君|きみ|お前|おまえ)(?:は|って|の名前は)?(?:誰|だれ|何者|なに|何)?(?:ですか|なの|です|だ)?"
    r"|(?:お)?名前は(?:何|なに|なん)?(?:ですか|なの|というの)?|(?:あなたは)?(?:ロボット|人間|ai|機械|bot)(?:ですか|なの|なんですか)?",
    SmallTalk.HOW_ARE_YOU: r"(?:お)?元気(?:です)?(?:か|ですか|かい|してる|にしてる)?|調子はどう(?:ですか)?|ご機嫌いかが(?:ですか)?",
    SmallTalk.AGREEMENT: r"はい|うん|ok|okay|了解(?:です|しました)?|わかりました|分かりました|わかった|分かった|なるほど|承知しました"
    r"|そうですか|そうなんだ|へえ|ふーん|いいえ|いえ|ううん|大丈夫(?:です)?|なんでもない(?:です)?|うんうん|テスト|test|てすと",
    SmallTalk.APOLOGY: r"(?:ごめん(?:なさい|ね)?|すみません(?:でした)?|すいません|申し訳(?:ない|ありません)(?:です|でした)?|失礼しました)",
    SmallTalk.INSULT: r"(?:この)?(?:バカ|ばか|馬鹿|アホ|あほ|クソ|くそ|カス|死ね|しね|うざい|きもい|キモい|無能|ポンコツ|ぽんこつ|役立たず|使えない(?:な|ね|やつ)?)"
    r"(?:野郎|ですね|だな|だね|が|か)?",
    SmallTalk.HELP: r"(?:あなたは|あんたは)?(?:使い方|つかいかた)(?:は|を教えて(?:ください)?)?|(?:あなたは|あんたは)?何ができ(?:る|ます)(?:の|か)?|なにができ(?:る|ます)(?:の|か)?"
    r"|何を聞け(?:ばいい|る)(?:の|ですか)?|help|ヘルプ|メニュー|menu|ボット|質問(?:したい|があります|です)(?:のですが)?|教えて(?:ください)?|聞きたいことがあります",
}

_FILLER = re.compile(
    r"(?:ご親切に|ご丁寧に|本当に|ほんまに|ほんとに?|とても|すごく|いろいろ|色々|わざわざ|早速|よく|大変|また|今日は|なんか|何か|誰か|さん|くん|ちゃん"
    r"|わ|ね|よ|な|の|ー|ぁ|か|です|ます|っす|じゃ|は)+"
)
_TAIL = re.compile(r"[\s。、.,!?！？・…~〜♪☆★(笑)w笑^_^;:)(\U0001F300-\U0001FAFF\u2600-\u27BF\ufe0f]+")
_KINDS = {kind: re.compile(pattern) for kind, pattern in _PHRASES.items()}
_OPENING = re.compile(
    rf"^(?:(?:{_PHRASES[SmallTalk.GREETING]}|{_PHRASES[SmallTalk.APOLOGY]})(?:[\s、。,.!！]+|が、?|けど、?))+"
)


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk, where a message is nothing else; the last kind where it is several."""
    rest = _TAIL.sub("", normalize(text))
    if not rest:
        return SmallTalk.EMPTY
    kind = None
    while rest:
        step = next(((k, length) for k, pattern in _KINDS.items() if (length := _longest(pattern, rest))), None)
        filler = _FILLER.match(rest)
        if step is not None:
            kind, length = step
        elif filler:
            length = filler.end()
        else:
            return None
        rest = rest[length:]
    return kind


def _longest(pattern: re.Pattern[str], text: str) -> int:
    """How much of the beginning of ``text`` the pattern takes, when what follows can stand alone."""
    whole = pattern.fullmatch(text)
    if whole:
        return len(text)
    start = pattern.match(text)
    return start.end() if start else 0


def without_opening(text: str) -> str:
    """``text`` without a greeting before the question itself."""
    rest = _OPENING.sub("", text.strip())
    return rest or text
