#!/usr/bin/env bash
# timed.sh LABEL COMMAND…: run the command and say how many seconds it took and how it ended.
label=$1
shift
start=$SECONDS
"$@"
code=$?
[ $code -eq 0 ] && verdict=ok || verdict="failed ($code)"
printf '%-18s %4d s  %s\n' "$label" "$((SECONDS - start))" "$verdict"
exit $code
