#!/usr/bin/env bash
# install.sh NAME: fill .venv with exactly what locks/NAME.txt says, and the project itself, editable.
set -euo pipefail
name=$1
python=${PYTHON:-}

for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  [ -z "$python" ] || break
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; fi
done
if [ -z "$python" ]; then
  echo "tillit needs Python 3.11 or newer and found none; install one, or say where it is: make demo PYTHON=/path/to/python" >&2
  exit 1
fi

make_environment() {
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv .venv
  elif "$python" -m virtualenv --version >/dev/null 2>&1; then
    "$python" -m virtualenv -q .venv
  elif command -v virtualenv >/dev/null; then
    virtualenv -q -p "$python" .venv
  elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "This Python has no ensurepip; installing the system's python3-venv"
    apt-get update -qq </dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv </dev/null >/dev/null
    "$python" -m venv .venv
  else
    echo "This Python cannot make virtual environments. Install python3-venv (Debian, Ubuntu: sudo apt install python3-venv)" >&2
    echo "or virtualenv, and run the same command again." >&2
    exit 1
  fi
}

# A half-made environment (interrupted before pip was there) is made again.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  make_environment
fi

echo "Installing what locks/$name.txt names into .venv"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "locks/$name.txt"
# The build backend is in the lock, so nothing is fetched for the project itself.
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
touch ".venv/.installed-$name"
# The test lock holds everything the demo needs, in the same versions.
if [ "$name" = test ]; then touch .venv/.installed-demo; fi
