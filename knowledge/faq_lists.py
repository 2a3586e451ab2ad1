"""A city's own list of questions and answers: which column is what, and what each row becomes.

Pure: tables in, drafts and what to tell staff out.  Nothing is invented for a row: it has no
phrasings but those that the list brings, and its source is the list itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.digests import short_digest
from knowledge.faq_pages import PageQuestion
from knowledge.plain_html import plain
from knowledge.sheet_places import SEARCHED_FOR_HEADINGS, filled_down, headings_of, plain_heading
from knowledge.tabular import BadCell, Row, Sheet, column_letter

FIELDS: Mapping[str, str] = {
    "question": "質問",
    "answer": "答え",
    "category": "分類",
    "department": "担当課",
    "url": "URL",
    "phrasings": "言い回し",
}
"""What a column may be, and what staff call it."""

_GUESSES: Mapping[str, tuple[str, ...]] = {
    "question": (
        "質問",
        "ご質問",
        "質問文",
        "質問内容",
        "ご質問内容",
        "質問事項",
        "問い",
        "問",
        "よくある質問",
        "お問い合わせ",
        "お問い合わせ内容",
        "q",
        "question",
        "faq",
        "タイトル",
        "件名",
        "見出し",
        "題名",
        "代表質問",
        "標準質問",
        "想定質問",
        "質問タイトル",
        "問い合わせ内容",
        "発話",
        "発話例",
        "ユーザー発話",
        "ユーザー発話例",
    ),
    "answer": (
        "答え",
        "回答",
        "ご回答",
        "回答文",
        "回答内容",
        "ご回答内容",
        "応答",
        "応答文",
        "応答内容",
        "ボット応答",
        "回答本文",
        "標準回答",
        "想定回答",
        "返答",
        "答",
        "a",
        "answer",
        "本文",
        "内容",
        "説明",
    ),
    "category": (
        "分類",
        "カテゴリ",
        "カテゴリー",
        "ジャンル",
        "大分類",
        "分野",
        "テーマ",
        "category",
        "中分類",
        "小分類",
    ),
    "department": (
        "担当課",
        "所管課",
        "担当",
        "所管",
        "担当部署",
        "部署",
        "課名",
        "問い合わせ先",
        "お問い合わせ先",
        "department",
        "課",
    ),
    "url": (
        "url",
        "リンク",
        "リンク先",
        "ページ",
        "ページurl",
        "関連ページ",
        "関連リンク",
        "関連url",
        "参考リンク",
        "参照url",
        "詳細url",
        "関連ページurl",
        "遷移先url",
        "リンクurl",
        "参考url",
        "詳細ページ",
        "参考ページ",
        "link",
        "アドレス",
        "ホームページ",
    ),
    "phrasings": (
        "言い回し",
        "言い換え",
        "類似質問",
        "類義質問",
        "別の聞き方",
        "同義質問",
        "関連質問",
        "サンプル質問",
        "phrasings",
        "質問例",
    ),
}
"""Headings seen in cities' lists, the surest first."""

_SEVERAL = ("answer", "category")
"""What a list may have in several columns: 回答1・回答2, 大分類・中分類."""
_ASIDE = re.compile(r"\([^()\n]*+\)")
_NUMBER_BEHIND = re.compile(r"(?<![\s.:・_-])[\s.:・_-]++\d*+$|(?<![\d\s.:・_-])\d++$")
_OTHER_TONGUE = re.compile(r"英|やさしい|中国|韓国|ポルトガル|ベトナム|外国|en|番号|日付|更新")
_PREFIX = re.compile(
    r"^(?:[QqAaＱＡ]\s*\d*\s*[.:．：、](?![A-Za-z])|(?:質問|問|答え|答|回答)\s*\d*\s*[.:．：、]"
    r"|(?:[QqＱ]|問|答)\d+\s+|【(?:質問|回答|問|答|[QAＱＡ])】)\s*"
)
"""Q. / Ａ１： / 問1 / 【質問】 before a text; A4 and A.M. belong to it."""
CATEGORY_STEP = " › "
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SEPARATORS = re.compile(r"[\n;；|｜]+")


