"""Why a figure is right though the cited section does not have it, as the content folders tell it.

The database does not keep these reasons: only the source check reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from knowledge.bundle import BundleError, Explanation, read_bundle
from knowledge.content_places import folders_to_load

Explanations: TypeAlias = Mapping[str, Sequence[Explanation]]
"""By the id of what they are written at."""

NO_EXPLANATIONS: Explanations = MappingProxyType({})


def explanations(code: str, own: Path) -> Explanations:
    """Those of one municipality; none where it has no folder, or one that cannot be read."""
    for folder in folders_to_load([], own):
        if folder.name == code:
            try:
                return {item.id: item.explained for item in read_bundle(folder).items() if item.explained}
            except (BundleError, OSError):
                return NO_EXPLANATIONS
    return NO_EXPLANATIONS
