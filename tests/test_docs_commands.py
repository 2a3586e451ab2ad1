"""Every command that README.md and docs/ tell somebody to type: run, or at least read, as it stands there.

``flask --app app …`` is run in an app of the test's own where nothing speaks against it; of what is not run the command
and its options must exist.  What is neither is named below with its reason: a new command fails until it is classified.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup

from app import create_app
from tests.conftest import FIRST_TOWN
from tests.support.fake_line import ACCESS_TOKEN, SECRET

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BY_ITSELF = {"new-municipality.md": "followed from its first line to its last by tests/bot/test_new_municipality.py"}
_STARTS = ("sudo", "podman", "flask", "make", ".venv/bin/", "python", "deploy/kotae", "echo", "openssl", "systemd-")
_BEGINS = re.compile(rf"(?:{'|'.join(re.escape(start) for start in _STARTS)})")
_LINE = re.compile(r"^ {4,}((?:\.venv/bin/|flask |make |sudo |python ).*)$", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")

NOT_RUN = {
    "": "the beginning of any command",
    "prepare": "learns for a minute: tests/bot/test_commands.py and make run do it",
    "knowledge restore": "writes a municipality that is here: tests/knowledge/test_archives.py",
    "knowledge erase": "erases a municipality: tests/bot/test_upkeep_commands.py",
    "knowledge links check": "goes out to every link: tests/knowledge/test_links.py",
    "knowledge effect": "asks every question again: tests/bot/test_effect_commands.py",
    "knowledge new-municipality": "its values are the reader's own: tests/bot/test_new_municipality.py",
    "knowledge plan-text": "a plan of the reader's own: tests/bot/test_plan_commands.py",
    "knowledge verify": "plans of the reader's own: tests/bot/test_verification_commands.py",
    "demo traffic": "a year of questions: tests/bot/test_demo_commands.py",
    "jobs run": "goes on until it is stopped: tests/bot/test_jobs.py",
    "line send": "goes on until it is stopped: tests/bot/line/test_service.py",
    "evaluate": "a benchmark of the reader's own: tests/bot/test_commands.py",
    "upgrade": "the service is to stand still: tests/bot/test_backup_commands.py",
    "restore": "fills an empty database: tests/bot/test_backup_commands.py",
    "residents erase": "a code that a resident was given: tests/bot/test_commands.py",
    "backup drill": "restores a whole backup: tests/bot/test_restore_drill.py",
    "backup verify": "a backup of the reader's own: tests/bot/test_backup_commands.py",
    "database move": "another database: tests/bot/test_backup_commands.py",
    "database partition-log": "PostgreSQL alone: tests/knowledge/test_log_partitions.py",
    "staff reset-totp": "an account of the reader's own: tests/bot/test_staff_commands.py",
}
"""Commands of ours that are read, not run: by their names, with the reason."""
ENDS_WITH_1 = {
    "line doctor": "a channel of which nothing is confirmed",
    "status": "no process serves",
    "alerts test": "nobody is named to be told",
}
OF_THE_MACHINE = {
    "sudo apt install": "the packages of the server",
    "sudo useradd": "an account of the server",
    "sudo git": "the program's own folder on the server",
    "sudo install": "files of the server",
    "sudo cp": "files of the server",
    "sudo mv": "files of the server",
    "sudo systemctl": "systemd of the server; its units are checked by tests/test_deploy.py",
    "podman build": "no podman here; the steps were done by hand (docs/operations.md)",
    "podman run": "the same",
    "podman secret": "the same",
    "sudo deploy/kotae $kunren serve": "deploy/kotae starts gunicorn itself: tests/test_deploy.py",
    "sudo rm": "files of the server",
    "echo": "words for the command after it",
    "openssl rand": "makes a key",
    "systemd-analyze": "systemd of the server",
    "systemd-run": "systemd of the server",
}
"""What is not our program, by how it begins."""
PLACES = {
    "CODE": FIRST_TOWN, "<コード>": FIRST_TOWN, "自分の6桁": FIRST_TOWN, "122106": FIRST_TOWN, "ID": "plan-overview",
    "ログイン名": "kanri-hanako", "表示名": "管理 花子", "質問.jsonl": "questions.jsonl",
    "/var/lib/kotae/tenken.xlsx": "tenken.xlsx",
}  # fmt: skip
"""What a reader puts in the place of a word."""


@dataclass(frozen=True)
class Typed:
    """A command and the file that tells to type it."""

    file: str
    line: str

    def __str__(self) -> str:
        return f"{self.file}: {self.line}"


def _typed() -> Iterator[Typed]:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        lines = [line for lang, body in _FENCE.findall(text) if lang in ("", "sh") for line in _joined(body)]
        rest = _FENCE.sub("", text)
        lines += [*_LINE.findall(rest), *(span for span in _SPAN.findall(rest) if _BEGINS.match(span))]
        for line in lines:
            for part in re.split(r"\s&&\s|\s\\?\|\s", line):
                if _BEGINS.match(command := re.sub(r"\s{2,}#.*|\s#\s.*", "", part).strip()):
                    yield Typed(str(path.relative_to(ROOT)), command)


def _joined(block: str) -> list[str]:
    return [line.strip() for line in block.replace("\\\n", " ").splitlines()]


def _ours(line: str) -> list[str] | None:
    """The arguments of ``flask --app app``; None for another command."""
    line = re.sub(r"^(?:sudo )?deploy/kotae", "flask --app app", re.sub(r"^podman exec kotae ", "", line))
    line = re.sub(r"^(?:\.venv/bin/)?(?:python -m )?flask\b", "flask", line)
    if not line.startswith("flask --app app") or line.endswith(" serve"):
        return None
    words = shlex.split(line.partition(" > ")[0].partition(" < ")[0])[3:]
    words = [
        word for word in words if word not in ("…", "$kunren", "コマンド") and not re.match(r"[A-Z_]+=|名前=", word)
    ]
    return [PLACES.get(word, word) for word in words]


COMMANDS = list(dict.fromkeys(_typed()))
FLASK = [(one, words) for one in COMMANDS if (words := _ours(one.line)) is not None]
OTHERS = [one for one in COMMANDS if _ours(one.line) is None and Path(one.file).name not in BY_ITSELF]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Flask]:
    """An app whose commands are read alone."""
    made = create_app({"INSTANCE_PATH": str(tmp_path / "bare")})
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def office(
    tmp_path: Path, vectors_folder: Path, loaded_file: Path, first_indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An app with the bundled content and a channel whose LINE is away."""
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copytree(first_indexes, instance / "indexes")
    shutil.copy(loaded_file, instance / "kotae.db")
    monkeypatch.chdir(tmp_path)
    given = {
        "INSTANCE_PATH": str(instance),
        "LINE_API_HOST": "http://127.0.0.1:9",
        f"LINE_{FIRST_TOWN}_CHANNEL_SECRET": SECRET,
        f"LINE_{FIRST_TOWN}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
    }
    made = create_app(given)
    yield made
    made.extensions["kotae"].database.dispose()


