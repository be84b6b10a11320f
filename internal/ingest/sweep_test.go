package ingest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/profreport/profreport/internal/profile"
)

func readTable(t *testing.T, table string, opt SweepOptions) ([]*profile.Run, []profile.Problem) {
	t.Helper()
	runs, problems, err := ReadSweepTable(strings.NewReader(table), "dir/t.csv", opt)
	if err != nil {
		t.Fatal(err)
	}
	return runs, problems
}

// beside opens the files of a map.
func beside(files fstest.MapFS) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) { return files.Open(name) }
}

// TestSweepRows: what one row can say, and what it costs when it says it
// wrongly: itself.
func TestSweepRows(t *testing.T) {
	const header = "mapping,gpus,concurrency,ttft_ms,itl_ms,throughput_per_gpu,refused,phase,isl,osl\n"
	for _, c := range []struct{ row, want, problem string }{
		// 8 x 128 x 1000 / (100 + 127 x 10) / 2 = 373.7226...
		{"TP=2,2,8,100,10,,,,1024,128", "aggregated TP=2 on 2 @8: 100 10 373.72262773722628 formula", ""},
		{"TP=2,2,8,100,10,400.5,,,1024,128", "aggregated TP=2 on 2 @8: 100 10 400.5 reported", ""},
		{"tp2,2,8,100,10,,,,1024,128", "aggregated TP=2 on 2 @8: 100 10 373.72262773722628 formula", ""},
		{"tp4-dp4-moeep16,16,8.0,100,10,1,,,1024,128", "aggregated tp4-dp4-moeep16 on 16 @8: 100 10 1 reported", ""},
		// 1024 / 100 x 1000 / 2, and 8 x 1000 / 10 / 2
		{"TP=2,2,,100,,,,prefill,1024,128", "prefill TP=2 on 2 @0: 100 0 5120 formula", ""},
		{"TP=2,2,8,,10,,,decode,1024,128", "decode TP=2 on 2 @8: 0 10 400 formula", ""},
		{"TP=2,2,8,100,10,,,,1024,", "aggregated TP=2 on 2 @8: 100 10 0 ", ""},
		{"TP=2,,8,100,10,,,,1024,128", "aggregated TP=2 on 0 @8: 100 10 0 ", ""},
		{"TP=2,2,8,100,,,,,1024,128", "aggregated TP=2 on 2 @8: 100 0 0 ", ""},
		{"TP=2,2,8,,,,out of memory,,1024,128", "aggregated TP=2 on 2 @8: refused: out of memory", ""},
		{"TP=2,2,8,100,10,,out of memory,,1024,128", "aggregated TP=2 on 2 @8: refused: out of memory", ""},
		{"TP=2,2,8,,,,,,1024,128", "aggregated TP=2 on 2 @8: refused: no figures: neither TTFT nor ITL", "2 error no figures"},
		{"TP=2,2,8,,10,,,prefill,1024,128", "prefill TP=2 on 2 @8: refused: no figures: prefill without its latency", "2 error no figures"},
		{",2,8,100,10,,,,1024,128", "aggregated  on 2 @8: refused: no parallel mapping stated", "2 error missing"},
		{"TP=2,2,8,fast,10,,,,1024,128", `aggregated TP=2 on 2 @8: refused: ttft_ms: want a number, got "fast"`, "2 error bad number"},
		{"TP=2,2,8,0,10,,,,1024,128", "aggregated TP=2 on 2 @8: refused: ttft_ms: want a positive number of ms, got 0", "2 error bad number"},
		{"TP=2,2,8,100,-1,,,,1024,128", "aggregated TP=2 on 2 @8: refused: itl_ms: want a positive number of ms, got -1", "2 error bad number"},
		{"TP=2,2,8,NaN,10,,,,1024,128", `aggregated TP=2 on 2 @8: refused: ttft_ms: want a number, got "NaN"`, "2 error bad number"},
		{"TP=2,2,8,1e999,10,,,,1024,128", `aggregated TP=2 on 2 @8: refused: ttft_ms: want a number, got "1e999"`, "2 error bad number"},
		{"TP=2,2,8.5,100,10,,,,1024,128", "aggregated TP=2 on 2 @0: refused: concurrency: want a whole number, got 8.5", "2 error bad number"},
		{"TP=2,-2,8,100,10,,,,1024,128", "aggregated TP=2 on 0 @8: refused: gpus: want a positive number, got -2", "2 error bad number"},
		{"TP=2,2,8,100,10,,,both,1024,128", `both TP=2 on 2 @8: refused: phase: want prefill, decode, aggregated or disaggregated, got "both"`, "2 error unknown layout"},
		{"TP=2,2,8,100,10,,,,many,128", "", "2 error bad number"},
		{"TP=2,2,8", "", "2 error syntax error"},
		{`TP=2,2,8,"100,10,,,,1024,128`, "", "2 error syntax error"},
	} {
		runs, problems := readTable(t, header+c.row+"\n", SweepOptions{Map: "profreport"})
		got := ""
		if len(runs) == 1 && len(runs[0].Candidates) == 1 {
			got = candidateText(runs[0].Candidates[0])
			if x := runs[0].Candidates[0]; x.Source != "table" || x.Path != "dir/t.csv" || x.Line != 2 {
				t.Errorf("%s: found at %s:%d by %s", c.row, x.Path, x.Line, x.Source)
			}
		} else if len(runs) > 0 {
			t.Errorf("%s: %d runs", c.row, len(runs))
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.row, got, c.want)
		}
		for _, r := range runs {
			problems = append(problems, r.Problems...)
		}
		var told []string
		for _, p := range problems {
			told = append(told, fmt.Sprint(p.Line, " ", p.Severity, " ", p.Reason))
			if p.Path != "dir/t.csv" || p.Message == "" {
				t.Errorf("%s: problem %+v", c.row, p)
			}
		}
		if strings.Join(told, "; ") != c.problem {
			t.Errorf("%s: problems %q, want %q", c.row, told, c.problem)
		}
	}
}

