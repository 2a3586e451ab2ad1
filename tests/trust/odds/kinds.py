"""F19: what is no text: 200, one hint a day, nothing said to what is unknown, and its content never fetched."""

from __future__ import annotations

import random
import sys
from typing import Any

from tests.support.fake_line import event, text_event
from tests.trust.odds.finding import Finding
from tests.trust.odds.ground import Clock, Ground, ground

MEDIA: dict[str, dict[str, Any]] = {
    "sticker": {"packageId": "1", "stickerId": "1", "stickerResourceType": "STATIC"},
    "image": {"contentProvider": {"type": "line"}},
    "audio": {"duration": 60000, "contentProvider": {"type": "line"}},
    "video": {"duration": 60000, "contentProvider": {"type": "line"}},
    "file": {"fileName": "申請書.pdf", "fileSize": 2138},
    "location": {"title": "市役所", "address": "殿町", "latitude": 34.5, "longitude": 136.5},
}
UNKNOWN_EVENTS = ("membership", "videoPlayComplete", "module", "activated", "things", "brandNewKind", "")
UNKNOWN_MESSAGES = ("hologram", "imagemap", "", "TEXT", "画像")
_LOOPBACK = ("127.", "::1", "localhost")


class Outward:
    """Connections and look-ups of names beyond this machine, from now on: content lies on a host of its own."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, name: str, given: tuple[Any, ...]) -> None:
        if name == "socket.connect":
            address = given[1]
            host = address[0] if isinstance(address, tuple) else "unix"
        elif name == "socket.getaddrinfo":
            host = given[0] or "localhost"
        else:
            return
        host = host.decode() if isinstance(host, bytes) else str(host)
        if host != "unix" and not host.startswith(_LOOPBACK):
            self.seen.append(host)


def unreadable(engine: str, times: int) -> Finding:
    dose = f"{times}人が、画像など{len(MEDIA)}種と、知らない出来事{len(UNKNOWN_EVENTS)}種・知らないメッセージ{len(UNKNOWN_MESSAGES)}種を1件ずつ、翌日にもう一度"
    found = Finding(dose=dose)
    with ground(engine) as here:
        found.database = here.version
        outward = Outward()
        choose = random.Random(19)
        media = {kind: [_media(here, kind, person) for person in range(1, times + 1)] for kind in MEDIA}
        unknown = {f"event {kind}": [_event(here, kind, n) for n in range(1, times + 1)] for kind in UNKNOWN_EVENTS}
        unknown |= {
            f"message {kind}": [_media(here, kind, n) for n in range(1, times + 1)] for kind in UNKNOWN_MESSAGES
        }
        found.injections = {name: len(events) for name, events in (media | unknown).items()}
        everything = [one for events in (*media.values(), *unknown.values()) for one in events]
        choose.shuffle(everything)
        statuses = {here.deliver(everything[start : start + 20]) for start in range(0, len(everything), 20)}
        found.hold("every webhook gets 200", statuses == {200}, statuses)
        here.drain()
        _judge_day(here, "first day", media, times, found)
        spoken = sum(len(here.line.accepted(one["replyToken"])) for events in unknown.values() for one in events)
        found.hold("nothing is said to what is unknown", spoken == 0, spoken)
        _next_day(here, times, found)
        asked = [text_event(here.line, "住民票 コンビニ", sender=person) for person in range(1, times + 1)]
        found.hold("a text afterwards gets 200", here.deliver(asked) == 200)
        here.drain()
        found.hold("a text afterwards is answered", all(len(here.said(one)) == 1 for one in asked))
        found.hold("LINE is asked for nothing but replies", not here.line.violations, here.line.violations[:5])
        found.hold("nobody else is called or looked up", not outward.seen, outward.seen[:5])
        found.figures["503"] = len(here.put_off)
        found.figures |= {"violations": len(here.line.violations), "outward_calls": len(outward.seen)}
    return found


def _media(here: Ground, kind: str, person: int) -> dict[str, Any]:
    one = text_event(here.line, "", sender=person)
    return one | {"message": {"id": one["message"]["id"], "type": kind, **MEDIA.get(kind, {})}}


def _event(here: Ground, kind: str, person: int) -> dict[str, Any]:
    return event(kind, sender=person, replyToken=here.line.issue_token())


def _judge_day(here: Ground, day: str, media: dict[str, list[dict[str, Any]]], times: int, found: Finding) -> None:
    """Whichever came first of a person's got the hint, and it alone."""
    hints = [sum(len(here.line.accepted(events[n]["replyToken"])) for events in media.values()) for n in range(times)]
    found.hold(f"{day}: one hint to each person", hints == [1] * times, hints)
    found.figures[f"hints {day}"] = sum(hints)


def _next_day(here: Ground, times: int, found: Finding) -> None:
    """By the clock of whoever answers, at the same hour of the next day: the hint again, and once."""
    clock = Clock(days=1)
    media = {kind: [_media(here, kind, person) for person in range(1, times + 1)] for kind in MEDIA}
    for events in media.values():
        here.keep(events, clock())
    here.drain(clock)
    _judge_day(here, "next day", media, times, found)
