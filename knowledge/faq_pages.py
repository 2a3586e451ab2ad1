"""Questions and answers as schema.org FAQPage (JSON-LD), out and in."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from knowledge.answers import Answer
from knowledge.calendar import now
from knowledge.common_content import is_common
from knowledge.corpus import entry_answers
from knowledge.models import Municipality
from knowledge.notices import current_notice, paused_entries
from knowledge.plain_html import data_scripts, plain
from knowledge.upload_limits import MAX_ROWS, UploadError, read_upload

BELOW = "下の連絡先"
_DEEPEST = 20
_SCRIPT_SAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class PageQuestion:
    """A question of a FAQPage, as plain text."""

    question: str
    answer: str
    url: str | None


def faq_page(session: Session, code: str, day: dt.date, categories: Sequence[str] = ()) -> dict[str, Any]:
    """What residents may read on ``day``, as a FAQPage object.  Raises LookupError for an unknown municipality."""
    town = session.get(Municipality, code)
    if town is None:
        raise LookupError(code)
    paused = _paused(session, code)
    answers = [
        answer
        for answer in entry_answers(session, code, day)
        if answer.entry_id not in paused and (not categories or answer.category in categories)
    ]
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "name": f"{town.name}のよくある質問",
        "inLanguage": "ja",
        "mainEntity": [_question(answer) for answer in sorted(answers, key=lambda one: (one.category, one.entry_id))],
    }


def answer_page(answer: Answer, address: str) -> dict[str, Any]:
    """One answer as a FAQPage object of its own, at ``address``."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "@id": address,
        "url": address,
        "inLanguage": "ja",
        "mainEntity": [_question(answer)],
    }


def _question(answer: Answer) -> dict[str, Any]:
    return {
        "@type": "Question",
        "name": answer.title,
        "acceptedAnswer": {"@type": "Answer", "text": _answer_html(answer)},
    }


def _paused(session: Session, code: str) -> frozenset[str]:
    """What residents do not get while a notice is shown."""
    notice = current_notice(session, code, now())
    return paused_entries(session, notice) if notice is not None else frozenset()


def _answer_html(answer: Answer) -> str:
    """The answer with its facts and links, as the HTML that FAQPage takes: escaped, lines kept."""
    lines = [answer.text, *(f"{name}：{value}" for name, value in answer.facts), *_asked(answer)]
    shown = [html.escape(line) for text in lines for line in text.strip().split("\n")]
    shown += [f'<a href="{html.escape(url)}">{html.escape(label)}</a>' for label, url in answer.links]
    return "<br>".join(shown)


def _asked(answer: Answer) -> Iterator[str]:
    """Whom to ask, where a common text speaks of whoever stands below it."""
    if answer.office is not None and is_common(answer.entry_id) and BELOW in answer.text:
        number = f"（電話 {answer.office.telephone}）" if answer.office.telephone else ""
        yield f"連絡先：{answer.office.department}{number}"


def embeddable(page: dict[str, Any]) -> str:
    """JSON that may stand in a ``<script>``: nothing in it ends the script or begins a tag."""
    return json.dumps(page, ensure_ascii=False, indent=2).translate(_SCRIPT_SAFE)


def read_faq_page(path: Path) -> tuple[str | None, list[PageQuestion]]:
    """The page's name and questions of a .json, .jsonld or .html.  Raises UploadError."""
    content = read_upload(path, (".json", ".jsonld", ".html", ".htm"))
    text = _decoded(path, content)
    if path.suffix.lower() in (".html", ".htm"):
        data = _data_of_scripts(path, data_scripts(text))
    else:
        data = [_parsed(path, text)]
    objects, nodes = list(_pages(data)), dict(_nodes(data))
    found = [question for page in objects for question in _questions(page, nodes)]
    if not found:
        raise UploadError(
            f"{path.name}: FAQPage（schema.org のよくある質問）が見つかりません。"
            "ページのソースに application/ld+json があるか確かめるか、Excel か CSV の一覧で取り込んでください"
        )
    if len(found) > MAX_ROWS:
        raise UploadError(f"{path.name}: 質問が多すぎます（{MAX_ROWS:,}件まで）。ファイルを分けてください")
    name = next((page["name"] for page in objects if isinstance(page.get("name"), str)), None)
    return name, found


