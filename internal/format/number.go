// Package format writes numbers, units and tables as people read them: the
// page's typography (Number) and plain ASCII for terminals (Plain), and whole
// tables as text, CSV, JSON and Markdown. It computes nothing.
package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The characters of the page: thousands stand apart by a narrow no-break
// space, so does the percent sign; a unit follows a no-break space.
const (
	narrow  = "\u202f"
	nobreak = "\u00a0"
	minus   = "\u2212"
)

// Specs describes the formats a column or a metric can ask for.
var Specs = []struct{ Spec, Doc string }{
	{"3g", "significant digits, 1 to 9: 1 230, 30.0, 0.00123"},
	{"2f", "decimals, 0 to 9: 1 234.50"},
	{"int", "a whole number: 13 836"},
	{"percent", "a fraction as percent, one decimal: 12.3 %"},
	{"signed_percent", "the same with its sign: +12.3 %, −4.0 %"},
	{"factor", "a ratio, three digits: × 5.70"},
	{"duration", "seconds (or the unit, if it is ms, min or h) as 45 min 03 s"},
	{"bytes", "bytes as 1.18 KiB"},
	{"text", "as it is"},
	{"code", "as it is, in monospace on a page"},
	{"verdict", "pass, fail or unknown, as a chip on a page"},
}

// Valid holds for a format that Number understands; "" is the default: whole
// numbers as int, others as 3g.
func Valid(spec string) bool {
	if _, _, ok := digits(spec); ok || spec == "" {
		return true
	}
	for _, s := range Specs {
		if s.Spec == spec {
			return true
		}
	}
	return false
}

// Number writes v as the page does. v is a table cell or a Go number; ok is
// false for null and for NaN or infinity, whose text is the caller's. Text
// comes back as it is. An unknown spec is the default.
func Number(v any, spec, unit string) (s string, ok bool) {
	return write(v, spec, unit, page)
}

// Plain is Number in ASCII: no space between thousands, "-" and " ".
func Plain(v any, spec, unit string) (s string, ok bool) {
	return write(v, spec, unit, ascii)
}

// Or returns Number, or missing where there is none.
func Or(v any, spec, unit, missing string) string {
	if s, ok := Number(v, spec, unit); ok {
		return s
	}
	return missing
}

// style is how digits and units are joined.
type style struct{ thousands, percent, unit, minus, times string }

var (
	page  = style{narrow, narrow, nobreak, minus, "\u00d7"}
	ascii = style{"", " ", " ", "-", "x"}
)

func write(v any, spec, unit string, st style) (string, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	if b, ok := v.(bool); ok {
		return strconv.FormatBool(b), true
	}
	f, whole, ok := toFloat(v)
	if !ok {
		return "", false
	}
	if spec == "" || !Valid(spec) {
		spec = "3g"
		if whole {
			spec = "int"
		}
	}
	switch spec {
	case "percent", "signed_percent":
		return st.percentage(f, spec == "signed_percent"), true
	case "duration":
		return st.duration(f * seconds(unit)), true
	case "bytes":
		return st.bytes(f), true
	case "factor":
		return st.times + st.unit + st.significant(f, 3), true
	case "int":
		return st.withUnit(st.whole(v, f), unit), true
	case "text", "code", "verdict":
		return strconv.FormatFloat(f, 'g', -1, 64), true
	}
	n, kind, _ := digits(spec)
	if kind == 'f' {
		return st.withUnit(st.fixed(f, n), unit), true
	}
	if whole && math.Abs(f) < math.Pow(10, float64(n)) {
		return st.withUnit(st.fixed(f, 0), unit), true
	}
	return st.withUnit(st.significant(f, n), unit), true
}

// digits reads "3g" and "2f".
func digits(spec string) (n int, kind byte, ok bool) {
	if len(spec) != 2 || spec[0] < '0' || spec[0] > '9' || spec[1] != 'g' && spec[1] != 'f' {
		return 0, 0, false
	}
	n = int(spec[0] - '0')
	return n, spec[1], n > 0 || spec[1] == 'f'
}

