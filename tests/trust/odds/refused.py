"""F08, F09, F10: LINE refuses a body, a channel, or so many calls."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from sqlalchemy import select

from knowledge.bundle import Bundle, read_bundle
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import ChannelRest
from tests.knowledge.small_town import write_town
from tests.support.fake_line import ACCESS_TOKEN, SECRET
from tests.trust.judge import read_ledger, read_rows
from tests.trust.line_process import Misbehaviour
from tests.trust.odds.finding import Finding
from tests.trust.odds.hook import Hook, hook
from tests.trust.odds.street import Street, seen
from tests.trust.promises import most_in_a_second
from tests.trust.results import version_of
from tests.trust.stack import Shape, Stack, running

QUESTION = "住民票はコンビニで取れますか"
ALERT_SECONDS = 60.0
MOST_CALLS = 50
LONG_REST, SHORT_REST, RESTS = 30.0, 3.0, 5
"""Seconds for which LINE says 429: once so long, as often as needed so short."""
RATE = 20.0


def _shape(engine: str) -> Shape:
    return Shape(engine, workers=1, senders=0, jobs=0, web_sender_threads=4, latency=0.05)


def body(engine: str, times: int) -> Finding:
    """F08: what LINE complains of is logged, never its value; once more as plain text; no third time."""
    found = Finding(dose=f"400 を、最初だけ{times}件・いつも{times}件")
    with running(_shape(engine)) as stack:
        found.database = version_of(stack.database)
        street = Street(stack)
        _warm(street)
        for name, kinds, wanted in (
            ("400 once", Misbehaviour("status", 1.0, 400, times=1), "answered"),
            ("400 always", Misbehaviour("status", 1.0, 400), "failed"),
        ):
            stack.line.ask("/faults", {"faults": [asdict(kinds)]})
            events = [street.text(QUESTION, sender=100 + number) for number in range(times)]
            street.deliver(events)
            stack.wait_until_finished()
            states, ids = street.states(), [one["webhookEventId"] for one in events]
            ended = Counter(states.get(one, "lost") for one in ids)
            found.hold(f"{name}: {wanted}", ended == {wanted: times}, dict(ended))
            calls = [street.calls(one) for one in ids]
            found.hold(f"{name}: tried twice", all(len(one) == 2 for one in calls), [len(one) for one in calls])
            plain = all(set(one[-1].kinds) == {"text"} and len(one[-1].kinds) == 1 for one in calls)
            found.hold(f"{name}: the second as one plain text", plain)
            found.injections[name] = sum(call.status == 400 for one in calls for call in one[:1])
        logged = [one for one in _lines(stack.log) if one.get("event") == "body_refused"]
        named = sum(one.get("properties") == "messages[0].text" for one in logged)
        found.hold("each refusal is logged with the property", named == len(logged) == 2 * times, named, len(logged))
        said = stack.log.read_text(encoding="utf-8", errors="replace")
        found.hold("the log holds no text of it", QUESTION not in said)
        found.figures["logged"] = named
        _sound(stack, found)
    return found


def channel(engine: str, times: int) -> Finding:
    """F09: 401 and 403: the channel rests, somebody is told within a minute, and nothing is lost."""
    found = Finding(dose=f"401 を{times}の窓口、403 を{times}の窓口、並べて")
    towns = _towns(2 * times)
    with tempfile.TemporaryDirectory() as folder, hook() as told:
        (small,) = [read_bundle(write_town(Path(folder)))]
        given = {"ALERT_URL": told.url}
        for code in towns:
            given |= {f"LINE_{code}_CHANNEL_SECRET": SECRET, f"LINE_{code}_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN}

        def fill(database: Database) -> None:
            for code in towns:
                load_bundle(database, _town(small, code), now())

        with running(_shape(engine), environment=given, fill=fill) as stack:
            found.database = version_of(stack.database)
            street = Street(stack)
            _warm(street)
            for status, codes in ((401, towns[:times]), (403, towns[times:])):
                stack.line.ask("/faults", {"faults": [asdict(Misbehaviour("status", 1.0, status))]})
                first: dict[str, str] = {}
                for code in codes:
                    one = street.text(QUESTION, sender=1)
                    street.deliver([one], code=code)
                    first[code] = one["webhookEventId"]
                seen(partial(_all_told, told, codes), 90.0)
                _judge_channel(street, status, first, {code: told.first("line_refused", code) for code in codes}, found)
                stack.line.ask("/faults", {"faults": []})
                stack.wait_until_finished()
            _sound(stack, found)
    return found


def _all_told(told: Hook, codes: list[str]) -> bool:
    return all(told.first("line_refused", code) for code in codes)


def _judge_channel(
    street: Street, status: int, first: dict[str, str], told: dict[str, float | None], found: Finding
) -> None:
    refused = {code: [call for call in street.calls(event) if call.status == status] for code, event in first.items()}
    found.injections[str(status)] = sum(bool(calls) for calls in refused.values())
    waited = sorted(at - refused[code][0].at for code, at in told.items() if at and refused[code])
    found.hold(f"{status}: somebody is told of each channel", len(waited) == len(first), len(waited))
    found.hold(f"{status}: within a minute", not waited or waited[-1] <= ALERT_SECONDS, waited[-1:])
    with street.stack.database.reading() as session:
        rests = {rest.channel: rest.refused for rest in session.scalars(select(ChannelRest))}
    counted = [rests.get(code, 0) for code in first]
    found.hold(f"{status}: refusals are counted", min(counted, default=0) >= 1, counted)
    few = max((len(calls) for calls in refused.values()), default=0)
    found.hold(f"{status}: a resting channel is hardly called", few <= 9, few)
    found.figures[f"{status} told after s"] = [round(waited[0], 1), round(waited[-1], 1)] if waited else []


def calls(engine: str, times: int) -> Finding:
    """F10: 429 for half a minute and shorter: others queue, and at no second more than fifty calls."""
    found = Finding(dose=f"429 を{LONG_REST:g}秒と、{SHORT_REST:g}秒を{RESTS - 1}回、毎秒{RATE:g}件を送りながら")
    with running(_shape(engine)) as stack:
        found.database = version_of(stack.database)
        _warm(Street(stack))
        lifted: list[tuple[float, float]] = []
        whole = LONG_REST + (RESTS - 1) * SHORT_REST + 8.0 * RESTS
        with stack.sending("429", int(RATE * whole), RATE, odd=False):
            for seconds in (LONG_REST, *[SHORT_REST] * (RESTS - 1)):
                time.sleep(2.0)
                begun = time.time()
                stack.line.ask("/faults", {"faults": [asdict(Misbehaviour("status", 1.0, 429))]})
                time.sleep(seconds)
                stack.line.ask("/faults", {"faults": []})
                lifted.append((begun, time.time()))
                time.sleep(6.0)
        stack.wait_until_finished()
        ledger, rows = read_ledger(stack.ledger), read_rows(stack.database)
        found.injections["429"] = sum(call.status == 429 for call in ledger)
        inside = [call for call in ledger if any(begun <= call.at <= end + 5.0 for begun, end in lifted)]
        most = most_in_a_second(inside)
        found.hold("at most fifty calls a second", most <= MOST_CALLS, most)
        states = Counter(row.state for row in rows)
        found.hold("all end answered or expired", set(states) <= {"answered", "expired"}, dict(states))
        late = [row for row in rows if any(end - 15.0 <= row.received_at <= end for _, end in lifted)]
        waited = Counter(row.state for row in late)
        found.hold("what queued for up to 15 s is answered", set(waited) == {"answered"}, dict(waited))
        found.figures |= {"most_calls_in_a_second": most, "states": dict(states)}
        _sound(stack, found)
    return found


def _sound(stack: Stack, found: Finding) -> None:
    verdict = stack.verdict()
    found.hold("nothing is lost, answered twice or left open", verdict.sound, verdict.faults)
    found.figures["verdict"] = {"events": verdict.events, "lost": len(verdict.lost), "double": len(verdict.double)}


def _warm(street: Street) -> None:
    for number in range(4):
        street.deliver([street.text(QUESTION, sender=900 + number)])
    street.stack.wait_until_finished()


def _towns(count: int) -> list[str]:
    """Codes that no municipality has."""
    return [f"99{number:04}" for number in range(count)]


def _town(small: Bundle, code: str) -> Bundle:
    return replace(small, municipality=small.municipality.model_copy(update={"code": code}))


def _lines(log: Path) -> Iterator[dict[str, object]]:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
