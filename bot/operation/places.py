"""Where what the service holds lies, and to which hosts it speaks: for whoever must agree to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import make_url

from bot.settings import Settings


@dataclass(frozen=True)
class Place:
    what: str
    where: str


def places(settings: Settings) -> list[Place]:
    """Without a password that an address may hold."""
    return [
        Place("データベース", make_url(settings.database_url).render_as_string(hide_password=True)),
        *(
            [Place("読み取り専用の複製", make_url(settings.read_database_url).render_as_string(hide_password=True))]
            if settings.read_database_url
            else []
        ),
        Place("索引・語のベクトル", str(settings.instance)),
        Place(
            "バックアップ", str(settings.backup_folder) if settings.backup_key else "作れません（BACKUP_KEY がない）"
        ),
        Place("アプリの記録", "標準エラー出力（systemd なら journald。サービスはファイルに書きません）"),
    ]


def hosts(settings: Settings) -> list[Place]:
    """Every host that the service itself opens a connection to, and why."""
    return list(_hosts(settings))


def _hosts(settings: Settings) -> Iterator[Place]:
    if settings.line_channels:
        yield Place("LINE への返信", _host(settings.line_api_host))
    for channel in settings.line_channels.values():
        if channel.other.forward_url:
            yield Place(f"ほかのツールへの受け渡し（{channel.name}）", _host(channel.other.forward_url))
    if settings.mail is not None:
        yield Place("メール", f"{settings.mail.host}:{settings.mail.port}")
    if settings.alert_url:
        yield Place("異常の知らせ", _host(settings.alert_url))
    if settings.office_directory is not None:
        yield Place("職員のサインイン", _host(settings.office_directory.issuer))
    database = make_url(settings.database_url)
    if database.host:
        yield Place("データベース", f"{database.host}:{database.port or 5432}")
    if settings.scanner is not None:
        yield Place("ウイルスの検査", settings.scanner.path or f"{settings.scanner.host}:{settings.scanner.port}")
    if settings.link_checks:
        yield Place("リンク切れの調べ", "職員が答えに書いたリンクの先（LINK_CHECKS=0 で止まります）")


def _host(address: str) -> str:
    """Not the path: that of a hook is a secret."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
