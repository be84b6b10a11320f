package ingest

import (
	"fmt"
	"strings"
	"testing"
)

func TestEngineLog(t *testing.T) {
	trt := "[TensorRT-LLM] TensorRT-LLM version: 1.3.0rc23\n[MemUsageChange] Allocated 0.56 GiB for max tokens in paged KV cache (2304).\n" +
		"[MemUsageChange] Allocated 2.01 GiB for max tokens in paged KV cache (8224).\n"
	tests := []struct {
		name, in         string
		dp               int64
		classic, current int64 // 0: unknown
		version          string
	}{
		{"trtllm takes the first or the last", trt, 1, 2304, 8224, "1.3.0rc23"},
		{"vllm multiplies", "Maximum concurrency for 40,960 tokens per request: 6.25x\n", 4, 256000, 256000, ""},
		{"sglang counts each rank", "KV Cache is allocated. #tokens: 240000, K size\n", 4, 960000, 960000, ""},
		{"no newline at the end", "paged KV cache (8224).", 1, 0, 0, ""},
		{"no newline at the end, whole", "for max tokens in paged KV cache (8224)", 1, 8224, 8224, ""},
		{"a long line before", strings.Repeat("x", 200_000) + "\nfor max tokens in paged KV cache (8224)\n", 1, 8224, 8224, ""},
		{"absurd", "for max tokens in paged KV cache (99999999999999999999999999)\nMaximum concurrency for 1 tokens per request: 0.00x\n", 1, 0, 0, ""},
		{"nothing", "INFO hello\n", 1, 0, 0, ""},
	}
	for _, tt := range tests {
		f, err := readEngineLog(strings.NewReader(tt.in))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		classic, current := f.Capacity(false, tt.dp), f.Capacity(true, tt.dp)
		if classic.V != tt.classic || current.V != tt.current || classic.OK != (tt.classic > 0) || f.Version != tt.version {
			t.Errorf("%s: %v %v %q", tt.name, classic, current, f.Version)
		}
	}
}

func FuzzEngineLog(f *testing.F) {
	f.Add("[TensorRT-LLM][INFO] [MemUsageChange] Allocated 2.01 GiB for max tokens in paged KV cache (8224).\n")
	f.Add("Maximum concurrency for 40,960 tokens per request: 6.25x\nKV Cache is allocated. #tokens: 240000")
	f.Fuzz(func(t *testing.T, s string) {
		facts, err := readEngineLog(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, dp := range []int64{0, 1, 8} {
			if n := facts.Capacity(true, dp); n.OK && n.V < 1 {
				t.Fatal(fmt.Sprint(n))
			}
		}
	})
}
