package ingest

import (
	"fmt"
	"strconv"
	"strings"
)

// parallel is how one engine is spread over GPUs. A degree of 0 was not
// stated and counts as 1.
type parallel struct {
	TP, PP, DP, MoeTP, MoeEP int64 // tensor, pipeline, attention data, expert-tensor, expert parallel
}

// maxDegree bounds a parallel degree, so that products stay far from overflow.
const maxDegree = 1 << 12

// one returns the degree n with "not stated" read as 1.
func one(n int64) int64 {
	if n < 1 {
		return 1
	}
	return n
}

// GPUs returns pp x max(tp x dp, moe_tp x moe_ep), the GPUs of one engine when
// nothing states them.
func (p parallel) GPUs() int64 {
	return one(p.PP) * max(one(p.TP)*one(p.DP), one(p.MoeTP)*one(p.MoeEP))
}

// Label returns the canonical mapping, or "" when p is none of the shapes
// that have one: TP=n is plain tensor parallelism (moe_tp may equal it),
// TEP=n has tp = moe_ep = n, DEP=n has tp = 1 and dp = moe_ep = n.
func (p parallel) Label() string {
	tp, dp, mt, me := one(p.TP), one(p.DP), one(p.MoeTP), one(p.MoeEP)
	switch {
	case one(p.PP) != 1:
		return ""
	case dp == 1 && me == 1 && (mt == 1 || mt == tp):
		return fmt.Sprintf("TP=%d", tp)
	case dp == 1 && mt == 1 && me == tp:
		return fmt.Sprintf("TEP=%d", tp)
	case tp == 1 && mt == 1 && dp == me:
		return fmt.Sprintf("DEP=%d", dp)
	}
	return ""
}

// parseMapping reads a mapping as any version of the profiler prints it:
// TP=2, TEP=8 and DEP=8 (log), TP2 (classic folder), tp2-pp1-dp2-moeep4
// (current folder and log), or "tp=2 pp=1 dp=1 moe_tp=1 moe_ep=1".
func parseMapping(s string) (parallel, bool) {
	var p parallel
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == ' ' || r == ',' })
	if len(fields) == 0 || len(fields) > 8 {
		return p, false
	}
	for _, f := range fields {
		cut := strings.IndexAny(f, "=0123456789")
		if cut < 1 {
			return parallel{}, false
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(f[cut:], "="), 10, 64)
		if err != nil || n < 1 || n > maxDegree {
			return parallel{}, false
		}
		switch strings.ReplaceAll(f[:cut], "_", "") {
		case "tp":
			p.TP = n
		case "pp":
			p.PP = n
		case "dp":
			p.DP = n
		case "moetp":
			p.MoeTP = n
		case "moeep":
			p.MoeEP = n
		case "tep":
			p.TP, p.MoeEP = n, n
		case "dep":
			p.TP, p.DP, p.MoeEP = 1, n, n
		default:
			return parallel{}, false
		}
	}
	return p, true
}

// canonicalMapping returns the label under which runs of all profilers meet,
// or s itself when it has no canonical form (DESIGN section 3).
func canonicalMapping(s string) string {
	if p, ok := parseMapping(s); ok {
		if l := p.Label(); l != "" {
			return l
		}
	}
	return s
}
