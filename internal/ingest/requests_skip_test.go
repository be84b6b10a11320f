package ingest

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestPlainNumbers compares with encoding/json on lists of every length
// and on damaged ones: what is accepted must be
// valid JSON, and a plain list must be accepted.
func TestPlainNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	parts := []string{"0", "7", "10", "120.5", "0.25", "3.000001", "98765432109876543210.123456789012345678901234567890", "0.0"}
	plain, damaged := 0, 0
	for range 20_000 {
		list := make([]string, 1+rng.IntN(24))
		for i := range list {
			list[i] = parts[rng.IntN(len(parts))]
		}
		s := strings.Join(list, ",")
		if !plainNumbers([]byte(s)) {
			t.Fatalf("refused %s", s)
		}
		plain++
		b := []byte(s)
		for range 1 + rng.IntN(2) {
			b[rng.IntN(len(b))] = "0123.,-e 5x\x00\x80\xae\xb0"[rng.IntN(15)]
		}
		if plainNumbers(b) != (json.Valid([]byte("["+string(b)+"]")) && !strings.ContainsAny(string(b), "-e ")) {
			t.Fatalf("plainNumbers(%q) = %v", b, plainNumbers(b))
		}
		damaged++
	}
	if plain == 0 || damaged == 0 {
		t.Fatal("nothing compared")
	}
	for _, s := range []string{"01", "1,01", "1.", ".1", "1..2", "1.2.3", ",1", "1,", "1,,2", "1 ,2", "-", "e", "1e", strings.Repeat("1", 63) + ".", strings.Repeat("1", 64) + "..1", strings.Repeat("1,", 32)} {
		if plainNumbers([]byte(s)) {
			t.Errorf("accepted %q", s)
		}
	}
}
