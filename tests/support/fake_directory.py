"""An office's directory for tests: a real OpenID Connect provider on loopback that signs with a real RSA key.

It checks what a strict one checks: the redirect address, the secret, PKCE, and that a code works once.  ``spoil``
turns the next ID token into what an attacker or a broken directory would send.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT_ID, CLIENT_SECRET = "kotae", "client secret: with % and 日本語"

Spoil = Callable[["FakeDirectory", dict[str, Any], dict[str, Any]], "str | None"]
"""Given header and claims, changes them, or answers with a token of its own."""


@dataclass
class FakeDirectory:
    """``person``: the claims of whoever signs in there."""

    person: dict[str, Any] = field(default_factory=dict)
    spoil: Spoil | None = None
    mood: str = "well"
    """well, down (503), garbage, huge, cut (the connection), redirect, hang, drip (sixteen bytes at a time)"""
    metadata: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "now"}, private=True)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.directory = self

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/realms/city"

    def environment(self) -> dict[str, str]:
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def approve(self, address: str) -> dict[str, str]:
        """What the browser brings back after signing in at ``address``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, fields: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT_ID, CLIENT_SECRET):
            return self._refuse(401, "invalid_client")
        asked = self.codes.pop(fields["code"], None)
        if asked is None or fields["redirect_uri"] != asked["redirect_uri"]:
            return self._refuse(400, "invalid_grant")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return self._refuse(400, "invalid_grant")
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def _refuse(self, status: int, error: str) -> tuple[int, dict[str, Any]]:
        self.refused.append(error)
        return status, {"error": error, "error_description": "<script>alert(1)</script>"}

    def id_token(self, asked: dict[str, str]) -> str:
        moment = int(time.time())
        header = {"alg": "RS256", "kid": "now"}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "exp": moment + 300,
            "iat": moment,
            "auth_time": moment,
            "nonce": asked["nonce"],
            **self.person,
        }
        own = self.spoil(self, header, claims) if self.spoil else None
        if own is not None:
            return own
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, self.key)


@contextmanager
def directory() -> Iterator[FakeDirectory]:
    made = FakeDirectory()
    thread = threading.Thread(target=made._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made._server.shutdown()
        made._server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    directory: FakeDirectory


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        known = self.server.directory
        known.calls.append(path := urlsplit(self.path).path)
        if path.endswith("/.well-known/openid-configuration"):
            self._answer(200, known.document())
        elif path.endswith("/keys"):
            encryption = {"kty": "RSA", "use": "enc", "kid": "other", "n": "AQAB", "e": "AQAB"}
            listed = [{"kty": "new-kind", "kid": "x"}, encryption, known.key.as_dict(private=False, use="sig")]
            self._answer(200, {"keys": listed})
        elif path.endswith("/auth"):
            self._send_back(known.approve(self.path))
        else:
            self._answer(404, {})

    def _send_back(self, brought: dict[str, str]) -> None:
        """Whoever opens the page is signed in there already, and goes straight back."""
        asked = self.server.directory.codes[brought["code"]]
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(brought)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        known = self.server.directory
        known.calls.append(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(*known.token(fields, self.headers.get("Authorization", "")))

    def _answer(self, status: int, found: dict[str, Any]) -> None:
        mood = self.server.directory.mood
        body = json.dumps(found).encode()
        if mood == "down":
            status = 503
        elif mood == "garbage":
            body = b"<html>" + b"[" * 200_000
        elif mood == "huge":
            body = b'"' + b"x" * (300 << 10) + b'"'
        elif mood == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if mood == "redirect":
            status = 302
        elif mood == "hang":
            time.sleep(1)
        self.send_response(status)
        if mood == "redirect":
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            for start in range(0, len(body), 16 if mood == "drip" else len(body)):
                time.sleep(0.1 if mood == "drip" else 0)
                self.wfile.write(body[start : start + 16] if mood == "drip" else body)
