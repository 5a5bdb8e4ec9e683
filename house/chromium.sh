#!/usr/bin/env bash
# chromium.sh: print the path of a Chromium for the browser stories; where there is none, install one first.
set -euo pipefail

installed() {
  command -v chromium || command -v chromium-browser || command -v google-chrome-stable || command -v google-chrome
}

playwrights_own() {
  .venv/bin/python - <<'PYTHON'
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = Path(playwright.chromium.executable_path)
if not path.exists():
    sys.exit(1)
print(path)
PYTHON
}

if [ -n "${CHROMIUM:-}" ]; then
  echo "$CHROMIUM"
elif installed || playwrights_own 2>/dev/null; then
  :
elif [ "$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then
  echo "No Chromium found; installing the system's" >&2
  apt-get update -qq </dev/null >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium </dev/null >/dev/null
  installed
else
  echo "No Chromium found; installing Playwright's own" >&2
  with_deps=""
  [ "$(id -u)" != 0 ] || with_deps="--with-deps"
  # shellcheck disable=SC2086 # empty means no argument
  .venv/bin/python -m playwright install $with_deps chromium >&2 || {
    echo "The browser stories need Chromium. Install one (Debian: sudo apt install chromium), or say where it is:" >&2
    echo "make test CHROMIUM=/path/to/chromium" >&2
    exit 1
  }
  playwrights_own
fi
