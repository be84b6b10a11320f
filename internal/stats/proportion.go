package stats

import "math"

// Wilson is the 95 % score interval of a proportion with k successes in n
// trials, without continuity correction:
//
//	(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n),  p = k/n
//
// (Wilson, JASA 22, 1927). The low end is exactly 0 at k = 0 and the high end
// exactly 1 at k = n. ok is false for n <= 0 and for k outside 0 to n.
func Wilson(k, n float64) (low, high float64, ok bool) {
	if !(n > 0 && k >= 0 && k <= n) || math.IsInf(n, 0) {
		return 0, 0, false
	}
	p, z2 := k/n, z975*z975
	mid := p + z2/(2*n)
	half := z975 * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	scale := 1 + z2/n
	low, high = (mid-half)/scale, (mid+half)/scale
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high, true
}

// WilsonLow is the low end of Wilson.
func WilsonLow(k, n float64) (float64, bool) {
	low, _, ok := Wilson(k, n)
	return low, ok
}

// WilsonHigh is the high end of Wilson.
func WilsonHigh(k, n float64) (float64, bool) {
	_, high, ok := Wilson(k, n)
	return high, ok
}

// Choose is the number of ways to choose k of n things. It is exact up to
// 2^53 and 0 when k > n. ok is false for negative or fractional arguments and
// when the result exceeds what a float64 holds.
func Choose(n, k float64) (float64, bool) {
	if !(n >= 0 && k >= 0) || n != math.Trunc(n) || k != math.Trunc(k) {
		return 0, false
	}
	if k > n {
		return 0, true
	}
	k = min(k, n-k)
	c := 1.0
	for i := 1.0; i <= k; i++ {
		// c (n-k+i) is divisible by i: c is Choose(n-k+i-1, i-1).
		c = c * (n - k + i) / i
		if math.IsInf(c, 0) {
			return 0, false
		}
	}
	return math.Round(c), true
}
