package stats

import "math/rand/v2"

// BootSeed is the seed of every bootstrap: the same input gives the same
// interval on every machine. The page prints it beside such an interval.
const BootSeed = 20260101

// BootResamples is how many resamples an interval is read from.
const BootResamples = 2000

// BootMaxN is the largest sample that is resampled; a larger one has no
// bootstrap interval (and no need of one).
const BootMaxN = 20_000

// newRand returns the generator (PCG, 128 bits of state) for a seed.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
