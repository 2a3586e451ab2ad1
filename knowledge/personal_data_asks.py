"""Whether an answer asks residents for personal data in the chat itself: no flow may, only a form elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_DATA = (
    "お?名前|氏名|ご?住所|お?電話番号|携帯番号|生年月日"
    "|マイナンバー|個人番号|口座番号|メールアドレス|暗証番号|パスワード"
)
_GIVE = (
    "ご?(?:入力|記入)(?:して|をお願い|ください|願います|の上)|(?:送信|返信)(?:して|をお願い|ください|願います)"
    "|お?送(?:って|りください)|お?書(?:いて|きください)|お?教え|お?知らせ(?:て|ください)"
)
_ASK = re.compile(f"(?:{_DATA})[^。\n]{{0,30}}?(?=[ごお入記送返書教知])(?:{_GIVE})")


def personal_data_asked(content: Mapping[str, Any]) -> str | None:
    """The words that ask for it; None where none do, or a link leads to the form that is meant."""
    if content.get("links"):
        return None
    texts = [str(content.get("answer") or ""), *(str(each) for each in (content.get("facets") or {}).values() if each)]
    found = _ASK.search("\n".join(texts))
    return found[0] if found else None
