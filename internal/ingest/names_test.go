package ingest

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestFilesUnderOtherNames reads what users saved as they pleased.
func TestFilesUnderOtherNames(t *testing.T) {
	small := smallFiles()
	plan := string(small["config_with_planner.yaml"])
	request := "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeploymentRequest\nspec: {model: acme/small-7b}\n"
	tests := []struct {
		name  string
		files map[string][]byte
		want  string // names of the runs
	}{
		{"log", map[string][]byte{"job.log": small["profile_sla.log"]}, "saved"},
		{"ConfigMap", map[string][]byte{"cm.json": dump(t, map[string]string{"config_with_planner.yaml": plan})}, "saved"},
		{"both, below", map[string][]byte{"one/cm.json": dump(t, map[string]string{"config_with_planner.yaml": plan}), "one/job.txt": small["profile_sla.log"]}, "one"},
		{"planners", map[string][]byte{"a.config_with_planner.yaml": []byte(plan), "b.config_with_planner.yaml": []byte(plan)}, "a b"},
		{"request", map[string][]byte{"q.yaml": []byte(request)}, "saved"},
		{"requests beside results", map[string][]byte{"configs/q.yaml": []byte(request), "one/profile_sla.log": small["profile_sla.log"]}, "one"},
		{"curves", map[string][]byte{"m.prefill.npz": small["selected_prefill_interpolation/raw_data.npz"], "m.decode.npz": small["selected_decode_interpolation/raw_data.npz"]}, "m"},
		{"curves of a folder", map[string][]byte{"m/prefill.npz": small["selected_prefill_interpolation/raw_data.npz"], "m/decode.npz": small["selected_decode_interpolation/raw_data.npz"]}, "m"},
	}
	for _, tt := range tests {
		dir := filepath.Join(t.TempDir(), "saved")
		writeFiles(t, dir, tt.files)
		var names []string
		for name, r := range ingestAll(t, dir, Options{}) {
			names = append(names, name)
			if len(r.Problems) > 0 || r.Model == "" && !r.HasLog && r.MaxKVTokens.V == 0 {
				t.Errorf("%s: %+v", tt.name, r)
			}
		}
		if got := strings.Join(sortedStrings(names), " "); got != tt.want {
			t.Errorf("%s: runs %s, want %s", tt.name, got, tt.want)
		}
	}
}
