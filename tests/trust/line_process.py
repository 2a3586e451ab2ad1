"""LINE's platform as a process of its own: it judges every reply, and writes each down before it answers.

On one port it is what LINE_API_HOST names; on the other it is told what to do, and asked what it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.fake_line import ACCESS_TOKEN, Platform, Token
from tests.trust.http1 import Request, answer, as_json, read_request, reset

REPLY, LOADING = "/v2/bot/message/reply", "/v2/bot/chat/loading/start"
TOKEN_LIFE = 60.0
_MESSAGES: dict[int, dict[str, Any]] = {
    400: {"message": "The request body has 1 error(s)", "details": [{"property": "messages[0].text"}]},
    401: {"message": "Authentication failed"},
    403: {"message": "Not authorized"},
    429: {"message": "The API rate limit has been exceeded. Try again later."},
}


@dataclass(frozen=True)
class Misbehaviour:
    """What befalls a ``share`` of the reply tokens, at their first ``times`` attempts (0: at every one).

    ``kind``: status, reset, accept_then_reset, slow, garbage, half or drip.  ``seconds``: of slow, the most (any time
    up to it is as likely); of drip, between two bytes.
    """

    kind: str
    share: float
    status: int = 0
    seconds: float = 0.0
    times: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}{self.status or ''}{'-once' if self.times else ''}"


class LineProcess:
    """The platform, its ledger, and what it is told to do wrong."""

    def __init__(self, ledger: Path, latency: float) -> None:
        self.platform = Platform()
        self.latency = latency
        self.misbehaviours: list[Misbehaviour] = []
        self.loading = 0
        self.unauthorized = 0
        self.violations: Counter[str] = Counter()
        self._events: dict[str, str] = {}
        self._attempts: Counter[str] = Counter()
        self._ids = itertools.count(1)
        # Not by way of a buffer: what was accepted must stand there, whoever is killed.
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    # --- What the service calls --------------------------------------------------------------------------------

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                if not await self._one(request, writer):
                    return
                await writer.drain()
        except OSError:
            pass  # a client that was killed in mid-call is part of the test
        finally:
            writer.close()

    async def _one(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; whether the connection goes on."""
        if request.headers.get("authorization", "") != f"Bearer {ACCESS_TOKEN}":
            self.unauthorized += 1
            self._say(writer, 401, _MESSAGES[401])
        elif request.method == "POST" and request.path == REPLY:
            return await self._reply(request.body, writer)
        elif request.method == "POST" and request.path == LOADING:
            self.loading += 1
            await asyncio.sleep(self.latency)
            self._say(writer, 202, {})
        else:
            self.violations[f"{request.method} {request.path}"] += 1
            self._say(writer, 404, {"message": "Not found"})
        return True

    async def _reply(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        token = _token_of(body)
        self._attempts[token] += 1
        fault = self._fault(token)
        kind = fault.kind if fault else "ok"
        await asyncio.sleep(self.latency / 2)
        if fault and kind == "slow":
            await asyncio.sleep(random.uniform(0, fault.seconds))
        if fault and kind in ("reset", "status"):
            self._note(token, body, fault, fault.status, accepted=False)
            if kind == "reset":
                reset(writer)
                return False
            await asyncio.sleep(self.latency / 2)
            self._say(writer, fault.status, _MESSAGES.get(fault.status, {"message": "Internal server error"}))
            return True
        status, said = self._judge(token, body, fault)
        # Half the time before LINE takes it and half after: whoever is killed may be killed on either side of it.
        await asyncio.sleep(self.latency / 2)
        return await self._answer_by(kind, fault, status, said, writer)

    async def _answer_by(
        self, kind: str, fault: Misbehaviour | None, status: int, said: dict[str, Any], writer: asyncio.StreamWriter
    ) -> bool:
        if kind == "accept_then_reset":
            reset(writer)
            return False
        if kind == "half":
            writer.write(answer(200, b'{"sentMessages":', length=500))
            await writer.drain()
            reset(writer)
            return False
        if kind == "garbage":
            writer.write(answer(200, b"\xff\xfe not json"))
        elif fault and kind == "drip":
            body = as_json(said)
            writer.write(answer(status, b"", length=len(body)))
            for place in range(len(body)):
                writer.write(body[place : place + 1])
                await writer.drain()
                await asyncio.sleep(fault.seconds)
        else:
            self._say(writer, status, said)
        return True

    def _judge(self, token: str, body: bytes, fault: Misbehaviour | None) -> tuple[int, dict[str, Any]]:
        status, said = self.platform.reply(body)
        if status == 200:
            # Of a day's replies not all can be kept: that there was one is enough.
            self.platform.tokens[token].accepted[:] = [{}]
        self._note(token, body, fault, status, accepted=status == 200)
        return status, said

    def _fault(self, token: str) -> Misbehaviour | None:
        """What befalls this attempt: by the token alone, so that it is the same at each."""
        place = zlib.crc32(token.encode()) / 2**32
        for one in self.misbehaviours:
            if place < one.share:
                return one if not one.times or self._attempts[token] <= one.times else None
            place -= one.share
        return None

    def _note(self, token: str, body: bytes, fault: Misbehaviour | None, status: int, *, accepted: bool) -> None:
        line = {
            "at": round(time.time(), 4),
            "event": self._events.get(token, ""),
            "attempt": self._attempts[token],
            "status": status,
            "accepted": accepted,
            "fault": fault.name if fault else "",
        }
        if accepted:
            line["said"] = _beginning(body)
        line["kinds"] = _kinds(body)
        os.write(self._ledger, as_json(line) + b"\n")

    def _say(self, writer: asyncio.StreamWriter, status: int, body: Mapping[str, Any]) -> None:
        writer.write(answer(status, as_json(body), f"x-line-request-id: {next(self._ids)}\r\n"))

    # --- What the harness calls --------------------------------------------------------------------------------

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                given = json.loads(request.body or b"{}")
                writer.write(answer(200, as_json(self._told(request.path, given))))
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def _told(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if path == "/issue":
            self._issue(given["tokens"], given.get("life", TOKEN_LIFE))
        elif path == "/faults":
            self.misbehaviours = [Misbehaviour(**one) for one in given["faults"]]
            self.latency = given.get("latency", self.latency)
        return self._state() if path == "/state" else {}

    def _issue(self, tokens: Mapping[str, str], life: float) -> None:
        """A life for each token: a new one, or of a redelivery another; of one that was used none any more."""
        for token, event in tokens.items():
            known = self.platform.tokens.get(token)
            if known is None:
                self.platform.tokens[token] = Token(time.monotonic(), life)
                self._events[token] = event
            elif not known.accepted:
                known.issued, known.life = time.monotonic(), life

    def _state(self) -> dict[str, Any]:
        return {
            "tokens": len(self.platform.tokens),
            "calls": self._attempts.total(),
            "accepted": sum(bool(one.accepted) for one in self.platform.tokens.values()),
            "loading": self.loading,
            "unauthorized": self.unauthorized,
            "refusals": dict(self.platform.refusals),
            "violations": dict(self.violations + Counter(self.platform.violations)),
        }


def _token_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["replyToken"])
    except (ValueError, KeyError, TypeError):
        return ""


def _beginning(body: bytes) -> str:
    """How what residents see begins."""
    message = json.loads(body)["messages"][0]
    return str(message.get("altText") or message.get("text") or "")[:300]


def _kinds(body: bytes) -> list[str]:
    try:
        return [str(one.get("type")) for one in json.loads(body)["messages"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _ports(*servers: asyncio.Server) -> Iterator[int]:
    for server in servers:
        yield server.sockets[0].getsockname()[1]


async def run(ledger: Path, latency: float) -> None:
    """Serve until told to stop; the two ports are the first line of what it prints."""
    line = LineProcess(ledger, latency)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    line_server = await asyncio.start_server(line.serve, "127.0.0.1", 0, backlog=1024)
    control_server = await asyncio.start_server(line.control, "127.0.0.1", 0, backlog=1024, limit=64 << 20)
    api, control = _ports(line_server, control_server)
    print(json.dumps({"api": api, "control": control}), flush=True)
    await stop.wait()
    # Who still waits for a slow answer is not waited for: the ledger has no buffer that could be lost.
    os._exit(0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trust line")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--latency", type=float, default=0.2)
    given = parser.parse_args(arguments)
    asyncio.run(run(given.ledger, given.latency))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
