#!/usr/bin/env bash
# vulnerabilities.sh GOVULNCHECK [PACKAGE...] fails on any known vulnerability that the code reaches.
# A database out of reach says nothing about the code: that is a loud warning, and a failure only
# under VULNDB=required. GOVULNDB names another database (file:// or https://).
set -uo pipefail

govulncheck=$1
shift
output=$("$govulncheck" ${GOVULNDB:+-db "$GOVULNDB"} "$@" 2>&1)
status=$?
printf '%s\n' "$output"
case $status in
0 | 3) exit "$status" ;;
esac
if ! grep -q '^govulncheck: fetching vulnerabilities: ' <<<"$output"; then
	exit "$status"
fi
echo "WARNING: the Go vulnerability database is out of reach: known vulnerabilities were NOT checked" >&2
if [[ ${VULNDB:-} == required ]]; then
	exit 1
fi
