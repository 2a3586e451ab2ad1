"""What must not be: the service refuses to start with it, mends it, or warns."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog
from sqlalchemy import make_url

from bot.operation.places import hosts, places
from bot.settings import Settings, SettingsError

SAMPLES = (
    *("changeme", "change-me", "change_me", "example", "sample", "dummy", "password", "secretkey", "your-", "your_"),
    *("xxxxxxxx", "12345678901234567890", "見本", "ここに"),
)
"""What is written where somebody is to write something else."""
_OTHERS_BITS, _FOLDER_BITS = 0o077, 0o007
_HERE = ("", "127.0.0.1", "::1", "localhost")

_log = structlog.get_logger("operation")


def check_start(settings: Settings, *, debug: bool) -> None:
    """Raises SettingsError where the service must not run like this; closes what stands open for others."""
    if not settings.is_local:
        if debug:
            raise SettingsError("FLASK_DEBUG は手元だけで使えます。消してください（エラーの画面から中が読めます）")
        for name, value in _secrets(settings):
            if any(sample in value.casefold() for sample in SAMPLES):
                raise SettingsError(f"{name} が見本の値のままです。本物の値にしてください")
        _check_databases({"DATABASE_URL": settings.database_url, "READ_DATABASE_URL": settings.read_database_url})
    for path, bits in _own_places(settings):
        _close(path, bits, local=settings.is_local)


def _check_databases(urls: Mapping[str, str]) -> None:
    for name, url in urls.items():
        if url and not _is_guarded(url):
            raise SettingsError(
                f"{name} に sslmode=verify-full がありません。別の機械の PostgreSQL へは、相手の証明書を確かめて"
                f"暗号でつなぎます（{name}=…?sslmode=verify-full&sslrootcert=CA証明書のファイル）"
            )


def _is_guarded(url: str) -> bool:
    """Whether the other side must show who it is; a socket or this machine need not."""
    parts = make_url(url)
    if parts.get_backend_name() != "postgresql":
        return True
    beside = parts.query.get("host", ())
    named = [parts.host or "", *(beside.split(",") if isinstance(beside, str) else beside)]
    away = [host for host in named if host not in _HERE and not host.startswith("/")]
    return not away or parts.query.get("sslmode") == "verify-full"


def _secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "SECRET_KEY", settings.secret_key
    yield "PSEUDONYM_PEPPER", settings.pepper.decode()
    yield "DATA_KEY", settings.data_key.decode()
    yield "BACKUP_KEY", settings.backup_key.decode()
    yield "METRICS_TOKEN", settings.metrics_token
    for channel in settings.line_channels.values():
        for secret in channel.secrets:
            yield f"LINE_{channel.name}_CHANNEL_SECRET", secret
        yield f"LINE_{channel.name}_CHANNEL_ACCESS_TOKEN", channel.access_token or ""
    if settings.mail is not None:
        yield "SMTP_PASSWORD", settings.mail.password
    if settings.office_directory is not None:
        yield "OIDC_CLIENT_SECRET", settings.office_directory.client_secret


def _own_places(settings: Settings) -> Iterator[tuple[Path, int]]:
    """What nobody else of the machine is to read, and the bits that would let them."""
    yield settings.instance, _FOLDER_BITS
    yield settings.backup_folder, _FOLDER_BITS
    yield settings.instance / "keys.json", _OTHERS_BITS
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        for end in ("", "-wal", "-shm"):
            yield Path(f"{url.database}{end}"), _OTHERS_BITS


def _close(path: Path, bits: int, *, local: bool) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & bits:
            path.chmod(mode & ~bits)
            _log.warning("closed_to_others", path=str(path), mode=f"{mode:o}")
    except FileNotFoundError:
        return
    except OSError as error:
        if not local:
            raise SettingsError(
                f"{path} をほかのアカウントから読めないようにできません（chmod o= してください）"
            ) from error


def warnings(settings: Settings) -> list[str]:
    """What may be meant, and mostly is not."""
    return list(_warnings(settings))


def _warnings(settings: Settings) -> Iterator[str]:
    if settings.is_local:
        return
    for channel in settings.line_channels.values():
        if not channel.access_token:
            yield (
                f"LINE_{channel.name}_CHANNEL_ACCESS_TOKEN がありません。受け取った質問に、このプロセスは返信できません"
                "（返信しないプロセスなら、このままで構いません）"
            )
    if not settings.proxy_hops:
        yield (
            "PROXY_HOPS が 0 です。前に nginx などの中継があるなら 1 にしてください"
            "（0 では全員が一つの住所に見え、回数の制限が全員にかかります）"
        )
    if not settings.alert_url and not settings.alert_mails:
        yield "異常を知らせる先（ALERT_URL か ALERT_MAIL）がありません"
    if not settings.backup_key:
        yield "BACKUP_KEY がなく、バックアップを作れません"


def announce(settings: Settings) -> None:
    """Where what is held lies, and to whom the service speaks, once for each process that begins."""
    _log.info(
        "places",
        places={one.what: one.where for one in places(settings)},
        hosts={one.what: one.where for one in hosts(settings)},
    )
    for words in warnings(settings):
        _log.warning("unsafe", words=words)
