package render

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/table"
)

// totals writes the sums below a table, only of what adds up.
func (p *page) totals(rows [][]any, cols []column) {
	o := &p.body
	o.raw("<tfoot><tr>")
	for i, col := range cols {
		switch {
		case i == 0 && !col.adds():
			o.raw(`<th scope="row">Total</th>`)
			continue
		case !col.adds():
			o.raw("<td></td>")
			continue
		}
		sum, missing, whole := 0.0, 0, true
		for _, row := range rows {
			v, ok := table.Number(row[col.at])
			if !ok {
				missing++
				continue
			}
			_, isInt := row[col.at].(int64)
			whole = whole && isInt
			sum += v
		}
		o.raw(`<td class="n"><b>`)
		var v any = sum
		if whole {
			v = int64(sum)
		}
		o.text(format.Or(v, col.Format, cellUnit(col.ColumnSpec), ""))
		o.raw("</b>")
		if missing > 0 {
			o.raw(" <small>without ")
			o.int(missing)
			o.raw(" not measured</small>")
		}
		o.raw("</td>")
	}
	o.raw("</tr></tfoot>\n")
}

// additive units are those of which a sum means something. Latencies, ratios
// and rates are not among them.
var additive = []string{"GPU-hours", "GPU-h", "s", "min", "h", "requests", "files", "bytes", "deployments", "points", "rows"}

// adds says whether the sum of the column means something.
func (c column) adds() bool {
	if !c.numeric {
		return false
	}
	switch c.Format {
	case "duration", "bytes":
		return true
	case "percent", "signed_percent", "factor":
		return false
	}
	if c.Unit != "" {
		return slices.Contains(additive, c.Unit)
	}
	for _, suffix := range []string{"_count", "failed", "gpu_hours", "deployments", "_s", "requests", "points", "bytes"} {
		if strings.HasSuffix(c.Name, suffix) && !strings.HasSuffix(c.Name, "_per_s") {
			return true
		}
	}
	return c.Name == "n" || c.Name == "count"
}
