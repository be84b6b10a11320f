package render

import (
	"math"
	"strconv"
	"strings"
)

// thin is the narrow no-break space between thousands and before units.
const thin = "\u202f"

// significant formats v with n significant digits, thousands apart by a narrow
// no-break space and U+2212 as minus: 10 400, 0.0896, −15.6. Beyond a million
// times or a millionth it takes a power of ten.
func significant(v float64, n int) string {
	if v == 0 {
		return "0"
	}
	if a := math.Abs(v); a >= 1e9 || a < 1e-4 {
		return power(strconv.FormatFloat(v, 'e', n-1, 64))
	}
	e := int(math.Floor(math.Log10(math.Abs(v))))
	scale := math.Pow(10, float64(n-1-e))
	if r := math.Round(v*scale) / scale; !math.IsNaN(r) && !math.IsInf(r, 0) {
		if math.Abs(r) >= math.Pow(10, float64(e+1)) {
			e++ // 9.996 rounds to 10.0
		}
		v = r
	}
	return grouped(strconv.FormatFloat(v, 'f', max(0, n-1-e), 64))
}

// grouped turns "-12345.6" into "−12 345.6" with U+202F.
func grouped(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, frac, dot := strings.Cut(s, ".")
	if len(whole) > 3 {
		var b strings.Builder
		for i, c := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteString(thin)
			}
			b.WriteRune(c)
		}
		whole = b.String()
	}
	if strings.Trim(whole+frac, "0"+thin) == "" {
		sign = ""
	}
	if dot {
		return sign + whole + "." + frac
	}
	return sign + whole
}

// power turns "-2.50e+09" into "−2.50×10⁹".
func power(s string) string {
	m, e, _ := strings.Cut(s, "e")
	k, _ := strconv.Atoi(e)
	return strings.Replace(m, "-", "−", 1) + "×10" + superscript(k)
}

func superscript(k int) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '⁻'
		case '1':
			return '¹'
		case '2', '3':
			return '²' + r - '2'
		}
		return '⁰' + r - '0'
	}, strconv.Itoa(k))
}

// plain formats a tick value without trailing zeros.
func plain(v float64) string {
	if v == 0 {
		return "0"
	}
	return grouped(strconv.FormatFloat(v, 'f', -1, 64))
}

// exactly formats a limit or a bin edge as it was given, up to six digits.
func exactly(v float64) string {
	if a := math.Abs(v); a >= 1e9 || a > 0 && a < 1e-4 {
		return significant(v, 3)
	}
	f, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return significant(v, 6)
	}
	return plain(f)
}

// alike formats numbers that stand side by side with the same number of
// decimals: enough for three digits of the largest, none when all are whole.
func alike(v []float64) func(float64) string {
	largest, whole := 0.0, true
	for _, x := range v {
		if isNaN(x) {
			continue
		}
		largest = math.Max(largest, math.Abs(x))
		whole = whole && x == math.Trunc(x)
	}
	if largest >= 1e6 || largest > 0 && largest < 1e-3 {
		return func(x float64) string { return significant(x, 3) }
	}
	decimals := 0
	if !whole {
		decimals = clampInt(2-int(math.Floor(math.Log10(largest))), 0, 4)
	}
	if decimals == 0 && !whole && largest < 1000 {
		decimals = 1
	}
	return func(x float64) string {
		if x == 0 {
			return "0"
		}
		return significantFixed(x, decimals)
	}
}

// significantFixed formats v with a fixed number of decimals.
func significantFixed(v float64, decimals int) string {
	return grouped(strconv.FormatFloat(v, 'f', decimals, 64))
}
