package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// genRequests writes n records in the line shape of AIPerf's
// profile_export.jsonl; chunks > 0 adds an inter_chunk_latency array of that
// length. Figures follow from the index, so that a test can know them:
// request i has TTFT 100+i%50 ms, ITL 20+(i%10)/8 ms, OSL 256.
func genRequests(n, chunks int) []byte {
	var b bytes.Buffer
	array := ""
	if chunks > 0 {
		v := make([]string, chunks)
		for i := range v {
			v[i] = fmt.Sprintf("%.6f", 20+float64(i%97)/7)
		}
		array = `,"inter_chunk_latency":{"value":[` + strings.Join(v, ",") + `],"unit":"ms"}`
	}
	for i := range n {
		start := genStart + int64(i)*1_000_000
		fmt.Fprintf(&b, `{"metadata":{"session_num":%d,"x_request_id":"req-%08d-0000-0000-0000-000000000000","x_correlation_id":"cor-%08d-0000-0000-0000-000000000000","conversation_id":"session_%06d","turn_index":0,"request_start_ns":%d,"request_ack_ns":%d,"request_end_ns":%d,"worker_id":"worker_%d","record_processor_id":"record_processor_%d","benchmark_phase":"profiling","was_cancelled":false,"cancellation_time_ns":null},`+
			`"metrics":{"input_sequence_length":{"value":2048,"unit":"tokens"},"time_to_first_token":{"value":%d.5,"unit":"ms"},"request_latency":{"value":%d.25,"unit":"ms"},"output_token_count":{"value":256,"unit":"tokens"},"time_to_second_token":{"value":19.5,"unit":"ms"},"output_sequence_length":{"value":256,"unit":"tokens"},"inter_token_latency":{"value":%.3f,"unit":"ms"},"output_token_throughput_per_user":{"value":47.123456789,"unit":"tokens/sec/user"}%s},"error":null}`+"\n",
			i, i, i, i, start, start+1_000_000, start+5_000_000_001, i%4, i%2, 100+i%50, 5000+i%50, 20+float64(i%10)/8, array)
	}
	return b.Bytes()
}

// genStart is the start of the first generated request: a time that a
// float64 cannot hold exactly.
const genStart = int64(1_767_601_862_247_191_627)
