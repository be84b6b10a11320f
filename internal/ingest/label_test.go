package ingest

import "testing"

func TestCanonicalMapping(t *testing.T) {
	tests := []struct {
		in, want string
		gpus     int64 // 0: not a mapping
	}{
		{"TP=2", "TP=2", 2},
		{"TP2", "TP=2", 2},
		{"tp2", "TP=2", 2},
		{"TEP=8", "TEP=8", 8},
		{"TEP8", "TEP=8", 8},
		{"DEP4", "DEP=4", 4},
		{"tp4-moeep4", "TEP=4", 4},
		{"tp4-moetp4", "TP=4", 4},
		{"tp1-dp8-moeep8", "DEP=8", 8},
		{"tp2-dp2", "tp2-dp2", 4},
		{"tp2-pp2", "tp2-pp2", 4},
		{"tp4-moetp2-moeep4", "tp4-moetp2-moeep4", 8},
		{"tp=2 pp=1 dp=1 moe_tp=1 moe_ep=1", "TP=2", 2},
		{"default", "default", 0},
		{"TP", "TP", 0},
		{"TP=0", "TP=0", 0},
		{"TP=99999999999999999999", "TP=99999999999999999999", 0},
		{"", "", 0},
	}
	for _, tt := range tests {
		if got := canonicalMapping(tt.in); got != tt.want {
			t.Errorf("canonicalMapping(%q) = %q, want %q", tt.in, got, tt.want)
		}
		p, ok := parseMapping(tt.in)
		if ok != (tt.gpus != 0) {
			t.Errorf("parseMapping(%q) ok = %v", tt.in, ok)
		}
		if ok && p.GPUs() != tt.gpus {
			t.Errorf("parseMapping(%q) GPUs = %d, want %d", tt.in, p.GPUs(), tt.gpus)
		}
	}
}
