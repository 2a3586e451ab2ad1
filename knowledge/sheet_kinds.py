"""The sheets: one a kind of knowledge, with the headings that staff read over the fields of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from knowledge import bundle
from knowledge.answers import FACETS
from knowledge.caution import LEVELS
from knowledge.models import Department, Entry, Indicator, Measure, Municipality, Plan, ScheduleItem, Term
from knowledge.sheet_forms import (
    AS_OF,
    BREAKS,
    DATE,
    FIGURE,
    FISCAL_YEAR,
    LINES,
    MEASURE_NUMBER,
    NAMES,
    NUMBER,
    READINGS,
    STEPS,
    TELEPHONE,
    TEXT,
    TEXT_OR_EMPTY,
    YES_NO,
    Form,
    choice,
    choices,
)
from knowledge.sheet_places import plain_heading
from knowledge.staff_content import StaffEntry, StaffMunicipality

VERSION = "版"
STATE = "状態"
STATES: Mapping[str, str] = {
    "published": "公開",
    "draft": "下書き",
    "staff": "職員のみ",
    "ended": "終了",
    "deleted": "削除",
}
IN_USE = ("published", "draft", "staff")
"""What is, or may soon be, read by somebody."""
LANGUAGES: Mapping[str, str] = {
    "en": "英語",
    "easy": "やさしい日本語",
    "zh": "中国語",
    "ko": "韓国語",
    "pt": "ポルトガル語",
    "vi": "ベトナム語",
    "tl": "フィリピン語",
    "ne": "ネパール語",
}


@dataclass(frozen=True)
class Column:
    """A column: its heading, and where in an item of the schema its value stands (``source.plan``).

    ``refers`` names the sheet whose rows are meant; staff may write a row's name or its ID.
    """

    heading: str
    path: tuple[str, ...]
    form: Form = TEXT
    width: int = 14
    refers: str | None = None

    def references(self, cell: str) -> list[str]:
        """The rows that a cell refers to: one, or in a column of several one a line."""
        found: list[str] = NAMES.read(cell) if self.form is NAMES else [cell]
        return found if self.refers and cell else []


@dataclass(frozen=True)
class SheetKind:
    """A kind of knowledge as a sheet.  ``marks``: the headings by which a sheet is known for it."""

    name: str
    title: str
    model: type[BaseModel]
    table: Any
    marks: tuple[str, ...]
    columns: tuple[Column, ...]
    label: str
    """The heading that says what a row is about."""

    @property
    def curated(self) -> bool:
        """Whether rows have a state of their own, and stay when they end."""
        return self.name not in ("plans", "measures", "municipality")

    @property
    def key(self) -> str:
        """The heading of the ID."""
        return self.columns[0].heading

    @property
    def key_column(self) -> str:
        """The column of the database that holds the ID."""
        return {"plans": "plan_id", "measures": "number", "municipality": "code"}.get(self.name, "entry_id")

    @property
    def headings(self) -> tuple[str, ...]:
        extra = (VERSION, STATE) if self.curated else (VERSION,)
        first, *rest = (column.heading for column in self.columns)
        return (first, *extra, *rest)


def _columns(*given: tuple[Any, ...]) -> tuple[Column, ...]:
    return tuple(Column(heading, tuple(path.split(".")), *rest) for heading, path, *rest in given)


_ENTRY_KIND = choice({"procedure": "手続き", "plan": "計画の内容", "silent": "計画に記載なし"})
_PLAN_KIND = choice({"plan": "計画", "reference": "参考資料"})

_DEPARTMENT = ("担当課", "department", TEXT, 18, "departments")
_ID = ("ID", "id", TEXT, 24)
_MEASURE = ("施策番号", "measure", MEASURE_NUMBER, 12)
_PHRASINGS = ("言い回し", "phrasings", LINES, 34)
_SOURCE = (
    ("出典の計画書", "source.plan", TEXT, 22, "plans"),
    ("出典の箇所", "source.section", TEXT, 30),
    ("出典のページ", "source.page", NUMBER, 8),
)
_TERM = (
    ("受付の初日", "term.from", DATE, 12),
    ("受付の最終日", "term.until", DATE, 12),
    ("受付前の文", "term.before", TEXT, 40),
    ("終了後の文", "term.after", TEXT, 40),
)
_DATES = (
    ("確認した日", "checked_on", DATE, 12),
    ("再確認日", "recheck_on", DATE, 12),
    ("公開を始める日", "valid_from", DATE, 12),
    ("公開を終える日", "valid_until", DATE, 12),
)
_SEEN_TO = (_DEPARTMENT, _MEASURE)
_TAIL = (*_SOURCE, *_DATES)

_SHEETS = (
    SheetKind(
        "municipality",
        "市町村",
        StaffMunicipality,
        Municipality,
        ("コード", "よみ", "都道府県"),
        _columns(
            ("コード", "code", TEXT, 10),
            ("名前", "name", TEXT, 16),
            ("よみ", "kana", TEXT, 18),
            ("都道府県", "prefecture", TEXT, 10),
            ("別の呼び名", "aliases", LINES, 20),
            ("問い合わせ先の課", "contact_department", TEXT, 20, "departments"),
            ("問い合わせ先の電話", "contact_telephone", TELEPHONE, 16),
            ("問い合わせフォームのURL", "contact_form", TEXT, 30),
            ("問い合わせ先のメール", "contact_email", TEXT, 24),
            ("問い合わせ先のFAX", "contact_fax", TELEPHONE, 16),
            ("LINE公式アカウントのID", "line_id", TEXT, 16),
            ("プライバシーポリシーのURL", "privacy_url", TEXT, 30),
            ("質問の例", "examples", LINES, 30),
            ("返事の言葉", "reply_languages", choices(LANGUAGES), 20),
            ("慎重さ", "caution", choice(LEVELS), 10),
            ("検索サイトに載せる", "searchable", YES_NO, 12),
            ("見本", "sample", YES_NO, 8),
            ("引き継ぎ済み", "taken_over", YES_NO, 10),
        ),
        "名前",
    ),
    SheetKind(
        "entries",
        "よくある質問",
        StaffEntry,
        Entry,
        ("質問", "答え", "ID"),
        _columns(
            _ID,
            ("種類", "kind", _ENTRY_KIND, 12),
            ("分類", "category", TEXT, 20),
            ("質問", "question", TEXT, 36),
            ("答え", "answer", TEXT, 60),
            *_TERM,
            _PHRASINGS,
            *((name, f"facets.{facet}", TEXT, 20) for facet, name in FACETS.items()),
            *(
                column
                for number in range(3)
                for column in (
                    (f"リンク{number + 1}の名前", f"links.{number}.label", TEXT, 16),
                    (f"リンク{number + 1}のURL", f"links.{number}.url", TEXT, 28),
                )
            ),
            _DEPARTMENT,
            ("関係課", "related_departments", NAMES, 18, "departments"),
            _MEASURE,
            *_TAIL,
        ),
        "質問",
    ),
    SheetKind(
        "indicators",
        "目標値",
        bundle.Indicator,
        Indicator,
        ("指標名", "単位", "ID"),
        _columns(
            _ID,
            ("指標名", "name", TEXT, 36),
            ("単位", "unit", TEXT_OR_EMPTY, 8),
            *(
                column
                for name, path in (("現状", "baseline"), ("目標", "target"))
                for column in (
                    (f"{name}値", f"{path}.value", FIGURE, 14),
                    (f"{name}の年度", f"{path}.fiscal_year", FISCAL_YEAR, 10),
                    (f"{name}の時点", f"{path}.as_of", AS_OF, 12),
                    (f"{name}の注記", f"{path}.note", TEXT, 18),
                )
            ),
            ("途中の目標", "interim", READINGS, 24),
            ("定義", "definition", TEXT, 34),
            ("定義の変わり目", "breaks", BREAKS, 28),
            ("注記", "note", TEXT, 24),
            _PHRASINGS,
            *_SEEN_TO,
            *_TAIL,
        ),
        "指標名",
    ),
    SheetKind(
        "schedule",
        "工程",
        bundle.ScheduleItem,
        ScheduleItem,
        ("取組名", "年度ごとの内容", "ID"),
        _columns(
            _ID,
            ("取組名", "name", TEXT, 36),
            ("年度ごとの内容", "steps", STEPS, 40),
            ("注記", "note", TEXT, 24),
            _PHRASINGS,
            *_SEEN_TO,
            *_TAIL,
        ),
        "取組名",
    ),
    SheetKind(
        "departments",
        "担当課",
        bundle.Department,
        Department,
        ("課名", "役割", "ID"),
        _columns(
            _ID,
            ("課名", "name", TEXT, 24),
            ("別の呼び名", "aliases", LINES, 20),
            ("役割", "role", TEXT, 50),
            ("電話", "telephone", TELEPHONE, 16),
            ("内線", "extension", TEXT, 10),
            ("FAX", "fax", TELEPHONE, 16),
            ("メール", "email", TEXT, 24),
            ("所在地", "address", TEXT, 30),
            _PHRASINGS,
            ("上位の課", "department", TEXT, 18, "departments"),
            *_TAIL,
        ),
        "課名",
    ),
    SheetKind(
        "terms",
        "用語",
        bundle.Term,
        Term,
        ("用語", "意味", "ID"),
        _columns(
            _ID,
            ("用語", "term", TEXT, 24),
            ("よみ", "reading", TEXT, 20),
            ("別の呼び名", "aliases", LINES, 20),
            ("意味", "meaning", TEXT, 50),
            _PHRASINGS,
            _DEPARTMENT,
            *_TAIL,
        ),
        "用語",
    ),
    SheetKind(
        "measures",
        "施策",
        bundle.Measure,
        Measure,
        ("施策番号", "施策名"),
        _columns(
            ("施策番号", "number", MEASURE_NUMBER, 14),
            ("施策名", "title", TEXT, 40),
            ("上位の施策番号", "parent", MEASURE_NUMBER, 14),
            _DEPARTMENT,
            *_SOURCE,
        ),
        "施策名",
    ),
    SheetKind(
        "plans",
        "計画書",
        bundle.Plan,
        Plan,
        ("計画書名", "略称", "ID"),
        _columns(
            _ID,
            ("計画書名", "title", TEXT, 44),
            ("略称", "short_title", TEXT, 24),
            ("資料の種類", "kind", _PLAN_KIND, 12),
            ("案", "draft", YES_NO, 8),
            ("公表", "published", AS_OF, 12),
            ("期間の始まり", "period_from", DATE, 12),
            ("期間の終わり", "period_until", DATE, 12),
            ("期間の書き方", "period_text", TEXT, 30),
            ("URL", "url", TEXT, 30),
        ),
        "計画書名",
    ),
)


KINDS: Mapping[str, SheetKind] = {kind.name: kind for kind in _SHEETS}
"""In the order of the sheets."""

TRANSLATIONS = "翻訳"
TRANSLATED: Mapping[str, str] = {
    "title": "質問の訳",
    "answer": "答えの訳",
    "before": "受付前の訳",
    "after": "終了後の訳",
    "reviewed": "確認済み",
}
"""The parts of a translation, and their headings."""
TRANSLATION_HEADINGS = ("ID", "言葉", "質問", *TRANSLATED.values())
TRANSLATION_MARKS = ("質問の訳", "答えの訳", "ID", "言葉")
LANGUAGE = choice(LANGUAGES)
TRANSLATION_COLUMNS = tuple(
    Column(
        f"{LANGUAGES[language]}の{heading.removesuffix('の訳')}",
        ("translations", language, field),
        YES_NO if field == "reviewed" else TEXT,
    )
    for language in get_args(bundle.ReplyLanguage)
    for field, heading in TRANSLATED.items()
)
"""How differences of translations are named; in a sheet they are rows of their own."""


def all_columns(kind: SheetKind) -> tuple[Column, ...]:
    return (*kind.columns, *TRANSLATION_COLUMNS) if kind.name == "entries" else kind.columns


def recognised(headings: Sequence[str]) -> str | None:
    """Which sheet these headings are of: the name of a kind, ``translations``, or None."""
    found = {plain_heading(heading) for heading in headings}
    if {plain_heading(mark) for mark in TRANSLATION_MARKS} <= found:
        return "translations"
    fitting = [kind for kind in KINDS.values() if {plain_heading(mark) for mark in kind.marks} <= found]
    return fitting[0].name if fitting else None
