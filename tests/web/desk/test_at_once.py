"""Many at the same moment, on a database file as in an installation: one owner, and each message once."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.web.serving.running import with_tables

AT_ONCE = """
import threading
from collections import Counter
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path({data!r}))
from django.db import connection
from tillit.desk.owner import SomebodyElseHasIt
from tillit.vocabulary import Role
from tillit_web.desk import actions
from tillit_web.desk.models import Conversation, Message
from tillit_web.people.actions import NewMember, describe_company, make_member
describe_company("Shop", zone="Europe/Stockholm", currency="SEK", language="en", is_simulated=False)
people = [NewMember(f"c{{n}}@example.org", "spruce lantern harbour", "en") for n in range(6)]
colleagues = [make_member(one, Role.SPECIALIST) for one in people]
row = actions.open_conversation("", language="en", asks_for_person=True).conversation
came, begin = [], threading.Barrier(24)
def together(act):
    begin.wait()
    try:
        came.append(act() or "done")
    except SomebodyElseHasIt:
        came.append("taken")
    connection.close()
def take(by): return lambda: actions.take(row, by) and "mine"
def write(n): return lambda: actions.customer_writes(row, "hello", f"id{{n % 3}}") and "written"
acts = [take(colleagues[n % 6]) for n in range(12)] + [write(n) for n in range(12)]
threads = [threading.Thread(target=together, args=(act,)) for act in acts]
for thread in threads: thread.start()
for thread in threads: thread.join()
row.refresh_from_db()
print((sorted(Counter(came).items()), row.owner, row.handler is not None, Message.objects.count()))
"""


def test_of_many_who_take_one_has_it_and_what_was_sent_again_is_there_once(tmp_path: Path) -> None:
    code = AT_ONCE.format(data=str(with_tables(tmp_path / "data")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    came, owner, has_handler, messages = ast.literal_eval(done.stdout.splitlines()[-1])
    assert came == [("mine", 2), ("taken", 10), ("written", 12)]  # each colleague pressed twice
    assert (owner, has_handler, messages) == ("person", True, 3)
