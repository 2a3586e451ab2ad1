"""The sealed file: lines, compressed, then encrypted and authenticated piece by piece (docs/backup.md).

``MAGIC``, 32 bytes of salt, then pieces of at most ``PIECE`` bytes with a tag of 16 each.  The key of a file is made
of BACKUP_KEY and the salt (HKDF-SHA256); a piece's nonce is its number (11 bytes) and whether it is the last (1 byte),
so that no piece can be put elsewhere, left out, or cut off at the end without being noticed.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"KOTAE-BACKUP-1\n"
PIECE = 1 << 20
_SALT, _TAG = 32, 16
_LEVEL = 3
"""Of compression: twice as fast as the usual 6, and hardly larger."""
_MOST_LINE = 512 << 20
"""Bytes; a plan's file or what was learned of a large town is far below."""


class BackupError(ValueError):
    """A backup cannot be made, read or restored; the message names the remedy."""


class FolderBusyError(BackupError):
    """Somebody else is at work there."""


def write_sealed(file: IO[bytes], key: bytes, lines: Iterable[bytes]) -> None:
    """Write ``lines``, each without its newline."""
    salt = secrets.token_bytes(_SALT)
    cipher, number = _cipher(key, salt), 0
    packer, waiting = zlib.compressobj(_LEVEL), bytearray()
    file.write(MAGIC + salt)
    for line in lines:
        waiting += packer.compress(line + b"\n")
        while len(waiting) > PIECE:
            file.write(_seal(cipher, number, waiting[:PIECE], last=False))
            del waiting[:PIECE]
            number += 1
    waiting += packer.flush()
    while len(waiting) > PIECE:
        file.write(_seal(cipher, number, waiting[:PIECE], last=False))
        del waiting[:PIECE]
        number += 1
    file.write(_seal(cipher, number, waiting, last=True))


def read_sealed(file: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The lines.  Raises BackupError as soon as a piece is not what was written with this key."""
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupError("バックアップのファイルではありません（または、別の版のものです）")
    salt = file.read(_SALT)
    unpacker, rest = zlib.decompressobj(), b""
    for piece in _opened(file, _cipher(key, salt)):
        *lines, rest = (rest + unpacker.decompress(piece)).split(b"\n")
        if len(rest) > _MOST_LINE:
            raise BackupError("一行が長すぎます")
        yield from lines
    if rest or not unpacker.eof:
        raise BackupError("途中で終わっています")


def _opened(file: IO[bytes], cipher: AESGCM) -> Iterator[bytes]:
    number, piece = 0, file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, MAGIC)
        except InvalidTag as error:
            raise BackupError(
                "開けません。BACKUP_KEY が作ったときのものと違うか、ファイルが壊れているか、手が加わっています"
            ) from error
        if not following:
            return
        number, piece = number + 1, following


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=MAGIC).derive(key))


def _seal(cipher: AESGCM, number: int, piece: bytes | bytearray, *, last: bool) -> bytes:
    return cipher.encrypt(_nonce(number, last=last), bytes(piece), MAGIC)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
