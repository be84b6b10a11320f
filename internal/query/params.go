package query

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Param is a parameter that a text declares.
type Param struct {
	Name    string // without the colon; upper and lower case differ
	Type    string // one of ParamTypes
	Default any    // as Bind gives it; nil is null
	Doc     string
	Line    int // in its file
}

// ParamTypes lists the types of parameters. A list and runs (a list of run
// names) are bound as the text of a JSON array: `x in (select value from
// json_each(:names))`. A bool is bound as 1 or 0.
var ParamTypes = []string{"int", "number", "text", "bool", "list", "runs"}

// ParseParam reads a value as a user types it, on the command line or in a
// header. `null` is null for every type but text. A list is comma-separated or
// a JSON array.
func ParseParam(typ, text string) (any, error) {
	text = strings.TrimSpace(text)
	if typ != "text" && text == "null" {
		return nil, nil
	}
	switch typ {
	case "int":
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("want a whole number, got %q", text)
		}
		return v, nil
	case "number":
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("want a number, got %q", text)
		}
		return v, nil
	case "bool":
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return int64(1), nil
		case "false", "no", "0":
			return int64(0), nil
		}
		return nil, fmt.Errorf("want true or false, got %q", text)
	case "text":
		return text, nil
	case "list", "runs":
		if strings.HasPrefix(text, "[") {
			var items []any
			if err := json.Unmarshal([]byte(text), &items); err != nil {
				return nil, fmt.Errorf("want a JSON array, got %q", text)
			}
			return jsonText(items)
		}
		items := []any{}
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		return jsonText(items)
	}
	return nil, unknownType(typ)
}

// Bind turns a Go value into what is bound for a parameter of the given type:
// nil, int64, float64 or string. It accepts what YAML and JSON decoders and
// ParseParam give.
func Bind(typ string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch typ {
	case "list", "runs":
		return bindList(v)
	case "int", "number", "text", "bool":
	default:
		return nil, unknownType(typ)
	}
	wrong := fmt.Errorf("want %s, got %v", article(typ), v)
	switch v := v.(type) {
	case string:
		if typ == "text" {
			return v, nil
		}
		return ParseParam(typ, v)
	case bool:
		if typ != "bool" {
			return nil, wrong
		}
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case int:
		return Bind(typ, int64(v))
	case int64:
		switch {
		case typ == "int", typ == "bool" && (v == 0 || v == 1):
			return v, nil
		case typ == "number":
			return float64(v), nil
		case typ == "text":
			return strconv.FormatInt(v, 10), nil
		}
	case float64:
		switch {
		case typ == "number" && !math.IsNaN(v) && !math.IsInf(v, 0):
			return v, nil
		case typ == "int" && v == math.Trunc(v) && math.Abs(v) < 1<<53:
			return int64(v), nil
		case typ == "text":
			return strconv.FormatFloat(v, 'g', -1, 64), nil
		}
	}
	return nil, wrong
}

func bindList(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return ParseParam("list", v)
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return jsonText(items)
	case []any:
		return jsonText(v)
	}
	return nil, fmt.Errorf("want a list, got %v", v)
}

func jsonText(items []any) (any, error) {
	for _, item := range items {
		switch item.(type) {
		case string, float64, int, int64, bool, nil:
		default:
			return nil, fmt.Errorf("want a list of plain values, got %v in it", item)
		}
	}
	b, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}

func article(typ string) string {
	switch typ {
	case "int":
		return "a whole number"
	case "number":
		return "a number"
	case "bool":
		return "true or false"
	}
	return "a " + typ
}

func unknownType(typ string) error {
	msg := fmt.Sprintf("unknown type %q, want one of %s", typ, strings.Join(ParamTypes, ", "))
	if n := Nearest(typ, ParamTypes); n != "" {
		msg = fmt.Sprintf("unknown type %q, did you mean %s?", typ, n)
	}
	return fmt.Errorf("%s", msg)
}

// ValidType holds for one of ParamTypes.
func ValidType(typ string) bool { return slices.Contains(ParamTypes, typ) }
