package metric

import "testing"

// num returns a pointer; nan stands for not known.
func num(v float64) *float64 {
	if v != v {
		return nil
	}
	return &v
}

var no = func() float64 { var zero float64; return zero / zero }()

// TestJudge: DEFINITIONS rule 27.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name                       string
		value, low, high, min, max float64
		want                       Verdict
	}{
		{"whole interval inside", 5, 4, 6, 0, 6, Pass},
		{"just across", 5, 4, 6.0000001, 0, 6, Unknown},
		{"whole interval outside", 8, 6.0000001, 9, 0, 6, Fail},
		{"touches the limit from outside", 8, 6, 9, 0, 6, Unknown},
		{"value inside, interval across", 5, 4, 9, 0, 6, Unknown},
		{"value outside, interval across", 7, 5, 9, 0, 6, Unknown},
		{"below the minimum", -3, -4, -2, 0, 6, Fail},
		{"touches the minimum from outside", -3, -4, 0, 0, 6, Unknown},
		{"across the minimum", 1, -1, 2, 0, 6, Unknown},
		{"interval wider than the limits", 3, -1, 7, 0, 6, Unknown},
		{"no interval: inside", 6, no, no, 0, 6, Pass},
		{"no interval: outside", 6.0000001, no, no, 0, 6, Fail},
		{"no upper end, maximum", 5, 4, no, no, 6, Unknown},
		{"no upper end, already above", 8, 7, no, no, 6, Fail},
		{"no upper end, minimum", 5, 4, no, 4, no, Pass},
		{"no lower end, maximum", 5, no, 6, no, 6, Pass},
		{"no lower end, minimum", 5, no, 6, 4, no, Unknown},
		{"no limits", 5, 4, 6, no, no, Pass},
		{"no value", no, 4, 6, 0, 9, Unknown},
		{"nothing", no, no, no, no, no, Unknown},
	} {
		if got := Judge(num(c.value), num(c.low), num(c.high), num(c.min), num(c.max)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestJudgeBelow: a limit that may not be reached, such as regret < 10 %.
func TestJudgeBelow(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{"judge_below(0.0999, nil, nil, 0.1)", "pass"}, {"judge_below(0.1, nil, nil, 0.1)", "fail"}, {"judge_below(0.11, nil, nil, 0.1)", "fail"},
		{"judge_below(0.05, 0.01, 0.1, 0.1)", "unknown"}, {"judge_below(0.05, 0.01, 0.09, 0.1)", "pass"}, {"judge_below(0.15, 0.1, 0.2, 0.1)", "fail"},
		{"judge_below(0.05, 0.01, 0.2, 0.1)", "unknown"}, {"judge_below(nil, nil, nil, 0.1)", "unknown"}, {"judge_below(0.05, nil, nil, nil)", "pass"},
	} {
		if got, err := evalText(c.text, nil); err != nil || got != c.want {
			t.Errorf("%s = %v, %v; want %s", c.text, got, err, c.want)
		}
	}
}
