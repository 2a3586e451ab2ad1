"""The service refuses what is unsafe, closes what stands open, and says where everything lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask.cli import NoAppException

from app import create_app
from bot.operation.places import hosts, places
from bot.settings import SettingsError, read_settings
from bot.startup_checks import check_start, warnings

KEYS = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
    "DATA_KEY": "f0e1d2c3b4a59687" * 4,
    "BASE_URL": "https://kotae.city.test",
}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SECRET_KEY": "changeme-0123456789abcdef0123456789abcdef0123"}, "SECRET_KEY が見本の値"),
        ({"METRICS_TOKEN": "your-token-0123456789abcdef0123456789abcdef01"}, "METRICS_TOKEN が見本の値"),
        ({"LINE_242047_CHANNEL_SECRET": "changeme-changeme-changeme"}, "CHANNEL_SECRET が見本の値"),
        (
            {"LINE_242047_CHANNEL_SECRET": "0a1b2c3d4e5f" * 3, "LINE_242047_CHANNEL_ACCESS_TOKEN": "ここにトークン"},
            "CHANNEL_ACCESS_TOKEN が見本の値",
        ),
        ({"BASE_URL": "http://kotae.city.test"}, "BASE_URL は https"),
    ],
)
def test_sample_values_and_plain_http_are_refused(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(NoAppException, match=named):
        create_app({**KEYS, "INSTANCE_PATH": str(tmp_path), **given})


@pytest.mark.parametrize("name", ["DATABASE_URL", "READ_DATABASE_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://kotae:hidden-word@db.city.test/kotae",
        "postgresql+psycopg://kotae@10.0.0.5/kotae?sslmode=require",
        "postgresql+psycopg://kotae@db.city.test/kotae?sslmode=verify-ca",
        "postgresql+psycopg://kotae@/kotae?host=copy.city.test",
        "postgresql+psycopg://kotae@localhost/kotae?host=/run/postgresql,copy.city.test&sslmode=prefer",
    ],
)
def test_a_database_elsewhere_that_need_not_show_who_it_is_is_refused(tmp_path: Path, name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} に sslmode=verify-full") as refused:
        check_start(read_settings({**KEYS, "INSTANCE_PATH": str(tmp_path), name: address}), debug=False)
    assert "hidden-word" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://kotae@db.city.test/kotae?sslmode=verify-full&sslrootcert=/etc/kotae/ca.pem",
        "postgresql+psycopg://kotae@127.0.0.1/kotae",
        "postgresql+psycopg://kotae@/kotae?host=/run/postgresql",
        "postgresql+psycopg:///kotae",
    ],
)
def test_one_that_shows_who_it_is_or_is_here_is_taken(tmp_path: Path, address: str) -> None:
    for base in (KEYS, {}):
        check_start(read_settings({**base, "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": address}), debug=False)
    away = {"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": "postgresql+psycopg://kotae@db.city.test/kotae"}
    check_start(read_settings(away), debug=False)  # at hand, where things are tried out


def test_debugging_is_refused_but_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(NoAppException, match="FLASK_DEBUG"):
        create_app({**KEYS, "INSTANCE_PATH": str(tmp_path)})
    create_app({"INSTANCE_PATH": str(tmp_path)})


def test_what_others_of_the_machine_could_read_is_closed(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    instance.chmod(0o755)
    for name in ("kotae.db", "kotae.db-wal", "keys.json"):
        (instance / name).touch()
        (instance / name).chmod(0o644)
    create_app({**KEYS, "INSTANCE_PATH": str(instance)})
    modes = {
        one.name: oct(one.stat().st_mode & 0o777) for one in (instance, *instance.iterdir()) if one.name != "backups"
    }
    assert modes == {"instance": "0o750", "kotae.db": "0o600", "kotae.db-wal": "0o600", "keys.json": "0o600"}


def test_what_cannot_be_closed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kotae.db").touch()
    (tmp_path / "kotae.db").chmod(0o644)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chmod", refuse)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(NoAppException, match=r"kotae\.db をほかのアカウントから"):
        create_app({**KEYS, "INSTANCE_PATH": str(tmp_path)})


def test_what_may_be_meant_is_warned_of(tmp_path: Path) -> None:
    settings = read_settings({**KEYS, "INSTANCE_PATH": str(tmp_path), "LINE_242047_CHANNEL_SECRET": "0a1b2c3d4e5f" * 3})
    said = " ".join(warnings(settings))
    named = ("PROXY_HOPS", "ALERT_URL", "BACKUP_KEY", "LINE_242047_CHANNEL_ACCESS_TOKEN")
    assert all(name in said for name in named)
    assert warnings(read_settings({"INSTANCE_PATH": str(tmp_path)})) == []


def test_places_and_hosts_are_named_without_a_secret(tmp_path: Path) -> None:
    settings = read_settings(
        {
            **KEYS,
            "INSTANCE_PATH": str(tmp_path),
            "DATABASE_URL": "postgresql+psycopg://kotae:hidden-word@db.city.test/kotae",
            "ALERT_URL": "https://hooks.city.test/hidden-path",
            "LINE_242047_CHANNEL_SECRET": "0a1b2c3d4e5f" * 3,
            "BACKUP_KEY": "a0b1c2d3e4f56789" * 4,
        }
    )
    said = str([places(settings), hosts(settings)])
    assert "hidden" not in said
    assert [one.where for one in hosts(settings)][:3] == ["api.line.me:443", "hooks.city.test:443", "db.city.test:5432"]
    assert str(tmp_path / "backups") in said
