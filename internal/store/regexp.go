package store

import (
	"fmt"
	"regexp"
	"sync"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// patterns keeps compiled patterns: a query uses one for every row.
var patterns struct {
	sync.Mutex
	m map[string]*regexp.Regexp
}

// maxPatterns bounds patterns; beyond it the lot is dropped.
const maxPatterns = 100

// regexpMatch is regexp(pattern, text), which SQL also writes as
// text regexp pattern: 1 when the pattern occurs in the text.
func regexpMatch(a sqlite.Args) (any, error) {
	if a.Null(0) || a.Null(1) {
		return nil, nil
	}
	re, err := pattern(a.Text(0))
	if err != nil {
		return nil, err
	}
	return re.MatchString(a.Text(1)), nil
}

func pattern(text string) (*regexp.Regexp, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if re, ok := patterns.m[text]; ok {
		return re, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	if patterns.m == nil || len(patterns.m) >= maxPatterns {
		patterns.m = map[string]*regexp.Regexp{}
	}
	patterns.m[text] = re
	return re, nil
}