func candidateText(c profile.Candidate) string {
	s := fmt.Sprintf("%s %s on %d @%d: ", c.Phase, c.Mapping, c.GPUs.V, c.Concurrency.V)
	if c.Refused != "" {
		if c.TTFT.OK || c.ITL.OK || c.Throughput.OK {
			return s + "refused with figures"
		}
		return s + "refused: " + c.Refused
	}
	return s + fmt.Sprintf("%v %v %.17g %s", c.TTFT.V, c.ITL.V, c.Throughput.V, c.ThroughputSource)
}

// TestSweepGroups: what separates runs, and how they are named.
func TestSweepGroups(t *testing.T) {
	table := `mapping,concurrency,ttft_ms,itl_ms,gpu_type,backend,backend_version,precision,serving_mode,isl,osl,method
TP=1,1,1,1,h100,vllm,0.19.0,fp8,agg,1024,128,
TP=1,1,1,1,h100,vllm,0.19.0,fp8,agg,1024,128,
TP=1,1,1,1,h200,vllm,0.19.0,fp8,agg,1024,128,
TP=1,1,1,1,h100,trtllm,0.19.0,fp8,agg,1024,128,
TP=1,1,1,1,h100,vllm,0.19,fp8,agg,1024,128,
TP=1,1,1,1,h100,vllm,0.19.0,fp4,agg,1024,128,
TP=1,1,1,1,h100,vllm,0.19.0,fp8,disagg,1024,128,
TP=1,1,1,1,h100,vllm,0.19.0,fp8,agg,1024,256,
TP=1,1,1,1,h100,vllm,0.19.0,fp8,agg,,256,
`
	runs, problems := readTable(t, table, SweepOptions{Base: "points", Method: "Mine", Kind: profile.Measured, Model: "M/x", ISL: profile.Some(int64(99))})
	var names []string
	for _, r := range runs {
		names = append(names, fmt.Sprint(r.Name, " ", len(r.Candidates), " ", r.ServingMode))
		if r.Method != "Mine" || r.Kind != profile.Measured || r.Model != "M/x" || r.Status != profile.Complete {
			t.Errorf("%s: %+v", r.Name, r)
		}
		if len(r.Sources) != 1 || string(r.Sources[0].Bytes) != table || r.Sources[0].Path != "dir/t.csv" {
			t.Errorf("%s: sources %v", r.Name, r.Sources)
		}
	}
	want := []string{
		"points-h100-vllm-0.19.0-fp8-isl1024-osl128 2 aggregated", "points-h200-vllm-0.19.0-fp8-isl1024-osl128 1 aggregated",
		"points-h100-trtllm-0.19.0-fp8-isl1024-osl128 1 aggregated", "points-h100-vllm-0.19-fp8-isl1024-osl128 1 aggregated",
		"points-h100-vllm-0.19.0-fp4-isl1024-osl128 1 aggregated", "points-h100-vllm-0.19.0-fp8-isl1024-osl128-disagg 1 disaggregated",
		"points-h100-vllm-0.19.0-fp8-isl1024-osl256 1 aggregated", "points-h100-vllm-0.19.0-fp8-isl99-osl256 1 aggregated",
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") || len(problems) > 0 {
		t.Errorf("got\n%s\nproblems %v", strings.Join(names, "\n"), problems)
	}
}

