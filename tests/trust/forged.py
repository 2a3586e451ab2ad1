"""Forged requests to the webhook beside good ones, on a real service: ``make trust-forged``.

Several hundred requests a second with a wrong signature are sent for a while, by connections of their own; LINE's own
keep coming meanwhile.  Told: what each was answered, how long the good ones took, and that no forged one left a row.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import migrate, open_database
from knowledge.loading import load_bundle
from knowledge.models import LineEvent, QuarantinedBody
from tests.support.fake_line import SECRET, event, signature, webhook_body
from tests.support.server import ROOT, Service
from tests.trust.results import AT_HAND, conclude, plain_result, version_at

CODE = "242047"
CONNECTIONS = 16
P99_SECONDS = 1.5
"""Of the good ones: LINE gives up after two."""
LEAST_SENT = 0.9
"""Of what was to be sent: on a machine that is busy otherwise less would be sent, and show less."""


@dataclass
class Sent:
    """What became of one kind of requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def stream(port: int, rate: float, until: float, good: bool, sent: Sent) -> None:
    """Requests at an even pace by one connection; what is late is sent at once, and its wait is counted."""
    reader = writer = None
    due = time.monotonic()
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        body = webhook_body([event("follow", replyToken="f" * 32)])
        signed = signature(body, SECRET if good else "not the secret of the channel")
        head = (
            f"POST /line/{CODE}/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"x-line-signature: {signed}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            await writer.drain()
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            sent.statuses[int(answer.split()[1])] += 1
            if b"connection: close" in answer.lower():
                writer.close()
                writer = None
            elif found := [line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")]:
                await reader.readexactly(int(found[0].split(b":")[1]))
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            sent.statuses[0] += 1
            writer = None
        sent.seconds.append(time.monotonic() - due)
        due += 1 / rate


async def attack(port: int, forged: float, good: float, seconds: float) -> tuple[Sent, Sent]:
    until = time.monotonic() + seconds
    bad, own = Sent(), Sent()
    await asyncio.gather(
        *(stream(port, forged / CONNECTIONS, until, False, bad) for _ in range(CONNECTIONS)),
        *(stream(port, good / 2, until, True, own) for _ in range(2)),
    )
    return bad, own


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--forged", type=float, default=500, help="forged requests a second")
    asked.add_argument("--good", type=float, default=10, help="good requests a second")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--out", type=Path, default=AT_HAND, help="folder of the JSON file")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="kotae-forged-") as folder:
        instance = Path(folder)
        if open_vectors(ROOT / "instance" / "vectors"):
            (instance / "vectors").symlink_to((ROOT / "instance" / "vectors").resolve())
        url = f"sqlite:///{instance / 'kotae.db'}"
        database = open_database(url)
        migrate(database)
        bundle = next(read_bundle(each) for each in content_folders() if each.name == CODE)
        load_bundle(database, bundle, now(), common_content())
        service = Service(
            {"INSTANCE_PATH": folder, "SENDER_THREADS": "0", "JOBS": "0", f"LINE_{CODE}_CHANNEL_SECRET": SECRET}
        )
        service.start()
        try:
            bad, own = asyncio.run(attack(service.port, given.forged, given.good, given.seconds))
        finally:
            service.stop()
        with database.reading() as session:
            rows = session.scalar(select(func.count()).select_from(LineEvent))
            odd = session.scalar(select(func.count()).select_from(QuarantinedBody))
        database.dispose()
        version = version_at(url)
    told = {
        "asked": {"forged a second": given.forged, "good a second": given.good, "seconds": given.seconds},
        "forged a second": round(bad.statuses.total() / given.seconds, 1),
        "forged": dict(bad.statuses),
        "forged p99 ms": round(bad.percentile(0.99) * 1000, 1),
        "good": dict(own.statuses),
        "good p50 ms": round(own.percentile(0.5) * 1000, 1),
        "good p99 ms": round(own.percentile(0.99) * 1000, 1),
        "good max ms": round(own.percentile(1.0) * 1000, 1),
        "rows": rows,
        "quarantined": odd,
    }
    print(json.dumps(told, ensure_ascii=False, indent=1))
    result = plain_result(
        "forged",
        "sqlite",
        version,
        dose=f"偽 毎秒{bad.statuses.total() / given.seconds:.0f}件、本物 毎秒{given.good:g}件、{given.seconds:g}秒",
        found=f"偽 {bad.statuses.total():,}件はすべて {'・'.join(map(str, bad.statuses))}、本物の99% "
        f"{own.percentile(0.99) * 1000:,.0f}ミリ秒（最大 {own.percentile(1.0) * 1000:,.0f}）、行 {rows}",
        missed=list(missed(bad, own, rows or 0, odd or 0, given.forged * given.seconds)),
        figures=told,
    )
    return conclude(result, given.out)


def missed(bad: Sent, own: Sent, rows: int, odd: int, asked: float) -> Iterator[str]:
    """Which promises do not hold."""
    if set(bad.statuses) != {400}:
        yield f"forged ones were answered {dict(bad.statuses)}"
    if bad.statuses.total() < LEAST_SENT * asked:
        yield f"only {bad.statuses.total():,} of {asked:,.0f} forged ones were sent"
    if set(own.statuses) != {200}:
        yield f"good ones were answered {dict(own.statuses)}"
    if rows != own.statuses[200] or odd:
        yield f"{rows} rows of {own.statuses[200]} good ones, {odd} in quarantine"
    if own.percentile(0.99) >= P99_SECONDS:
        yield f"good ones: p99 {own.percentile(0.99):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
