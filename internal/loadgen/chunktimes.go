package loadgen

import (
	"math"
	"slices"
)

// exactGaps is the number of gaps kept as they are: 8 MiB.
const exactGaps = 1 << 21

// ChunkTimes collects the gaps between the chunks of all answers. Count, mean,
// deviation, least and greatest are always exact. Percentiles are exact up to
// two million gaps; beyond that they come from classes 0.1 % wide, so that a
// test of any length fits in memory.
type ChunkTimes struct {
	n             int64
	sum, min, max float64 // ms
	mean, m2      float64 // Welford
	exact         []float32
	classes       map[int32]int64
}

// Add takes the times at which the chunks of one answer arrived, ns.
func (c *ChunkTimes) Add(arrive []int64) {
	for i := 1; i < len(arrive); i++ {
		c.gap(float64(arrive[i]-arrive[i-1]) / 1e6)
	}
}

func (c *ChunkTimes) gap(ms float64) {
	if c.n == 0 {
		c.min, c.max = ms, ms
	}
	c.n++
	c.sum += ms
	c.min, c.max = min(c.min, ms), max(c.max, ms)
	d := ms - c.mean
	c.mean += d / float64(c.n)
	c.m2 += d * (ms - c.mean)
	switch {
	case c.classes != nil:
		c.classes[class(ms)]++
	case len(c.exact) == exactGaps:
		c.classes = map[int32]int64{}
		for _, v := range c.exact {
			c.classes[class(float64(v))]++
		}
		c.exact = nil
		c.classes[class(ms)]++
	default:
		c.exact = append(c.exact, float32(ms))
	}
}

// classWidth is the natural logarithm of the ratio of neighbouring classes.
const classWidth = 1e-3

// class is the number of the class of a gap; gaps below a nanosecond share one.
func class(ms float64) int32 {
	return int32(math.Round(math.Log(max(ms, 1e-6)) / classWidth))
}

// metric gives the statistics; ok is false without a gap.
func (c *ChunkTimes) metric() (m Metric, ok bool) {
	if c.n == 0 {
		return m, false
	}
	m = Metric{Unit: "ms", Avg: c.mean, Min: c.min, Max: c.max, Std: math.Sqrt(c.m2 / float64(c.n)), Count: c.n, Sum: c.sum, Full: true}
	if c.classes == nil {
		sorted := slices.Sorted(slices.Values(c.exact))
		for i, p := range percentiles {
			m.P[i] = between(sorted, p)
		}
		return m, true
	}
	keys := make([]int32, 0, len(c.classes))
	for k := range c.classes {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, p := range percentiles {
		rank := int64(math.Round(p / 100 * float64(c.n-1)))
		for _, k := range keys {
			if rank -= c.classes[k]; rank < 0 {
				m.P[i] = min(max(math.Exp(float64(k)*classWidth), c.min), c.max)
				break
			}
		}
	}
	return m, true
}

// between is the p-th percentile of sorted values, linear between them.
func between(sorted []float32, p float64) float64 {
	h := p / 100 * float64(len(sorted)-1)
	i := int(h)
	low := float64(sorted[i])
	if i+1 == len(sorted) {
		return low
	}
	return low + (h-float64(i))*(float64(sorted[i+1])-low)
}
