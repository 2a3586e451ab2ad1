"""What staff may write where bundled content may not: the same schema, with room for their own lists.

Five phrasings and a short first sentence are what we ask of content that we bundle.  A city's
own question and answer gets in without phrasings invented for it, and as long as it is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from knowledge.bundle import (
    MAX_ANSWER,
    Code,
    Email,
    Entry,
    HttpsUrl,
    Line,
    LineId,
    Part,
    ReplyLanguage,
    Slug,
    Telephone,
)

MAX_STAFF_ANSWER = 2000
"""LINE takes 5,000 letters a message; source, contact and notes stand in the same one."""

MOST_RELATED = 20


class StaffEntry(Entry):
    """An entry as staff may write it."""

    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_STAFF_ANSWER)]

    related_departments: list[Slug] = Field(default_factory=list, max_length=MOST_RELATED)

    @model_validator(mode="after")
    def _related_to_others(self) -> StaffEntry:
        if len(set(self.related_departments)) < len(self.related_departments):
            raise ValueError("同じ関係課が二度あります")
        if self.department in self.related_departments:
            raise ValueError("関係課に担当課があります。関係課から外してください")
        return self

    @field_validator("phrasings")
    @classmethod
    def _enough_phrasings(cls, phrasings: list[str]) -> list[str]:
        return phrasings

    @field_validator("answer")
    @classmethod
    def _short_first_sentence(cls, answer: str) -> str:
        return answer


class StaffMunicipality(Part):
    """What staff may change of the municipality itself; its code tells only which one it is."""

    code: Code
    name: Annotated[Line, StringConstraints(max_length=40)]
    kana: Line
    prefecture: Annotated[Line, StringConstraints(max_length=10)]
    aliases: list[Line] = Field(default_factory=list)
    contact_department: Slug
    contact_telephone: Telephone | None = None
    contact_form: HttpsUrl | None = None
    contact_email: Email | None = None
    contact_fax: Telephone | None = None
    line_id: LineId | None = None
    privacy_url: HttpsUrl | None = None
    examples: list[Slug] = Field(default_factory=list, max_length=8)
    reply_languages: list[ReplyLanguage] = Field(default_factory=list)
    caution: Literal["cautious", "standard", "bold"] = "standard"
    searchable: bool = False
    sample: bool
    taken_over: bool = False


def is_long(answer: str) -> bool:
    """Whether a resident has to scroll for it on a phone."""
    return len(answer) > MAX_ANSWER
