package stats

import (
	"math"
	"slices"
)

// Percentile is the p-th percentile (p from 0 to 100), linear between order
// statistics: with h = (n-1) p/100 it is x[floor h] + (h - floor h) (x[floor h
// + 1] - x[floor h]), 0-based. This is NumPy's method "linear" (type 7 of
// Hyndman and Fan, The American Statistician 50, 1996), which AIPerf uses. A p
// outside 0 to 100 gives ok = false.
func Percentile(x []float64, p float64) (float64, bool) {
	return PercentileInPlace(known(x), p)
}

// PercentileInPlace is Percentile over values without NaN; it reorders x and
// allocates nothing. It runs in linear time.
func PercentileInPlace(x []float64, p float64) (float64, bool) {
	if len(x) == 0 || !(p >= 0 && p <= 100) {
		return 0, false
	}
	h := p / 100 * float64(len(x)-1)
	i := int(math.Floor(h))
	lo := selectRank(x, i)
	if i+1 >= len(x) || h == float64(i) {
		return finite(lo)
	}
	// Everything after i is at least x[i] now.
	return finite(lerp(lo, slices.Min(x[i+1:]), h-float64(i)))
}

// Median is the 50th percentile.
func Median(x []float64) (float64, bool) { return Percentile(x, 50) }

// lerp is NumPy's: from the nearer end, so that results agree to the last bit.
func lerp(a, b, t float64) float64 {
	if t >= 0.5 {
		return b - (b-a)*(1-t)
	}
	return a + (b-a)*t
}

// selectRank moves the k-th smallest value (0-based) to x[k], smaller ones
// before and larger ones after it (Hoare's find with the median of three), and
// returns it. When the halves stay lopsided it sorts what is left, so no input
// makes it quadratic.
func selectRank(x []float64, k int) float64 {
	lo, hi := 0, len(x)-1
	for rounds := 0; hi-lo > 12; rounds++ {
		if rounds > 64 {
			break
		}
		pivot := medianOf3(x[lo], x[lo+(hi-lo)/2], x[hi])
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	slices.Sort(x[lo : hi+1])
	return x[k]
}

func medianOf3(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}

// PercentileLow is the lower end of the 95 % order-statistic interval of the
// p-th percentile: the l-th smallest value with l from PercentileRanks. It
// assumes independent values and nothing about their distribution. ok is false
// when the sample is too small to have a lower end, or p is not between 0 and
// 100.
func PercentileLow(x []float64, p float64) (float64, bool) {
	x = known(x)
	l, _ := PercentileRanks(len(x), p)
	if l == 0 {
		return 0, false
	}
	return finite(selectRank(x, l-1))
}

// PercentileHigh is the upper end; see PercentileLow.
func PercentileHigh(x []float64, p float64) (float64, bool) {
	x = known(x)
	_, u := PercentileRanks(len(x), p)
	if u == 0 {
		return 0, false
	}
	return finite(selectRank(x, u-1))
}

// PercentileRanks returns the 1-based ranks of the two ends of the 95 %
// interval of the p-th percentile in a sample of n. With B ~ Bin(n, p/100), l
// is the largest rank with P(B <= l-1) <= 0.025, u the smallest with P(B >= u)
// <= 0.025; 0 where there is none. The tails are kept apart, so each end is
// valid alone. (Conover, Practical Nonparametric Statistics, section 3.2.)
func PercentileRanks(n int, p float64) (l, u int) {
	if n <= 0 || !(p > 0 && p < 100) {
		return 0, 0
	}
	first, w := binomialWeights(n, p/100)
	const tail = 0.025
	sum := 0.0
	for i, v := range w { // sum = P(B <= first+i)
		if sum += v; sum > tail {
			break
		}
		l = first + i + 1
	}
	sum = 0
	for i := len(w) - 1; i >= 0; i-- { // sum = P(B >= first+i)
		if sum += w[i]; sum > tail {
			break
		}
		u = first + i
	}
	return l, u
}

// binomialWeights returns P(B = first), P(B = first+1), ... of Bin(n, q) over
// the range that holds all but about 1e-17 of the mass. It walks outwards from
// the mode by the ratio of neighbours and divides by the sum, which needs no
// factorial and stays exact for large n. The range is about 17 standard
// deviations wide.
func binomialWeights(n int, q float64) (first int, w []float64) {
	const small = 1e-19
	mode := min(int(float64(n+1)*q), n)
	odds := q / (1 - q)
	var down, up []float64
	for k, v := mode, 1.0; k > 0; k-- {
		v *= float64(k) / (float64(n-k+1) * odds)
		if v < small {
			break
		}
		down = append(down, v)
	}
	for k, v := mode, 1.0; k < n; k++ {
		v *= float64(n-k) * odds / float64(k+1)
		if v < small {
			break
		}
		up = append(up, v)
	}
	slices.Reverse(down)
	w = append(append(down, 1), up...)
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	for i := range w {
		w[i] /= sum
	}
	return mode - len(down), w
}
