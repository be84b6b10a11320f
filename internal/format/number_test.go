package format

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v          any
		spec, unit string
		page, text string
	}{
		{197.15, "3g", "ms", "197\u00a0ms", "197 ms"},
		{30.0, "3g", "", "30.0", "30.0"},
		{3552.92, "3g", "tokens/s/GPU", "3\u202f550\u00a0tokens/s/GPU", "3550 tokens/s/GPU"},
		{0.0012345, "3g", "", "0.00123", "0.00123"},
		{999.5, "3g", "", "1\u202f000", "1000"}, // the digits are counted after rounding
		{999.4, "3g", "", "999", "999"},
		{99.95, "3g", "", "100", "100"}, // 99.95 in binary lies above
		{9.994, "3g", "", "9.99", "9.99"},
		{-1234567.0, "3g", "", "\u22121\u202f230\u202f000", "-1230000"},
		{1.5e-7, "3g", "", "1.50e\u221207", "1.50e-07"},
		{1e20, "3g", "", "1.00e+20", "1.00e+20"},
		{0.0, "3g", "ms", "0\u00a0ms", "0 ms"},
		{int64(4), "3g", "", "4", "4"},
		{int64(12345), "3g", "", "12\u202f300", "12300"},
		{1234.5, "2f", "", "1\u202f234.50", "1234.50"},
		{-0.001, "2f", "", "0.00", "0.00"},
		{-0.5, "1f", "", "\u22120.5", "-0.5"},
		{int64(13836), "int", "", "13\u202f836", "13836"},
		{13835.6, "int", "tokens", "13\u202f836\u00a0tokens", "13836 tokens"},
		{int64(math.MaxInt64), "int", "", "9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f807", "9223372036854775807"},
		{int64(math.MinInt64), "int", "", "\u22129\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808", "-9223372036854775808"},
		{int64(2703), "", "", "2\u202f703", "2703"},
		{2.1428, "", "GPU-hours", "2.14\u00a0GPU-hours", "2.14 GPU-hours"},
		{0.1234, "percent", "fraction", "12.3\u202f%", "12.3 %"},
		{-0.48, "percent", "", "\u221248.0\u202f%", "-48.0 %"},
		{0.061, "signed_percent", "", "+6.1\u202f%", "+6.1 %"},
		{-0.384, "signed_percent", "", "\u221238.4\u202f%", "-38.4 %"},
		{-0.0004, "signed_percent", "", "0.0\u202f%", "0.0 %"},
		{0.0004, "signed_percent", "", "0.0\u202f%", "0.0 %"},
		{12.5, "3g", "%", "12.5\u202f%", "12.5 %"},
		{5.7, "factor", "", "\u00d7\u00a05.70", "x 5.70"},
		{27.0, "duration", "s", "27\u00a0s", "27 s"},
		{2703.0, "duration", "", "45\u00a0min\u00a003\u00a0s", "45 min 03 s"},
		{59.6, "duration", "s", "1\u00a0min\u00a000\u00a0s", "1 min 00 s"},
		{3723.0, "duration", "s", "1\u00a0h\u00a002\u00a0min\u00a003\u00a0s", "1 h 02 min 03 s"},
		{1.234, "duration", "s", "1.23\u00a0s", "1.23 s"},
		{1.5, "duration", "h", "1\u00a0h\u00a030\u00a0min\u00a000\u00a0s", "1 h 30 min 00 s"},
		{61000.0, "duration", "ms", "1\u00a0min\u00a001\u00a0s", "1 min 01 s"},
		{-90.0, "duration", "s", "\u22121\u00a0min\u00a030\u00a0s", "-1 min 30 s"},
		{int64(0), "duration", "s", "0\u00a0s", "0 s"},
		{int64(512), "bytes", "", "512\u00a0B", "512 B"},
		{int64(1212), "bytes", "", "1.18\u00a0KiB", "1.18 KiB"},
		{5 * 1024 * 1024.0, "bytes", "", "5.00\u00a0MiB", "5.00 MiB"},
		{"TP=2", "3g", "ms", "TP=2", "TP=2"},
		{true, "", "", "true", "true"},
		{0.1, "text", "", "0.1", "0.1"},
		{2.0, "nonsense", "", "2.00", "2.00"},
	} {
		if s, ok := Number(c.v, c.spec, c.unit); s != c.page || !ok {
			t.Errorf("Number(%v, %s, %s) = %q, want %q", c.v, c.spec, c.unit, s, c.page)
		}
		if s, ok := Plain(c.v, c.spec, c.unit); s != c.text || !ok {
			t.Errorf("Plain(%v, %s, %s) = %q, want %q", c.v, c.spec, c.unit, s, c.text)
		}
	}
	for _, v := range []any{nil, math.NaN(), math.Inf(1)} {
		if s, ok := Number(v, "3g", "ms"); ok || s != "" {
			t.Errorf("Number(%v) = %q, want none", v, s)
		}
		if s := Or(v, "3g", "ms", "not measured"); s != "not measured" {
			t.Errorf("Or(%v) = %q", v, s)
		}
	}
	for spec, want := range map[string]bool{"": true, "3g": true, "0f": true, "0g": false, "3h": false, "12f": false, "percent": true, "duratoin": false} {
		if Valid(spec) != want {
			t.Errorf("Valid(%q) = %v", spec, !want)
		}
	}
}
