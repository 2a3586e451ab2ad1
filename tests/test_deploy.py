"""The files that set the service up: they name what there is, keep residents' words out of logs, and shut what they can."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import SETTINGS

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = (
    *("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes"),
    *("CapabilityBoundingSet=", "RestrictSUIDSGID=yes", "SystemCallFilter=@system-service", "UMask=0077", "User=kotae"),
)


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_a_unit_is_shut_and_names_settings_that_there_are(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    assert [each for each in HARDENED if each not in lines] == []
    names = {one.name for one in SETTINGS} | {f"{one.name}_FILE" for one in SETTINGS}
    names |= {"JOBS", "PYTHONDONTWRITEBYTECODE"}
    given = [part.split("=")[0] for line in lines if line.startswith("Environment=") for part in line[12:].split()]
    assert set(given) <= names
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


def test_the_container_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert "USER 10001:10001" in text
    assert "--require-hashes --no-deps" in text
    assert "HEALTHCHECK" in text
    assert text.rindex("USER ") > text.rindex("RUN ")
