package ingest

import (
	"bytes"
	"math"
	"testing"
)

func checkExport(t *testing.T, e *Export, err error) {
	t.Helper()
	if (e == nil) != (err != nil) {
		t.Fatalf("export %v, error %v", e, err)
	}
	if e == nil {
		return
	}
	for _, s := range e.Statistics {
		if math.IsNaN(s.Value) || s.Metric == "" || s.Statistic == "" {
			t.Errorf("%+v", s)
		}
	}
	if l := e.Level("x"); l.RequestCount.OK && l.ErrorCount.OK && l.ErrorCount.V > 0 && l.RequestCount.V < l.ErrorCount.V {
		if e.ValidCount.V >= 0 {
			t.Errorf("%v of %v requests failed", l.ErrorCount.V, l.RequestCount.V)
		}
	}
}

func FuzzAIPerfJSON(f *testing.F) {
	f.Add(genJSON(genExport()))
	f.Add(genJSON(genNewerExport()))
	f.Add([]byte(`{"metadata":{"aggregation_type":"confidence"},"metrics":{"goodput_avg":{"mean":1,"ci_low":0,"unit":"requests/sec"}}}`))
	f.Add([]byte(`{"timeslices":[{"start_ns":1}],"input_config":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, _, err := ReadAIPerfJSON(bytes.NewReader(data), "x.json")
		checkExport(t, e, err)
	})
}

func FuzzAIPerfCSV(f *testing.F) {
	f.Add(genCSV(genExport(), false, "\n"))
	f.Add(genCSV(genNewerExport(), true, "\r\n"))
	f.Add([]byte("metric,mean,std,ci_low,unit\ngoodput_avg,1,0,1,requests/sec\n\nSuccessful Runs,3\n"))
	f.Add([]byte("Timeslice,Metric,Unit,Stat,Value\n0,Request Latency,ms,avg,1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, _, err := ReadAIPerfCSV(bytes.NewReader(data), "x.csv")
		checkExport(t, e, err)
	})
}
