"""A plan named by its name, where something else about it is asked: it is the plan that its entries speak of."""

from __future__ import annotations

import re
from functools import lru_cache

from intents.facets import Facet, asked_facet, topic_nouns
from intents.remembered import remembered
from intents.text import normalize

THE_PLAN = "計画"
"""How entries call the plan that they come from."""
_KINDS = ("計画", "基本方針", "マスタープラン", "アクションプラン", "ビジョン", "構想", "戦略")
_DIGITAL = r"(?:(?:dx|デジタル(?:・?トランスフォーメーション)?(?:\(dx\))?)化?)"
_OF_OURS = (
    r"(?<![一-鿿ぁ-んァ-ヶーa-z0-9])(?:(?:うち|ここ|私たち|わたしたち|わしら|自分)の|わが|我が|この)?[市町村区]の"
)
"""How those who live here call it (うちの市の計画); 「他市の」 and 「都市計画」 are none of it."""
_AS_TOPIC = rf"(?<![一-鿿ァ-ヶー]){THE_PLAN}(?=って(?!いう|言う))"
_NOT_OURS = r"(?<![一-鿿ァ-ヶーa-z0-9])(?<!国の)(?<!県の)(?<!次の)(?<!次期の)(?<!前の)"


@remembered
def as_the_plan(text: str, town: str, titles: tuple[str, ...]) -> str | None:
    """``text`` with the plan's name as 「計画」; None where it names none, or only asks what that is.

    ``titles``: of the municipality's plans.  「自治体DX推進計画」 is the state's.
    """
    plain = normalize(text)
    named = _pattern(normalize(town), tuple(map(normalize, titles)))
    found = named.search(plain)
    if found is None or asked_facet(plain) is Facet.MEANING:
        return None
    rest = f"{plain[: found.start()]}{plain[found.end() :]}"
    if asked_facet(rest) is None and not topic_nouns(rest) and not _SAYS_MORE.search(rest):
        return None
    return f"{plain[: found.start()]}{THE_PLAN}{_TOPIC.sub('は', plain[found.end() :])}"


_TOPIC = re.compile("^って(?!いう|言う)")
"""Said of the plan as 「は」 is, and written with by nobody who puts a question down."""


_SAYS_MORE = re.compile("終わ|おわ|見直|変わ|作[らっ]|始ま|続|古い|読[めみ]|見ら|進ん|達成|間")


@lru_cache
def _pattern(town: str, titles: tuple[str, ...]) -> re.Pattern[str]:
    """The titles themselves, and what people make of them: the municipality's name, DX, 推進 and the kind of plan."""
    kinds = {kind for kind in _KINDS if any(kind in title for title in titles)} | {THE_PLAN}
    kind = "|".join(sorted(kinds, key=len, reverse=True))
    whole = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True))
    own = rf"(?:{re.escape(town)}(?:の)?|{_OF_OURS}){_DIGITAL}?(?:推進)?(?:{kind})|{_AS_TOPIC}"
    general = rf"{_NOT_OURS}{_DIGITAL}(?:推進)?(?:{kind})"
    return re.compile(rf"(?:この)?(?:{whole}|{own}|{general})" if whole else rf"(?:この)?(?:{own}|{general})")
