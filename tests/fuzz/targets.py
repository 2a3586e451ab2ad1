"""What is fed with anything at all: each takes bytes, and raises where something is wrong with the program."""

from __future__ import annotations

import atexit
import contextlib
import re
import shutil
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.line.events import Reading, UnreadableEventError, read_event
from bot.line.webhook import UnreadableBodyError, is_signed, read_body
from intents.personal_data import mask
from intents.text import MAX_QUESTION, clean, shorten
from knowledge.spreadsheet_files import read_tables
from knowledge.upload_limits import MAX_ROWS, UploadError

MOST_SECONDS = 1.0
_READING = Reading(lambda identity, _: f"{len(identity):032x}")
_REFUSED = (UnreadableEventError, RecursionError, ValueError, TypeError, OverflowError)
"""What the webhook takes for an event that cannot be read."""
_FOLDER = Path(tempfile.mkdtemp(prefix="kotae-fuzz-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def webhook(data: bytes) -> None:
    """A signed body, and its events one by one."""
    is_signed(data, data[:100].decode("latin-1"), ("secret",))
    try:
        events = read_body(data)
    except UnreadableBodyError:
        return
    for each in events:
        try:
            event = read_event(each, _READING)
        except _REFUSED:
            continue
        if event.text is not None:
            event.text.encode("utf-8")
            assert "\0" not in event.text, "no database holds it"


def masker(data: bytes) -> None:
    """A text: nothing that could be a number of 12 digits is left, and masking again changes nothing."""
    text = shorten(clean(data.decode("utf-8", "replace")), MAX_QUESTION)
    masked = mask(text).text
    assert mask(masked).text == masked
    plain = unicodedata.normalize("NFKC", masked)
    assert not re.search(r"(?<!\d)\d{12}(?!\d)", plain), "twelve digits are left"


def tables(data: bytes) -> None:
    """A file of staff's: read, or refused in words."""
    for name in ("a.zip",) if data.startswith(b"PK") else ("a.csv",):
        path = _FOLDER / name
        path.write_bytes(data)
        with contextlib.suppress(UploadError):
            assert all(len(sheet.rows) <= MAX_ROWS for sheet in read_tables(path))


TARGETS: Mapping[str, Callable[[bytes], None]] = {"webhook": webhook, "masker": masker, "tables": tables}


def timed(target: Callable[[bytes], None], data: bytes) -> None:
    begun = time.perf_counter()
    target(data)
    assert time.perf_counter() - begun < MOST_SECONDS, "it hangs"


def seeds() -> Mapping[str, list[bytes]]:
    """Something honest to begin with."""
    archive = _FOLDER / "seed.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.csv", "番号,問い\n1,住民票\n")
    event = (
        b'{"type":"message","mode":"active","timestamp":1,"source":{"type":"user","userId":"U1"},"webhookEventId":"1",'
        b'"deliveryContext":{"isRedelivery":false},"replyToken":"t","message":{"id":"1","type":"text","text":"a"}}'
    )
    return {
        "webhook": [b'{"destination":"U1","events":[' + event + b"]}"],
        "masker": ["電話は090-1234-5678、1234 5678 9018です。松阪市殿町1340番地1".encode()],
        "tables": ['番号,問い\r\n1,"住民票\n"\r\n'.encode(), archive.read_bytes()],
    }
