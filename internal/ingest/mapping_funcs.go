package ingest

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/expr-lang/expr"
)

// The names that an expression can use besides columns.
const (
	colName  = "col"  // col["any column"]
	textName = "text" // text("column"): the cell as written
	optName  = "opt"  // opt("column"): the cell, nil if there is no such column
	hasName  = "has"  // has("column")
)

var rowFunctions = map[string]bool{textName: true, optName: true, hasName: true}

// pureFunctions have no access to the row.
var pureFunctions = map[string]bool{"number": true, "match": true, "mapping": true, "engine_gpus": true}

var mappingFunctions = []expr.Option{
	expr.Function("match", func(args ...any) (any, error) {
		pattern, err := compilePattern(args[1].(string))
		if err != nil {
			return nil, err
		}
		text, _ := args[0].(string)
		if found := pattern.FindStringSubmatch(text); len(found) > 0 {
			return found[len(found)-1], nil
		}
		return nil, nil
	}, new(func(any, string) any)),
	expr.Function("number", func(args ...any) (any, error) {
		v := args[0]
		if s, ok := v.(string); ok {
			v = cellValue(s)
		}
		_, _, err := cellNumber(v)
		return v, err
	}, new(func(any) any)),
	expr.Function("mapping", func(args ...any) (any, error) {
		if args[0] == nil {
			return nil, nil
		}
		p, err := degrees(args)
		return p.tableLabel(), err
	}, new(func(any, any, any, any, any) any)),
	expr.Function("engine_gpus", func(args ...any) (any, error) {
		if args[0] == nil {
			return nil, nil
		}
		p, err := degrees(args)
		return int(p.tableGPUs()), err
	}, new(func(any, any, any) any)),
}

// patterns keeps compiled regular expressions: a mapping has a few, used on
// every row.
var patterns struct {
	sync.Mutex
	byText map[string]*regexp.Regexp
}

func compilePattern(text string) (*regexp.Regexp, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if re := patterns.byText[text]; re != nil {
		return re, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	if patterns.byText == nil || len(patterns.byText) >= 100 {
		patterns.byText = map[string]*regexp.Regexp{}
	}
	patterns.byText[text] = re
	return re, nil
}

// degrees reads tp, pp, dp, moe_tp and moe_ep in this order.
func degrees(args []any) (parallel, error) {
	var p parallel
	for i, dst := range []*int64{&p.TP, &p.PP, &p.DP, &p.MoeTP, &p.MoeEP} {
		if i >= len(args) {
			break
		}
		n, ok, err := cellWhole(args[i])
		if err != nil || n < 0 || n > maxDegree {
			return p, fmt.Errorf("want a parallel degree from 1 to %d, got %v", maxDegree, args[i])
		}
		if ok {
			*dst = n
		}
	}
	return p, nil
}
