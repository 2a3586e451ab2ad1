"""What the service writes, opened and saved again by LibreOffice: ``make office-suite``.

All hostile strings go out as a workbook and as CSV; LibreOffice opens each and saves it as a workbook, and what is
then read is what was written: no cell has become a formula, no text is another.  Wants Debian's libreoffice-calc.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from intents.text import clean
from knowledge.csv_files import csv_bytes
from knowledge.spreadsheet_files import read_tables
from knowledge.tabular import BadCell, OutSheet
from knowledge.workbooks import workbook_bytes
from tests.support.hostile import hostile_strings

SECONDS = 180
MOST_OF_A_CELL = 30_000
FORMULAS = ("=1+1", "＝1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "  =1", "\u3000=1", '=HYPERLINK("https://evil.example","x")', "=cmd|'/c calc'!A1")  # fmt: skip
CSV_FILTER = "CSV:44,34,76,1,,0,false,false"
"""Commas, double quotes, UTF-8, from the first line; a number may be taken for one, as a click on the file does."""


def strings() -> tuple[str, ...]:
    """As staff's and residents' texts are kept."""
    kept = (clean(one)[:MOST_OF_A_CELL] for one in (*hostile_strings(), *FORMULAS))
    return tuple(dict.fromkeys(one for one in kept if one))


def saved_again(soffice: str, path: Path, *options: str) -> Path:
    out = path.parent / f"again-{path.suffix[1:]}"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [soffice, "--headless", profile, *options, "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return out / f"{path.stem}.xlsx"


def differences(path: Path, expected: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """What became a formula or an error, and what is another text now."""
    (sheet,) = read_tables(path)
    cells = [row.cells[1] if len(row.cells) > 1 else "" for row in sheet.rows[1:]]
    run = [f"{one!r} {cell!r}" for one, cell in zip(expected, cells, strict=False) if isinstance(cell, BadCell)]
    other = [
        f"{one[:60]!r} is {str(cell)[:60]!r}"
        for one, cell in zip(expected, cells, strict=False)
        if not isinstance(cell, BadCell) and cell != one
    ]
    missing = len(expected) - len(cells)
    return run, other + ([f"{missing} rows are missing"] if missing else [])


def main() -> int:
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        print("LibreOffice がありません。apt-get install --no-install-recommends libreoffice-calc を実行してください")
        return 1
    told = strings()
    sheet = OutSheet("質問", ("番号", "文"), (8, 60), frozenset(), [(f"n{n}", one) for n, one in enumerate(told)])
    bad = 0
    with tempfile.TemporaryDirectory(prefix="kotae-office-") as folder:
        for name, content, options in (
            ("book.xlsx", workbook_bytes((), [sheet]), ()),
            ("table.csv", csv_bytes(sheet), (f"--infilter={CSV_FILTER}",)),
        ):
            path = Path(folder) / name
            path.write_bytes(content)
            run, other = differences(saved_again(soffice, path, *options), told)
            print(f"== {name}: {len(told)} texts, {len(run)} run or broken, {len(other)} changed")
            print("\n".join(f"   {one}" for one in (*run, *other)[:40]))
            bad += len(run) + (len(other) if name.endswith(".xlsx") else 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
