"""One check of ZIP packages, whatever file is one: the same rules for a workbook, a Word file and a plain .zip."""

from __future__ import annotations

import ast
import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.plan_documents.document import PlanFileError
from knowledge.plan_documents.reading import read_plan
from knowledge.spreadsheet_files import read_tables
from knowledge.upload_limits import MAX_MEMBERS, MIB, UploadError
from knowledge.zip_checks import PLAIN_ZIP, WORD, WORKBOOK, PackageKind, zip_fault

ROOT = Path(__file__).parents[2]


def package(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return stream.getvalue()


BAD = {
    "many": {f"a{number}.csv": b"" for number in range(MAX_MEMBERS + 1)},
    "a member that swells": {"a.csv": bytes(3 * MIB), "b.csv": bytes(range(256)) * 400},
    "all that swells": {f"a{number}.csv": bytes(MIB) for number in range(3)},
    "a way out": {"../a.csv": b"x"},
    "a way out of Windows": {"..\\a.csv": b"x"},
    "a drive": {"C:a.csv": b"x"},
    "from the root": {"/a.csv": b"x"},
    "a package within": {"b/a.XLSX": b"x"},
    "an old document within": {"a.doc": b"x"},
    "a macro": {"xl/vbaProject.bin": b"x"},
    "a control": {"word/activeX/a.bin": b"x"},
}


@pytest.mark.parametrize("members", BAD.values(), ids=BAD)
@pytest.mark.parametrize(("ending", "kind"), [(".xlsx", WORKBOOK), (".docx", WORD), (".zip", PLAIN_ZIP)])
def test_what_is_refused_in_one_kind_of_file_is_refused_in_all(
    tmp_path: Path, members: dict[str, bytes], ending: str, kind: PackageKind
) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(package(members))
    with zipfile.ZipFile(path) as opened:
        fault = zip_fault(opened.infolist(), kind)
    assert fault is not None
    read: Callable[[Path], object] = read_plan if ending == ".docx" else read_tables
    with pytest.raises((UploadError, PlanFileError)) as caught:
        read(path)
    assert str(caught.value) == f"{path.name}: {fault}"


def test_a_small_run_of_blanks_and_an_ordinary_package_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(package({"a.csv": "質問,答え\n".encode() + b"a,b\n" * 100_000 + b" " * 300_000}))
    with zipfile.ZipFile(path) as opened:
        assert zip_fault(opened.infolist(), PLAIN_ZIP) is None


def test_no_other_module_has_rules_of_its_own() -> None:
    """The sizes of members are looked at in one place; an archive of a whole municipality has its own manifest."""
    looking = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "knowledge").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("compress_size", "flag_bits")
    }
    assert looking == {"knowledge/zip_checks.py"}


def _bent(good: bytes, chance: random.Random) -> bytes:
    """Changed, cut or grown somewhere."""
    content, place = bytearray(good), chance.randrange(len(good))
    match chance.randrange(3):
        case 0:
            for _ in range(chance.randint(1, 20)):
                content[chance.randrange(len(content))] = chance.randrange(256)
        case 1:
            del content[place:]
        case _:
            content[place : place + chance.randint(1, 50)] = chance.randbytes(chance.randint(0, 60))
    return bytes(content)


def test_a_broken_archive_of_tables_is_told_and_never_a_fault_of_ours(tmp_path: Path) -> None:
    chance, path, told = random.Random(4), tmp_path / "a.zip", 0
    rows = "".join(f"q{number * 7919 % 1000},a{number * number % 977}\n" for number in range(300))
    good = package({f"a{number}.csv": f"質問,答え\n{rows}".encode() for number in range(3)})
    for _ in range(300):
        path.write_bytes(_bent(good, chance))
        with contextlib.suppress(UploadError):
            read_tables(path)
            continue
        told += 1
    assert told > 200