// toFloat tells whether v is a finite number, and whether of a whole type.
func toFloat(v any) (f float64, whole, ok bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true, true
	case int64:
		return float64(v), true, true
	case float64:
		return v, false, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false, false
}

// seconds is the length of a time unit; "" is a second.
func seconds(unit string) float64 {
	switch unit {
	case "ns":
		return 1e-9
	case "us":
		return 1e-6
	case "ms":
		return 1e-3
	case "min":
		return 60
	case "h":
		return 3600
	}
	return 1
}

func (st style) withUnit(s, unit string) string {
	switch unit {
	case "", "1", "fraction":
		return s
	case "%":
		return s + st.percent + unit
	}
	return s + st.unit + unit
}

func (st style) percentage(f float64, signed bool) string {
	s := st.fixed(f*100, 1)
	if signed && f > 0 && strings.Trim(s, "0.") != "" {
		s = "+" + s
	}
	return s + st.percent + "%"
}

func (st style) whole(v any, f float64) string {
	if i, ok := v.(int64); ok {
		return st.group(strconv.FormatInt(i, 10))
	}
	return st.fixed(f, 0)
}

// fixed writes n decimals. What rounds to 0 has no sign.
func (st style) fixed(f float64, n int) string {
	if math.Abs(f) >= 1e15 {
		return st.group(strconv.FormatFloat(f, 'e', 2, 64))
	}
	return st.group(strconv.FormatFloat(f, 'f', n, 64))
}

// significant writes n significant digits, trailing zeros included.
func (st style) significant(f float64, n int) string {
	if f == 0 {
		return "0"
	}
	e := strconv.FormatFloat(f, 'e', n-1, 64) // d.dde±xx, rounded
	exp, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	if exp < -5 || exp >= 15 {
		return st.group(e)
	}
	rounded, _ := strconv.ParseFloat(e, 64)
	return st.group(strconv.FormatFloat(rounded, 'f', max(0, n-1-exp), 64))
}

// group puts in the minus and the space between thousands. Four digits are
// grouped too, so that columns line up.
func (st style) group(s string) string {
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	negative = negative && strings.Trim(s, "0.") != ""
	body, tail := s, ""
	if i := strings.IndexAny(s, ".e"); i >= 0 {
		body, tail = s[:i], strings.Replace(s[i:], "-", st.minus, 1)
	}
	if st.thousands != "" {
		for i := len(body) - 3; i > 0; i -= 3 {
			body = body[:i] + st.thousands + body[i:]
		}
	}
	if negative {
		return st.minus + body + tail
	}
	return body + tail
}

// duration writes seconds as `27 s`, `45 min 03 s` or `1 h 02 min 03 s`, and
// less than ten seconds with three digits unless they are whole.
func (st style) duration(f float64) string {
	sign := ""
	if f < 0 {
		sign, f = st.minus, -f
	}
	if f < 10 && f != math.Trunc(f) {
		return sign + st.withUnit(st.significant(f, 3), "s")
	}
	if f >= 1e12 {
		return sign + st.withUnit(st.significant(f, 3), "s")
	}
	s := int64(math.Round(f))
	h, m := s/3600, s/60%60
	join := func(n, unit string) string { return n + st.unit + unit }
	part := func(v int64, unit string) string { return join(fmt.Sprintf("%02d", v), unit) }
	switch {
	case h > 0:
		return sign + join(st.fixed(float64(h), 0), "h") + st.unit + part(m, "min") + st.unit + part(s%60, "s")
	case m > 0:
		return sign + join(strconv.FormatInt(m, 10), "min") + st.unit + part(s%60, "s")
	}
	if s == 0 {
		sign = ""
	}
	return sign + join(strconv.FormatInt(s, 10), "s")
}

func (st style) bytes(f float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i := 0
	for math.Abs(f) >= 1024 && i < len(units)-1 {
		f /= 1024
		i++
	}
	if i == 0 {
		return st.withUnit(st.fixed(f, 0), "B")
	}
	return st.withUnit(st.significant(f, 3), units[i])
}
