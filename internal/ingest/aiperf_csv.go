package ingest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// ReadAIPerfCSV reads profile_export_aiperf.csv (with or without a sum column),
// its aggregate and timeslices forms, or profile_export_genai_perf.csv. The
// figures have the two decimals that the file has. A CSV says nothing of the
// concurrency, the goodput definition or the errors.
func ReadAIPerfCSV(r io.Reader, path string) (*Export, []profile.Problem, error) {
	data, err := readLimited(r, path, MaxSmallFile)
	if err != nil {
		return nil, nil, err
	}
	if data, err = utf8Text(data, path); err != nil {
		return nil, nil, err
	}
	c := &csvExport{e: &Export{Path: path, Kind: ExportRun}}
	for line := 1; len(data) > 0; line++ {
		var row []byte
		row, data, _ = bytes.Cut(data, []byte("\n"))
		c.row(line, strings.TrimRight(string(row), "\r"))
	}
	if !c.known {
		return nil, nil, &SyntaxError{File: path, Line: 1, Msg: "no AIPerf header (Metric,avg,...) in it"}
	}
	if c.e.Kind == ExportAggregate {
		c.e.forgetCounts()
	}
	sortStatistics(c.e.Statistics)
	c.e.settle()
	return c.e, c.problems, nil
}

// csvExport follows the blocks of the file. A header row begins a block.
type csvExport struct {
	e        *Export
	known    bool // a header of ours was seen
	header   []string
	block    string // metric, value, aggregate, metadata, slices or other
	problems []profile.Problem
	slices   map[string]bool
}

func (c *csvExport) row(line int, s string) {
	if strings.TrimSpace(s) == "" {
		if c.block == "aggregate" || c.block == "metadata" {
			c.block = "metadata"
		} else {
			c.block = ""
		}
		return
	}
	rd := csv.NewReader(strings.NewReader(s))
	rd.FieldsPerRecord = -1
	cells, err := rd.Read()
	if err != nil {
		c.problem(line, ReasonSyntax, "CSV: %v", strings.TrimPrefix(err.Error(), "parse error on line 1, "))
		return
	}
	if c.begins(cells) {
		return
	}
	switch c.block {
	case "metric", "value":
		c.metric(line, cells)
	case "aggregate":
		c.aggregate(line, cells)
	case "metadata":
		if cells[0] == "Successful Runs" && len(cells) > 1 {
			c.e.Runs, _ = strconv.Atoi(cells[1])
		}
	case "slices":
		c.slices[cells[0]] = true
		c.e.Slices = len(c.slices)
	case "":
		c.problem(line, ReasonLayout, "a row without a header above it")
	}
}

// begins says whether a row is a header, and of what.
func (c *csvExport) begins(cells []string) bool {
	block := ""
	switch first := strings.TrimSpace(cells[0]); {
	case first == "metric" && slices.Contains(cells, "mean"):
		block, c.e.Kind = "aggregate", ExportAggregate
	case first == "Metric" && len(cells) == 2 && strings.EqualFold(cells[1], "value"):
		block = "value"
	case first == "Metric":
		block = "metric"
	case first == "Timeslice":
		block, c.e.Kind, c.slices = "slices", ExportTimeslices, map[string]bool{}
	case first == "Endpoint":
		c.block, c.header = "other", cells
		return true
	default:
		return false
	}
	c.block, c.header, c.known = block, cells, true
	return true
}

// metric reads a row of block 1 or 2.
func (c *csvExport) metric(line int, cells []string) {
	name, unit := headline(cells[0])
	if name == "" {
		c.problem(line, ReasonLayout, "a row without a metric")
		return
	}
	m := metricValue{name: name, unit: unit, stats: map[string]float64{}}
	for i, cell := range cells[1:] {
		if i+1 >= len(c.header) {
			c.problem(line, ReasonLayout, "%d cells under a header of %d", len(cells), len(c.header))
			break
		}
		stat := strings.TrimSpace(c.header[i+1])
		if c.block == "value" {
			stat = "avg"
		}
		if v, ok := c.cell(line, stat, cell); ok {
			m.stats[stat] = v
		}
	}
	if len(m.stats) > 0 {
		c.e.add(m)
	}
}

// aggregate reads a row `time_to_first_token_p50,mean,std,...,unit`.
func (c *csvExport) aggregate(line int, cells []string) {
	row := map[string]float64{}
	unit := ""
	for i, cell := range cells[1:] {
		if i+1 >= len(c.header) {
			break
		}
		if c.header[i+1] == "unit" {
			unit = cell
		} else if v, ok := c.cell(line, c.header[i+1], cell); ok {
			row[c.header[i+1]] = v
		}
	}
	if mean, ok := row["mean"]; ok {
		c.e.addAggregate(cells[0], unit, mean, row)
	}
}

// cell reads one figure; an empty cell is unknown.
func (c *csvExport) cell(line int, column, s string) (float64, bool) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "", "n/a", "none", "null", "nan":
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil || math.IsInf(v, 0) {
		if len(c.problems) < MaxProblems {
			c.problems = append(c.problems, badCell(c.e.Path, line, column, s))
		}
		return 0, false
	}
	return v, true
}

func (c *csvExport) problem(line int, reason, format string, args ...any) {
	if len(c.problems) < MaxProblems {
		c.problems = append(c.problems, profile.Problem{Path: c.e.Path, Line: line, Severity: profile.SeverityError,
			Reason: reason, Message: fmt.Sprintf(format, args...)})
	}
}
