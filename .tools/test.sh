#!/usr/bin/env bash
# test.sh PACKAGE... runs the tests with the race detector and fails unless each one that is listed ran and passed.
# For ./... the tools' own tests and the proofs of required.txt and a test for each of faults.txt belong to it.
set -euo pipefail

packages=("$@")
required=()
tools() { :; }
if [[ $* == ./... ]]; then
	required=(-required .tools/required.txt -faults .tools/faults.txt)
	tools() { go test -C .tools -race -json "$@" ./...; }
fi

echo '==> building the tests'
go build -C .tools -o ../.cache/bin/ ./testreport
listed=.cache/listed.json
if ! .tools/progress.sh go test -race -json -list . "${packages[@]}" >"$listed" || ! tools -list . >>"$listed"; then
	cat "$listed"
	exit 1
fi

echo '==> testing; pictures of the faces go to .cache/pictures'
artifacts=$(mktemp -d "$PWD/.cache/artifacts.XXXXXX")
trap 'rm -rf "$artifacts"' EXIT
{
	tools -shuffle=on || true # its failure is in the stream, and keeps nothing else from running
	go test -race -timeout 30m -shuffle=on -json -artifacts -outputdir "$artifacts" "${packages[@]}"
} | .cache/bin/testreport -listed "$listed" -keep .cache/pictures "${required[@]}"
