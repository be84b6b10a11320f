package ingest

import (
	"fmt"
	"strings"
)

// tableLabel is the name of a mapping that a table states by its degrees: the
// canonical one, else the degrees above 1 in the current profiler's spelling,
// such as tp4-dp4-moeep16.
func (p parallel) tableLabel() string {
	if label := p.Label(); label != "" {
		return label
	}
	var b strings.Builder
	fmt.Fprintf(&b, "tp%d", one(p.TP))
	for _, part := range []struct {
		name   string
		degree int64
	}{{"pp", p.PP}, {"dp", p.DP}, {"moetp", p.MoeTP}, {"moeep", p.MoeEP}} {
		if part.degree > 1 {
			fmt.Fprintf(&b, "-%s%d", part.name, part.degree)
		}
	}
	return b.String()
}

// tableGPUs is the number of GPUs of one engine in a table that states none:
// tp x pp x attention dp (DEFINITIONS 31).
func (p parallel) tableGPUs() int64 {
	return one(p.TP) * one(p.PP) * one(p.DP)
}
