"""Files handed to clamd: over both kinds of socket, whole, and refused whenever it does not say that they are clean."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import virus_scan
from knowledge.virus_scan import Scanner, ScannerAddressError, ScannerError, scanner_at, virus_in
from tests.support.fake_clamd import MARKER, FakeClamd, fake_clamd


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeClamd]:
    with fake_clamd(tmp_path / "clamd.ctl" if request.param == "unix" else None) as found:
        yield found


def virus(clamd: FakeClamd, content: bytes) -> str | None:
    return virus_in(scanner_at(clamd.address), io.BytesIO(content))


def test_a_clean_file_is_sent_whole_and_nothing_is_found(clamd: FakeClamd) -> None:
    for size in (0, 1, 65_536, 65_537, 3_000_000):
        assert virus(clamd, b"x" * size) is None
    assert clamd.scanned == [0, 1, 65_536, 65_537, 3_000_000]


def test_what_is_found_is_told_by_its_name_even_over_the_border_of_two_pieces(clamd: FakeClamd) -> None:
    assert virus(clamd, b"x" * 65_530 + MARKER + b"x") == "Test.Marker"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"", "no reply"),
        (b"stream: Can't allocate memory ERROR\0", "Can't allocate memory ERROR"),
        (b"stream: NOT OK\0", "NOT OK"),
        (b"\xff\xfe\0", "clamd"),
    ],
)
def test_whatever_is_not_a_clear_answer_is_no_clean_file(clamd: FakeClamd, says: bytes, told: str) -> None:
    clamd.says = says
    with pytest.raises(ScannerError, match=told):
        virus(clamd, b"x")


def test_more_than_it_takes_is_an_error_and_not_a_broken_pipe(clamd: FakeClamd) -> None:
    clamd.most = 100_000
    with pytest.raises(ScannerError):
        virus(clamd, b"x" * 5_000_000)


def test_one_that_never_answers_is_given_up(clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch) -> None:
    clamd.silent = True
    monkeypatch.setattr(virus_scan, "_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(ScannerError, match="Timeout"):
        virus(clamd, b"x")
    assert time.monotonic() - begun < 5


def test_one_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Scanner(host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(ScannerError, match="refused"):
            virus_in(nobody, io.BytesIO(b"x"))
    with pytest.raises(ScannerError, match="No such file"):
        virus_in(Scanner(path=str(tmp_path / "none")), io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("unix:/run/clamav/clamd.ctl", Scanner(path="/run/clamav/clamd.ctl")),
        ("unix:///run/clamav/clamd.ctl", Scanner(path="/run/clamav/clamd.ctl")),
        ("tcp://127.0.0.1:3310", Scanner(host="127.0.0.1", port=3310)),
        ("tcp://[::1]:3310", Scanner(host="::1", port=3310)),
        ("tcp://clamd.example:3310", Scanner(host="clamd.example", port=3310)),
    ],
)
def test_an_address_is_a_path_or_a_host_with_its_port(address: str, scanner: Scanner) -> None:
    assert scanner_at(address) == scanner


@pytest.mark.parametrize(
    "address",
    ["", "unix:run/clamd", "tcp://127.0.0.1", "tcp://:3310", "tcp://a:0x", "http://a:1", "tcp://a:1/x", "tcp://u@a:1", "clamd", "tcp://[::1"],
)  # fmt: skip
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(ScannerAddressError):
        scanner_at(address)


@pytest.mark.skipif(shutil.which("clamd") is None, reason="clamd（clamav-daemon）がありません")
def test_a_real_clamd_finds_what_its_table_names_and_passes_the_rest(tmp_path: Path) -> None:
    table = tmp_path / "db"
    table.mkdir()
    (table / "test.ndb").write_text(f"Test.Marker:0:*:{MARKER.hex()}\n", encoding="ascii")
    (tmp_path / "clamd.conf").write_text(
        f"LocalSocket {tmp_path}/clamd.ctl\nDatabaseDirectory {table}\nForeground yes\nStreamMaxLength 1M\n",
        encoding="ascii",
    )
    scanner = scanner_at(f"unix:{tmp_path}/clamd.ctl")
    with subprocess.Popen(
        ["clamd", "-c", str(tmp_path / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            for _ in range(300):
                if (tmp_path / "clamd.ctl").exists():
                    break
                time.sleep(0.1)
            assert virus_in(scanner, io.BytesIO("ふつうの表です".encode())) is None
            found = virus_in(scanner, io.BytesIO(b"a,b\n" + MARKER))
            assert found is not None
            assert found.startswith("Test.Marker")
            with pytest.raises(ScannerError):
                virus_in(scanner, io.BytesIO(b"x" * 3_000_000))
        finally:
            running.terminate()
