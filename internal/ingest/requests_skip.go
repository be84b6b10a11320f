package ingest

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// chunkLatencies begins the array that makes up most of a record of a
// streaming test. In valid JSON it can only stand where a key stands: inside
// a text its quotes would be escaped.
var chunkLatencies = []byte(`"inter_chunk_latency":{"value":[`)

// withoutChunkLatencies empties the inter_chunk_latency array of a record, in
// place, when it is a plain list of numbers; any other record is returned as
// it is, for the decoder to judge. It spares the decoder most of a full file.
func withoutChunkLatencies(row []byte) []byte {
	if len(row) < 2<<10 {
		return row // nothing worth the search
	}
	for i := 0; ; {
		n := bytes.IndexByte(row[i:], '[')
		if n < 0 {
			return row
		}
		i += n + 1
		if bytes.HasSuffix(row[:i], chunkLatencies) {
			n = bytes.IndexByte(row[i:], ']')
			if n < 0 || !plainNumbers(row[i:i+n]) {
				return row
			}
			return append(row[:i], row[i+n:]...)
		}
	}
}

// plainNumbers says whether b may stand between the brackets of a JSON array:
// nothing, or numbers without sign and exponent, separated by single commas.
// It goes from one byte that is no digit to the next, eight bytes at a time.
func plainNumbers(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	// The run of digits that ends at hand began after last; fraction says
	// that a point stood there. A run has a digit at least, and outside of a
	// fraction no zero in front of another digit.
	last, fraction := -1, false
	for i := 0; i < len(b); i += 8 {
		for m := otherThanDigits(b, i); m != 0; m &= m - 1 {
			at := i + bits.TrailingZeros64(m)>>3
			if n := at - last - 1; n < 1 || n > 1 && !fraction && b[last+1] == '0' {
				return false
			}
			switch {
			case at == len(b):
				return true
			case b[at] == ',':
				fraction = false
			case b[at] == '.' && !fraction:
				fraction = true
			default:
				return false
			}
			last = at
		}
	}
	n := len(b) - last - 1
	return n == 1 || n > 1 && (fraction || b[last+1] != '0')
}

// otherThanDigits sets the top bit of each of the eight bytes of b from i on
// that is no digit; the end of b counts as such a byte.
func otherThanDigits(b []byte, i int) uint64 {
	var w uint64
	if i+8 <= len(b) {
		w = binary.LittleEndian.Uint64(b[i:])
	} else {
		var rest [8]byte
		copy(rest[:], b[i:])
		w = binary.LittleEndian.Uint64(rest[:])
	}
	t := w ^ 0x3030303030303030 // a digit becomes 0 to 9
	return (t&0x7f7f7f7f7f7f7f7f + 0x7676767676767676 | t) & 0x8080808080808080
}
