// Package loadgen load-tests an OpenAI-compatible server: it sends streaming
// requests in a closed loop (constant concurrency) or at the times an open
// loop asks for, measures every answer, and writes what AIPerf would have
// written, so that either tool's results can be ingested.
//
// Nothing is dropped: a request that failed is a record with its reason and a
// miss in every rate; one cut off by the end of the test is kept, counted and
// left out of the rates (DEFINITIONS 26). Intended and actual send times are
// both kept, so a server that makes the generator wait can't hide it.
//
// It is called by the command `validate`. It knows nothing of archives,
// clusters or flags.
package loadgen
