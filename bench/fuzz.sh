#!/bin/sh
# Runs every fuzz target of the tree for the given time: sh bench/fuzz.sh 5s
set -eu
cd "$(dirname "$0")/.."
time=${1:-10s}
go list -f '{{.Dir}}' ./... | while read -r dir; do
  grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go 2>/dev/null | sed 's/^func //' | sort -u | while read -r target; do
    echo "fuzz $target ($time)"
    (cd "$dir" && go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" . >/tmp/fuzz.$$ 2>&1) || { cat /tmp/fuzz.$$; exit 1; }
  done || exit 1
done
