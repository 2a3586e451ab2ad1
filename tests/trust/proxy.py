"""A wire between the service and PostgreSQL that can fail: a process of its own, on TCP.

SIGUSR1: nothing passes, and comes when all is well again, as what TCP sends once more does.  SIGUSR2: nothing passes,
and whoever was connected will never hear anything again, as where the other machine is gone.  SIGHUP: all is well.
To connect succeeds meanwhile, as far as the kernel can tell, but nobody answers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress

from tests.support.server import ROOT


class Wire:
    """What passes, and what does not."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._passing = asyncio.Event()
        self._passing.set()
        self._loses = False
        self._lost: set[int] = set()
        self._open: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def hold(self) -> None:
        self._passing.clear()

    def lose(self) -> None:
        self._loses = True
        self._lost |= self._open
        self._passing.clear()

    def heal(self) -> None:
        self._loses = False
        self._passing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = id(writer)
        self._open.add(mine)
        if self._loses:
            self._lost.add(mine)
        try:
            await self._passing.wait()
            if mine in self._lost:
                await _swallow(reader)
                return
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
            try:
                await asyncio.gather(
                    self._pump(mine, reader, far_writer), self._pump(mine, far_reader, writer, far=True)
                )
            finally:
                far_writer.close()
        except OSError:
            pass
        finally:
            self._open.discard(mine)
            self._lost.discard(mine)
            writer.close()

    async def _pump(
        self, mine: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, far: bool = False
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(1 << 16):
                await self._passing.wait()
                if mine not in self._lost:
                    writer.write(piece)
                    await writer.drain()
        # The end of a connection is a packet as well: it does not pass either.
        await self._passing.wait()
        if not (far and mine in self._lost):
            writer.close()


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


async def _run(socket: str) -> None:
    wire = Wire(socket)
    loop = asyncio.get_running_loop()
    for number, act in ((signal.SIGUSR1, wire.hold), (signal.SIGUSR2, wire.lose), (signal.SIGHUP, wire.heal)):
        loop.add_signal_handler(number, act)
    loop.add_signal_handler(signal.SIGTERM, lambda: os._exit(0))
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trust proxy")
    parser.add_argument("--to", required=True, help="PostgreSQL's socket")
    asyncio.run(_run(parser.parse_args(arguments).to))
    return 0


class Proxy:
    """The process of a wire."""

    def __init__(self, socket: str) -> None:
        words = [sys.executable, "-m", "tests.trust", "proxy", "--to", socket]
        self._process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def hold(self) -> None:
        self._process.send_signal(signal.SIGUSR1)

    def lose(self) -> None:
        self._process.send_signal(signal.SIGUSR2)

    def heal(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
