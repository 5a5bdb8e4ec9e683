#!/usr/bin/env bash
# halves.sh PYTHON : the tests without a browser, in two processes side by side: those of the product, and the rest.
# What the rest printed follows when both are done. Fails where either does.
set -uo pipefail
marks="not browser and not spark and not torture"
printed="$(mktemp)"
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$printed"' EXIT

"$1" -m pytest -q -m "$marks" --ignore=tests/web --ignore=tests/browser tests >"$printed" 2>&1 &
"$1" -m pytest -q -m "$marks" tests/web
product=$?
wait "$!"
rest=$?
cat "$printed"
((product == 0 && rest == 0))