// TestSweepNames: names of one run, of several methods, of runs that only
// quantization tells apart, and hostile ones.
func TestSweepNames(t *testing.T) {
	const head = "run,method,mapping,concurrency,ttft_ms,itl_ms,model\n"
	row := func(run, method, model string) string { return run + "," + method + ",TP=1,1,1,1," + model + "\n" }
	for _, c := range []struct {
		table string
		opt   SweepOptions
		want  string
	}{
		{row("", "", ""), SweepOptions{}, "t/"},
		{row("", "a", ""), SweepOptions{Run: "Mine"}, "Mine/a"},
		{row("", "a", "") + row("", "b", ""), SweepOptions{Run: "Mine"}, "Mine-a/a Mine-b/b"},
		{row("", "a", "") + row("", "b", ""), SweepOptions{Method: "X"}, "t-a/X a t-b/X b"},
		{row("", "a", ""), SweepOptions{Method: "X"}, "t/X"},
		{row("", "", "o/m1") + row("", "", "o/m2"), SweepOptions{}, "t-m1/ t-m2/"},
		{row("", "", "p/m") + row("", "", "q/m"), SweepOptions{}, "t-m/ t-m~2/"},
		{row("own", "a", ""), SweepOptions{Base: "B"}, "own/a"},
		{row("own", "a", "") + row("own", "b", ""), SweepOptions{}, "own-a/a own-b/b"},
		{row("../\x1b[31m<b>", "a", ""), SweepOptions{}, "..---31m-b-/a"},
	} {
		runs, problems := readTable(t, head+c.table, c.opt)
		var got []string
		for _, r := range runs {
			got = append(got, r.Name+"/"+r.Method)
		}
		if strings.Join(got, " ") != c.want || len(problems) > 0 {
			t.Errorf("%q: got %q, want %q; problems %v", c.table, got, c.want, problems)
		}
	}
}

// TestSweepLayouts: the same point in every layout, and the layouts that are
// refused.
func TestSweepLayouts(t *testing.T) {
	for _, table := range []string{
		"mapping,concurrency,ttft_ms,itl_ms\nTP=1,8,100,10\n",
		"\xEF\xBB\xBFmapping,concurrency,ttft_ms,itl_ms\r\nTP=1,8,100,10\r\n",
		"# source: ours\n\nmapping\tconcurrency\tttft_ms\titl_ms\nTP=1\t8\t100\t10",
		"mapping;concurrency;ttft_ms;itl_ms\n\"TP=1\";8;100;10\n",
		`{"mapping":"TP=1","concurrency":8,"ttft_ms":100,"itl_ms":10}`,
		`[{"mapping":"TP=1","concurrency":8,"ttft_ms":100.0,"itl_ms":1e1}]`,
	} {
		runs, problems := readTable(t, table, SweepOptions{})
		if len(runs) != 1 || len(problems) > 0 || len(runs[0].Problems) > 0 || candidateText(runs[0].Candidates[0]) != "aggregated TP=1 on 0 @8: 100 10 0 " {
			t.Errorf("%q: %v, problems %v", table, runs, problems)
		}
	}
	for _, c := range []struct{ table, want string }{
		{"PAR1....PAR1", "t.x: Parquet is not read; write the table as CSV or JSONL"},
		{"\xFF\xFEm\x00", "t.x: UTF-16 text is not read; save it as UTF-8"},
		{"", "t.x: empty, no header"},
		{"# only a comment\n", "t.x: empty, no header"},
		{"[]", "t.x: no JSON object with columns in it"},
		{"a,b\n1,2\n", "t.x:1: no mapping knows a table with these columns: a, b"},
	} {
		_, _, err := ReadSweepTable(strings.NewReader(c.table), "t.x", SweepOptions{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.table, err, c.want)
		}
	}
}

