"""What a browser has open to a server: a kept-alive connection for requests, another for each stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Http:
    """One kept-alive connection, from an address of its own."""

    port: int
    address: str
    headers: str
    seen: str = ""
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json", more: str = ""
    ) -> tuple[int, bytes]:
        """One request and its whole answer; a connection that the server closed in the silence is opened again.

        `more` are lines of the head beside the connection's own. What a page's script is to send the next time, `seen`,
        is kept from the answer.
        """
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{self.headers}{more}"
        head += f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await self._open()
        reader, writer = self._streams
        writer.write(head.encode() + body)
        try:
            found = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            self._streams = None
            return await self.ask(method, path, body, kind, more)  # messages have ids: none is there twice
        self.seen = found.split("x-seen: ")[1].split("\r\n")[0] if "x-seen: " in found else ""
        if "content-length: " in found:
            content = await reader.readexactly(int(found.split("content-length: ")[1].split("\r\n")[0]))
        elif "chunked" in found:
            content = b"".join([part async for part in _chunks(reader)])
        else:
            content = b""
        return int(found.split(" ", 2)[1]), content

    async def follow(self, path: str, opened: Callable[[], None]) -> AsyncIterator[tuple[str, bytes]]:
        """The events of a stream, on a connection of its own: name and data."""
        reader, writer = await self._open()
        writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{self.headers}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise AssertionError(f"no stream: {head!r}")
        opened()
        text = b""
        try:
            async for part in _chunks(reader):
                *blocks, text = (text + part).split(b"\n\n")
                for block in blocks:
                    lines = dict(line.partition(b": ")[::2] for line in block.split(b"\n"))
                    if b"event" in lines:
                        yield lines[b"event"].decode(), lines[b"data"]
        finally:
            writer.close()

    def close(self) -> None:
        """Leave."""
        if self._streams is not None:
            self._streams[1].close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0), limit=2**22)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while length := int(await reader.readline(), 16):
        yield (await reader.readexactly(length + 2))[:-2]
    await reader.readline()
