"""Secrets that stand in files of their own: systemd's credentials, a container's secrets, a vault's agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_MAY_BE_IN_FILE = re.compile(
    r"\A(?:DATABASE_URL|READ_DATABASE_URL|[A-Z_]{0,40}_KEY(?:_OLD)?|PSEUDONYM_PEPPER\w*|METRICS_TOKEN|SMTP_PASSWORD"
    r"|OIDC_CLIENT_SECRET|ALERT_URL|LINE_\w+_CHANNEL_SECRET(?:_OLD)?|LINE_\w+_CHANNEL_ACCESS_TOKEN)_FILE"
)
LONGEST = 10_000
"""Characters of a secret; what is longer is another file."""


class SecretFileError(ValueError):
    """A file that should hold a secret does not, or shows it to others; the message names it and the remedy."""


def with_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with ``X`` for each ``X_FILE`` that names a file.  Raises SecretFileError."""
    given = dict(environment)
    for name, path in environment.items():
        if path and _MAY_BE_IN_FILE.fullmatch(name):
            given[name.removesuffix("_FILE")] = _secret_in(name, Path(path), environment)
    return given


def _secret_in(name: str, path: Path, environment: Mapping[str, str]) -> str:
    if environment.get(name.removesuffix("_FILE")):
        raise SecretFileError(f"{name} と {name.removesuffix('_FILE')} は、どちらか一つだけ書いてください")
    try:
        if path.stat().st_mode & 0o007:
            raise SecretFileError(f"{name} のファイルを、だれでも読めます。chmod 400 {path} を実行してください")
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretFileError(f"{name} のファイルを読めません（{path}）: {type(error).__name__}") from error
    if not secret or len(secret) > LONGEST:
        raise SecretFileError(f"{name} のファイルに、鍵が入っていません（{path}）")
    return secret