class MappingError(ValueError):
    """The columns cannot be told; the text says which headings there are, and what to give."""


def columns_of(sheets: Sequence[Sheet]) -> list[tuple[str, str]]:
    """The columns that may be chosen: letter and what stands on top, of the first table."""
    sheet = next((one for one in sheets if one.rows), None)
    if sheet is None:
        return []
    head = max(
        sheet.rows[:SEARCHED_FOR_HEADINGS], key=lambda row: sum(bool(row.text(n)) for n in range(len(row.cells)))
    )
    return [(column_letter(place), head.text(place).strip()) for place in range(len(head.cells))]


@dataclass(frozen=True)
class FaqRow:
    """A row of the list as plain text.  ``place`` is where staff find it."""

    place: str
    question: str
    answer: str
    category: str = ""
    department: str = ""
    url: str = ""
    phrasings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    hidden: str = ""
    """What the list says of a row that it does not show to the public."""


@dataclass(frozen=True)
class FaqList:
    """A list, read.  ``mapping`` names the column taken for each field, ``guessed`` those nobody named."""

    rows: tuple[FaqRow, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    title: str | None = None


def read_list(sheets: Sequence[Sheet], named: Mapping[str, str]) -> FaqList:
    """The list in the first sheet that fits.  ``named``: field -> heading or letter.  Raises MappingError."""
    given = {name: column for name, column in named.items() if column}
    filled = [sheet for sheet in sheets if sheet.rows]
    for sheet in map(filled_down, filled):
        for place, row in enumerate(sheet.rows[:SEARCHED_FOR_HEADINGS]):
            places = _places(row, given)
            if places is not None:
                return _list(sheet, sheet.rows[place + 1 :], row, places, given)
    raise MappingError(_not_found(filled, given))


def _places(row: Row, given: Mapping[str, str]) -> dict[str, list[int]] | None:
    """Which columns are which field, if this row holds the headings."""
    headings = [plain_heading(row.text(place)).lower() for place in range(len(row.cells))]
    if not any(headings):
        return None
    places: dict[str, list[int]] = {}
    for name, columns in given.items():
        named = [_named(headings, column) for column in (columns.split("+") if name in _SEVERAL else [columns])]
        if None in named:
            return None
        places[name] = [place for place in named if place is not None]
    for name, guesses in _GUESSES.items():
        if name not in places:
            taken = {place for found in places.values() for place in found}
            found = _guessed(headings, guesses, taken)
            if found:
                places[name] = found if name in _SEVERAL else found[:1]
    return places if {"question", "answer"} <= set(places) else None


_LEVELS = ("大分類", "中分類", "小分類")


def _guessed(headings: Sequence[str], guesses: Sequence[str], taken: Collection[int]) -> list[int]:
    """The columns of the surest guess, in their order: 回答, 回答1, 回答（詳細）; of categories all levels."""
    for exactly in (True, False):
        for guess in guesses:
            wanted = _LEVELS if guess in _LEVELS else (guess,)
            free = [(place, heading) for place, heading in enumerate(headings) if place not in taken]
            if any((heading if exactly else _core(heading)) == guess for _, heading in free):
                return [place for place, heading in free if heading in wanted or _core(heading) in wanted]
    return []


def _core(heading: str) -> str:
    """A heading without what stands in brackets and the number behind it; empty for one in another language."""
    if _OTHER_TONGUE.search("".join(_ASIDE.findall(heading))):
        return ""
    return _NUMBER_BEHIND.sub("", _ASIDE.sub("", heading))


def _named(headings: Sequence[str], column: str) -> int | None:
    """A column by its heading, or else by its letter."""
    wanted = plain_heading(column).lower()
    if wanted in headings:
        return headings.index(wanted)
    letters = [column_letter(place).lower() for place in range(len(headings))]
    return letters.index(wanted) if wanted in letters else None


def _not_found(sheets: Sequence[Sheet], given: Mapping[str, str]) -> str:
    if not sheets:
        return "行がありません"
    # A title above the headings has fewer cells than they have.
    first = max(sheets[0].rows[:SEARCHED_FOR_HEADINGS], key=lambda row: sum(bool(text) for text in headings_of(row)))
    headings = "、".join(
        f"{column_letter(place)}列「{heading}」" for place, heading in enumerate(headings_of(first)) if heading
    )
    missing = "・".join(f"--{name}" for name in ("question", "answer") if name not in given)
    if given:
        named = "、".join(f"--{name} {column}" for name, column in given.items())
        return (
            f"{named} の列が見つかりません。見出しは {headings} です"
            "（見出しの文字か、A・B のような列の名前で指定します）"
        )
    return f"質問と答えの列が分かりません。{missing} で指定してください。見出しは {headings} です"


def _list(
    sheet: Sheet, rows: Sequence[Row], head: Row, places: Mapping[str, Sequence[int]], given: Mapping[str, str]
) -> FaqList:
    mapping = {
        name: "・".join(f"{column_letter(place)}列「{head.text(place).strip()}」" for place in found)
        for name, found in places.items()
    }
    taken = {place for found in places.values() for place in found}
    headings = headings_of(head)
    shown = [place for place, one in enumerate(headings) if place not in taken and _SHOWN.search(one.lower())]
    read = tuple(_row(sheet, row, places, shown) for row in rows)
    return FaqList(read, mapping, frozenset(set(places) - set(given)))


_SHOWN = re.compile(r"公開|表示|状態|ステータス|掲載|status|有効")
_NOT_SHOWN = re.compile(r"非公開|非表示|非掲載|未公開|下書き?|停止|終了|無効|庁内|職員|×|✕|off|false|0", re.IGNORECASE)


def _hidden(row: Row, shown: Sequence[int]) -> str:
    cells = (row.text(place).strip() for place in shown)
    return next((cell for cell in cells if _NOT_SHOWN.fullmatch(unicodedata.normalize("NFKC", cell))), "")


def _row(sheet: Sheet, row: Row, places: Mapping[str, Sequence[int]], shown: Sequence[int]) -> FaqRow:
    text = {name: _joined(name, row, places.get(name, ())) for name in FIELDS}
    bad = [
        f"{column_letter(place)}列「{FIELDS[name]}」: {cell.reason}"
        for name, found in places.items()
        for place in found
        if place < len(row.cells) and isinstance(cell := row.cells[place], BadCell)
    ]
    question = _PREFIX.sub("", text["question"].replace("\n", " ").strip(), count=1)
    return FaqRow(
        f"シート「{sheet.name}」{row.number}行目" if sheet.name else f"{row.number}行目",
        question,
        _PREFIX.sub("", text["answer"], count=1),
        text["category"],
        text["department"],
        text["url"],
        _phrasings(text["phrasings"], question),
        tuple(bad),
        _hidden(row, shown),
    )


def _joined(name: str, row: Row, places: Sequence[int]) -> str:
    """What stands in the columns of a field, each once: parts of an answer as paragraphs, categories as steps."""
    parts = dict.fromkeys(filter(None, (plain(row.text(place)) for place in places)))
    return (CATEGORY_STEP if name == "category" else "\n").join(parts)


def _phrasings(text: str, question: str) -> tuple[str, ...]:
    parts = (part.strip() for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part and part != question))


def list_of_page(name: str | None, questions: Iterable[PageQuestion]) -> FaqList:
    """A FAQPage as a list."""
    rows = (
        FaqRow(f"{number}番目の質問", one.question, one.answer, url=one.url or "")
        for number, one in enumerate(questions, 1)
    )
    return FaqList(tuple(rows), title=name)


def compared(question: str) -> str:
    """A question as duplicates are looked for: whatever its width, kana, case, marks and politeness."""
    text = unicodedata.normalize("NFKC", question).lower().translate(_HIRAGANA)
    text = re.sub(r"[\s\W_]+", "", text)
    return re.sub(r"(?:を?教えて(?:ください|下さい)|でしょうか|ですか|ますか|のか|か)$", "", text) or text


def entry_id(question: str) -> str:
    """The same for the same question, so that a list read twice adds nothing twice."""
    return f"faq-{short_digest(compared(question), letters=12)}"
