"""What masking finds, in the words of those who read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found; the value is the label that officials and residents see."""

    MY_NUMBER = "マイナンバー"
    TWELVE_DIGITS = "12桁の番号"
    CARD = "カード番号"
    NUMBER = "番号"
    PHONE = "電話番号"
    POSTAL_CODE = "郵便番号"
    EMAIL = "メールアドレス"
    ADDRESS = "住所"
    BIRTHDAY = "生年月日"
    NAME = "氏名"
    PENSION = "年金番号"
    RECIPIENT = "受給者番号"
    INSURED = "被保険者番号"
    ACCOUNT = "口座番号"
    LINE_ID = "LINEユーザーID"

    @property
    def label(self) -> str:
        return f"〔{self.value}〕"


@dataclass(frozen=True)
class Span:
    """A stretch of the original text, in code points, and what it is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Masked:
    """A text with each span replaced by its label; the spans count in the original text."""

    text: str
    spans: tuple[Span, ...]

    @property
    def found(self) -> bool:
        return bool(self.spans)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(span.kind for span in self.spans)
