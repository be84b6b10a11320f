package ingest

import (
	"encoding/json"
	"strings"
	"time"
)

// Shapes of a record.
const (
	shapePython = 'p' // YYYY-MM-DD HH:MM:SS - logger - LEVEL - message
	shapeNative = 'n' // RFC3339 LEVEL module.function: message, or a JSON line
)

// logRecord is one message of a logger.
type logRecord struct {
	line   int
	shape  byte
	at     time.Time // as printed; UTC when the record has no zone
	zoned  bool      // the record states its zone
	node   time.Time // the `kubectl logs --timestamps` prefix, zero without
	logger string    // Python logger, or module.function of the native layer
	level  string    // DEBUG INFO WARNING ERROR CRITICAL
	msg    string    // first line of the message
	more   []string  // further lines of the message, or a traceback
	size   int       // bytes in more
}

// module is the Python module that a native record names, or the last part
// of the name of a Python logger.
func (r *logRecord) module() string {
	if r.shape == shapeNative {
		mod, _, _ := strings.Cut(r.logger, ".")
		return mod
	}
	return r.logger[strings.LastIndexByte(r.logger, '.')+1:]
}

// own says whether the record is of the profiler's main module.
func (r *logRecord) own() bool {
	return r.logger == "__main__" && r.shape == shapePython || r.module() == "profile_sla"
}

// parseRecord reads one line in any of the shapes; ok is false for prints and
// continuation lines, node is then the time of a --timestamps prefix and rest
// the line without it.
func parseRecord(s string) (rec logRecord, rest string, ok bool) {
	s = strings.TrimRight(s, " \t")
	if rec, ok = parseUnprefixed(s); ok {
		return rec, s, true
	}
	at, zoned, tail, ok := parseStamp(s)
	inner, isPrefix := strings.CutPrefix(tail, " ")
	if !ok || !zoned || !isPrefix {
		return rec, s, false
	}
	r, ok := parseUnprefixed(inner)
	r.node = at
	return r, inner, ok
}

// parseUnprefixed reads a record that is known to have no prefix.
func parseUnprefixed(s string) (rec logRecord, ok bool) {
	if strings.HasPrefix(s, "{") {
		return parseJSONRecord(s)
	}
	at, zoned, tail, ok := parseStamp(s)
	if !ok {
		return rec, false
	}
	if rec, ok = parsePython(at, tail); ok {
		return rec, true
	}
	return parseNative(at, zoned, tail)
}

// parseStamp reads the time at the head of a line: a date, T or a blank, a
// time, an optional fraction and an optional zone.
func parseStamp(s string) (at time.Time, zoned bool, rest string, ok bool) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || (s[10] != ' ' && s[10] != 'T') || s[13] != ':' || s[16] != ':' {
		return at, false, s, false
	}
	at, err := time.Parse("2006-01-02T15:04:05", s[:10]+"T"+s[11:19])
	if err != nil {
		return at, false, s, false
	}
	rest = s[19:]
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n > 1 {
			rest = rest[n:]
		}
	}
	switch {
	case strings.HasPrefix(rest, "Z"):
		return at, true, rest[1:], true
	case len(rest) >= 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':':
		zone, err := time.Parse("-07:00", rest[:6])
		if err != nil {
			return at, false, s, false
		}
		_, off := zone.Zone()
		return at.Add(-time.Duration(off) * time.Second), true, rest[6:], true
	}
	return at, false, rest, true
}

// parsePython reads ` - logger - LEVEL - message`.
func parsePython(at time.Time, s string) (logRecord, bool) {
	s, ok := strings.CutPrefix(s, " - ")
	if !ok {
		return logRecord{}, false
	}
	logger, s, ok := strings.Cut(s, " - ")
	if !ok || logger == "" || strings.ContainsAny(logger, " \t") {
		return logRecord{}, false
	}
	word, msg, ok := strings.Cut(s, " - ")
	if !ok {
		// An empty message loses its trailing blank.
		if word, ok = strings.CutSuffix(s, " -"); !ok {
			return logRecord{}, false
		}
	}
	level := logLevel(word)
	if level == "" {
		return logRecord{}, false
	}
	return logRecord{shape: shapePython, at: at, logger: logger, level: level, msg: msg}, true
}

// parseNative reads ` LEVEL target: message`, the level right-aligned to five.
func parseNative(at time.Time, zoned bool, s string) (logRecord, bool) {
	if !strings.HasPrefix(s, " ") {
		return logRecord{}, false
	}
	word, s, ok := strings.Cut(strings.TrimLeft(s, " "), " ")
	level := logLevel(word)
	if !ok || level == "" {
		return logRecord{}, false
	}
	target, msg, ok := strings.Cut(s, ":")
	if !ok || target == "" || strings.ContainsAny(target, " \t") {
		return logRecord{}, false
	}
	return logRecord{shape: shapeNative, at: at, zoned: zoned, logger: target, level: level, msg: strings.TrimPrefix(msg, " ")}, true
}

// parseJSONRecord reads one object of the JSONL logging of the native layer.
func parseJSONRecord(s string) (logRecord, bool) {
	var j struct {
		Time    string `json:"time"`
		Level   string `json:"level"`
		Target  string `json:"target"`
		Message string `json:"message"`
	}
	if !strings.Contains(s, `"message"`) || json.Unmarshal([]byte(s), &j) != nil {
		return logRecord{}, false
	}
	at, zoned, _, ok := parseStamp(j.Time)
	level := logLevel(j.Level)
	if !ok || level == "" || j.Target == "" {
		return logRecord{}, false
	}
	msg, more, cut := strings.Cut(strings.ReplaceAll(j.Message, "\r\n", "\n"), "\n")
	rec := logRecord{shape: shapeNative, at: at, zoned: zoned, logger: j.Target, level: level, msg: msg}
	for cut {
		var line string
		line, more, cut = strings.Cut(more, "\n")
		rec.extend(line)
	}
	return rec, true
}

// logLevel spells a level as Python does; "" when the word is none.
func logLevel(word string) string {
	switch word {
	case "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL":
		return word
	case "WARN":
		return "WARNING"
	case "TRACE":
		return "DEBUG"
	}
	return ""
}
