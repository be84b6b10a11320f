// Package ingest reads what a profiling run left behind (logs, AIPerf
// exports, npz curves, planner YAML, ConfigMap dumps, sweep tables) into the
// records of profile. It keeps every file as a source, explains in problems
// what it would not believe, and computes nothing that a definition can
// compute later. The commands call Path or Reader; store loads the result.
package ingest
