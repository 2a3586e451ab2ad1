"""Lists for staff on the command line: as a table for the eye, as JSON, or as a CSV file that Excel opens."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from knowledge.cells import disarmed


def show_rows(
    rows: Sequence[Mapping[str, str]],
    headings: Mapping[str, str],
    *,
    groups: Sequence[str],
    as_json: bool,
    csv_file: Path | None,
    empty: str,
) -> None:
    """Show ``rows`` (key -> text) under ``headings`` (key -> Japanese).  A table is parted by the keys ``groups``."""
    if csv_file:
        try:
            csv_file.write_bytes(csv_bytes(rows, headings))
        except OSError as error:
            raise click.ClickException(
                f"{csv_file} に書けません（フォルダーがあるか、Excel で開いていないか確かめてください）"
            ) from error
        click.echo(f"{csv_file} に{len(rows)}行を書きました", err=True)
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1))
    elif not csv_file:
        _show_tables(rows, headings, groups, empty)


def csv_bytes(rows: Sequence[Mapping[str, str]], headings: Mapping[str, str]) -> bytes:
    """UTF-8 with its mark, lines ended as Excel ends them, and no cell that Excel would reckon with."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings.values())
    writer.writerows([disarmed(row[key]) for key in headings] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _show_tables(
    rows: Sequence[Mapping[str, str]], headings: Mapping[str, str], groups: Sequence[str], empty: str
) -> None:
    if not rows:
        click.echo(empty)
        return
    console = Console(width=None if sys.stdout.isatty() else 140)
    for place in dict.fromkeys(tuple(row[key] for key in groups) for row in rows):
        here = [row for row in rows if tuple(row[key] for key in groups) == place]
        title = Text(f"{' '.join(place)}（{len(here)}件）") if place else None
        table = Table(title=title, title_justify="left")
        shown = [key for key in headings if key not in groups]
        for key in shown:
            table.add_column(headings[key], overflow="fold")
        for row in here:
            table.add_row(*(Text(row[key]) for key in shown))
        console.print(table)
