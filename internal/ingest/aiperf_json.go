package ingest

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// ReadAIPerfJSON reads profile_export_aiperf.json of any schema version, an
// aggregate over several runs, time slices, or profile_export_genai_perf.json.
// A metric that cannot be read is a problem; a text that is no such export is
// a *SyntaxError.
func ReadAIPerfJSON(r io.Reader, path string) (*Export, []profile.Problem, error) {
	data, err := readLimited(r, path, MaxSmallFile)
	if err != nil {
		return nil, nil, err
	}
	t, problems, err := parseJSON(data, path)
	if err != nil {
		return nil, problems, err
	}
	root, ok := t.(map[string]any)
	if !ok {
		return nil, problems, &SyntaxError{File: path, Line: 1, Msg: "want a JSON object of AIPerf metrics"}
	}
	e := &Export{Path: path, Kind: ExportRun, SchemaVersion: text(t, "schema_version"), Version: text(t, "aiperf_version")}
	switch {
	case list(t, "timeslices") != nil:
		e.Kind, e.Slices = ExportTimeslices, len(list(t, "timeslices"))
	case text(t, "metadata", "aggregation_type") != "":
		e.Kind = ExportAggregate
		problems = append(problems, e.aggregate(t)...)
	default:
		problems = append(problems, e.metrics(root)...)
	}
	e.config(t)
	e.settle()
	if e.Kind != ExportTimeslices && len(e.Statistics) == 0 {
		return nil, problems, &SyntaxError{File: path, Msg: "no AIPerf metric in it"}
	}
	return e, problems, nil
}

// metrics reads the metrics that stand at the top of the export: objects with
// a unit. Everything else there is about the benchmark.
func (e *Export) metrics(root map[string]any) []profile.Problem {
	var problems []profile.Problem
	for _, name := range sortedKeys(root) {
		obj, ok := root[name].(map[string]any)
		if !ok || name == "" {
			continue
		}
		unit, ok := obj["unit"].(string)
		if !ok {
			continue
		}
		m := metricValue{name: metricName(name), unit: unit, stats: map[string]float64{}}
		for _, stat := range StatisticNames {
			v, prob := e.statValue(obj[stat], name+"."+stat)
			problems = append(problems, prob...)
			if v.OK {
				m.stats[stat] = v.V
			}
		}
		e.add(m)
	}
	return problems
}

func metricName(name string) string {
	if n, ok := metricAliases[name]; ok {
		return n
	}
	return name
}

// statValue reads one figure; null and absent are unknown.
func (e *Export) statValue(v tree, where string) (profile.Opt[float64], []profile.Problem) {
	if v == nil {
		return profile.Opt[float64]{}, nil
	}
	s, _ := v.(string)
	f, err := strconv.ParseFloat(s, 64)
	if err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return profile.Some(f), nil
	}
	return profile.Opt[float64]{}, []profile.Problem{{Path: e.Path, Severity: profile.SeverityError, Reason: ReasonBadNumber,
		Message: fmt.Sprintf("%s: want a number, got %s", where, clip(fmt.Sprintf("%q", fmt.Sprint(v))))}}
}

// aggregate reads `metrics: {time_to_first_token_p50: {mean, std, ci_low, ...}}`.
func (e *Export) aggregate(t tree) []profile.Problem {
	var problems []profile.Problem
	if n := whole(t, "metadata", "num_successful_runs"); n.OK {
		e.Runs = int(n.V)
	}
	for _, key := range sortedKeys(at(t, "metrics")) {
		obj := at(t, "metrics", key)
		mean, prob := e.statValue(at(obj, "mean"), key+".mean")
		problems = append(problems, prob...)
		if !mean.OK {
			continue
		}
		spread := map[string]float64{}
		for _, s := range aggregateSpread {
			if v := number(obj, s); v.OK {
				spread[s] = v.V
			}
		}
		e.addAggregate(key, text(obj, "unit"), mean.V, spread)
	}
	sortStatistics(e.Statistics)
	e.forgetCounts()
	return problems
}

var aggregateSpread = []string{"std", "ci_low", "ci_high"}

// addAggregate takes one row of an aggregate, keyed METRIC_STATISTIC.
func (e *Export) addAggregate(key, unit string, mean float64, spread map[string]float64) {
	i := strings.LastIndexByte(key, '_')
	if i < 1 || i+1 == len(key) {
		return
	}
	metric, stat := metricName(key[:i]), key[i+1:]
	e.add(metricValue{name: metric, unit: unit, stats: map[string]float64{stat: mean}})
	name, unit, factor := ourMetric(metric, unit)
	for _, s := range aggregateSpread {
		if v, ok := spread[s]; ok {
			e.Statistics = append(e.Statistics, profile.Statistic{Metric: name, Statistic: stat + "_" + s, Value: v * factor, Unit: unit})
		}
	}
}

func (e *Export) forgetCounts() {
	none := profile.Opt[int64]{}
	e.ValidCount, e.ErrorCount, e.GoodCount, e.ExcludedCount = none, none, none, none
}

// sortStatistics orders by metric and then by StatisticNames; others last, by
// name.
func sortStatistics(s []profile.Statistic) {
	rank := map[string]int{}
	for i, n := range StatisticNames {
		rank[n] = i - len(StatisticNames)
	}
	sort.SliceStable(s, func(i, j int) bool {
		a, b := s[i], s[j]
		if a.Metric != b.Metric {
			return a.Metric < b.Metric
		}
		if rank[a.Statistic] != rank[b.Statistic] {
			return rank[a.Statistic] < rank[b.Statistic]
		}
		return a.Statistic < b.Statistic
	})
}
