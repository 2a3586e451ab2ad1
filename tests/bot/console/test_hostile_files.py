"""Hostile files as a browser sends them: refused in words, by a process of their own; the service stays small."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from bot.console import forms
from bot.services import Services
from knowledge.roles import Role
from knowledge.upload_limits import CPU_SECONDS, MEMORY, MIB
from tests.knowledge.test_upload_limits import BOMB, OUTSIDE, REFUSED, SHEET, changed, workbook
from tests.knowledge.test_zip_checks import BAD, package
from tests.support.server import Service
from tests.support.staff import Colleague, signed_in

CHECKS = "/staff/242047/checks/import"
ARCHIVES = "/staff/242047/sheets/import"
EDGE = "an-edge-that-no-file-holds"
MOST_MORE = 20
"""MiB by which the service may have grown when all of them have been looked at."""
SECONDS = 15
"""A file may take: ten of its process, and starting it."""


def far_cell() -> bytes:
    """A small table whose one cell stands in the last column of the last row."""
    row = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + row
    return changed(workbook(["x"]), **{SHEET: sheet + b"</sheetData></worksheet>"})


def many_rows() -> bytes:
    """A million rows of one letter: 60 MB of XML."""
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    rows = b"".join(b'<row r="%d"><c t="n"><v>%d</v></c></row>' % (n, n * 7919 % 99_991) for n in range(1, 1_000_001))
    return changed(workbook(["x"]), **{SHEET: head + rows + b"</sheetData></worksheet>"})


def nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.csv", b"0" * (50 << 20))
    return changed(workbook(["x"]), **{"xl/media/a.zip": inner.getvalue()})


def polyglot() -> bytes:
    return b"%PDF-1.4\n<script>alert(1)</script>\n" + workbook(["x"])


WORST: dict[str, tuple[str, Callable[[], bytes]]] = {
    "the last cell of all": ("a.xlsx", far_cell),
    "a million rows": ("a.xlsx", many_rows),
    "entities that multiply": ("a.xlsx", lambda: changed(workbook(["x"]), **{SHEET: BOMB})),
    "an entity from a file": ("a.xlsx", lambda: changed(workbook(["x"]), **{SHEET: OUTSIDE})),
    "a zip within": ("a.xlsx", nested_zip),
    "two kinds in one": ("a.xlsx", polyglot),
    "a bomb by ratio": ("a.xlsx", lambda: changed(workbook(["x"]), x=b"0" * (90 << 20))),
    "a line without end": ("a.csv", lambda: b'"' + b"x," * (4 << 20)),
}


def cut_off(share: float) -> bytes:
    whole = workbook(*([[number, number * 7919 % 99_991, "あ"] for number in range(500)]))
    return whole[: int(len(whole) * share)]


FILES = dict(WORST)
if "FUZZ_EXAMPLES" in os.environ:  # `make fuzz` and `make fuzz-short`
    FILES |= {f"refused {number}": (each.values[0], each.values[1]) for number, each in enumerate(REFUSED)}
    FILES |= {
        f"{about} {ending}": (f"a{ending}", partial(package, members))
        for about, members in BAD.items()
        for ending in (".xlsx", ".zip")
    }
    FILES |= {f"cut off at {share}": ("a.xlsx", partial(cut_off, share)) for share in (0.1, 0.5, 0.9, 0.99)}
    assert len(FILES) >= 60


def resident(process: int) -> float:
    """MiB that ``process`` holds of memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@dataclass
