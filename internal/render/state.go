package render

import (
	"slices"
	"strings"
)

// cellState is how one word of a decision map is drawn: a ground, and a sign for
// who can't tell the grounds apart.
type cellState struct {
	fill, sign string
}

// stateOf reads the word of a cell: what the choice is worth at a pair of
// limits, or how prediction and measurement of a point agree. A word that is
// none of these keeps its text on a quiet ground.
func stateOf(word string) cellState {
	w := strings.ToLower(strings.TrimSpace(word))
	switch {
	case w == "", w == "none", w == "unknown", strings.HasPrefix(w, "nothing"), strings.HasPrefix(w, "not measured"):
		return cellState{"hatch", ""}
	case strings.HasPrefix(w, "prediction finds nothing"):
		return cellState{"s-oth", "○"}
	case w == "predicted only", strings.HasPrefix(w, "infeasible"), strings.HasPrefix(w, "miss"):
		return cellState{"s-inf", "✕"}
	case strings.HasPrefix(w, "same"), w == "both", w == "agree":
		return cellState{"s-same", "="}
	case strings.Contains(w, "within"), w == "tie", w == "tolerance":
		return cellState{"s-tol", "≈"}
	case strings.HasPrefix(w, "regret"), strings.HasPrefix(w, "other"), w == "measured only":
		return cellState{"s-reg", "≠"}
	case w == "neither":
		return cellState{"s-oth", "–"}
	}
	return cellState{"s-oth", word}
}

// stateCount is how many cells of a figure are in a state.
type stateCount struct {
	word string
	n    int
}

// count adds a cell. Cells without a row are not measured.
func (m *marksUsed) count(word string) {
	if word == "" {
		word = "not measured"
	}
	for i := range m.states {
		if m.states[i].word == word {
			m.states[i].n++
			return
		}
	}
	m.states = append(m.states, stateCount{word, 1})
}

// stateKey explains the grounds of a decision map, with the number of cells of
// each, best first.
func (p *page) stateKey(states []stateCount) {
	total := 0
	for _, s := range states {
		total += s.n
	}
	order := []string{"s-same", "s-tol", "s-reg", "s-inf", "s-oth", "hatch"}
	rank := func(s stateCount) int { return slices.Index(order, stateOf(s.word).fill) }
	list := slices.Clone(states)
	slices.SortStableFunc(list, func(a, b stateCount) int { return rank(a) - rank(b) })
	o := &p.body
	o.raw("<ul class=\"key states\">")
	for _, s := range list {
		st := stateOf(s.word)
		c := newCanvas(16)
		c.rect(element{class: st.fill}, 0, 0, 22, 16)
		if st.sign != s.word {
			c.text(11, 12, middle, "sg", st.sign, "")
		}
		o.raw(`<li><svg class="fig" width="22" height="16" viewBox="0 0 22 16" aria-hidden="true">`)
		o.b = append(o.b, c.buf...)
		o.raw("</svg>")
		o.text(s.word)
		o.raw(" <small>")
		o.text(plain(float64(s.n)) + " of " + plain(float64(total)))
		o.raw("</small></li>")
	}
	o.raw("</ul>\n")
}
