"""The file of what LINE could not deliver: read whatever its columns are, and told as the times that were missed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge.line_errors import read_line_errors
from knowledge.upload_limits import UploadError

HOUR = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
"""Ten o'clock in Japan."""


def missed(tmp_path: Path, content: str | bytes, name: str = "errors.tsv") -> list[tuple[int, int, int, bool]]:
    """Of each outage: minutes after ten at which it began and ended, how many errors, whether it was too long."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_line_errors(path)
    return [
        (
            int((one.first - HOUR).total_seconds() // 60),
            int((one.last - HOUR).total_seconds() // 60),
            one.times,
            one.is_too_long,
        )
        for one in found.outages
    ]


ROWS = [
    ("2026/11/20 10:00", "could_not_connect", "Connection failed", 3),
    ("2026/11/20 10:15", "error_status_code", "503", 4),
    ("2026/11/20 10:30", "request_timeout", "Request timeout", 5),
    ("2026/11/20 14:00", "request_timeout", "Request timeout", 1),
]


def table(rows: list[tuple[str, str, str, int]], order: tuple[int, ...] = (0, 1, 2, 3), between: str = "\t") -> str:
    head = ("Date", "Reason", "Detail", "Count")
    return "".join(between.join(str(row[place]) for place in order) + "\r\n" for row in (head, *rows))


def test_errors_close_together_are_one_outage(tmp_path: Path) -> None:
    assert missed(tmp_path, table(ROWS)) == [(0, 30, 12, True), (240, 240, 1, False)]


@pytest.mark.parametrize(
    "content",
    [
        table(ROWS[:1]).replace("\t3", "\t1"),
        table(ROWS[:1], (1, 2, 0)),
        table(ROWS[:1], (0, 1, 2), ","),
        "\ufeff2026-11-20T10:00:00+09:00\tcould_not_connect\n",
        "2026-11-20T01:00:00.123Z\tCOULD_NOT_CONNECT\tConnection failed\n",
        '"2026年11月20日 10:00"\t"could_not_connect"\t"Connection failed"\n',
        f"{int(HOUR.timestamp())}\tcould_not_connect\n",
        f"{int(HOUR.timestamp()) * 1000}\tcould_not_connect\n",
        table(ROWS[:1], (0, 1, 2)).encode("utf-16"),
        "日時\t原因\n2026/11/20 10:00:59\tcould_not_connect\n".encode("cp932"),
    ],
)
def test_whatever_the_columns_are(tmp_path: Path, content: str | bytes) -> None:
    assert missed(tmp_path, content) == [(0, 0, 1, False)]


def test_a_status_is_no_count(tmp_path: Path) -> None:
    assert missed(tmp_path, table([ROWS[1]], (0, 1, 2))) == [(15, 15, 1, False)]
    assert missed(tmp_path, table([ROWS[1]])) == [(15, 15, 4, False)]


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "errors.tsv"
    path.write_text(table(ROWS) + "2026/13/40 10:00\trequest_timeout\nnothing\n", encoding="utf-8")
    found = read_line_errors(path)
    assert (len(found.outages), found.unread) == (2, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空のファイル"),
        (b"PK\x03\x04 a workbook", "文字のファイルではありません"),
        ("何かの表\tほかの列\n".encode(), "TSVファイルをダウンロード"),
        (b"\x81\xff\xfe", "文字として読めません"),
        (b"x" * (6 << 20), "大きすぎます"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        missed(tmp_path, content)