def _leaf(app: Flask, words: list[str]) -> tuple[str, click.Command, list[str]]:
    """The command that ``words`` name, and what is left of them for it."""
    command: click.Command = app.cli
    names: list[str] = []
    while isinstance(command, click.Group) and words and (found := command.commands.get(words[0])) is not None:
        names, command, words = [*names, words[0]], found, words[1:]
    return " ".join(names), command, words


def test_there_are_commands_of_every_sort() -> None:
    assert len(FLASK) > 60
    assert len(OTHERS) > 60
    assert any(one.file == "README.md" for one in COMMANDS)


def test_every_command_of_ours_exists_with_its_options(bare: Flask) -> None:
    wrong = []
    for one, words in FLASK:
        name, command, rest = _leaf(bare, words)
        if isinstance(command, click.Group) and not command.invoke_without_command:
            if rest:
                wrong.append(f"{one} （{name} に {rest[0]} はない）")
            continue
        try:
            command.make_parser(click.Context(command)).parse_args(list(rest))
        except click.UsageError as error:
            wrong.append(f"{one} （{error.format_message()}）")
    assert not wrong, "\n".join(wrong)


def test_what_is_not_run_is_still_told_of(bare: Flask) -> None:
    named = {_leaf(bare, words)[0] for _, words in FLASK}
    assert {*NOT_RUN, *ENDS_WITH_1} - named == set()


@pytest.mark.timeout(240)
def test_every_other_command_of_ours_does_what_it_is_for(office: Flask, tmp_path: Path) -> None:
    """In the order of the documents, in one office: what one writes the next may read."""
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "text": "住民票はどこ"}\n', encoding="utf-8")
    runner, wrong = office.test_cli_runner(), list[str]()
    done = set[tuple[str, ...]]()
    group = FlaskGroup(add_default_commands=False, load_dotenv=False)
    for one, words in FLASK:
        name, command, _ = _leaf(office, words)
        is_whole = not isinstance(command, click.Group) or command.invoke_without_command
        if name in NOT_RUN or not is_whole or tuple(words) in done:
            continue
        done.add(tuple(words))
        found = runner.invoke(cli=group, args=words, input='{"id":"1","text":"ごみ"}\n')
        if found.exit_code != int(name in ENDS_WITH_1 and "--confirm" not in words) or "Traceback" in found.output:
            wrong.append(f"{one} → {found.exit_code}: {found.output[-300:]}{found.exception!r}")
    assert not wrong, "\n".join(wrong)
    assert len(done) > 25


def test_every_other_command_can_be_typed() -> None:
    """make's targets and Python's modules are there; what is the machine's own is named above."""
    unknown = [str(one) for one in OTHERS if not _is_known(one.line)]
    assert not unknown, "\n".join(unknown)


def _is_known(line: str) -> bool:
    line = re.sub(r"^sudo (?=make )", "", line)
    if line.startswith("make"):
        return line == "make" or _is_made(shlex.split(line)[1:])
    if match := re.match(r"(?:\.venv/bin/)?python -m ([\w.]+)(.*)", line):
        return _is_module(match[1], match[2])
    if line.startswith(".venv/bin/pytest"):
        files = [word for word in shlex.split(line) if word.startswith("tests/")]
        word = re.search(r"-k (\w+)", line)
        return all((ROOT / file).exists() for file in files) and (
            word is None or any(word[1] in (ROOT / file).read_text(encoding="utf-8") for file in files)
        )
    return any(line.startswith(begins) for begins in OF_THE_MACHINE)


def _is_made(words: list[str]) -> bool:
    done = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode == 0


def _is_module(name: str, rest: str) -> bool:
    """The module is there, and its text speaks of every option."""
    found = importlib.util.find_spec(name)
    if found is None:
        return False
    folders = found.submodule_search_locations
    files = (
        [path for folder in folders for path in Path(folder).rglob("*.py")] if folders else [Path(found.origin or "")]
    )
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    return all(option in text for option in re.findall(r"--[a-z][a-z-]+", rest.replace("--help", "")))


def test_what_is_the_machines_own_is_still_told_of() -> None:
    lines = [one.line for one in OTHERS]
    assert [begins for begins in OF_THE_MACHINE if not any(line.startswith(begins) for line in lines)] == []
