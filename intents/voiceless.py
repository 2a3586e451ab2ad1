"""Messages that say that somebody cannot telephone, or ask for another way to reach the office, and nothing else."""

from __future__ import annotations

import re

from intents.patterns import ending_of, patterns
from intents.remembered import remembered
from intents.text import normalize

_BLANKS = re.compile(r"\s+")
_LONGEST = 60
"""Letters; who writes more asks something else, too."""
_LONGEST_WORD = 40


@remembered
def asks_without_voice(text: str) -> bool:
    """Whether ``text`` is used up by such words and what stands around them."""
    plain, words = _BLANKS.sub("", normalize(text)), patterns("voiceless")
    if not plain or len(plain) > _LONGEST:
        return False
    rest = plain
    while (found := words["part"].search(rest)) is not None and found[0]:
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    return rest != plain and ending_of(rest, words["filler"], _LONGEST_WORD) == 0
