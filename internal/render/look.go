package render

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// look is how one series appears in every figure: a class that the style
// sheet gives a colour, and a shape that survives greyscale.
type look struct {
	class string // aic, pa, m3, m4, m5, or s1 to s8
	shape int
}

// text returns the class of the series' name beside the data.
func (l look) text() class { return class(l.class + "-t") }

// methodClasses are the looks of methods in order. Names and shapes of the
// first two are fixed by the design; they go to the two usual methods.
var methodClasses = []string{"aic", "pa", "m3", "m4", "m5"}

// fixedMethods have the same look on every page, whatever else is on it.
var fixedMethods = map[string]int{"AIC-Search": 0, "Profile-ALL": 1}

// methodLook gives each method its look: the two usual ones their own, the
// others what is left in order. Beyond five methods colours come again with
// further shapes.
type methodLook map[string]look

func newMethodLook(methods []string) methodLook {
	m := methodLook{}
	used := map[int]bool{}
	for _, name := range methods {
		if i, ok := fixedMethods[name]; ok {
			m[name] = look{methodClasses[i], i}
			used[i] = true
		}
	}
	next := 0
	for _, name := range methods {
		if _, ok := m[name]; ok {
			continue
		}
		for used[next] {
			next++
		}
		used[next] = true
		m[name] = look{methodClasses[next%len(methodClasses)], (next + next/len(methodClasses)) % shapes}
	}
	return m
}

// of returns the look of a series name that is a method or begins with one,
// such as "AIC-Search, TP=2".
func (m methodLook) of(name string) (look, bool) {
	if l, ok := m[name]; ok {
		return l, true
	}
	best := ""
	for method := range m {
		if len(method) > len(best) && strings.HasPrefix(name, method) {
			r, _ := utf8.DecodeRuneInString(name[len(method):])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				best = method
			}
		}
	}
	l, ok := m[best]
	return l, ok
}

// paletteSize is the number of colours for series that are not methods.
const paletteSize = 8

func paletteLook(i int) look {
	return look{"s" + strconv.Itoa(i%paletteSize+1), (i + i/paletteSize) % shapes}
}

// style holds what a style column says of a row.
type style struct {
	predicted, blocked, dominated, realised, pinned, here bool
	said                                                  bool // predicted or measured was stated
}

// parseStyle reads words such as "predicted", "measured, dominated"; unknown
// words say nothing. Without a word a row counts as measured.
func parseStyle(v any) (st style) {
	s, _ := v.(string)
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch w {
		case "predicted", "simulated":
			st.predicted, st.said = true, true
		case "measured":
			st.said = true
		case "blocked":
			st.blocked = true
		case "dominated":
			st.dominated = true
		case "realised", "realized":
			st.realised = true
		case "baseline", "pinned":
			st.pinned = true
		case "here", "chosen":
			st.here = true
		}
	}
	return st
}

// mark returns the classes of a mark of this style and look.
func (st style) mark(l look) string {
	c := "m " + l.class
	switch {
	case st.blocked:
		c += " off"
	case st.predicted:
		c += " pred"
	default:
		c += " meas"
	}
	if st.dominated {
		c += " dim"
	}
	if st.pinned {
		c += " pin"
	}
	return c
}

// word names the style in a tooltip.
func (st style) word() string {
	switch {
	case st.blocked:
		return "blocked"
	case st.predicted:
		return "predicted"
	case st.said:
		return "measured"
	}
	return ""
}
