#!/usr/bin/env bash
# evaluate.sh: run every comparison in tests/golden/ that needs data from outside the repository (DATA says where).
set -uo pipefail
code=0
for program in tests/golden/*_evaluation.py; do
  [ -e "$program" ] || { echo "There is no comparison in tests/golden/ yet."; exit 0; }
  bash house/timed.sh "$(basename "$program" .py)" .venv/bin/python "$program" "$DATA" || code=1
done
exit $code
