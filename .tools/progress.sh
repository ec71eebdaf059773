#!/usr/bin/env bash
# progress.sh COMMAND... runs it and says every 15 seconds that it is still at work.
set -u

while sleep 15 >/dev/null 2>&1; do echo "    ... ${SECONDS}s: $*" >&2; done &
ticker=$!
trap 'kill "$ticker"' EXIT
"$@"
