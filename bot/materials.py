"""お知らせの素材: what a municipality prints of the service, made from its settings; what is not set is left out."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno

from bot.opening import usual_weeks
from bot.replies import first_questions
from knowledge.answers import Ways
from knowledge.corpus import Knowledge
from knowledge.line_ids import friend_address

MOST_EXAMPLES = 4
MOST_PLACES = 3
"""Of which the hours are told: a poster is one page."""
QR_KINDS: Mapping[str, str] = {"svg": "image/svg+xml", "png": "image/png"}
_PIXELS = 24
"""A module of a picture: sharp at 8 cm in print, where an address of some 40 letters makes about 33 modules."""


@dataclass(frozen=True)
class Facts:
    """What is known of how residents reach the service, and a person.  ``hours``: of each place its usual week."""

    town: str
    web: str
    line_id: str | None
    department: str
    telephone: str | None
    ways: Ways
    hours: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]

    @property
    def line(self) -> str | None:
        return friend_address(self.line_id) if self.line_id else None

    @property
    def addresses(self) -> Mapping[str, str]:
        """What a QR code is made of, by its name."""
        return {"web": self.web} | ({"line": self.line} if self.line else {})


@dataclass(frozen=True)
class PaperText:
    """A text for a paper of the municipality's."""

    id: str
    title: str
    text: str

    @property
    def letters(self) -> int:
        """As papers count them: without the ends of lines."""
        return len(self.text.replace("\n", ""))


def facts_of(knowledge: Knowledge, base_url: str) -> Facts:
    town = knowledge.town
    examples = [knowledge.answers[entry_id].title for entry_id in first_questions(knowledge)[:MOST_EXAMPLES]]
    return Facts(
        town.name,
        f"{base_url}/{town.code}/",
        town.line_id,
        knowledge.contact.department,
        knowledge.contact.telephone,
        town.ways,
        tuple(usual_weeks(knowledge)[:MOST_PLACES]),
        tuple(examples),
    )


def missing(facts: Facts) -> list[tuple[str, str]]:
    """What is not set, and the screen where it is (the name of its page)."""
    wanted: Mapping[tuple[str, str], object] = {
        ("LINE公式アカウントのID", "settings"): facts.line_id,
        ("問い合わせ先の電話", "settings"): facts.telephone,
        ("電話のほかの問い合わせ先（フォーム・メール・FAX）", "settings"): facts.ways,
        ("受付時間", "opening"): facts.hours,
    }
    return [name for name, found in wanted.items() if not found]


def paper_texts(facts: Facts) -> list[PaperText]:
    """Short, middle and long, in the words of 広報紙."""
    return [
        PaperText("short", "短い文（お知らせ欄）", _short(facts)),
        PaperText("middle", "ふつうの文（記事）", _middle(facts)),
        PaperText("long", "長い文（特集・ちらし）", _long(facts)),
    ]


def _short(facts: Facts) -> str:
    where = "LINEとホームページ" if facts.line_id else "ホームページ"
    reached = "　".join([*([f"LINE：{facts.line_id}"] if facts.line_id else []), facts.web])
    return f"{facts.town}についての質問に、{where}でいつでも自動でお答えします。\n{reached}"


def _middle(facts: Facts) -> str:
    how = "LINEかホームページ" if facts.line_id else "ホームページ"
    return "\n".join(
        [
            (
                f"{facts.town}の手続きや取り組みについて、{how}から質問すると、自動でお答えします。"
                "「住民票　コンビニ」のような短い言葉でもかまいません。夜や休みの日も使えます。"
                "名前や電話番号など、個人がわかることは書かないでください。"
            ),
            *_reached(facts),
            f"問い合わせ　{_contact(facts)}",
        ]
    )


def _long(facts: Facts) -> str:
    how = "LINEかホームページ" if facts.line_id else "ホームページ"
    parts = [
        f"【{facts.town}の質問にこたえます】",
        f"{facts.town}の手続きや取り組みについて、{how}から質問すると、自動でお答えします。夜や休みの日も使えます。",
        "■使い方",
        (
            "知りたいことを書いて送ります。「住民票　コンビニ」のような短い言葉でもかまいません。"
            "答えには、もとになった資料の名前を付けています。答えられないときは、窓口をご案内します。"
        ),
        *([*["■たとえば、こんな質問に"], *(f"・{one}" for one in facts.examples)] if facts.examples else []),
        "■お願い",
        (
            "名前・住所・電話番号・マイナンバーなど、個人がわかることは書かないでください。"
            "急な病気・けが・火事は119番、事件・事故は110番へ電話してください。"
        ),
        "■使うには",
        *_reached(facts),
        "■人に聞きたいとき",
        _contact(facts),
        *_ways(facts.ways),
        *(f"受付時間（{place}）：{week}" for place, week in facts.hours),
    ]
    return "\n".join(parts)


def _reached(facts: Facts) -> list[str]:
    line = [f"LINE　「友だち追加」の検索で {facts.line_id}"] if facts.line_id else []
    return [*line, f"ホームページ　{facts.web}"]


def _contact(facts: Facts) -> str:
    return f"{facts.department}　電話 {facts.telephone}" if facts.telephone else facts.department


def _ways(ways: Ways) -> list[str]:
    named = {"問い合わせフォーム": ways.form, "メール": ways.email, "FAX": ways.fax}
    return [f"{name}：{value}" for name, value in named.items() if value]


def qr_picture(address: str, kind: str) -> bytes:
    """The QR code of ``address`` as a file of one of QR_KINDS, with the quiet zone that readers need."""
    stream = io.BytesIO()
    segno.make(address, error="q", micro=False).save(stream, kind=kind, scale=_PIXELS, border=4)
    return stream.getvalue()


def qr_data(address: str) -> str:
    """The same as an address that a page shows it by."""
    return str(segno.make(address, error="q", micro=False).svg_data_uri(scale=5, border=4, light="#fff"))
