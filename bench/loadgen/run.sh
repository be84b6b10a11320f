#!/bin/sh
# Load generator against an in-process server whose times are known: accuracy
# with 256 streams, chunks/s, memory for 100,000 requests, and a soak with 2 %
# of injected faults. SOAK is its length (default 10m). About 13 minutes.
set -eu
cd "$(dirname "$0")/../.."
export CGO_ENABLED=0
uname -srm
nproc
go test ./internal/loadgen -run '^$' -bench 'Accuracy|Chunks' -benchtime 1x -count 3
go test ./internal/loadgen -run '^$' -bench Memory -benchtime 1x -timeout 20m
go test ./internal/loadgen -run 'TestSoak$' -v -soak "${SOAK:-10m}" -timeout 30m
