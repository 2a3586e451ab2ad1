"""Where the text of a plan is kept, for the source check: a folder of text files beside the project."""

from __future__ import annotations

from pathlib import Path

from knowledge.bundle import Bundle, Plan
from knowledge.plan_sections import Section, sections

_ENDINGS = (".txt", ".md")


class PlanTextMissingError(LookupError):
    """No text of a plan in the folder.  ``tried``: the file names looked for."""

    def __init__(self, plan: Plan, tried: tuple[str, ...]) -> None:
        super().__init__(plan.title)
        self.plan = plan
        self.tried = tried


def plan_sections(bundle: Bundle, plan: Plan, folder: Path) -> tuple[Section, ...]:
    """The sections of a plan, from the file it names or from ``<code>-<plan>`` or ``<code>``.

    Raises PlanTextMissingError, and UnicodeDecodeError where the file is not UTF-8.
    """
    code = bundle.municipality.code
    names = (f"{stem}{ending}" for stem in (f"{code}-{plan.id}", code) for ending in _ENDINGS)
    tried = (plan.text_file,) if plan.text_file else tuple(names)
    for name in tried:
        if (folder / name).is_file():
            return sections((folder / name).read_text(encoding="utf-8"))
    raise PlanTextMissingError(plan, tried)
