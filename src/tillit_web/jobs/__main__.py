"""`python -m tillit_web.jobs NAME`: be the worker of that name until told to stop. `tillit serve` starts it."""

from __future__ import annotations

import os
import sys

import django

from tillit.engine.arrow import without_pandas

without_pandas()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")
django.setup()

from tillit_web.jobs.actions import bury  # noqa: E402 - its tables exist only after setup
from tillit_web.jobs.worker import work  # noqa: E402

# The supervisor starts a worker only when there is no other: what is marked as running lost its worker.
bury()
work(sys.argv[1], supervisor=sys.stdin.fileno())
