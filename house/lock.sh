#!/usr/bin/env bash
# lock.sh: resolve pyproject.toml into locks/*.txt: exact versions and hashes, no address of any registry.
set -euo pipefail
uv=.venv/bin/uv
[ -x "$uv" ] || uv=$(command -v uv) || {
  echo "Locking needs uv. Put it into the environment, .venv/bin/python -m pip install uv, or on the path, and run make lock again." >&2
  exit 1
}

resolve() {
  local out=$1
  shift
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links "$@" --output-file "$out" pyproject.toml
  echo "$out: $(grep -c '==' "$out") packages"
}

# Test first: the others take its versions, so that one environment can hold any of them.
resolve locks/test.txt --extra web --extra demo --extra postgres --group dev
resolve locks/demo.txt --extra web --extra demo --group build --constraints locks/test.txt
resolve locks/spark.txt --extra spark --group build --constraints locks/test.txt
resolve locks/bench.txt --extra bench --group build --constraints locks/test.txt
