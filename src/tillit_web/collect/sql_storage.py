"""What SQLite and PostgreSQL are asked in the same words; how a group is taken in is each one's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tillit.events.hot import HotRow
from tillit_web.collect.storage import Alarm, Failed, HourCount, Tally

ROWS_PER_DROP = 5_000  # a long transaction would hold up those who wait for their answer
ADD_TO_HOUR = (
    "insert into hour as known (hour, key_id, received, accepted, duplicate, rejected) values (?, ?, ?, ?, ?, ?)"
    " on conflict (hour, key_id) do update set"
    " received = known.received + excluded.received, accepted = known.accepted + excluded.accepted,"
    " duplicate = known.duplicate + excluded.duplicate, rejected = known.rejected + excluded.rejected"
)
_HOUR = "hour, key_id, received, accepted, duplicate, rejected"


class Answered(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int: ...

    def fetchall(self) -> list[Any]: ...


class Asking(Protocol):
    """A transaction of either database; values stand where a statement has `?`."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Answered: ...

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> object: ...


class SqlStorage(ABC):
    """The half of a `Storage` that is the same in every database that knows our tables."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[Asking]:
        """All or nothing, on stable storage when the block is left."""

    @abstractmethod
    def _snapshot(self) -> AbstractContextManager[Asking]:
        """Several reads of one moment."""

    def alarm(self, code: str, detail: str, *, at: int) -> None:
        with self._transaction() as asking:
            asking.execute(
                "insert into alarm as known (code, detail, times, first_at, last_at) values (?, ?, 1, ?, ?)"
                " on conflict (code, detail) do update set times = known.times + 1, last_at ="
                " case when excluded.last_at > known.last_at then excluded.last_at else known.last_at end",
                (code, detail[:200].replace("\0", ""), at, at),
            )

    def unsealed(self, *, after: int, limit: int) -> list[HotRow]:
        rows = self._rows("select id, event, contacts from hot where id > ? order by id limit ?", (after, limit))
        return [HotRow(*row) for row in rows]

    def drop(self, *, upto: int) -> None:
        gone = ROWS_PER_DROP
        while gone == ROWS_PER_DROP:
            with self._transaction() as asking:
                gone = asking.execute(
                    "delete from hot where id in (select id from hot where id <= ? order by id limit ?)",
                    (upto, ROWS_PER_DROP),
                ).rowcount

    def hours(self, *, since: int) -> list[HourCount]:
        rows = self._rows(f"select {_HOUR} from hour where hour >= ? order by hour, key_id", (since,))  # noqa: S608
        return [HourCount(*row) for row in rows]

    def failed(
        self, *, limit: int, before: int | None = None, code: str = "", key_id: int | None = None
    ) -> list[Failed]:
        wanted = {"id < ?": before, "code = ?": code or None, "key_id = ?": key_id}
        chosen = {condition: value for condition, value in wanted.items() if value is not None}
        where = f" where {' and '.join(chosen)}" if chosen else ""
        rows = self._rows(
            f"select id, received_at, key_id, code, reason, raw from failed{where} order by id desc limit ?",  # noqa: S608
            (*chosen.values(), limit),
        )
        return [Failed(*row) for row in rows]

    def failed_codes(self) -> list[tuple[str, int]]:
        rows = self._rows("select code, count(*) from failed group by code order by 2 desc, 1")
        return [(code, count) for code, count in rows]

    def alarms(self, *, since: int) -> list[Alarm]:
        rows = self._rows(
            "select code, detail, times, first_at, last_at from alarm where last_at >= ?"
            " order by last_at desc, code, detail",
            (since,),
        )
        return [Alarm(*row) for row in rows]

    def tally(self, *, after: int) -> Tally:
        sums = "select cast(coalesce(sum(received), 0) as bigint), cast(coalesce(sum(accepted), 0) as bigint) from hour"
        with self._snapshot() as asking:
            [(received, accepted)] = asking.execute(sums).fetchall()
            [(known,)] = asking.execute("select count(*) from seen").fetchall()
            [(waiting,)] = asking.execute("select count(*) from hot where id > ?", (after,)).fetchall()
            uneven = asking.execute(
                f"select {_HOUR} from hour where received <> accepted + duplicate + rejected order by hour, key_id"  # noqa: S608
            ).fetchall()
        return Tally(received, accepted, known, waiting, tuple(HourCount(*row) for row in uneven))

    def prune(self, *, before: int, most: int) -> int:
        with self._transaction() as asking:
            return asking.execute(
                "delete from failed where received_at < ?"
                " or id <= (select id from failed order by id desc limit 1 offset ?)",
                (before, most),
            ).rowcount

    def settle(self, failed: Sequence[int]) -> None:
        with self._transaction() as asking:
            asking.executemany("delete from failed where id = ?", [(number,) for number in failed])

    def _rows(self, question: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._snapshot() as asking:
            return asking.execute(question, values).fetchall()
