"""The results of docs/trust/ as a table, printed; with ``--write`` put into docs/trust.md."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from tests.support.server import ROOT

DOCUMENT = ROOT / "docs" / "trust.md"
RESULTS = ROOT / "docs" / "trust"
_PLACE = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)
NAMES = {
    "kills": "T01 強制終了",
    "faults": "T03 LINE の不調",
    "load": "T04 負荷",
    "replay": "T13 重複",
    "machines": "複数の機械",
}
OTHERS = {
    "outages": "T14 データベースの障害（F05〜F07）",
    "power": "F04 停電",
    "nth": "T02 N番目の失敗",
    "migrations": "T15 表の更新",
    "restore": "T18 復元訓練",
    "forged": "F18 偽の署名",
}
"""Trials whose dose and result are told in words."""
ODDS = "odds"
"""Single faults, in a table of their own: they are told by what was injected, not by one verdict."""
HEAD = (
    "| 試験 | データベース | 量 | 受領 | 状態 | 失った | 二度 | 開いたまま | 受領の応答 p99・最大 ms | 返信 p95 秒 | 判定 | コミット |\n"
    "| --- | --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |\n"
)
OTHERS_HEAD = "\n| 試験 | データベース | 量 | 結果 | 判定 | 機械の負荷 | コミット |\n| --- | --- | --- | --- | --- | ---: | --- |\n"


ODDS_HEAD = (
    "\n| 障害 | データベース | すること | 注入した回数 | 判定 | 秒 | コミット |\n"
    "| --- | --- | --- | --- | --- | ---: | --- |\n"
)


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.trust table")
    options.add_argument("--write", action="store_true", help=f"into {DOCUMENT.relative_to(ROOT)}")
    options.add_argument("--folder", type=Path, default=RESULTS)
    given = options.parse_args(arguments)
    table = table_of(given.folder)
    print(table, end="")
    if given.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(_PLACE.sub(lambda found: f"{found[1]}{table}{found[2]}", text), encoding="utf-8")
    return 0


def table_of(folder: Path) -> str:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    if not found:
        return "まだ結果がありません。\n"
    order = [*NAMES, *OTHERS, ODDS]
    found.sort(key=lambda one: (order.index(one["trial"]), one.get("fault", ""), one["engine"] != "sqlite"))
    kinds: tuple[tuple[str, Collection[str], Callable[[Mapping[str, Any]], str]], ...] = (
        (HEAD, NAMES, _row),
        (OTHERS_HEAD, OTHERS, _other_row),
        (ODDS_HEAD, (ODDS,), _odds_row),
    )
    rows = [(head, "".join(row(one) for one in found if one["trial"] in names)) for head, names, row in kinds]
    return "".join(head + of_kind for head, of_kind in rows if of_kind)


def _odds_row(one: Mapping[str, Any]) -> str:
    counts = sorted(set(one["injections"].values()))
    injected = "〜".join(f"{count:,}" for count in (counts[:1] + counts[-1:] if len(counts) > 1 else counts))
    kinds = f"（{len(one['injections'])}とおり）" if len(one["injections"]) > 1 else ""
    cells = (
        one["fault"],
        "SQLite" if one["engine"] == "sqlite" else "PostgreSQL",
        one["dose"],
        f"{injected}{kinds}",
        "健全" if one["sound"] else f"健全でない（{len(one['missed'])}）",
        f"{one['seconds']:,}",
        one["commit"],
    )
    return f"| {' | '.join(cells)} |\n"


def _other_row(one: Mapping[str, Any]) -> str:
    cells = (
        OTHERS[one["trial"]],
        "SQLite" if one["engine"] == "sqlite" else "PostgreSQL",
        one["told"]["dose"],
        one["told"]["found"],
        "健全" if one["sound"] else f"健全でない：{'、'.join(one['missed'][:3])}",
        f"{one['machine']['load']:g}",
        one["commit"],
    )
    return f"| {' | '.join(cells)} |\n"


def _row(one: Mapping[str, Any]) -> str:
    verdict = one["verdict"]
    states = "、".join(f"{state} {count:,}" for state, count in verdict["states"].items())
    acks, replies = verdict["acknowledgements"], verdict["replies"]
    if one["trial"] == "load":
        steady = next((phase for phase in one["phases"] if phase["name"] == "steady"), None)
        acks, replies = (steady["acknowledgements"], steady["replies"]) if steady else (acks, replies)
    sound = verdict["sound"] and not one.get("missed")
    cells = (
        NAMES[one["trial"]],
        "SQLite" if one["engine"] == "sqlite" else "PostgreSQL",
        dose_in_words(one),
        f"{verdict['acknowledged']:,}",
        states,
        f"{verdict['lost']}",
        f"{verdict['double']}",
        f"{verdict['open']}",
        f"{acks['p99']:,.0f}・{acks['max']:,.0f}",
        f"{replies['p95']:.2f}",
        "健全" if sound else "健全でない",
        one["commit"],
    )
    return f"| {' | '.join(cells)} |\n"


def dose_in_words(one: Mapping[str, Any]) -> str:
    dose = one["dose"]
    match one["trial"]:
        case "kills" | "machines":
            kinds = "、".join(f"{kind} {count}" for kind, count in sorted(one["kills"].items()))
            return f"{dose['kills']}回（{kinds}）、毎秒{dose['rate']:g}件、{dose['seconds']}秒"
        case "load":
            bursts = f"、{dose['burst']:,}件の波{dose['bursts']}回" if dose["bursts"] else ""
            batches = f"、100件の束{dose['batches']}回" if dose["batches"] else ""
            shape = one["shape"]
            parts = f"（受信{shape['workers']}・返信{shape['senders']}プロセス）"
            return f"毎秒{dose['rate']:g}件を{dose['seconds']:g}秒{bursts}{batches}{parts}"
        case "replay":
            return f"{dose['events']:,}件を{dose['delivered']:,}回（一つに最大{dose['copies']}）、同時{dose['threads']}"
        case _:
            return f"{len(dose['moods'])}とおり×{dose['events']:,}件、毎秒{dose['rate']:g}件"
