"""What was read of a list of questions: tables whose columns are still to be chosen, or a FAQ page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.faq_lists import FaqList, columns_of, list_of_page, read_list
from knowledge.faq_pages import PageQuestion, read_faq_page
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import sheets_as_json, sheets_of

PAGES = (".json", ".jsonld", ".html", ".htm")


@dataclass(frozen=True)
class BroughtList:
    """As JSON: the tables of a list, or the name and questions of a FAQ page."""

    value: list[Any]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return columns_of(sheets_of(self.value[1])) if self.value[0] == "tables" else []

    def listed(self, columns: Mapping[str, str]) -> FaqList:
        """Raises MappingError."""
        kind, found, *rest = self.value
        if kind == "tables":
            return read_list(sheets_of(found), columns)
        return list_of_page(rest[0], [PageQuestion(*one) for one in found])

    @property
    def digest(self) -> str:
        told = json.dumps(self.value, ensure_ascii=False)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def read_list_file(path: Path) -> BroughtList:
    """Raises UploadError."""
    if path.suffix in PAGES:
        name, questions = read_faq_page(path)
        return BroughtList(["page", [[one.question, one.answer, one.url] for one in questions], name])
    return BroughtList(["tables", sheets_as_json(read_tables(path))])
