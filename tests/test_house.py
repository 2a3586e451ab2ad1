"""House rules, held by reading the source: layers, escapes, secrets, addresses."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from bot.settings import SETTINGS

ROOT = Path(__file__).parent.parent
LAYERS = {"intents": {"intents"}, "knowledge": {"knowledge", "intents"}, "bot": {"bot", "knowledge", "intents"}}
TEMPLATES = sorted((ROOT / "bot" / "templates").rglob("*.html"))


@lru_cache
def tracked() -> tuple[str, ...]:
    """What git keeps or would keep, as paths from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def sources(*folders: str) -> list[Path]:
    return [ROOT / name for name in tracked() if name.endswith(".py") and name.split("/")[0] in folders]


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def test_there_is_source_to_read() -> None:
    assert len(sources("intents", "knowledge", "bot")) > 40
    assert len(TEMPLATES) >= 8


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_one_way(layer: str) -> None:
    ours = {"app", "bot", "knowledge", "intents", "tests"}
    back = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(layer)
        for module in imports(path)
        if module.split(".")[0] in ours - LAYERS[layer]
    ]
    assert back == []


def test_what_a_message_means_needs_no_framework_database_or_network() -> None:
    barred = {"flask", "werkzeug", "jinja2", "sqlalchemy", "alembic", "psycopg", "sqlite3", "requests", "urllib3"}
    barred |= {"linebot", "socket", "http", "httpx", "aiohttp", "structlog"}
    used = {module.split(".")[0] for path in sources("intents") for module in imports(path)}
    assert used & barred == set()
    assert "urllib.request" not in {module for path in sources("intents") for module in imports(path)}


def test_only_the_composition_root_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in [*sources("intents", "knowledge", "bot"), ROOT / "app.py", ROOT / "gunicorn.conf.py"]
        if re.search(r"os\.environ|os\.getenv|from os import .*(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"app.py", "gunicorn.conf.py"}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\|\s*safe\b", id="|safe"),
        pytest.param(r"\bMarkup\(", id="Markup("),
        pytest.param(r"\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write", id="innerHTML"),
        pytest.param(r"render_template_string", id="render_template_string"),
        pytest.param(r"yaml\.(?:unsafe_|full_)?load\(", id="yaml.load("),
        pytest.param(r"shell\s*=\s*True|os\.system\(|os\.popen\(", id="shell"),
        pytest.param(r"\bpickle\.|\bmarshal\.|\beval\(|(?<![\w.])exec\(", id="code from data"),
        pytest.param(r"verify\s*=\s*False|CERT_NONE|_create_unverified", id="TLS unchecked"),
        pytest.param(r"autoescape\s+false|autoescape\s*=\s*False", id="autoescape off"),
    ],
)
def test_a_dangerous_construct_is_used_nowhere(pattern: str) -> None:
    folders = ("app.py", "bot/", "knowledge/", "intents/", "gunicorn.conf.py")
    found = [
        f"{name}:{number}"
        for name in tracked()
        if name.startswith(folders) and name.endswith((".py", ".html", ".js"))
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "bot" / "templates")))
def test_a_template_has_no_inline_script_handler_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    # Data is no script: browsers run nothing of it, and the policy does not forbid it (tests/bot/web/test_browser.py).
    assert not re.search(r"<script(?![^>]*\bsrc=| type=\"application/ld\+json\">{{ \w+\|tojson }}</script>)", text), (
        "inline script"
    )
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "event handler"
    assert not re.search(r"<[^>]*\sstyle\s*=|<style", text), "inline style"
    assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text), "an address elsewhere"
    assert not re.search(r"=\s*{{", text), "an attribute without quotation marks"


REGISTRIES = re.compile(
    r"https?://(?!127\.0\.0\.1|localhost)[\w.-]*(?:pypi\.org|pythonhosted\.org|artifactory|nexus|jfrog|devpi)[\w./-]*"
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt|opt/venv)/[\w.-]+")


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a registry's address", REGISTRIES), ("a path of one machine", MACHINE)],
    ids=["registry", "path"],
)
def test_no_file_holds_an_address_of_the_place_it_was_made_in(what: str, pattern: re.Pattern[str]) -> None:
    found = []
    for name in tracked():
        if name == "tests/test_house.py":
            continue
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {match[0]}" for match in pattern.finditer(text)]
    assert found == [], what


def test_no_file_holds_a_key() -> None:
    key = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:ghp|gho|glpat|sk|xox[bp])[-_][A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}"
    )
    found = [
        name
        for name in tracked()
        if name != "tests/test_house.py" and key.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_every_setting_is_named_in_the_example() -> None:
    """At the beginning of a line; with a # before it where deploy/ gives the value."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [setting.name for setting in SETTINGS if not re.search(rf"(?m)^#?{setting.name}=", text)] == []


def test_what_only_staff_need_is_not_loaded_to_answer_residents() -> None:
    """Each process that serves would carry it: some 20 MB of word lists and of what writes and reads files."""
    seen = "import app, sys; print(*sorted({'zxcvbn', 'openpyxl', 'docx', 'pypdfium2', 'altair', 'vl_convert'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