const joinMapping = `
name: j
join: {table: measured.csv, on: id, as: row}
keep: use == true
fields:
  method: '"tool"'
  kind: '"simulated"'
  backend_version: row.version
  mapping: mapping(row.tp, 1, 1, nil, nil)
  concurrency: row.users
  ttft_ms: ttft
  itl_ms: itl
  refused: 'users != row.users ? "at another load" : nil'
  warning: 'ttft > 500 ? "slow" : nil'
group: {quant: row.quant}
`

// TestSweepJoin: rows that refer to a second table beside theirs.
func TestSweepJoin(t *testing.T) {
	table := "id,users,ttft,itl,use\nx,8,100,10,true\ny,8,100,10,true\nz,8,100,10,true\nx,16,100,10,true\nx,8,900,10,true\nx,8,1,1,false\n"
	opt := SweepOptions{Map: "j.yaml", ReadFile: func(string) ([]byte, error) { return []byte(joinMapping), nil }}
	_, _, err := ReadSweepTable(strings.NewReader(table), "dir/t.csv", opt)
	if want := "dir/t.csv: its rows refer to measured.csv by id, which is not beside it (j.yaml:3)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	opt.Open = beside(fstest.MapFS{"measured.csv": {Data: []byte("id,version,tp,users,quant\nx,1.10,2,8,fp8\ny,1.10,4,8,nvfp4\nx,1.20,2,8,fp8\n")}})
	runs, problems := readTable(t, table, opt)
	if len(runs) != 2 || len(runs[0].Candidates) != 3 || len(runs[1].Candidates) != 1 {
		t.Fatalf("runs %v", runs)
	}
	if r := runs[0]; r.BackendVersion != "1.10" || settingOf(r, "quant") != "fp8" || len(r.Sources) != 2 || r.Sources[1].Path != "dir/measured.csv" {
		t.Errorf("first run: %+v", r)
	}
	if got := runs[0].Candidates[1].Refused; got != "at another load" {
		t.Errorf("row 5: refused %q", got)
	}
	var told []string
	for _, p := range append(problems, runs[0].Problems...) {
		told = append(told, fmt.Sprint(p.Line, " ", p.Severity, " ", p.Message))
	}
	want := []string{`0 warning measured.csv:4: id "x" is there twice, the first is taken`, `4 error no row of measured.csv has id "z"`,
		"0 note 1 rows left out by `keep` of mapping j", "6 warning TP=2 @8: slow"}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("problems:\n%s", strings.Join(told, "\n"))
	}
}

// TestSweepProblemsAreBounded: a table of nothing but bad rows.
func TestSweepProblemsAreBounded(t *testing.T) {
	table := "mapping,concurrency,ttft_ms,itl_ms\n" + strings.Repeat("TP=1,1\n", MaxProblems+5)
	_, problems := readTable(t, table, SweepOptions{})
	if len(problems) != MaxProblems+1 || problems[MaxProblems].Message != "5 more problems, not listed" {
		t.Errorf("%d problems, the last %+v", len(problems), problems[len(problems)-1])
	}
}

