package ingest

import "fmt"

// sprint prints any value for comparison.
func sprint(v any) string { return fmt.Sprint(v) }
