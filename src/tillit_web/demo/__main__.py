"""`python -m tillit_web.demo KIND DATA PORT TOKEN`: one installation of the demo; `tillit demo` starts three."""

from __future__ import annotations

import sys
from pathlib import Path

from tillit.engine.arrow import without_pandas

without_pandas()

from tillit_web.demo.installation import Installation, run  # noqa: E402 - Arrow looks while these are imported
from tillit_web.demo.tabs import Kind  # noqa: E402

if __name__ == "__main__":
    kind, data, port, token = sys.argv[1:]
    sys.exit(run(Installation(Kind(kind), Path(data), int(port), token)))
