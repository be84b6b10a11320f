package ingest

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/profreport/profreport/internal/profile"
)

// The cases of the demo.
const (
	DemoAggregated    = "aggregated"    // nine workloads, measured and predicted operating points
	DemoDisaggregated = "disaggregated" // recorded curves and load tests of two deployments
)

// Demo reads the example data of package demodata (any file system of that
// layout) into runs whose sources are its files: two runs a workload for
// DemoAggregated, online-ISLxOSL and aic-ISLxOSL, and aic-all and online-all
// for DemoDisaggregated. Demo data that cannot be read whole is an error.
func Demo(fsys fs.FS, which string) ([]*profile.Run, error) {
	var runs []*profile.Run
	var problems []profile.Problem
	var err error
	switch which {
	case DemoAggregated:
		runs, problems, err = demoAggregated(fsys)
	case DemoDisaggregated:
		runs, err = demoDisaggregated(fsys)
	default:
		return nil, fmt.Errorf("no demo case %q; there are %s and %s", which, DemoAggregated, DemoDisaggregated)
	}
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		problems = append(problems, r.Problems...)
	}
	for _, p := range problems {
		if p.Severity == profile.SeverityError {
			return nil, &SyntaxError{p.Path, p.Line, p.Message}
		}
	}
	return runs, nil
}

func demoAggregated(fsys fs.FS) ([]*profile.Run, []profile.Problem, error) {
	data, err := fs.ReadFile(fsys, "aggregated.csv")
	if err != nil {
		return nil, nil, err
	}
	runs, problems, err := ReadSweepTable(bytes.NewReader(data), "aggregated.csv", SweepOptions{Map: "profreport"})
	if err != nil {
		return nil, nil, err
	}
	readme, err := demoSource(fsys, "README.md", "other")
	if err != nil {
		return nil, nil, err
	}
	for _, r := range runs {
		r.Sources = append(r.Sources, readme)
	}
	return runs, problems, nil
}

// demoSource reads a file of the demo as a source.
func demoSource(fsys fs.FS, name, kind string) (profile.Source, error) {
	data, err := fs.ReadFile(fsys, name)
	return profile.Source{Path: name, Kind: kind, Size: int64(len(data)), Bytes: data}, err
}
