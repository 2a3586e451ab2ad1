"""The files that set the service up: they name what there is, keep residents' words out of logs, and shut what they can."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from app import create_app
from bot.settings import KEYS, SETTINGS, read_settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = (
    *("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes"),
    *("CapabilityBoundingSet=", "RestrictSUIDSGID=yes", "SystemCallFilter=@system-service", "UMask=0077", "User=kotae"),
)


def given_by(unit: Path) -> set[str]:
    """The names of what a unit sets itself."""
    lines = unit.read_text(encoding="utf-8").splitlines()
    return {part.split("=")[0] for line in lines if line.startswith("Environment=") for part in line[12:].split()}


def given_by_the_container() -> set[str]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return {part.split("=")[0] for line in text.splitlines() if line.startswith("ENV ") for part in line[4:].split()}


def test_the_example_overrides_nothing_that_is_given() -> None:
    """EnvironmentFile= is stronger than Environment=, and --env-file than ENV: the example is copied there."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = set(re.findall(r"(?m)^([A-Z_0-9]+)=", text))
    given = given_by_the_container().union(*(given_by(unit) for unit in UNITS))
    assert {"INSTANCE_PATH", "HOST", "JOBS", "SECRET_KEY_FILE"} <= given
    assert written & given == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_a_unit_is_shut_and_names_settings_that_there_are(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    assert [each for each in HARDENED if each not in lines] == []
    names = {one.name for one in SETTINGS} | {f"{one.name}_FILE" for one in SETTINGS}
    names |= {"JOBS", "PYTHONDONTWRITEBYTECODE"}
    assert given_by(unit) <= names
    credentials = {line.split("=")[1].split(":")[0] for line in lines if line.startswith("LoadCredential=")}
    assert {part for line in lines for part in re.findall(r"%d/(\w+)", line)} == credentials


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_them(tmp_path: Path) -> None:
    for unit in (*UNITS, *DEPLOY.glob("*.timer")):
        there = unit.read_text(encoding="utf-8").replace("/opt/kotae/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(there, encoding="utf-8")
    found = subprocess.run(
        ["systemd-analyze", "verify", *(str(one) for one in sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    ours = [line for line in found.stderr.splitlines() if "kotae" in line]
    assert (found.returncode, ours) == (0, [])


def test_the_proxy_writes_down_no_words_and_no_address() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    code = "\n".join(line.split("#")[0] for line in text.splitlines())
    formats = "".join(re.findall(r"log_format[^;]*;", code))
    assert re.findall(r"\$(\w+)", formats) == [
        *("time_iso8601", "request_method", "uri", "server_protocol", "status", "body_bytes_sent", "request_time"),
        "sent_http_x_request_id",
    ]
    assert re.findall(r"access_log \S+( \w*)?;", code) == [" kotae"] * 2
    assert "TLSv1.2 TLSv1.3" in code
    assert not re.search(r"TLSv1(\.1)?[ ;]|SSLv", code)
    assert code.count("{") == code.count("}")
    assert "X-Forwarded-For $remote_addr" in code


def test_the_proxy_moves_nobody_elsewhere() -> None:
    """A decoded path ($uri) may hold line ends, and $host is the caller's: neither belongs in what is answered."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    answered = re.findall(r"\b(?:return|rewrite|add_header)\b[^;]*;", code)
    assert "return 301 https://$server_name$kotae_path;" in answered
    barred = {"uri", "document_uri", "host", "http_host", "args", "query_string", "request_uri"}
    assert {name for each in answered for name in re.findall(r"\$(\w+)", each)} & barred == set()
    assert '"~^(?<kotae_sent>/[^?#]*)" $kotae_sent;' in code


def lines_beginning(text: str, start: str) -> list[str]:
    return sorted(re.findall(rf"(?m)(?:^|\s){start}=(\S+)", text))


def test_the_command_of_the_server_is_the_units() -> None:
    """deploy/kotae: the same user, settings, keys and data; systemd-run stands in here as a script that tells."""
    command = DEPLOY / "kotae"
    text, unit = command.read_text(encoding="utf-8"), (DEPLOY / "kotae-jobs.service").read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert command.stat().st_mode & 0o111 == 0o111
    for start in ("EnvironmentFile", "LoadCredential", "StateDirectory", "StateDirectoryMode", "UMask"):
        assert lines_beginning(text, start) == lines_beginning(unit, start) != []
    assert "--uid=kotae --gid=kotae" in text
    assert "INSTANCE_PATH=/var/lib/kotae" in text


def run_command(folder: Path, *words: str, **environment: str) -> list[str]:
    """What deploy/kotae starts: the words, and the settings that it changes."""
    for name, script in {
        "bin/systemd-run": 'until [ "${1%/deploy/kotae}" != "$1" ]; do shift; done\n'
        'cd "$(dirname "$1")/.." && CREDENTIALS_DIRECTORY=/credentials exec "$@"',
        ".venv/bin/python": 'printf "%s\\n" "$@"; env | grep -E "^(DATABASE_URL|ALERT_URL|SECRET_KEY)" | sort',
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
    (folder / "deploy").mkdir()
    shutil.copy(DEPLOY / "kotae", folder / "deploy/kotae")
    found = subprocess.run(
        [str(folder / "deploy/kotae"), *words],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin", **environment},
    )
    return found.stdout.splitlines()


def test_the_command_of_the_server_hands_its_words_on(tmp_path: Path) -> None:
    assert run_command(tmp_path, "ask", "--municipality", "242047", "住民票は 『$5』") == [
        *("-m", "flask", "--app", "app", "ask", "--municipality", "242047", "住民票は 『$5』"),
        "SECRET_KEY_FILE=/credentials/secret_key",
    ]


def test_the_command_of_the_server_takes_settings_for_once(tmp_path: Path) -> None:
    """An emptied setting is empty, though a file was named for its value: a drill tells nobody."""
    said = run_command(
        tmp_path, "DATABASE_URL=sqlite:////a b", "ALERT_URL=", "serve", ALERT_URL="x", ALERT_URL_FILE="/x"
    )
    assert said == [
        *("-m", "gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"),
        *("ALERT_URL=", "DATABASE_URL=sqlite:////a b", "SECRET_KEY_FILE=/credentials/secret_key"),
    ]


def test_the_container_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert "USER 10001:10001" in text
    assert "--require-hashes --no-deps" in text
    assert "HEALTHCHECK" in text
    assert text.rindex("USER ") > text.rindex("RUN ")


PAGES = ("operations.md", "backup.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_the_server_name_the_command_and_what_there_is(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    app = create_app({"INSTANCE_PATH": str(tmp_path)})
    said = re.findall(r"sudo deploy/kotae ((?:[A-Z_]+=\S+ |\$kunren )*)([a-z-]+)(?: ([a-z-]+))?", text)
    assert len(said) > 5
    for _, name, below in said:
        command = app.cli.commands.get(name)
        assert command is not None or name == "serve", name
        if isinstance(command, click.Group):
            assert below in command.commands, f"{name} {below}"


def test_the_drill_by_hand_tells_nobody() -> None:
    """The restored copy is a service of its own: it must neither answer people nor raise alarms."""
    text = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    found = re.search(r"(?m)^kunren='([^']*)'$", text)
    assert found
    given = dict(part.split("=", 1) for part in found[1].split())
    assert {name: given[name] for name in ("ALERT_URL", "ALERT_MAIL", "SMTP_HOST")} == {
        "ALERT_URL": "",
        "ALERT_MAIL": "",
        "SMTP_HOST": "",
    }
    assert (given["SENDER_THREADS"], given["JOBS"]) == ("0", "0")
    assert given["DATABASE_URL"].startswith("sqlite:////var/lib/kotae/kunren/")
    settings = read_settings(given | {name: name[0] + "0123456789abcdef" * 4 for name in KEYS})
    assert (settings.alert_url, settings.alert_mails, settings.mail, settings.is_local) == ("", (), None, True)
