package profile

// Opt is a value that may be unknown. The zero Opt is unknown; unknown is
// never 0, a pass or a winner.
type Opt[T any] struct {
	V  T
	OK bool
}

// Some returns a known value.
func Some[T any](v T) Opt[T] { return Opt[T]{V: v, OK: true} }

// Any returns the value for a database column: nil when unknown.
func (o Opt[T]) Any() any {
	if !o.OK {
		return nil
	}
	return o.V
}

// Or returns o if it is known, else p.
func (o Opt[T]) Or(p Opt[T]) Opt[T] {
	if o.OK {
		return o
	}
	return p
}

// Units. Inside the program there is one unit per quantity.
type (
	// Millis is a latency in milliseconds.
	Millis = float64
	// Seconds is a duration in seconds.
	Seconds = float64
	// TokensPerSecPerGPU is throughput divided by the GPUs that gave it.
	TokensPerSecPerGPU = float64
)
