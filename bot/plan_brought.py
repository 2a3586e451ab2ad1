"""The lines of a plan's file, on their way from the page that shows them to the button that keeps them."""

from __future__ import annotations

from typing import Any

from knowledge.plan_documents.document import Line, PlanDocument


def document_as_json(document: PlanDocument) -> list[Any]:
    lines = [[line.text, line.page, line.level] for line in document.lines]
    return [document.kind, lines, document.pages, list(document.empty_pages)]


def document_of(value: Any) -> PlanDocument:
    kind, lines, pages, empty = value
    return PlanDocument(kind, tuple(Line(*line) for line in lines), pages, tuple(empty))
