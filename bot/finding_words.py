"""What the source check finds, as sentences that name the remedy."""

from __future__ import annotations

from knowledge.source_check import ABSENT, COLUMN, ERA, NO_SECTION, STALE, Finding


def sentence(finding: Finding) -> str:
    """What is wrong and, where it is known, the remedy."""
    if finding.kind == NO_SECTION:
        return f"出典の節が計画書に見つかりません: {finding.cites}"
    if finding.kind == STALE:
        return f"説明（explained）の「{finding.figure}」は、もう要りません（出典の節にあるか、文にありません）"
    if finding.kind == COLUMN:
        return f"{finding.figure}とした所が、計画書の表では{'、'.join(finding.elsewhere)}の欄です（{finding.cites}）"
    if finding.kind == ABSENT:
        return f"計画に書かれていないとした「{finding.figure}」が、あります: {'／'.join(finding.elsewhere)}"
    if finding.kind == ERA:
        return f"西暦と和暦が合いません: {finding.figure}"
    where = (
        f"→ ほかの節にはあります: {'／'.join(finding.elsewhere)}"
        if finding.elsewhere
        else "→ 計画書のどこにもありません"
    )
    return f"{finding.kind}「{finding.figure}」が出典の節にありません（{finding.cites}）{where}"
