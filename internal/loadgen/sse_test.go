package loadgen

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// events reads all data of a stream.
func events(r io.Reader) ([]string, error) {
	clock := int64(0)
	ev := newEventReader(r, func() int64 { clock++; return clock }, nil)
	var out []string
	for {
		data, _, err := ev.next()
		if err != nil {
			return out, err
		}
		out = append(out, string(data))
	}
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"one", "data: a\n\n", []string{"a"}},
		{"no blank", "data:a\n\n", []string{"a"}},
		{"one blank is taken off", "data:  a\n", []string{" a"}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"comments and fields", ": keep-alive\n\nid: 3\nretry: 1\nevent: x\ndata: a\n\n", []string{"a"}},
		{"empty", "data:\n\n", []string{""}},
		{"cut inside a line", "data: a\ndata: b", []string{"a"}},
		{"nothing", "", nil},
		{"longer than the buffer", "data: " + strings.Repeat("x", 20_000) + "\ndata: b\n", []string{strings.Repeat("x", 20_000), "b"}},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in))} {
			if got, err := events(r); err != io.EOF || !slices.Equal(got, c.want) {
				t.Errorf("%s: %d events, %v; want %d", c.name, len(got), err, len(c.want))
			}
		}
	}
	if _, err := events(strings.NewReader("data: " + strings.Repeat("x", maxEvent))); err != errLongEvent {
		t.Errorf("a line without end: %v", err)
	}
	broken := errors.New("broken")
	if _, err := events(io.MultiReader(strings.NewReader("data: a\n"), iotest.ErrReader(broken))); err != broken {
		t.Errorf("%v, want the error of the reader", err)
	}
}

// TestEventTimes: events that arrive together have one time, an event that
// arrives in two parts has that of the second.
func TestEventTimes(t *testing.T) {
	pr, pw := io.Pipe()
	go func() {
		for _, part := range []string{"data: a\n\ndata: b\n\nda", "ta: c\n\n"} {
			_, _ = pw.Write([]byte(part))
		}
		pw.Close()
	}()
	clock := int64(0)
	ev := newEventReader(pr, func() int64 { clock++; return clock }, nil)
	for _, want := range []int64{1, 1, 2} {
		if _, at, err := ev.next(); err != nil || at != want {
			t.Errorf("at %d (%v), want %d", at, err, want)
		}
	}
}

// FuzzEvents: however a stream is cut into reads, the events are the same, and
// no input makes a chunk's reader panic.
func FuzzEvents(f *testing.F) {
	f.Add("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n", 3)
	f.Add(": x\r\ndata:\r\n\r\nevent: error\ndata: {\"error\":{\"message\":null}}\n", 1)
	f.Fuzz(func(t *testing.T, in string, part int) {
		whole, err := events(strings.NewReader(in))
		parts, err2 := events(iotest.OneByteReader(strings.NewReader(in)))
		if err != err2 || !slices.Equal(whole, parts) {
			t.Errorf("%q and %q", whole, parts)
		}
		for _, w := range whole {
			a := &attempt{rec: &Record{}}
			a.event([]byte(w), 1, part%2 == 0)
			_ = serverError([]byte(w))
		}
	})
}
