package stats

import (
	"cmp"
	"math"
	"slices"
)

// EffectiveN is the number of independent values that would tell as much about
// the mean as the n values of x, taken in order: n (1 - r) / (1 + r) with r
// the lag-1 autocorrelation, sum (x_t - m)(x_t+1 - m) / sum (x_t - m)^2
// (Bartlett, JRSS 98, 1935; exact for a first-order autoregression). It lies
// between 1 and n: values that alternate count as independent. Undefined for
// fewer than 3 values or a constant.
func EffectiveN(x []float64) (float64, bool) {
	x = known(x)
	n := len(x)
	if n < 3 {
		return 0, false
	}
	mean, _ := Mean(x)
	var square, lagged float64
	for i, v := range x {
		square += (v - mean) * (v - mean)
		if i > 0 {
			lagged += (v - mean) * (x[i-1] - mean)
		}
	}
	if square == 0 || slices.Min(x) == slices.Max(x) {
		return 0, false
	}
	r := lagged / square
	return finite(max(1, min(float64(n), float64(n)*(1-r)/(1+r))))
}

// ECDFAt is the empirical distribution function at v: the share of values <= v.
func ECDFAt(x []float64, v float64) (float64, bool) {
	n, below := 0, 0
	for _, e := range x {
		if math.IsNaN(e) {
			continue
		}
		n++
		if e <= v {
			below++
		}
	}
	if n == 0 || math.IsNaN(v) {
		return 0, false
	}
	return float64(below) / float64(n), true
}

// ECDF returns the steps of the empirical distribution function: the distinct
// values in rising order, and the share of values <= each.
func ECDF(x []float64) (values, share []float64) {
	x = known(x)
	slices.Sort(x)
	for i, v := range x {
		if i+1 < len(x) && x[i+1] == v {
			continue
		}
		values = append(values, v)
		share = append(share, float64(i+1)/float64(len(x)))
	}
	return values, share
}

// exactMannWhitney is the largest number of orders for which p is counted:
// beyond it float64 no longer holds whole numbers.
const exactMannWhitney = 1 << 53

// MannWhitneyP is the two-sided p value of the Mann-Whitney U test: how likely
// two samples of one distribution lie at least so far apart. U counts the
// pairs with x > y, ties half (Mann and Whitney, Annals 18, 1947). Without
// ties and with at most 8 values on one side p is exact (all orders counted, as
// long as there are fewer than 2^53); else from the normal distribution with tie and continuity
// correction, as SciPy's mannwhitneyu does by default. Undefined when a sample
// is empty or all values are equal.
func MannWhitneyP(x, y []float64) (float64, bool) {
	x, y = known(x), known(y)
	n, m := len(x), len(y)
	if n == 0 || m == 0 {
		return 0, false
	}
	u, ties := mannWhitneyU(x, y)
	far := max(u, float64(n)*float64(m)-u)
	orders, _ := Choose(float64(n+m), float64(n))
	if ties == 0 && min(n, m) <= 8 && orders > 0 && orders <= exactMannWhitney {
		return min(1, 2*exactTail(n, m, int(far))), true
	}
	total := float64(n + m)
	variance := float64(n) * float64(m) / 12 * (total + 1 - ties/(total*(total-1)))
	if variance <= 0 {
		return 0, false
	}
	z := (far - float64(n)*float64(m)/2 - 0.5) / math.Sqrt(variance)
	return min(1, math.Erfc(z/math.Sqrt2)), true
}

// mannWhitneyU returns U of x and sum (t^3 - t) over the groups of t equal
// values.
func mannWhitneyU(x, y []float64) (u, ties float64) {
	type value struct {
		v   float64
		ofX bool
	}
	all := make([]value, 0, len(x)+len(y))
	for _, v := range x {
		all = append(all, value{v: v, ofX: true})
	}
	for _, v := range y {
		all = append(all, value{v: v})
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Compare(a.v, b.v) })
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].v == all[i].v {
			j++
		}
		t := float64(j - i)
		ties += t*t*t - t
		for k := i; k < j; k++ {
			if all[k].ofX {
				u += float64(i+j+1) / 2 // the mean of ranks i+1 to j
			}
		}
		i = j
	}
	n := float64(len(x))
	return u - n*(n+1)/2, ties
}

// exactTail is P(U >= u) when all orders of n and m values are equally likely.
// counts[i] is the number of ways in which the values of the smaller sample
// placed so far exceed i of the other; it is built one value of the larger
// sample at a time, as a Gaussian binomial coefficient.
func exactTail(n, m, u int) float64 {
	n, m = min(n, m), max(n, m)
	size := n*m + 1
	counts := make([]float64, size)
	counts[0] = 1
	// prod over i = 1..n of (1 - q^(m+i)) / (1 - q^i)
	for i := 1; i <= n; i++ {
		for k := size - 1; k >= m+i; k-- {
			counts[k] -= counts[k-m-i]
		}
		for k := i; k < size; k++ {
			counts[k] += counts[k-i]
		}
	}
	total, tail := 0.0, 0.0
	for k, c := range counts {
		total += c
		if k >= u {
			tail += c
		}
	}
	return tail / total
}
