"""One conversation of a resident with LINE, read from a file and held through the webhook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from flask import Flask

from bot.services import Services
from knowledge.calendar import JST
from tests.bot.line.conftest import drain, sender_of
from tests.support.fake_line import FakeLine, event, signature, text_event, webhook_body

FOLDER = Path(__file__).parent
ACTS = frozenset({"says", "taps", "sticker", "unsends", "waits"})
EXPECTED = frozenset({"gets", "lacks", "offers", "silent"})
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ConversationError(ValueError):
    """A file that is no conversation; the message names the file and the turn."""


@dataclass(frozen=True)
class Turn:
    """What the resident does: one of ACTS with its ``value``; and what comes back."""

    act: str
    value: Any
    gets: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    silent: bool = False


@dataclass(frozen=True)
class Conversation:
    name: str
    about: str
    municipality: str
    at: dt.datetime
    turns: tuple[Turn, ...]


def conversations(folder: Path = FOLDER) -> Iterator[Conversation]:
    for path in sorted(folder.glob("*.yaml")):
        yield read_conversation(path)


def read_conversation(path: Path) -> Conversation:
    """Raises ConversationError."""
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    wrong = {"about", "municipality", "at", "turns"} ^ set(given)
    if wrong:
        raise ConversationError(f"{path.name}: {sorted(wrong)}")
    turns = tuple(_turn(path.name, number, one) for number, one in enumerate(given["turns"], 1))
    moment = dt.datetime.fromisoformat(str(given["at"])).replace(tzinfo=JST)
    return Conversation(path.stem, given["about"], given["municipality"], moment, turns)


def _turn(name: str, number: int, given: dict[str, Any]) -> Turn:
    acts = ACTS & set(given)
    if len(acts) != 1 or set(given) - ACTS - EXPECTED:
        raise ConversationError(f"{name}, turn {number}: {sorted(given)}")
    (act,) = acts
    expected = {key: tuple(given[key]) for key in ("gets", "lacks", "offers") if key in given}
    silent = bool(given.get("silent")) or (act in ("waits", "unsends") and not expected)
    if not silent and not expected:
        raise ConversationError(f"{name}, turn {number}: nothing is expected of it")
    return Turn(act, given[act], silent=silent, **expected)


def seconds_of(text: str) -> float:
    """「10m」 in seconds.  Raises ValueError."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if found is None:
        raise ValueError(f"no span of time: {text}")
    return int(found[1]) * _UNITS[found[2]]


@dataclass(frozen=True)
class Said:
    """What a reply shows: all its texts, and what each button and choice sends."""

    texts: tuple[str, ...] = ()
    buttons: dict[str, str] | None = None

    def faults(self, turn: Turn) -> list[str]:
        """What of ``turn`` is not so."""
        whole = "\n".join(self.texts)
        shown = self.buttons or {}
        wrong = [f"said nothing of 「{one}」" for one in turn.gets if one not in whole]
        wrong += [f"said 「{one}」" for one in turn.lacks if one in whole]
        wrong += [f"did not offer 「{one}」" for one in turn.offers if one not in shown]
        if turn.silent and self.texts:
            wrong.append("was not silent")
        return wrong


def read_messages(messages: Sequence[dict[str, Any]]) -> Said:
    texts, buttons = list[str](), dict[str, str]()
    for part in _parts(messages):
        if part.get("type") == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        action = part.get("action")
        if isinstance(action, dict) and action.get("type") == "postback":
            shown = next((one["text"] for one in _parts(part.get("contents", [])) if "text" in one), action["label"])
            buttons.setdefault(shown, action["data"])
            buttons.setdefault(action["displayText"], action["data"])
    return Said(tuple(texts), buttons)


def _parts(found: Any) -> Iterator[dict[str, Any]]:
    """Every object within, in its order."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from _parts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _parts(value)


class Resident:
    """Somebody who writes to a channel; ``number`` tells who."""

    def __init__(self, app: Flask, line: FakeLine, code: str, number: int) -> None:
        self._app, self._line, self._code, self._number = app, line, code, number
        self._sent: list[str] = []
        self._unanswered: list[str] = []
        self._last = Said()

    def does(self, turn: Turn) -> Said:
        """What comes back."""
        match turn.act:
            case "says":
                said = self._send(text_event(self._line, str(turn.value), sender=self._number))
            case "taps":
                said = self._taps(str(turn.value))
            case "sticker":
                message = {"id": "sticker", "type": "sticker", "packageId": "1", "stickerId": "2"}
                said = self._send(self._event("message", message=message))
            case "unsends":
                message_id = self._sent[int(turn.value) - 1]
                said = self._send(event("unsend", sender=self._number, unsend={"messageId": message_id}))
            case _:
                raise AssertionError(turn.act)
        self._last = said if said.texts else self._last
        return said

    def hears(self) -> Said:
        """What comes back, by now, of what was not answered at once."""
        drain(sender_of(self._kit))
        return self._answers()

    def _taps(self, label: str) -> Said:
        data = (self._last.buttons or {}).get(label)
        if data is None:
            raise AssertionError(f"there is no 「{label}」 to tap, only {sorted(self._last.buttons or {})}")
        return self._send(self._event("postback", postback={"data": data}))

    def _event(self, kind: str, **fields: Any) -> dict[str, Any]:
        return event(kind, sender=self._number, replyToken=self._line.issue_token(), **fields)

    def _send(self, sent: dict[str, Any]) -> Said:
        if sent["type"] == "message" and sent["message"]["type"] == "text":
            self._sent.append(sent["message"]["id"])
        body = webhook_body([sent])
        answer = self._app.test_client().post(
            f"/line/{self._code}/webhook",
            data=body,
            headers={"x-line-signature": signature(body)},
            content_type="application/json",
        )
        assert answer.status_code == 200
        if sent.get("replyToken"):
            self._unanswered.append(sent["replyToken"])
        return self.hears()

    @property
    def _kit(self) -> Services:
        return cast(Services, self._app.extensions["kotae"])

    def _answers(self) -> Said:
        found = {token: self._line.accepted(token) for token in self._unanswered}
        assert all(len(one) <= 1 for one in found.values())
        self._unanswered = [token for token, one in found.items() if not one]
        messages = [message for one in found.values() if one for message in one[0]["messages"]]
        return read_messages(messages) if messages else Said()
