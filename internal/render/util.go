package render

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// grouplessInt writes a number for ids and positions.
func grouplessInt(n int) string { return strconv.Itoa(n) }

func shortFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// sourcesHash is the hash of the hashes of all sources, in their order: one
// number that says whether two pages had the same input.
func sourcesHash(sources []Source) string {
	h := sha256.New()
	for _, s := range sources {
		h.Write([]byte(s.SHA256))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}