def _data_of_scripts(path: Path, texts: Iterable[str]) -> list[Any]:
    """All the data that a page holds; a broken piece is told only where no other is a FAQPage."""
    found: list[Any] = []
    broken: UploadError | None = None
    for text in texts:
        try:
            found.append(_parsed(path, text))
        except UploadError as error:
            broken = broken or error
    if broken is not None and not any(_pages(found)):
        raise broken
    return found


def _decoded(path: Path, content: bytes) -> str:
    for codec in ("utf-8-sig", "cp932", "euc_jp"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise UploadError(f"{path.name}: 文字コードが分かりません。UTF-8 で保存し直してください")


def _parsed(path: Path, text: str) -> Any:
    # Some pages wrap their data for browsers of long ago.
    plain_text = re.sub(r"^\s*(?:<!--|(?://)?\s*<!\[CDATA\[)|(?:-->|(?://)?\s*\]\]>)\s*$", "", text).strip()
    try:
        return json.loads(plain_text, strict=False)
    except RecursionError:
        raise UploadError(f"{path.name}: 入れ子が深すぎて読めません") from None
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise UploadError(f"{path.name}: JSON として読めません（データの {line}行目のあたり）") from error


def _pages(found: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """FAQPage objects, wherever they stand: alone, in an array, in @graph or within another object."""
    if depth > _DEEPEST:
        return
    if isinstance(found, list):
        for part in found:
            yield from _pages(part, depth + 1)
    elif isinstance(found, dict):
        if "FAQPage" in _types(found):
            yield found
        else:
            for part in found.values():
                yield from _pages(part, depth + 1)


def _types(found: dict[str, Any]) -> set[str]:
    given = found.get("@type")
    names = given if isinstance(given, list) else [given]
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)}


def _questions(page: dict[str, Any], nodes: Mapping[str, dict[str, Any]]) -> Iterator[PageQuestion]:
    for one in _asked_of(page.get("mainEntity"), nodes, set()):
        answers = one.get("acceptedAnswer", one.get("suggestedAnswer", {}))
        first = answers[0] if isinstance(answers, list) and answers else answers
        answer = first.get("text") if isinstance(first, dict) else first
        url = one.get("url") if isinstance(one.get("url"), str) else page.get("url")
        yield PageQuestion(
            plain(str(one.get("name") or one.get("text") or "")).replace("\n", " "),
            plain(answer) if isinstance(answer, str) else "",
            url if isinstance(url, str) and url.startswith(("http://", "https://")) else None,
        )


def _asked_of(
    found: Any, nodes: Mapping[str, dict[str, Any]], seen: set[str], depth: int = 0
) -> Iterator[dict[str, Any]]:
    """The questions of a page, wherever they stand: within it, in an ItemList, or named by their @id.

    ``seen``: a node that names itself is followed once.
    """
    if depth > _DEEPEST:
        return
    if isinstance(found, list):
        for one in found:
            yield from _asked_of(one, nodes, seen, depth + 1)
    elif isinstance(found, dict):
        if "Question" in _types(found):
            yield found
        elif set(found) == {"@id"}:
            name = str(found["@id"])
            if name not in seen:
                seen.add(name)
                yield from _asked_of(nodes.get(name), nodes, seen, depth + 1)
        else:
            yield from _asked_of(found.get("itemListElement", found.get("item")), nodes, seen, depth + 1)


def _nodes(found: Any, depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that says more of itself than its @id, by it."""
    if depth > _DEEPEST:
        return
    if isinstance(found, list):
        for one in found:
            yield from _nodes(one, depth + 1)
    elif isinstance(found, dict):
        if isinstance(found.get("@id"), str) and len(found) > 1:
            yield found["@id"], found
        for one in found.values():
            yield from _nodes(one, depth + 1)
