package format

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

func writeJSON(w *bufio.Writer, t *table.Table, array bool) {
	keys := jsonKeys(t)
	if array {
		w.WriteByte('[')
	}
	for i, r := range t.Rows {
		if array {
			if i > 0 {
				w.WriteByte(',')
			}
			w.WriteString("\n  ")
		}
		w.WriteByte('{')
		for j := range keys {
			if j > 0 {
				w.WriteString(", ")
			}
			w.WriteString(keys[j] + ": ")
			w.WriteString(jsonValue(r[j]))
		}
		w.WriteByte('}')
		if !array {
			w.WriteByte('\n')
		}
	}
	if array {
		if len(t.Rows) > 0 {
			w.WriteByte('\n')
		}
		w.WriteString("]\n")
	}
}

func jsonKeys(t *table.Table) []string {
	taken := map[string]bool{}
	keys := make([]string, len(t.Columns))
	for j, c := range t.Columns {
		name := c.Name
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		taken[name] = true
		keys[j] = jsonValue(name)
	}
	return keys
}

func jsonValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "null"
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
