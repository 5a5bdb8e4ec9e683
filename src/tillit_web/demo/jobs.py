"""The demo's work for the worker."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django_tasks import task

from tillit_web.demo.loading import bring_in
from tillit_web.demo.receipts import write_receipts


@task()
def load_receipts() -> None:
    """Export the year of receipts, import it, build."""
    with tempfile.TemporaryDirectory(prefix="tillit-receipts-") as exported:
        bring_in(write_receipts(Path(exported)))
