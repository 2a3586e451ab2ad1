"""What an ID token must be before anything in it is believed.  No network here."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signed with a key that only the directory has: neither ``none`` nor a shared secret."""
_KINDS = frozenset({"RSA", "EC"})
_PUBLIC_PARTS = frozenset({"kty", "kid", "alg", "n", "e", "crv", "x", "y"})
_LEAST_RSA_BITS = 2048
LEEWAY = 60
"""Seconds by which the directory's clock and ours may differ."""
_LATEST = 1 << 36
"""Seconds: beyond it are no years that calendars know."""
OLDEST = 600
"""Seconds; a token is made while the person waits."""


class IdTokenError(ValueError):
    """A token that is not believed.  The message says why, for the log; never what is in it."""


@dataclass(frozen=True)
class Expected:
    issuer: str
    client_id: str
    nonce: str


def read_keys(published: Any) -> tuple[Key, ...]:
    """The keys of a JWKS that may sign ID tokens; those of a kind we do not know are passed over."""
    listed = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(listed, list):
        raise IdTokenError("no list of keys")
    found = [_read_key(each) for each in listed[:50]]
    return tuple(key for key in found if key is not None)


def _read_key(written: Any) -> Key | None:
    if not isinstance(written, dict) or written.get("kty") not in _KINDS or written.get("use", "sig") != "sig":
        return None
    if written["kty"] == "RSA" and not _is_long_enough(written.get("n")):
        return None
    public = {
        name: value for name, value in written.items() if name in ("kty", "kid", "alg", "n", "e", "crv", "x", "y")
    }
    try:
        return jwk.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _is_long_enough(modulus: Any) -> bool:
    try:
        number = int.from_bytes(base64.urlsafe_b64decode(f"{modulus}=="), "big")
    except ValueError:
        return False
    return number.bit_length() >= _LEAST_RSA_BITS


def key_id(token: str) -> str | None:
    """The name of the key that a token says it is signed with.  Raises IdTokenError where it is no token."""
    try:
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    except (ValueError, RecursionError) as error:
        raise IdTokenError("no token") from error
    if not isinstance(header, dict) or not isinstance(header.get("kid", ""), str):
        raise IdTokenError("no header")
    return header.get("kid")


def read_id_token(token: str, keys: Sequence[Key], expected: Expected, moment: dt.datetime) -> dict[str, Any]:
    """The claims of a token that is signed, meant for us and fresh.  Raises IdTokenError."""
    key = _key_of(key_id(token), keys)
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False),
        ).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise IdTokenError(f"signature: {type(error).__name__}") from error
    _check_for_whom(claims, expected)
    _check_times(claims, int(moment.timestamp()))
    return claims


def _key_of(name: str | None, keys: Sequence[Key]) -> Key:
    fitting = [key for key in keys if name is None or key.kid == name]
    if len(fitting) != 1:
        raise IdTokenError("no such key" if not fitting else "several keys")
    return fitting[0]


def _check_for_whom(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise IdTokenError("iss")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or expected.client_id not in named:
        raise IdTokenError("aud")
    party = claims.get("azp")
    if (party is not None or len(named) > 1) and party != expected.client_id:
        raise IdTokenError("azp")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode("utf-8", "surrogatepass"), expected.nonce.encode()
    ):
        raise IdTokenError("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise IdTokenError("sub")


def _check_times(claims: Mapping[str, Any], seconds: int) -> None:
    expires, issued, begins = (numeric(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or expires + LEEWAY <= seconds:
        raise IdTokenError("exp")
    if issued is None or not seconds - OLDEST <= issued <= seconds + LEEWAY:
        raise IdTokenError("iat")
    if begins is not None and begins > seconds + LEEWAY:
        raise IdTokenError("nbf")


def numeric(claims: Mapping[str, Any], name: str) -> int | None:
    """A moment in seconds; None where there is none.  Raises IdTokenError for anything else."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise IdTokenError(name)
    return int(value)
