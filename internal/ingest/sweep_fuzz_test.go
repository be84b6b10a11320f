package ingest

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/profreport/profreport/demodata"
	"github.com/profreport/profreport/internal/profile"
)

// FuzzSweepTable: no table, nor the tables beside it, makes the reader fail
// other than by an error, and what it yields holds together: names are
// distinct, a refused row has no figures, a latency is above 0.
func FuzzSweepTable(f *testing.F) {
	const measured = "id,silicon_data_source,backend,backend_version,model_path,system,precision,mode,isl,osl,gemm_quant_mode,moe_quant_mode,batch_size,tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,prefill_num_workers,prefill_tp_size,prefill_pp_size,prefill_attention_dp_size,prefill_moe_tp_size,prefill_moe_ep_size,decode_batch_size,decode_num_workers,decode_tp_size,decode_pp_size,decode_attention_dp_size,decode_moe_tp_size,decode_moe_ep_size,silicon_ttft_ms,silicon_tpot_ms\n" +
		"x,silicon_concurrency=8,vllm,0.19.0,m,h100,fp8,agg,1024,128,fp8,fp8,8,2,1,,1,1,,,,,,,,,,,,,,100,10\n"
	demo, err := demodata.FS.ReadFile("aggregated.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(demo[:2000]), "")
	f.Add(measured, "")
	f.Add("id,method,aic_version,database_version,database_choice,ttft_ms,tpot_ms,concurrency,failure\nx,p,1,1,exact,90,11,8,\nx,p,1,1,exact,,,,OOM\n", measured)
	f.Add("mapping,concurrency,ttft_ms,itl_ms\nTP=1,8,\"1\n0\",1\n", "a: &a [1]\nb: *a")
	f.Add(`[{"mapping":"TP=1","concurrency":8,"ttft_ms":{},"itl_ms":1e400}]`, "")
	f.Add("{\"mapping\":1}\n{\"concurrency\":[],\"ttft_ms\":null,\"itl_ms\":true}", "")
	for _, pattern := range []string{"silicon-*/*.csv", "silicon-*/aic_sweep/*/*/*/*/*/*.csv"} {
		files, err := filepath.Glob(filepath.Join(shared, pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data[:min(len(data), 3000)]), measured)
		}
	}
	f.Fuzz(func(t *testing.T, table, other string) {
		opt := SweepOptions{Open: func(name string) (io.ReadCloser, error) {
			files := fstest.MapFS{"measured.csv": {Data: []byte(other)}, "exp_config.yaml": {Data: []byte(other)}, "best_config_topn.csv": {Data: []byte(table)}}
			return files.Open(name)
		}}
		for _, m := range []string{"", "profreport"} {
			opt.Map = m
			runs, _, err := ReadSweepTable(strings.NewReader(table), "dir/pareto.csv", opt)
			if err == nil {
				checkSweep(t, runs)
			}
		}
		if unknown, err := ReadUnknownTable(strings.NewReader(table), "t"); err == nil {
			checkUnknown(t, unknown)
		}
	})
}

func checkSweep(t *testing.T, runs []*profile.Run) {
	names := map[string]bool{}
	for _, r := range runs {
		if names[r.Name] {
			t.Errorf("two runs %q", r.Name)
		}
		names[r.Name] = true
		for _, c := range r.Candidates {
			figures := []profile.Opt[float64]{c.TTFT, c.ITL, c.Throughput}
			for i, v := range figures {
				if v.OK && c.Refused != "" {
					t.Errorf("refused with figures: %+v", c)
				}
				if v.OK && i < 2 && (v.V <= 0 || math.IsInf(v.V, 0) || math.IsNaN(v.V)) {
					t.Errorf("latency %v", v.V)
				}
			}
		}
	}
}

func checkUnknown(t *testing.T, u *UnknownTable) {
	names := map[string]bool{}
	for _, c := range u.Columns {
		if c.Name == "" || names[c.Name] {
			t.Errorf("column %q twice or without a name", c.Name)
		}
		names[c.Name] = true
	}
	for cells, problem := range u.Rows {
		if problem != nil {
			continue
		}
		if len(cells) != len(u.Columns) {
			t.Fatalf("%d cells, %d columns", len(cells), len(u.Columns))
		}
		for i, v := range cells {
			ok := v == nil
			switch u.Columns[i].Type {
			case TypeInteger:
				_, is := v.(int64)
				ok = ok || is
			case TypeReal:
				_, is := v.(float64)
				ok = ok || is
			case TypeText:
				_, is := v.(string)
				ok = ok || is
			}
			if !ok {
				t.Errorf("%T in a column of type %s", v, u.Columns[i].Type)
			}
		}
	}
}
