package ingest

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// manifest is what one configuration file states: Kubernetes objects as the
// profiler writes them (YAML) or as kubectl prints them (JSON or YAML).
type manifest struct {
	Path     string
	Kind     string   // of the file, or of the embedded text by its name
	Graph    *graph   // the proposed deployment
	Curves   *curves  // planner-profile-data
	Planner  tree     // planner_config.json
	Status   *outcome // profiler_status.yaml or the keys of the output ConfigMap
	Request  *request // DynamoGraphDeploymentRequest
	Texts    []embedded
	Empty    bool // a ConfigMap without data
	goMap    bool // the text of a Go map
	Problems []profile.Problem
}

// embedded is a file inside another: a data key of the output ConfigMap.
type embedded struct{ Name, Text string }

// outcome is how the profiler says that it ended.
type outcome struct {
	Path, Status, Phase, Message, Err string // Status: running, success, failed
}

// Failed says whether the profiler reported a failure.
func (o *outcome) Failed() bool { return o != nil && o.Status == "failed" }

// Succeeded says whether the profiler reported success.
func (o *outcome) Succeeded() bool { return o != nil && o.Status == "success" }

// readManifest reads a YAML or JSON file of Kubernetes objects. What it can
// read is returned even when the rest is damaged.
func readManifest(b []byte, path, kind string) *manifest {
	m := &manifest{Path: path, Kind: kind}
	var docs []tree
	var problems []profile.Problem
	var err error
	if looksLikeJSON(b) {
		var doc tree
		doc, problems, err = parseJSON(b, path)
		docs = []tree{doc}
	} else if looksLikeGoMap(b) {
		m.goMap = true
		err = &SyntaxError{File: path, Line: 1, Msg: "this is a Go map as text, not JSON: save the object with `kubectl get configmap NAME -o json`"}
	} else {
		docs, problems, err = parseYAML(b, path)
	}
	m.Problems = append(m.Problems, problems...)
	if err != nil {
		m.Problems = append(m.Problems, problem(path, profile.SeverityError, ReasonSyntax, err))
	}
	for _, d := range docs {
		m.object(d)
	}
	return m
}

func looksLikeJSON(b []byte) bool {
	s := strings.TrimLeft(string(b[:min(len(b), 64)]), "\ufeff \t\r\n")
	return strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")
}

// looksLikeGoMap tells `kubectl get cm -o jsonpath={.data}` of old kubectl
// versions, which prints Go's own text for a map.
func looksLikeGoMap(b []byte) bool {
	return strings.HasPrefix(strings.TrimSpace(string(b[:min(len(b), 64)])), "map[")
}

// object takes over one Kubernetes object, or the bare data of a ConfigMap, or
// the profiler's status file.
func (m *manifest) object(t tree) {
	switch kind := text(t, "kind"); {
	case strings.HasSuffix(kind, "List") && at(t, "items") != nil:
		for _, item := range list(t, "items") {
			m.object(item)
		}
	case kind == "ConfigMap":
		if len(sortedKeys(at(t, "data"))) == 0 {
			m.Empty = true
		}
		m.data(at(t, "data"))
	case kind == "DynamoGraphDeployment":
		g := readGraph(t, m.Path)
		if m.Graph != nil {
			m.note(ReasonDuplicate, "a second deployment (%s) in one file is not read", clip(g.Name))
			return
		}
		m.Graph = g
	case kind == "DynamoGraphDeploymentRequest":
		m.Request = readRequest(t, m.Path)
		if g := readGraph(at(t, "status", "profilingResults", "selectedConfig"), m.Path); g != nil && m.Graph == nil {
			m.Graph = g
		}
		if more := text(t, "metadata", "annotations", "dgdr.nvidia.com/additional-resources"); more != "" {
			m.Texts = append(m.Texts, embedded{"additional-resources", more})
		}
	case kind == "" && isStatusFile(t):
		m.setStatus(readOutcome(t, m.Path))
	case kind == "":
		if keys := sortedKeys(t); len(keys) == 0 && t != nil {
			m.Empty = true
		}
		m.data(t)
	}
}

// isStatusFile tells profiler_status.yaml from ConfigMap data.
func isStatusFile(t tree) bool {
	return text(t, "status") != "" && (text(t, "timestamp") != "" || text(t, "phase") != "" || text(t, "message") != "")
}

func readOutcome(t tree, path string) *outcome {
	return &outcome{Path: path, Status: text(t, "status"), Phase: text(t, "phase"), Message: text(t, "message"), Err: text(t, "error")}
}

func (m *manifest) setStatus(o *outcome) {
	if m.Status == nil || m.Status.Status == "" {
		m.Status = o
	}
}

// data takes over the data keys of a ConfigMap. Annotations are not looked at:
// kubectl keeps the whole object in one of them a second time.
func (m *manifest) data(data tree) {
	for _, key := range sortedKeys(data) {
		value := text(data, key)
		switch {
		case key == "prefill_raw_data.json" || key == "decode_raw_data.json":
			m.curveData(key, value)
		case key == "planner_config.json":
			t, problems, err := parseJSON([]byte(value), m.Path+": "+key)
			m.nested(problems, err)
			m.Planner = t
		case key == "profiler_status.yaml":
			docs, problems, err := parseYAML([]byte(value), m.Path+": "+key)
			m.nested(problems, err)
			if len(docs) > 0 && isStatusFile(docs[0]) {
				m.Status = readOutcome(docs[0], m.Path)
			}
		case strings.HasSuffix(key, ".yaml") || strings.HasSuffix(key, ".yml"):
			m.Texts = append(m.Texts, embedded{key, value})
		}
	}
	m.running(data)
}

// running reads the keys that the sidecar sets while and after the profiler
// runs; profiler_status.yaml has more, so it wins.
func (m *manifest) running(data tree) {
	phase, status, failure := text(data, "phase"), text(data, "profiler_status"), text(data, "profiler_error")
	if phase == "" && status == "" {
		return
	}
	if status == "" {
		status = "running"
	}
	o := &outcome{Path: m.Path, Status: status, Phase: phase, Message: text(data, "message"), Err: failure}
	if m.Status == nil {
		m.Status = o
	} else if m.Status.Err == "" {
		m.Status.Err = failure
	}
}

// curveData reads a curve that is JSON text inside the ConfigMap.
func (m *manifest) curveData(key, value string) {
	path := m.Path + ": " + key
	t, problems, err := parseJSON([]byte(value), path)
	m.nested(problems, err)
	if err != nil {
		return
	}
	c := readCurves(jsonCurves{t}, path)
	if !c.HasPrefill && !c.HasDecode {
		m.Problems = append(m.Problems, profile.Problem{Path: path, Severity: profile.SeverityError, Reason: ReasonLayout,
			Message: "no curve arrays (prefill_isl or x_kv_usage)"})
		return
	}
	m.Curves = m.Curves.merge(c)
}

// nested keeps what reading an embedded text said; its lines count inside it.
func (m *manifest) nested(problems []profile.Problem, err error) {
	m.Problems = append(m.Problems, problems...)
	if err != nil {
		m.Problems = append(m.Problems, problem(m.Path, profile.SeverityError, ReasonSyntax, err))
	}
}

func (m *manifest) note(reason, format string, args ...any) {
	m.Problems = append(m.Problems, profile.Problem{Path: m.Path, Severity: profile.SeverityNote, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

// nothing says that the file held no object we know.
func (m *manifest) nothing() bool {
	return m.Graph == nil && m.Curves == nil && m.Planner == nil && m.Status == nil && m.Request == nil && len(m.Texts) == 0 && !m.Empty
}