class Watch:
    """Looks at the processes that read files for ``service``, until it is told to stop."""

    service: int
    most_memory: float = 0
    """MiB of address space, which is what is limited."""
    most_seconds: float = 0
    seen: int = 0

    def __post_init__(self) -> None:
        self._over, self._known = threading.Event(), set[int]()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            for process in Path(f"/proc/{self.service}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    for child in process.read_text().split():
                        self._note(int(child))

    def _note(self, child: int) -> None:
        folder = Path("/proc") / str(child)
        with contextlib.suppress(OSError, IndexError, ValueError):
            if b"_child" not in (folder / "cmdline").read_bytes():
                return
            told = (folder / "status").read_text()
            self.most_memory = max(self.most_memory, int(told.split("VmPeak:")[1].split()[0]) / 1024)
            worked = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
            self.most_seconds = max(self.most_seconds, sum(map(int, worked)) / os.sysconf("SC_CLK_TCK"))
            self._known.add(child)

    def stop(self) -> Watch:
        self._over.set()
        self._thread.join(10)
        self.seen = len(self._known)
        return self


@pytest.fixture(scope="module")
def chief(office: Flask) -> Colleague:
    return signed_in(office, list(Role))


@pytest.fixture(scope="module")
def service(office: Flask) -> Iterator[Service]:
    """In a process of its own: what thousands of tests before left in this one would be measured too."""
    kit: Services = office.extensions["kotae"]
    alone = {"INSTANCE_PATH": str(kit.settings.instance), "SENDER_THREADS": "0", "JOBS": "0"}
    running = Service(alone)
    running.start()
    yield running
    running.stop()


def send(chief: Colleague, origin: str, name: str, path: Path) -> tuple[str, float]:
    """As a browser does, over a real connection: the test's own client would hold the file in memory."""
    token = forms.token_for(chief.secret_key, chief.session_id)
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{forms.FIELD}"\r\n\r\n{token}\r\n'
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{EDGE}--\r\n".encode()
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    begun = time.monotonic()
    connection.putrequest("POST", ARCHIVES if name.endswith(".zip") else CHECKS)
    for header, value in {
        "Origin": origin,
        "Cookie": f"staff={chief.session_id}",
        "Content-Type": f"multipart/form-data; boundary={EDGE}",
        "Content-Length": str(len(head) + path.stat().st_size + len(tail)),
    }.items():
        connection.putheader(header, value)
    connection.endheaders(head)
    with path.open("rb") as stream:
        while block := stream.read(1 << 16):
            connection.send(block)
    connection.send(tail)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert answer.status == 422, f"{name}: {answer.status}"
    return page, time.monotonic() - begun


def settled(pid: int) -> float:
    """Its memory once that grows no more by itself: after its start a service warms up, here for half a minute."""
    last, calm, end = resident(pid), 0, time.monotonic() + 120
    while calm < 4 and time.monotonic() < end:
        time.sleep(1)
        held = resident(pid)
        calm = calm + 1 if abs(held - last) < 1 else 0
        last = held
    return last


def test_hostile_files_are_refused_and_the_service_stays_small(
    service: Service, chief: Colleague, tmp_path: Path
) -> None:
    made = []
    for number, (name, content) in enumerate(FILES.values()):
        made.append((name, tmp_path / str(number)))
        made[-1][1].write_bytes(content())
    slow = {}
    for one in made:  # what the first of a kind needs is loaded once
        send(chief, service.url, *one)
    before, watched = settled(service.worker()), Watch(service.worker())
    for about, (name, path) in zip(FILES, made, strict=True):
        said, slow[about] = send(chief, service.url, name, path)
        assert 'class="error' in said, about
        assert "Traceback" not in said
    grown, children = resident(service.worker()) - before, watched.stop()
    print(
        f"{len(FILES)} files, {children.seen} readers: the service grew by {grown:.1f} MiB, the largest reader {children.most_memory:.0f} MiB "
        f"and {children.most_seconds:.1f} s of work, the slowest answer {max(slow.values()):.1f} s"
    )
    assert grown <= MOST_MORE
    assert max(slow.values()) <= SECONDS, slow
    assert children.seen >= 3, "many are refused before a reader is asked"
    assert children.most_memory <= MEMORY / MIB
    assert children.most_seconds <= CPU_SECONDS + 1