// TestSweepTablesAtOnce: mappings are shared by all readers, also while they
// are compiled (for the race detector).
func TestSweepTablesAtOnce(t *testing.T) {
	const table = "mapping,concurrency,ttft_ms,itl_ms\nTP=1,8,100,10\n"
	done := make(chan int)
	for range 4 {
		go func() {
			runs, _, err := ReadSweepTable(strings.NewReader(table), "t.csv", SweepOptions{})
			if err != nil {
				t.Error(err)
			}
			done <- len(runs)
		}()
	}
	for range 4 {
		if n := <-done; n != 1 {
			t.Errorf("%d runs", n)
		}
	}
}

// TestSweepLet: a row whose `let` cannot be computed is refused in its run.
func TestSweepLet(t *testing.T) {
	mapping := "name: m\nlet: {twice: b * 2}\nfields: {model: a, mapping: '\"TP=1\"', itl_ms: b, concurrency: twice}\n"
	opt := SweepOptions{Map: "m.yaml", ReadFile: func(string) ([]byte, error) { return []byte(mapping), nil }}
	runs, problems := readTable(t, "a,b\nm,4\nm,x\n", opt)
	if len(runs) != 1 || len(runs[0].Candidates) != 2 || len(problems) > 0 || len(runs[0].Problems) != 1 {
		t.Fatalf("runs %v, problems %v", runs, problems)
	}
	if c := runs[0].Candidates[0]; c.Concurrency.V != 8 || c.Refused != "" {
		t.Errorf("first row: %+v", c)
	}
	if c, p := runs[0].Candidates[1], runs[0].Problems[0]; !strings.HasPrefix(c.Refused, "twice: invalid operation: string * int") || p.Line != 3 || p.Reason != ReasonBadNumber {
		t.Errorf("second row: %q, %+v", c.Refused, p)
	}
}

// TestMeasuredConcurrency: as the rules of expected.json say.
func TestMeasuredConcurrency(t *testing.T) {
	const header = "silicon_data_source,backend,backend_version,model_path,system,precision,mode,isl,osl,gemm_quant_mode,moe_quant_mode,batch_size,tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size," +
		"prefill_num_workers,prefill_tp_size,prefill_pp_size,prefill_attention_dp_size,prefill_moe_tp_size,prefill_moe_ep_size," +
		"decode_batch_size,decode_num_workers,decode_tp_size,decode_pp_size,decode_attention_dp_size,decode_moe_tp_size,decode_moe_ep_size,silicon_ttft_ms,silicon_tpot_ms\n"
	for _, c := range []struct{ source, mode, agg, disagg, want string }{
		{"x; silicon_concurrency=12; y", "agg", "8,2,1,,1,1", ",,,,,,,,,,,,", "TP=2 on 2 @12"},
		{"x", "agg", "8,2,1,,1,1", ",,,,,,,,,,,,", "TP=2 on 2 @8"},
		{"x", "agg", "8,1,1,4,1,4", ",,,,,,,,,,,,", "DEP=4 on 4 @32"},
		{"x", "agg", "8,4,2,0,1,4", ",,,,,,,,,,,,", "tp4-pp2-moeep4 on 8 @8"},
		{"x", "agg", ",2,1,,1,1", ",,,,,,,,,,,,", "TP=2 on 2 @0"},
		{"x", "disagg", ",,,,,", "3,1,1,,,,10,2,1,1,2,1,2", "P 3xTP=1 + D 2xDEP=2 on 7 @40"},
	} {
		row := c.source + ",vllm,0.19.0,m,h100_sxm,fp8," + c.mode + ",1024,128,fp8,fp8," + c.agg + "," + c.disagg + ",100,10\n"
		runs, problems := readTable(t, header+row, SweepOptions{})
		if len(runs) != 1 || len(problems) > 0 {
			t.Errorf("%s: runs %v, problems %v", c.want, runs, problems)
			continue
		}
		x := runs[0].Candidates[0]
		if got := fmt.Sprintf("%s on %d @%d", x.Mapping, x.GPUs.V, x.Concurrency.V); got != c.want {
			t.Errorf("%s: got %s (%s)", c.want, got, x.Refused)
		}
	}
}
