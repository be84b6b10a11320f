package loadgen

import (
	"math"
	"testing"
	"time"
)

// TestPacers: the n-th request is where the integral of the rate reaches n.
func TestPacers(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name string
		p    Pacer
		n    int // of the request
		at   time.Duration
	}{
		{"constant, first", Constant(4), 0, 0},
		{"constant", Constant(4), 10, 2500 * time.Millisecond},
		{"ramp, first", Ramp(0, 10, 10*s), 0, 0},
		{"ramp up: t²/2 = 8", Ramp(0, 10, 10*s), 8, 4 * s},
		{"ramp, its end: 50", Ramp(0, 10, 10*s), 50, 10 * s},
		{"ramp, after: 50 + 10(t-10)", Ramp(0, 10, 10*s), 70, 12 * s},
		{"ramp down: 10t - t²/2 = 18", Ramp(10, 0, 10*s), 18, 2 * s},
		{"sine, a whole period: 5 x 60", Sine(5, 4, 60*s), 300, 60 * s},
		{"sine, half: 5 x 30", Sine(5, 4, 60*s), 150, 30 * s},
		// N(15) = 5 x 15 - 4 x 60/2π = 75 - 38.197 = 36.803
		{"sine, no amplitude", Sine(5, 0, 60*s), 10, 2 * s},
	} {
		var got time.Duration
		for range c.n + 1 {
			got = c.p.Next()
		}
		if d := got - c.at; d < -2*time.Microsecond || d > 2*time.Microsecond {
			t.Errorf("%s: %v, want %v", c.name, got, c.at)
		}
	}
	p := Sine(5, 4, 60*s)
	quarter := 0
	for p.Next() < 15*s {
		quarter++
	}
	if quarter != 37 { // requests 0 to 36
		t.Errorf("sine: %d requests in the first quarter, want 37", quarter)
	}
	if r := p.Rate(0); math.Abs(r-1) > 1e-12 {
		t.Errorf("sine begins at %v, want its lowest, 1", r)
	}
	if r := p.Rate(30 * s); math.Abs(r-9) > 1e-12 {
		t.Errorf("sine at half a period: %v, want 9", r)
	}
	end := Ramp(10, 0, 10*s)
	for range 60 {
		end.Next()
	}
	if at := end.Next(); at != math.MaxInt64 {
		t.Errorf("a rate of nothing still sends, at %v", at)
	}
}

// TestPoisson: mean and variance of the gaps are those of an exponential
// distribution, and a seed repeats them.
func TestPoisson(t *testing.T) {
	p, q := Poisson(100, 7), Poisson(100, 7)
	const n = 20_000
	var last time.Duration
	var sum, square float64
	for range n {
		at := p.Next()
		if at != q.Next() || at < last {
			t.Fatal("not repeated, or falling")
		}
		gap := (at - last).Seconds()
		sum += gap
		square += gap * gap
		last = at
	}
	mean := sum / n
	if math.Abs(mean-0.01) > 3e-4 {
		t.Errorf("mean gap %v s, want 0.01", mean)
	}
	if cv := math.Sqrt(square/n-mean*mean) / mean; math.Abs(cv-1) > 0.03 {
		t.Errorf("coefficient of variation %v, want 1", cv)
	}
	if Poisson(100, 8).Next() == Poisson(100, 7).Next() {
		t.Error("seeds give the same times")
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		max  int
		want [4]int
		note [4]bool
	}{
		{8, [4]int{1, 4, 7, 9}, [4]bool{false, false, false, true}},
		{10, [4]int{1, 5, 9, 11}, [4]bool{}},
		{100, [4]int{1, 50, 90, 110}, [4]bool{}},
		{1, [4]int{1, 1, 1, 2}, [4]bool{false, true, true, true}},
		{2, [4]int{1, 2, 2, 3}, [4]bool{false, true, true, true}},
		{3, [4]int{1, 2, 3, 4}, [4]bool{false, true, true, true}},
		{4, [4]int{1, 2, 3, 5}, [4]bool{false, false, false, true}},
	} {
		for i, s := range Levels(c.max) {
			if s.Concurrency != c.want[i] || (s.Note != "") != c.note[i] {
				t.Errorf("max %d, %s: %d %q, want %d (note %v)", c.max, s.Name, s.Concurrency, s.Note, c.want[i], c.note[i])
			}
		}
	}
}
