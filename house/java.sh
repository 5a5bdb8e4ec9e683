#!/usr/bin/env bash
# java.sh: print the home of a Java 17 or newer for the tests of Spark; where there is none, install one first.
set -euo pipefail

version() { # of the java at $1: its first number, 0 where it does not run
  "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p;t' | grep . || echo 0
}

found() {
  local java
  for java in "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    if [ -x "$java" ] && [ "$(version "$java" | head -n 1)" -ge 17 ]; then
      java=$(readlink -f "$java")
      echo "${java%/bin/java}"
      return
    fi
  done
  return 1
}

if found; then
  :
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "No Java 17 or newer found; installing the system's" >&2
  apt-get update -qq </dev/null >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y openjdk-17-jre-headless </dev/null >/dev/null
  found
else
  echo "Spark needs Java 17 or newer. Install one (Debian, Ubuntu: sudo apt install openjdk-17-jre-headless)," >&2
  echo "or say where it is: make test-spark JAVA_HOME=/path/to/java" >&2
  exit 1
fi
