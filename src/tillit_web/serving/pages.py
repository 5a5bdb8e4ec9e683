"""Django behind ASGI: each request whole in one of a few threads, which keep their connection to the database.

Django's own way gives every request a thread and a connection of its own, and hands it to and fro between that thread
and the event loop at each middleware. Fifty such threads at once mostly wait for each other: for the interpreter, for
the locks around translations and addresses, for the one writer of SQLite.

Pages that put a question to the log of events may take seconds each. They have most of the threads and never all:
whoever answers customers gets a page while colleagues wait for theirs.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeVar, cast

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.signals import request_started
from django.http import FileResponse
from django.http.response import HttpResponseBase

from tillit_web.collect.requests import Scope

# Pages wait for files and for DuckDB as much as they compute; more threads than this take turns more than they work.
THREADS = 8
# As many questions to the log at once; two cores work on no more, and those that wait are answered in turn.
MOST_ASKING = 5
ASKING = ("/home/", "/journeys/", "/credit/", "/meetings/", "/import/", "/identity/", "/v1/import")

_Found = TypeVar("_Found")
_Message = Mapping[str, Any]


class Pages(ASGIHandler):
    """Answers what Django answers, in `threads`; made once a process.

    Args:
        most_asking: How many questions to the log are answered at once; fewer than there are threads.
    """

    def __init__(self, threads: Executor, *, most_asking: int = MOST_ASKING) -> None:
        super().__init__()
        self._threads = threads
        self._asking = asyncio.Semaphore(most_asking)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - the handler's own signature
        """Middleware and views as plain functions, since none of them waits for anything but files and locks."""
        super().load_middleware(is_async=False)

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Answer one HTTP request. If its sender leaves meanwhile, it is done all the same and told to nobody."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            request, problem = self.create_request(dict(scope), body)
            if request is None:
                response = cast(HttpResponseBase, problem)
            else:
                async with self._asking if request.path_info.startswith(ASKING) else nullcontext():
                    response = await self._in_thread(partial(self._answered, request))
            try:
                await self.send_response(response, send)
            finally:
                if response.streaming:
                    await self._in_thread(response.close)

    def _answered(self, request: ASGIRequest) -> HttpResponseBase:
        request_started.send(sender=type(self), scope=request.scope)
        response = self.get_response(request)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()  # its content stays; what the request held is let go in the thread that has it
        return response

    async def _in_thread(self, work: Callable[[], _Found]) -> _Found:
        # In a context of its own: language, time zone and address prefix of one request never reach the next.
        return await asyncio.get_running_loop().run_in_executor(self._threads, contextvars.copy_context().run, work)
