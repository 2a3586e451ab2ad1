"""The office's directory as OpenID Connect shows it: where to send people, and who came back."""

from __future__ import annotations

import base64
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog
from joserfc.jwk import Key

from bot.oidc.http import CONNECT_SECONDS, DirectoryFaultyError, DirectoryHttp, DirectoryUnreachableError
from bot.oidc.id_tokens import Expected, IdTokenError, key_id, numeric, read_id_token, read_keys
from bot.settings import OfficeDirectory
from knowledge.office_accounts import OfficePerson
from knowledge.office_visits import Departure, Return

KEPT_SECONDS = 3600
"""How long what the directory says of itself, and its keys, are kept."""
KEYS_AGAIN_SECONDS = 60
"""How long after its keys were read a token may not make us read them again."""

_log = structlog.get_logger("oidc")


class CodeRefusedError(ValueError):
    """The directory gives no token for this code: it is used, expired or another's."""


@dataclass(frozen=True)
class _Metadata:
    """``by_header``: how we tell our secret.  ``names_itself``: its answers carry ``iss`` (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    by_header: bool
    names_itself: bool


class OfficeProvider:
    """One directory, for all threads of a process."""

    def __init__(self, settings: OfficeDirectory, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._http = DirectoryHttp(settings.issuer, clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, tuple[Key, ...]] | None = None

    def address(self, sent: Departure, *, again: bool) -> str:
        """Where the browser goes.  ``again``: the person is to prove anew who they are.

        Raises DirectoryUnreachableError, DirectoryFaultyError.
        """
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": "openid email profile",
            "state": sent.state,
            "nonce": sent.nonce,
            "code_challenge": sent.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        target = self._known().authorization
        return f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(asked)}"

    def is_answer_of(self, issuer: str | None) -> bool:
        """Whether an answer is this directory's, as far as it says: another's must not be taken to it (mix-up)."""
        return not self._known().names_itself if issuer is None else issuer == self.settings.issuer

    def person(self, code: str, back: Return, moment: dt.datetime) -> OfficePerson:
        """Who came back.

        Raises DirectoryUnreachableError, DirectoryFaultyError, CodeRefusedError, IdTokenError.
        """
        token = self._token(code, back.verifier)
        expected = Expected(self.settings.issuer, self.settings.client_id, back.nonce)
        return self._person_of(read_id_token(token, self._keys_for(key_id(token)), expected, moment))

    def _person_of(self, claims: Mapping[str, Any]) -> OfficePerson:
        proved = numeric(claims, "auth_time")
        return OfficePerson(
            self.settings.issuer,
            claims["sub"],
            _verified_name(claims, self.settings),
            dt.datetime.fromtimestamp(proved, dt.UTC) if proved is not None else None,
            not self.settings.second_steps.isdisjoint(_ways(claims)),
        )

    def _token(self, code: str, verifier: str) -> str:
        known = self._known()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
        }
        headers = {}
        if known.by_header:
            pair = f"{quote_plus(self.settings.client_id)}:{quote_plus(self.settings.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields["client_secret"] = self.settings.client_secret
        status, found = self._http.post(known.token, fields, headers)
        if status != 200:
            why = found.get("error") if isinstance(found, dict) else None
            _log.warning("office_code_refused", status=status, error=str(why)[:40])
            if why in ("invalid_client", "unauthorized_client"):
                raise DirectoryFaultyError("it does not know us")
            raise CodeRefusedError("code")
        token = found.get("id_token") if isinstance(found, dict) else None
        if not isinstance(token, str):
            raise DirectoryFaultyError("no ID token")
        return token

    def _known(self) -> _Metadata:
        """What the directory says of itself, read once an hour."""
        kept = self._metadata
        if kept is None or self._clock() - kept[0] > KEPT_SECONDS:
            with self._one_at_a_time():
                self._metadata = kept = (self._clock(), self._read_metadata())
        return kept[1]

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Whoever would wait long for another's call is told to come again: residents need the threads."""
        if not self._lock.acquire(timeout=CONNECT_SECONDS):
            raise DirectoryUnreachableError("somebody asks already")
        try:
            yield
        finally:
            self._lock.release()

    def _read_metadata(self) -> _Metadata:
        found = self._http.get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(found, dict) or found.get("issuer") != self.settings.issuer:
            raise DirectoryFaultyError("another issuer")
        addresses = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(map(self._http.is_ours, addresses)):
            raise DirectoryFaultyError("an endpoint missing or on another host")
        authorization, token, keys = map(str, addresses)
        ways = found.get("token_endpoint_auth_methods_supported")
        return _Metadata(
            authorization,
            token,
            keys,
            not isinstance(ways, list) or "client_secret_basic" in ways,
            found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _keys_for(self, name: str | None) -> tuple[Key, ...]:
        """The directory's keys; read anew where they are old, or lack this one and were not read just now."""
        kept = self._keys
        if kept is not None:
            age = self._clock() - kept[0]
            lacks = name is not None and name not in {key.kid for key in kept[1]}
            if age <= KEPT_SECONDS and not (lacks and age > KEYS_AGAIN_SECONDS):
                return kept[1]
        address = self._known().keys
        with self._one_at_a_time():
            try:
                self._keys = kept = (self._clock(), read_keys(self._http.get(address)))
            except IdTokenError as error:
                raise DirectoryFaultyError("no list of keys") from error
        return kept[1]


def _verified_name(claims: Mapping[str, Any], settings: OfficeDirectory) -> str | None:
    """The claim that names the account, if the directory says that it made sure of it."""
    named, sure = claims.get(settings.claim), claims.get(settings.verified_claim)
    # Some directories write the yes as a text or as 1.
    is_sure = sure is True or (isinstance(sure, int | str) and str(sure).lower() in ("true", "1"))
    return named.strip() or None if isinstance(named, str) and is_sure else None


def _ways(claims: Mapping[str, Any]) -> set[str]:
    """How the person proved who they are: ``amr`` lists ways, ``acr`` names a level."""
    listed, level = claims.get("amr"), claims.get("acr")
    ways = {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set()
    return ways | ({level} if isinstance(level, str) else set())


__all__ = ["CodeRefusedError", "DirectoryFaultyError", "DirectoryUnreachableError", "IdTokenError", "OfficeProvider"]
