"""Answers about the current build, each worked out once: by the job that builds, or for the first who asks.

Whoever asks looks into this process's table, then beside the build (`kept`), and only then counts. A page that is
`patient` for so long and no longer gets `StillCounting` instead, while the counting goes on behind it; whoever asks
again finds the answer, or waits on. A few are worked out at a time, so that ten readers cost no more memory than two.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from tillit.journeys.view import View
from tillit_web.warehouse import kept

Answer = TypeVar("Answer")

# Answers are small values without arrays (journeys.results), and one process serves all pages, so a table in it is
# enough; a build makes the answers of earlier ones unreachable, and they fall out at the end.
MOST_ANSWERS = 256
MOST_AT_ONCE = 2  # worked out for pages; at ten million events one may take half a gigabyte
FORGOTTEN_SECONDS = 60.0  # what is worked out and nobody came back for: a failure, told to whoever asks


class StillCounting(Exception):
    """The answer is being worked out and was not there in the time that the page had.

    Attributes:
        seconds: For how long it has been.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"still counting after {seconds:.1f} s; ask again")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Work:
    answer: Future[Any] = field(default_factory=Future)
    began: float = field(default_factory=time.monotonic)


_lock = threading.Lock()
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)
_answers: OrderedDict[Hashable, Any] = OrderedDict()
_at_work: dict[Hashable, _Work] = {}
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_keeps: ContextVar[bool] = ContextVar("keeps", default=False)


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Within the block an answer that is not there in time raises StillCounting; otherwise whoever asks waits for it.

    Args:
        seconds: From now on, for all answers together.
    """
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def keeping() -> Iterator[None]:
    """Within the block every answer that is worked out is kept beside its build, for other processes."""
    token = _keeps.set(True)
    try:
        yield
    finally:
        _keeps.reset(token)


def cached(view: View, question: Hashable, compute: Callable[[], Answer]) -> Answer:
    """The answer to a question of a view, computed once for each (build, purpose, consents, filter, question).

    Args:
        view: What is asked; its aggregates, never its persons.
        question: Names the kernel and its arguments: ("funnel", spec). Values and frozen dataclasses of them.
        compute: Answers it, in another thread where a page is patient; so it reads the view, and no table.

    Raises:
        StillCounting: Not in the time that the page has.
    """
    asked = (view.purpose, view.permission.aggregates, view.rule, view.selection, question)
    key = (view.store.path, asked)
    keeps = _keeps.get()  # then what this process remembers is not enough: it must lie there for others
    with _lock:
        if key in _answers and not keeps:
            _answers.move_to_end(key)
            return cast(Answer, _answers[key])
    name = kept.name_of(asked)
    try:
        answer = cast(Answer, kept.read(view, name))
    except kept.NotKept:
        answer = _worked_out(key, compute)
        if keeps:
            kept.write(view, name, answer)
    _remember(key, answer)
    return answer


def _remember(key: Hashable, answer: object) -> None:
    with _lock:
        _answers[key] = answer
        while len(_answers) > MOST_ANSWERS:
            _answers.popitem(last=False)


def _worked_out(key: Hashable, compute: Callable[[], Answer]) -> Answer:
    deadline = _deadline.get()
    if deadline is None:
        return compute()  # two may compute the same at once, which costs time and nothing else
    with _lock:
        now = time.monotonic()
        for old in [
            old for old, work in _at_work.items() if work.answer.done() and now - work.began > FORGOTTEN_SECONDS
        ]:
            del _at_work[old]
        work = _at_work.get(key)
        if work is None:
            work = _at_work[key] = _Work()
            # As a daemon: a program that is told to stop does not wait for what nobody will read.
            threading.Thread(target=_work, args=(work, key, compute), name="counting", daemon=True).start()
    try:
        return cast(Answer, work.answer.result(timeout=max(0.0, deadline - time.monotonic())))
    except NotYet:
        raise StillCounting(time.monotonic() - work.began) from None
    finally:
        if work.answer.done():
            with _lock:
                _at_work.pop(key, None)


def _work(work: _Work, key: Hashable, compute: Callable[[], object]) -> None:
    with _turns:
        try:
            answer = compute()
        except Exception as error:
            work.answer.set_exception(error)
        else:
            _remember(key, answer)
            work.answer.set_result(answer)
