package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// sharedData is the folder of recorded inputs beside a checkout; tests and
// benchmarks over it are skipped where it is not there.
func sharedData(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the recorded data is not beside this checkout")
	}
	return dir
}

// BenchmarkCompare is the main job in one process: two results folders in, all
// output files out.
func BenchmarkCompare(b *testing.B) {
	data := sharedData(b)
	for b.Loop() {
		args := []string{"profreport", "compare", "--aic-results", data + "/qwen3-32b-full/aic_all", "--online-results", data + "/qwen3-32b-full/online_all",
			"--model", "Qwen/Qwen3-32B", "--backend", "trtllm", "--ttft", "500", "--itl", "50", "--isl", "2048", "--osl", "256", "--output-dir", b.TempDir()}
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), args, nil, &stdout, &stderr); code != 0 {
			b.Fatalf("exit %d: %s", code, stderr.String())
		}
	}
}
