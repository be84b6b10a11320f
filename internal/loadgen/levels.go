package loadgen

import (
	"fmt"
	"math"
)

// Share is a load level by its share of the maximum batch size.
type Share struct {
	Name        string
	Concurrency int
	Nominal     float64 // of the maximum batch size; 0 for idle, which is one request
	// Note says where the concurrency is not what the name claims.
	Note string
}

// Levels gives the concurrencies of idle (1), medium (50 %), saturation (90 %)
// and overload (110 %) for a maximum batch size. Shares are rounded to the
// nearest below, overload to the nearest above, so that each is on its side of
// the maximum; where levels still fall together they are moved apart as far
// as integers allow, and a note says what could not be kept.
func Levels(maxBatch int) []Share {
	m := float64(maxBatch)
	out := []Share{
		{Name: "idle", Concurrency: 1},
		{Name: "medium", Concurrency: max(1, int(math.Floor(m*0.5+1e-9))), Nominal: 0.5},
		{Name: "saturation", Concurrency: max(1, int(math.Floor(m*0.9+1e-9))), Nominal: 0.9},
		{Name: "overload", Concurrency: int(math.Ceil(m*1.1 - 1e-9)), Nominal: 1.1},
	}
	for i := 1; i < len(out); i++ {
		s, before := &out[i], out[i-1]
		if s.Concurrency <= before.Concurrency {
			limit := maxBatch
			if s.Name == "overload" {
				limit = math.MaxInt
			}
			s.Concurrency = min(before.Concurrency+1, limit)
		}
		switch share := float64(s.Concurrency) / m; {
		case s.Concurrency == before.Concurrency:
			s.Note = fmt.Sprintf("the same load as %s: with a maximum of %d there is no other", before.Name, maxBatch)
		case share > s.Nominal+1e-9:
			s.Note = fmt.Sprintf("%.4g %% of the maximum, not %.0f %%: the nearest whole number above %s", 100*share, 100*s.Nominal, before.Name)
		}
	}
	return out
}
