package metric

import (
	"context"
	"fmt"
)

// maxSteps bounds what the expressions of one metric do over lists: a step is
// one element looked at by filter, map, count and the like. It is about two
// seconds' worth, and the same on every machine. Tests lower it.
var maxSteps = 10_000_000

// maxListRows is the largest query that `rows` holds: each row is a map.
const maxListRows = 200_000

// clockName is the variable under which expressions find their clock.
const clockName = "$clock"

// clock counts the steps of one metric.
type clock struct {
	ctx   context.Context
	steps int
}

func (c *clock) tick() error {
	c.steps++
	if c.steps > maxSteps {
		return fmt.Errorf("more than %d steps over lists; let the query do this", maxSteps)
	}
	if c.steps%4096 == 0 {
		return c.ctx.Err()
	}
	return nil
}

// step returns its first argument and counts.
func step(args ...any) (any, error) {
	if c, ok := args[1].(*clock); ok {
		if err := c.tick(); err != nil {
			return nil, err
		}
	}
	return args[0], nil
}
