package ingest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNpzTable: arrays side by side, in both layouts of the profiler's files.
func TestNpzTable(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []member
		want    string
	}{
		{"one dimension, one value, a short one", []member{
			{"isl.npy", npyOf("<i8", "(3,)", []int64{100, 200, 300})},
			{"kv.npy", npyOf("<i8", "(1,)", []int64{8224})},
			{"ttft.npy", npyOf("<f8", "(2,)", []float64{1.5, math.NaN()})},
		}, "isl integer kv integer ttft real | 100 8224 1.5 | 200 8224 <nil> | 300 8224 <nil>"},
		{"rows and points", []member{
			{"itl.npy", npyOf("<f8", "(2, 2)", []float64{1, 2, 3.5, 4})},
			{"tp.npy", npyOf("<i8", "(2, 1)", []int64{8, 4})},
			{"model.npy", npyOf("<U1", "(1, 1)", []int32{'m'})},
		}, "row integer point integer itl real model text tp integer | 0 0 1 m 8 | 0 1 2 m 8 | 1 0 3.5 m 4 | 1 1 4 m 4"},
	} {
		u, err := ReadUnknownTable(bytes.NewReader(npzFile(zip.Deflate, c.members...)), "a.npz")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := unknownText(u); got != c.want || len(u.Problems) > 0 {
			t.Errorf("%s:\n got %s\nwant %s\nproblems %v", c.name, got, c.want, u.Problems)
		}
		checkUnknown(t, u)
	}
}

// TestNpzTableRefuses: arrays that are no columns, and shapes whose product
// no file paid for.
func TestNpzTableRefuses(t *testing.T) {
	cube := member{"cube.npy", npyOf("<f8", "(1, 1, 1)", []float64{1})}
	u, err := ReadUnknownTable(bytes.NewReader(npzFile(zip.Store, cube, member{"a.npy", npyOf("<i8", "(1,)", []int64{7})})), "a.npz")
	if err != nil || unknownText(u) != "a integer | 7" || len(u.Problems) != 1 || u.Problems[0].Message != "cube: an array of 3 dimensions is no column" {
		t.Errorf("a cube beside a column: %v %v", u, err)
	}
	if _, err := ReadUnknownTable(bytes.NewReader(npzFile(zip.Store, cube)), "a.npz"); err == nil || err.Error() != "a.npz: no array that could be a column" {
		t.Errorf("a cube alone: %v", err)
	}
	const n = 1 << 13
	shape := func(name, s string) member { return member{name, npyOf("|u1", s, make([]byte, n))} }
	_, err = ReadUnknownTable(bytes.NewReader(npzFile(zip.Deflate, shape("r.npy", "(8192, 1)"), shape("p.npy", "(1, 8192)"))), "a.npz")
	if want := fmt.Sprintf("a.npz: 8192 x 8192 rows, want at most %d", maxNpzRows); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestNpzTableOfTheRecordings: three configurations of one pre-swept file
// (README of the recordings: tp 8, 4, 2).
func TestNpzTableOfTheRecordings(t *testing.T) {
	f, err := os.Open(filepath.Join(shared, "pre_swept/llama-3.3-70b.prefill.npz"))
	if err != nil {
		t.Skip("the recorded data is not here")
	}
	defer f.Close()
	u, err := ReadUnknownTable(f, "prefill.npz")
	if err != nil {
		t.Fatal(err)
	}
	index := map[string]int{}
	for i, c := range u.Columns {
		index[c.Name] = i
	}
	tps := map[any]int{}
	for cells := range u.Rows {
		tps[cells[index["tp"]]]++
		isl, ttft, thpt := cells[index["prefill_isl"]], cells[index["prefill_ttft"]], cells[index["prefill_thpt_per_gpu"]]
		if model := cells[index["model"]].(string); !strings.Contains(model, "Llama-3.3-70B") {
			t.Errorf("model %q", model)
		}
		// the recorded throughput divides by 8 GPUs whatever the mapping
		if want := float64(isl.(int64)) / ttft.(float64) * 1000 / 8; math.Abs(thpt.(float64)/want-1) > 1e-9 {
			t.Errorf("isl %v: throughput %v, isl / ttft gives %v", isl, thpt, want)
		}
	}
	if len(tps) != 3 || tps[int64(8)] == 0 || tps[int64(8)] != tps[int64(4)] || tps[int64(8)] != tps[int64(2)] {
		t.Errorf("points by tp: %v", tps)
	}
}
