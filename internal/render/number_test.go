package render

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func plainSpaces(s string) string { return strings.ReplaceAll(s, thin, " ") }

func TestSignificant(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {1, "1.00"}, {-15.62, "−15.6"}, {10384, "10 400"}, {.08959, "0.0896"}, {9.996, "10.0"}, {99.95, "100"}, {-.0004, "−0.000400"},
		{1234567, "1 230 000"}, {2.5e9, "2.50×10⁹"}, {-3e-7, "−3.00×10⁻⁷"}, {999.6, "1 000"},
	} {
		if got := plainSpaces(significant(c.v, 3)); got != c.want {
			t.Errorf("significant(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}

func TestExactly(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{2048, "2 048"}, {500, "500"}, {50.25, "50.25"}, {-20, "−20"}, {0.1 + 0.2, "0.3"}, {1.2e10, "1.20×10¹⁰"}, {0, "0"}} {
		if got := plainSpaces(exactly(c.v)); got != c.want {
			t.Errorf("exactly(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}

// TestAlike: numbers side by side have the same decimals.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		want string
	}{
		{[]float64{-25.48, 3.03, -.28}, "−25.5 3.0 −0.3"}, {[]float64{0, 100, 88}, "0 100 88"}, {[]float64{2.1428, 0, nan}, "2.14 0"},
		{[]float64{.2, .83}, "0.200 0.830"}, {[]float64{3552.9, 143.8}, "3 553 144"},
	} {
		f := alike(c.v)
		var got []string
		for _, v := range c.v {
			if !isNaN(v) {
				got = append(got, f(v))
			}
		}
		if s := plainSpaces(strings.Join(got, " ")); s != c.want {
			t.Errorf("%v: %q, want %q", c.v, s, c.want)
		}
	}
}

func TestLinearTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 50, 7, "[0 10 20 30 40 50]"}, {0, 1, 7, "[0 0.2 0.4 0.6 0.8 1]"}, {-27.4, 5, 7, "[-25 -20 -15 -10 -5 0 5]"}, {0, 40436, 7, "[0 10000 20000 30000 40000]"},
		{.1, .37, 5, "[0.1 0.2 0.3]"}, {5, 5, 7, "[5]"}, {0, 3e12, 5, "[0 1e+12 2e+12 3e+12]"}, {0, 3e-7, 7, "[0 5e-08 1e-07 1.5e-07 2e-07 2.5e-07 3e-07]"}, {0, 100, 2, "[0 100]"},
	} {
		if got := fmt.Sprint(linearTicks(c.lo, c.hi, c.n)); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{10, 10000, 7, "[10 100 1000 10000]"}, {14, 9800, 7, "[30 100 300 1000 3000]"}, {4, 35, 7, "[5 7 10 15 20 30]"}, {480, 3050, 7, "[500 700 1000 1500 2000 3000]"},
		{.001, 1e6, 7, "[0.001 0.1 10 1000 100000]"}, {101, 104, 7, "[101 101.5 102 102.5 103 103.5 104]"},
	} {
		if got := fmt.Sprint(logTicks(c.lo, c.hi, c.n)); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

// TestTickCounts: three to seven ticks over any range that has room for them,
// every one within it.
func TestTickCounts(t *testing.T) {
	for i := range 4000 {
		lo := math.Pow(10, float64(i%13)-6) * (1 + float64(i%7)/3)
		hi := lo * (1.02 + math.Pow(float64(i%97), 2)/7)
		for name, ticks := range map[string][]float64{"linear": linearTicks(lo, hi, 7), "log": logTicks(lo, hi, 7)} {
			if n := len(ticks); n < 2 || n > 7 || n < 3 && hi/lo > 1.5 {
				t.Fatalf("%s %v to %v: %v", name, lo, hi, ticks)
			}
			for k, v := range ticks {
				if v < lo*(1-1e-6) || v > hi*(1+1e-6) || k > 0 && v <= ticks[k-1] {
					t.Fatalf("%s %v to %v: %v", name, lo, hi, ticks)
				}
			}
		}
	}
}

func TestTickLabels(t *testing.T) {
	for _, c := range []struct {
		v      []float64
		signed bool
		want   string
	}{
		{[]float64{-20, 0, 10}, true, "−20 0 +10"}, {[]float64{0, 0.5, 1}, false, "0 0.5 1"}, {[]float64{0, 1e12, 2.5e12}, false, "0 10¹² 2.5×10¹²"}, {[]float64{10000}, false, "10 000"},
	} {
		var got []string
		for _, k := range tickLabels(c.v, c.signed) {
			got = append(got, k.Label)
		}
		if s := plainSpaces(strings.Join(got, " ")); s != c.want {
			t.Errorf("%v: %q, want %q", c.v, s, c.want)
		}
	}
}

// TestTextWidth compares with the advances of Arial, in units of 2048 an em:
// A 1366, 0 1139, space 569, i 455; bold 0 1139, A 1479.
func TestTextWidth(t *testing.T) {
	for _, c := range []struct {
		s    string
		bold bool
		want float64
	}{{"A", false, 1366}, {"00", false, 2278}, {"i i", false, 1479}, {"A", true, 1479}} {
		if got := textWidth(c.s, 2048, c.bold); math.Abs(got-c.want) > 2.1*float64(len(c.s)) {
			t.Errorf("%q: %v, want %v", c.s, got, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	long := "a name that is much too long to stand beside a bar"
	got := shorten(long, 12, 120)
	if textWidth(got, 12, false) > 120 || !strings.Contains(got, "…") || !strings.HasPrefix(got, "a name") || !strings.HasSuffix(got, "bar") {
		t.Errorf("%q", got)
	}
	if s := shorten("short", 12, 120); s != "short" {
		t.Errorf("%q", s)
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<b>&"'`, "&lt;b&gt;&amp;&#34;&#39;"}, {"a\x00b\x1b[1m", "a\uFFFDb\uFFFD[1m"}, {"bad\xff\xfe", "bad\uFFFD\uFFFD"}, {"\u202egpj.exe", "\uFFFDgpj.exe"},
		{"tab\tand\r", "tab and "}, {"é漢字𝛼", "é漢字𝛼"}, {"\uFFFE", "\uFFFD"},
	} {
		if got := string(appendEscaped(nil, c.in)); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}
