package store

import (
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// duration returns the whole seconds from the first to the last line of the
// profiler's own logger; unknown without a log (DEFINITIONS 5).
func duration(r *profile.Run) profile.Opt[int64] {
	if !r.HasLog || !r.StartedAt.OK || !r.FinishedAt.OK {
		return profile.Opt[int64]{}
	}
	return profile.Some(r.FinishedAt.V.Unix() - r.StartedAt.V.Unix())
}

// tellsDeployments says whether the number of deployments of r is known: its
// log tells them, or it is a simulation, which makes none.
func tellsDeployments(r *profile.Run) bool {
	return r.HasLog && (r.HasDeploymentInfo || r.Kind == profile.Simulated)
}

// deploymentCounts returns the deployments of r and how many of them failed.
func deploymentCounts(r *profile.Run) (all, failed profile.Opt[int64]) {
	if !tellsDeployments(r) {
		return all, failed
	}
	all = profile.Some(int64(len(r.Deployments)))
	failed.OK = true
	for _, d := range r.Deployments {
		if d.Failed {
			failed.V++
		}
	}
	return all, failed
}

// gpuHours is the sum over the deployments of r, failed ones too; unknown
// without a log or where one deployment has no end or no GPU count
// (DEFINITIONS 6).
func gpuHours(r *profile.Run) profile.Opt[float64] {
	if !tellsDeployments(r) {
		return profile.Opt[float64]{}
	}
	total := profile.Some(0.0)
	for i := range r.Deployments {
		h := deploymentHours(r, &r.Deployments[i])
		if !h.OK {
			return profile.Opt[float64]{}
		}
		total.V += h.V
	}
	return total
}

// deploymentEnd is when d was deleted, or else the last line of the run.
func deploymentEnd(r *profile.Run, d *profile.Deployment) profile.Opt[time.Time] {
	return d.EndedAt.Or(r.FinishedAt)
}

func deploymentHours(r *profile.Run, d *profile.Deployment) profile.Opt[float64] {
	s := between(d.StartedAt, deploymentEnd(r, d))
	if !s.OK || !d.GPUs.OK {
		return profile.Opt[float64]{}
	}
	return profile.Some(s.V * float64(d.GPUs.V) / 3600)
}

// between returns the seconds from a to b.
func between(a, b profile.Opt[time.Time]) profile.Opt[float64] {
	if !a.OK || !b.OK {
		return profile.Opt[float64]{}
	}
	return profile.Some(b.V.Sub(a.V).Seconds())
}

// meetsSLA judges figures of a phase by bounds in ms: TTFT counts for
// prefill, ITL for decode, both where one engine does both. A refused
// candidate fails; a bound or figure that is unknown leaves the verdict
// unknown, unless the other one is missed (DEFINITIONS 2 and 31).
func meetsSLA(phase profile.Phase, refused string, ttft, itl profile.Opt[float64], sla profile.SLA) profile.Opt[int64] {
	if refused != "" {
		return profile.Some[int64](0)
	}
	switch phase {
	case profile.Prefill:
		return within(ttft, sla.TTFT)
	case profile.Decode:
		return within(itl, sla.ITL)
	}
	a, b := within(ttft, sla.TTFT), within(itl, sla.ITL)
	switch {
	case a.OK && a.V == 0, b.OK && b.V == 0:
		return profile.Some[int64](0)
	case a.OK && b.OK:
		return profile.Some[int64](1)
	}
	return profile.Opt[int64]{}
}

func within(value, limit profile.Opt[float64]) profile.Opt[int64] {
	switch {
	case !value.OK || !limit.OK:
		return profile.Opt[int64]{}
	case value.V <= limit.V:
		return profile.Some[int64](1)
	}
	return profile.Some[int64](0)
}

// recommended tells whether c is what the run recommends for its phase: the
// mapping, and where the recommendation has a concurrency, that as well.
func recommended(r *profile.Run, c *profile.Candidate) bool {
	for _, rec := range r.Recommendations {
		if rec.Phase != c.Phase || rec.Mapping != c.Mapping || c.Refused != "" {
			continue
		}
		if differ(rec.GPUs, c.GPUs) || differ(rec.Concurrency, c.Concurrency) {
			continue
		}
		return true
	}
	return false
}

func differ(a, b profile.Opt[int64]) bool { return a.OK && b.OK && a.V != b.V }

// The words of load_levels.concurrency_basis.
const (
	basisObtained = "obtained"
	basisNominal  = "nominal"
)

// obtained returns the requests in flight per decode engine at a level:
// max(1, X (R - T) / 1000 / n) with X the request throughput per second, R
// the mean request latency and T the mean TTFT in ms, and n the decode
// replicas, 1 when unknown; without the means it is the configured
// concurrency, called nominal (DEFINITIONS 22).
func obtained(r *profile.Run, l *profile.LoadLevel) (c profile.Opt[float64], basis string) {
	latency, ttft := mean(l, "request_latency"), mean(l, "ttft")
	if !l.RequestThroughput.OK || !latency.OK || !ttft.OK {
		if !l.Concurrency.OK {
			return c, ""
		}
		return l.Concurrency, basisNominal
	}
	replicas := 1.0
	if r.DecodeReplicas.OK && r.DecodeReplicas.V > 0 {
		replicas = float64(r.DecodeReplicas.V)
	}
	return profile.Some(max(1, l.RequestThroughput.V*(latency.V-ttft.V)/1000/replicas)), basisObtained
}

func mean(l *profile.LoadLevel, metric string) profile.Opt[float64] {
	for _, s := range l.Statistics {
		if s.Metric == metric && s.Statistic == "avg" && (s.Unit == "ms" || s.Unit == "") {
			return profile.Some(s.Value)
		}
	}
	return profile.Opt[float64]{}
}

// hitRate is the share of requests that met the SLA, 0 to 1; unknown without
// a goodput definition (DEFINITIONS 26).
func hitRate(l *profile.LoadLevel) profile.Opt[float64] {
	if !l.GoodCount.OK || !l.RequestCount.OK || l.RequestCount.V <= 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(float64(l.GoodCount.V) / float64(l.RequestCount.V))
}

// stamp is a time as the archive writes it: UTC, ISO 8601, to the
// millisecond where it has any.
func stamp(t profile.Opt[time.Time]) any {
	if !t.OK {
		return nil
	}
	u := t.V.UTC()
	if u.Nanosecond()/1e6 != 0 {
		return u.Format("2006-01-02T15:04:05.000Z")
	}
	return u.Format("2006-01-02T15:04:05Z")
}
