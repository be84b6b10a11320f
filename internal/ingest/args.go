package ingest

import (
	"strings"
)

// engineArgs holds the options of one container's command line: `--key value`,
// `--key=value` and bare `--key` (value "true"), without the dashes. JSON
// values of `--override-engine-args` are flattened below their key.
type engineArgs struct {
	Module string // of `python3 -m MODULE`
	opts   map[string]string
}

// Get returns the first of the given options that is there.
func (a engineArgs) Get(names ...string) string {
	for _, n := range names {
		if v, ok := a.opts[n]; ok {
			return v
		}
	}
	return ""
}

// Has says whether one of the options is given and not false.
func (a engineArgs) Has(names ...string) bool {
	v := strings.ToLower(a.Get(names...))
	return v != "" && v != "false" && v != "0" && v != "none"
}

// parseArgs reads the command and args of a container. Each may be a list of
// words, a list with a shell command line in it, or one text.
func parseArgs(command, args tree) engineArgs {
	words := commandWords(append(argWords(command), argWords(args)...))
	a := engineArgs{opts: map[string]string{}}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "-m" && i+1 < len(words) {
			a.Module = words[i+1]
			i++
			continue
		}
		key, ok := strings.CutPrefix(w, "--")
		if !ok || key == "" {
			continue
		}
		if k, v, ok := strings.Cut(key, "="); ok {
			a.set(k, v)
		} else if i+1 < len(words) && !isOption(words[i+1]) {
			a.set(key, words[i+1])
			i++
		} else {
			a.set(key, "true")
		}
	}
	return a
}

// set keeps an option; a JSON object as value is flattened too.
func (a engineArgs) set(key, value string) {
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		if t, _, err := parseJSON([]byte(value), key); err == nil {
			for _, s := range flattenTree(key, t, "") {
				a.opts[s.Key] = s.Value
			}
			return
		}
	}
	a.opts[key] = value
}

// isOption tells an option from a value that begins with a dash, such as -1.
func isOption(w string) bool {
	return len(w) > 1 && w[0] == '-' && (w[1] < '0' || w[1] > '9')
}

// argWords returns the words of a command or args field.
func argWords(t tree) []string {
	switch t := t.(type) {
	case string:
		return []string{t}
	case []any:
		var out []string
		for _, v := range t {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// commandWords splits a shell command line that is given as one word, after
// `sh -c` or in place of separate arguments.
func commandWords(words []string) []string {
	var out []string
	for i, w := range words {
		afterC := i > 0 && words[i-1] == "-c"
		joined := strings.Contains(w, " --") || strings.HasPrefix(w, "--") && strings.ContainsAny(w, " \n") && !strings.Contains(w, "{")
		if strings.ContainsAny(w, " \n\t") && (afterC || joined) {
			out = append(out, commandLine(engineCommand(w))...)
		} else {
			out = append(out, w)
		}
	}
	return out
}

// engineCommand returns the one command of a shell line that starts an engine:
// the last with "dynamo" in it, or else the last; what it is piped into is cut.
func engineCommand(line string) string {
	parts := strings.Split(strings.NewReplacer("&&", "\x00", ";", "\x00", "\\\n", " ").Replace(line), "\x00")
	best := parts[len(parts)-1]
	for _, p := range parts {
		if strings.Contains(p, "dynamo") {
			best = p
		}
	}
	return best
}

// commandLine splits a command line at blanks, honouring quotes, up to the
// first unquoted pipe. Redirections are left out.
func commandLine(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	open, escaped := false, false
	end := func() {
		if open && !strings.Contains(word.String(), ">") {
			words = append(words, word.String())
		}
		word.Reset()
		open = false
	}
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, open = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == '|':
			end()
			return words
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			end()
		default:
			word.WriteRune(r)
			open = true
		}
	}
	end()
	return words
}
