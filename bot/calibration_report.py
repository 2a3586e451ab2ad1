"""How far the score can be believed, as tables that an official can read."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from intents.calibration import FOLD_SEEDS, Answered, Calibration, Refitted, Reliability, RiskCoverage
from knowledge.caution import LEVELS

REFITTED_NOTE = f"決め直しは、分けかたの種{FOLD_SEEDS[0]}〜{FOLD_SEEDS[-1]}の平均（最小〜最大）。"
WEIGHED = ("意味の近さ", "ない名詞の数", "二番目との差", "言い方を加えた項目", "切片")


def reliability_tables(found: Reliability) -> Iterator[Table]:
    yield _errors(found)
    yield _bins(found.shipped)
    yield _coverages(found.risk)
    yield _levels(found)


def error_table(title: str) -> Table:
    return Table("測りかた", "誤差", "完全な点なら", "完全でも95%は", "差", title=title)


def error_row(name: str, error: Calibration | Refitted) -> tuple[str, ...]:
    """What was measured, the error, and what scores that are true would show."""
    spread = f"（{error.lowest:.3f}〜{error.highest:.3f}）" if isinstance(error, Refitted) else ""
    excess = f"{error.error - error.perfect:+.3f}"
    return name, f"{error.error:.3f}{spread}", f"{error.perfect:.3f}", f"{error.perfect_95:.3f}", excess


def _errors(found: Reliability) -> Table:
    table = error_table("点の確かさ（期待較正誤差）")
    table.add_row(*error_row(f"今の重み、{found.questions}問すべて", found.shipped))
    if found.direct:
        answered = sum(part.size for part in found.direct.bins)
        table.add_row(*error_row(f"今の重み、「標準」で直接答える{answered}問", found.direct))
    table.add_row(*error_row("5分の4で重みを決め直し、残りで測る", found.refitted))
    weights = "、".join(f"{name} {weight:+.2f}" for name, weight in zip(WEIGHED, found.weights, strict=True))
    table.caption = f"{REFITTED_NOTE}この質問すべてで決め直すと、{weights}。"
    return table


def _bins(calibration: Calibration) -> Table:
    table = Table("点の低い順", "数", "点の平均", "正しかった割合", title="今の重みの点を、同じ数ずつに分ける")
    for number, part in enumerate(calibration.bins, 1):
        table.add_row(str(number), str(part.size), f"{part.score:.2f}", f"{part.right:.2f}")
    return table


def _coverages(risk: RiskCoverage) -> Table:
    table = Table("答える割合", "答える数", "うちまちがい", "いちばん低い点", title="点の高い順に答えるときのまちがい")
    for point in risk.points:
        table.add_row(f"{point.coverage:.0%}", str(point.answered), f"{point.wrong:.1%}", f"{point.score:.2f}")
    table.caption = f"AURC {risk.area:.3f}（正しいものがすべて先なら {risk.best_area:.3f}）"
    return table


def _levels(found: Reliability) -> Table:
    table = Table(
        "段階", "点の下限", "答える数", "割合", "点の平均", "正しい割合", "95%の幅", title="直接答える段階ごとの正しさ"
    )
    for name, level in found.levels.items():
        table.add_row(LEVELS[name], *_answered(level))
    if found.threshold:
        table.add_row("9割正しい、いちばん低い点", *_answered(found.threshold))
    else:
        table.caption = "どの点から答えても、9割には届きません（10問以上に答えるとき）。"
    return table


def _answered(level: Answered) -> tuple[str, ...]:
    return (
        f"{level.start:.2f}",
        str(level.answered),
        f"{level.coverage:.1%}",
        f"{level.score:.2f}",
        f"{level.precision:.1%}",
        f"{level.low:.0%}〜{level.high:.0%}",
    )
