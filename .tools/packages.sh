#!/usr/bin/env bash
# packages.sh WHY PACKAGE... installs those Debian packages that are missing, and only those.
# COMMAND=PACKAGE also counts as installed where COMMAND is found, whoever packaged it.
set -euo pipefail

why=$1
shift

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "==> not a Debian system: $why needs what these packages hold: $*"
	exit 0
fi

missing=()
for entry in "$@"; do
	package=${entry#*=}
	if [[ $entry == *=* ]] && command -v "${entry%%=*}" >/dev/null; then
		continue
	fi
	if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
		missing+=("$package")
	fi
done
if ((${#missing[@]} == 0)); then
	exit 0
fi

as_root=()
if ((EUID == 0)); then
	echo "==> installing for $why: ${missing[*]}"
elif command -v sudo >/dev/null; then
	as_root=(sudo -p "==> $why needs ${missing[*]}, installed with apt; password for %u: ")
else
	echo "==> $why needs what only root can install: apt-get install ${missing[*]}" >&2
	exit 1
fi
"${as_root[@]}" bash -euo pipefail -c '
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -q --no-install-recommends "$@" |
		sed --unbuffered -n "/^Need to get/p; /^Fetched/p; s/^Setting up \([^ ]*\).*/    \1/p"
' apt "${missing[@]}" </dev/null || {
	echo "==> $why still needs what only root can install: apt-get install ${missing[*]}" >&2
	exit 1
}
