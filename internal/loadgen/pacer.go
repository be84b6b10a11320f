package loadgen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Pacer says when the requests of an open loop are to be sent. The times
// depend on nothing that the server does, so a slow server can't thin out the
// load that it is judged by (coordinated omission).
type Pacer interface {
	// Next is the intended time of the next request since the start; it
	// never falls. The first call gives the first request.
	Next() time.Duration
	// Rate is the rate asked for at a time, requests/s.
	Rate(at time.Duration) float64
	String() string
}

// Constant sends at even distances: request n at n/rate. rate > 0, requests/s.
func Constant(rate float64) Pacer { return &constant{rate: rate} }

type constant struct {
	rate float64
	n    float64
}

func (p *constant) Next() time.Duration {
	at := seconds(p.n / p.rate)
	p.n++
	return at
}
func (p *constant) Rate(time.Duration) float64 { return p.rate }
func (p *constant) String() string             { return fmt.Sprintf("constant %g requests/s", p.rate) }

// Poisson sends with independent, exponentially distributed gaps of mean
// 1/rate; the same seed gives the same times.
func Poisson(rate float64, seed uint64) Pacer {
	return &poisson{rate: rate, rng: rand.New(rand.NewPCG(seed, 0x70616365))}
}

type poisson struct {
	rate float64
	rng  *rand.Rand
	at   float64 // s
}

func (p *poisson) Next() time.Duration {
	p.at += p.rng.ExpFloat64() / p.rate
	return seconds(p.at)
}
func (p *poisson) Rate(time.Duration) float64 { return p.rate }
func (p *poisson) String() string             { return fmt.Sprintf("Poisson, %g requests/s", p.rate) }

// Ramp changes the rate evenly from one value to another over a time, and
// keeps it after that. With r0, r1 in requests/s and D in s the number of
// requests sent by t is
//
//	N(t) = r0 t + (r1 - r0) t² / 2D
//
// and request n is sent where N(t) = n.
func Ramp(from, to float64, over time.Duration) Pacer {
	return &curve{text: fmt.Sprintf("ramp from %g to %g requests/s over %s", from, to, over),
		rate: func(t float64) float64 {
			return from + (to-from)*min(t/over.Seconds(), 1)
		},
		sent: func(t float64) float64 {
			d := over.Seconds()
			in := min(t, d)
			return from*in + (to-from)*in*in/(2*d) + to*(t-in)
		}}
}

// Sine swings the rate around a mean, beginning at its lowest:
//
//	r(t) = mean - amplitude cos(2πt/P)
//	N(t) = mean t - amplitude P/2π sin(2πt/P)
//
// with mean and amplitude in requests/s, amplitude <= mean, and the period P
// in s. Request n is sent where N(t) = n.
func Sine(mean, amplitude float64, period time.Duration) Pacer {
	omega := 2 * math.Pi / period.Seconds()
	return &curve{text: fmt.Sprintf("sine from %.3g to %.3g requests/s, period %s", mean-amplitude, mean+amplitude, period),
		rate: func(t float64) float64 { return mean - amplitude*math.Cos(omega*t) },
		sent: func(t float64) float64 { return mean*t - amplitude/omega*math.Sin(omega*t) }}
}

// curve is a pacer given by its rate and its integral, which never falls.
type curve struct {
	text       string
	rate, sent func(t float64) float64
	n, at      float64 // requests so far; s
}

// Next finds the time at which the integral reaches n, by bisection.
func (p *curve) Next() time.Duration {
	low, step := p.at, 1.0
	high := low
	for p.sent(high) < p.n {
		high += step
		if step *= 2; step > 1e9 { // the rate has fallen to nothing
			return math.MaxInt64
		}
	}
	for range 64 {
		mid := (low + high) / 2
		if p.sent(mid) < p.n {
			low = mid
		} else {
			high = mid
		}
	}
	p.at = high
	p.n++
	return seconds(high)
}
func (p *curve) Rate(at time.Duration) float64 { return p.rate(at.Seconds()) }
func (p *curve) String() string                { return p.text }

func seconds(s float64) time.Duration {
	if s > math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(math.Round(s * 1e9))
}
