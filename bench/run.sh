#!/bin/sh
# The figures of docs/benchmarks.md: sh bench/run.sh [DATA]
# DATA is the folder of recorded inputs; ../shared/data when not given.
set -eu
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$out/profreport" ./cmd/profreport
bin=$out/profreport

# seconds NAME COMMAND...: the median wall time of 9 runs after one that does not count
seconds() {
  name=$1
  shift
  "$@" >/dev/null 2>&1
  for _ in 1 2 3 4 5 6 7 8 9; do
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $(($(date +%s%N) - start))
  done | sort -n | awk -v name="$name" 'NR == 5 { printf "%-52s %8.1f ms\n", name, $1 / 1e6 }'
}

compare_full() {
  rm -rf "$out/full"
  "$bin" compare --aic-results "$data/qwen3-32b-full/aic_all" --online-results "$data/qwen3-32b-full/online_all" \
    --ttft 500 --itl 50 --isl 2048 --osl 256 --output-dir "$out/full"
}

seconds "profreport --help" "$bin" --help
seconds "profreport demo" "$bin" demo -o "$out/demo.html"
ls -l "$out/demo.html" | awk '{ printf "%-52s %8d bytes\n", "its page", $5 }'
if [ -d "$data/qwen3-32b-full" ]; then
  seconds "compare of two complete results folders" compare_full
  ls -l "$out/full/report.html" | awk '{ printf "%-52s %8d bytes\n", "its page", $5 }'
  seconds "report over its archive" "$bin" report --db "$out/full/profreport.db" -o "$out/r.html"
  set --
  i=0
  while [ $i -lt 200 ]; do
    set -- "$@" --additional-results "m$i:$data/qwen3-32b-full/aic_all"
    i=$((i + 1))
  done
  methods() { rm -rf "$out/many"; "$bin" compare --aic-results "$data/qwen3-32b-full/aic_all" --online-results "$data/qwen3-32b-full/online_all" "$@" --ttft 500 --itl 50 --isl 2048 --osl 256 --output-dir "$out/many"; }
  start=$(date +%s%N)
  methods "$@" >/dev/null 2>&1 || echo "compare of 202 methods: exit $?"
  echo $(($(date +%s%N) - start)) | awk '{ printf "%-52s %8.1f ms\n", "compare of 202 methods, once", $1 / 1e6 }'
fi
go test -run '^$' -bench 'Run|Metrics|Stream' -benchtime 20x ./internal/notebook ./internal/metric ./internal/ingest 2>/dev/null | grep '^Benchmark' || true
