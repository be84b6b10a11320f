package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"testing"
)

// npyFile builds a .npy file of version 1.0 from a header literal and data.
func npyFile(header string, data []byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(header)))
	return append(append(b, header...), data...)
}

// npyOf builds one of little-endian values with the given type and shape.
func npyOf(descr, shape string, values any) []byte {
	var data bytes.Buffer
	order := binary.ByteOrder(binary.LittleEndian)
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	if err := binary.Write(&data, order, values); err != nil {
		panic(err)
	}
	return npyFile(fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape), data.Bytes())
}

type member struct {
	name string
	data []byte
}

// npzFile builds an archive; method is zip.Store or zip.Deflate.
func npzFile(method uint16, members ...member) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: method})
		if err != nil {
			panic(err)
		}
		if _, err := w.Write(m.data); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestNpzTypes(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"f8", npyOf("<f8", "(3,)", []float64{1.5, nan, math.Inf(-1)}), "[3] [1.5 NaN -Inf] []"},
		{"f4", npyOf("<f4", "(2,)", []float32{0.5, -2}), "[2] [0.5 -2] []"},
		// 1.0, the largest, the smallest subnormal, -0.5, Inf, NaN of binary16
		{"f2", npyOf("<f2", "(6,)", []uint16{0x3c00, 0x7bff, 0x0001, 0xb800, 0x7c00, 0x7e00}), "[6] [1 65504 5.960464477539063e-08 -0.5 +Inf NaN] []"},
		{"big endian f8", npyOf(">f8", "(2,)", []float64{7, 8}), "[2] [7 8] []"},
		{"big endian i4", npyOf(">i4", "(2,)", []int32{-7, 8}), "[2] [-7 8] []"},
		{"i1", npyOf("|i1", "(2,)", []int8{-128, 127}), "[2] [-128 127] []"},
		{"u1", npyOf("|u1", "(2,)", []uint8{0, 255}), "[2] [0 255] []"},
		{"i8", npyOf("<i8", "(2,)", []int64{-1, 8224}), "[2] [-1 8224] []"},
		{"u8", npyOf("<u8", "(1,)", []uint64{1 << 40}), "[1] [1.099511627776e+12] []"},
		{"bool", npyOf("|b1", "(2,)", []uint8{0, 1}), "[2] [0 1] []"},
		{"scalar", npyOf("<f8", "()", []float64{3}), "[] [3] []"},
		{"no points", npyOf("<f8", "(0,)", []float64{}), "[0] [] []"},
		{"2-D", npyOf("<i8", "(2, 3)", []int64{1, 2, 3, 4, 5, 6}), "[2 3] [1 2 3 4 5 6] []"},
		{"Fortran order", npyFile("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", []byte{1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0}), "[2 3] [1 2 3 4 5 6] []"},
		{"UCS-4", npyOf("<U4", "(2, 1)", []rune{'v', 'l', 'l', 'm', 'é', 0, 0, 0}), "[2 1] [] [vllm é]"},
		{"big endian UCS-4", npyOf(">U2", "(1,)", []rune{'T', 'P'}), "[1] [] [TP]"},
		{"surrogate in UCS-4", npyOf("<U1", "(1,)", []uint32{0xd800}), "[1] [] [\uFFFD]"},
		{"bytes", npyOf("|S3", "(2,)", []byte("abcd\x00\x00")), "[2] [] [abc d]"},
		{"version 2 header", append(append([]byte("\x93NUMPY\x02\x00"), 60, 0, 0, 0), append([]byte(fmt.Sprintf("%-60s", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }")), 0, 0, 0, 0, 0, 0, 0xf0, 0x3f)...), "[1] [1] []"},
	}
	for _, tt := range tests {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			arrays, problems, err := readNpz(npzFile(method, member{"x.npy", tt.data}), "f.npz")
			if err != nil || len(problems) > 0 {
				t.Errorf("%s: %v %v", tt.name, err, problems)
				continue
			}
			x := arrays["x"]
			if got := fmt.Sprint(x.Shape, x.Num, x.Text); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
			}
		}
	}
}

// TestNpzRefuses holds one hostile input for each guard. The good member
// beside it must still be read.
func TestNpzRefuses(t *testing.T) {
	header := func(h string) []byte { return npyFile(h, make([]byte, 8)) }
	good := member{"good.npy", npyOf("<f8", "(1,)", []float64{42})}
	tests := []struct {
		name, want string
		data       []byte
	}{
		{"object array", `type "|O" is a pickled object, which is never loaded`, header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")},
		{"structured", "structured type is not read", header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }")},
		{"complex", `type "<c8" is not read`, header("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }")},
		{"dates", `type "<M8[ns]" is not read`, header("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,), }")},
		{"short data", "truncated: shape [5] of <f8 needs 40 bytes, 8 are there", header("{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }")},
		{"long data", "damaged: shape [0] of <f8 needs 0 bytes, 8 are there", header("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }")},
		{"32 GB claimed", "shape [4000000000] holds 4000000000 values", header("{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000,), }")},
		{"overflow to 0", "overflows", header("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }")},
		{"overflow to 1", "overflows", header("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }")},
		{"negative", "negative dimension", header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }")},
		{"empty items", "holds 1000000000 values", npyFile("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000,), }", nil)},
		{"33 dimensions", "damaged header at shape", header("{'descr': '<f8', 'fortran_order': False, 'shape': (" + strings.Repeat("1,", 33) + "), }")},
		{"item of 4 GB", "is not read", header("{'descr': '<U1073741824', 'fortran_order': False, 'shape': (0,), }")},
		{"header of 4 GB", "header claims 4294967280 bytes", append([]byte("\x93NUMPY\x02\x00\xf0\xff\xff\xff"), make([]byte, 100)...)},
		{"header past the end", "truncated header", []byte("\x93NUMPY\x01\x00\xff\xffabc")},
		{"version 9", ".npy version 9 is not known", []byte("\x93NUMPY\x09\x00\x00\x00\x00\x00")},
		{"no magic", "not a .npy member", []byte("hello, this is text")},
		{"no literal", "damaged header", header("import os")},
		{"key twice", "damaged header", header("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }")},
		{"key missing", "damaged header", header("{'descr': '<f8', 'shape': (1,), }")},
		{"text behind", "damaged header", header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } + x")},
	}
	for _, tt := range tests {
		arrays, problems, err := readNpz(npzFile(zip.Deflate, member{"bad.npy", tt.data}, good), "f.npz")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(problems) != 1 || !strings.Contains(problems[0].Message, tt.want) {
			t.Errorf("%s: problems %v, want %q", tt.name, problems, tt.want)
		}
		if arrays["bad"] != nil || arrays["good"] == nil || arrays["good"].Num[0] != 42 {
			t.Errorf("%s: arrays %v", tt.name, arrays)
		}
	}
}

func TestNpzArchive(t *testing.T) {
	value := npyOf("<f8", "(1,)", []float64{1})
	whole := npzFile(zip.Store, member{"x.npy", value})
	tests := []struct {
		name, want string
		in         []byte
	}{
		{"cut", "f.npz: npz: not a whole ZIP archive", whole[:len(whole)-30]},
		{"no archive", "f.npz: npz: not a whole ZIP archive", []byte("{}")},
		{"members", "f.npz: npz: 257 members, more than 256 are not read", npzFile(zip.Store, make257(value)...)},
	}
	for _, tt := range tests {
		_, _, err := readNpz(tt.in, "f.npz")
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	arrays, problems, err := readNpz(npzFile(zip.Store, member{"x.npy", value}, member{"x.npy", npyOf("<f8", "(1,)", []float64{2})}, member{"readme.txt", []byte("hi")}), "f.npz")
	if err != nil || len(problems) != 1 || problems[0].Reason != ReasonDuplicate || arrays["x"].Num[0] != 1 {
		t.Errorf("duplicate member: %v %v %v", arrays, problems, err)
	}
}

func make257(data []byte) []member {
	var m []member
	for i := range MaxNpzMembers + 1 {
		m = append(m, member{fmt.Sprintf("%d.npy", i), data})
	}
	return m
}

// lying builds an archive whose member claims another size than it has.
func lying(claim uint64, data []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "x.npy", Method: zip.Store, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(data)), UncompressedSize64: claim})
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestNpzSizes(t *testing.T) {
	value := npyOf("<f8", "(1,)", []float64{1})
	zeros := npyFile(fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }", 6<<20), make([]byte, 6<<20))
	bomb := npyFile(fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }", 1<<20), make([]byte, MaxNpzBytes))
	tests := []struct {
		name, want, reason string
		in                 []byte
	}{
		{"claims more", "truncated or damaged", ReasonTruncated, lying(1000, value)},
		{"claims less", "truncated or damaged", ReasonTruncated, lying(20, value)},
		{"claims 1 TB", "claims 1099511627776 bytes, an archive may hold 67108864", ReasonTooLarge, lying(1<<40, value)},
		{"bomb", "claims 67108", ReasonTooLarge, npzFile(zip.Deflate, member{"x.npy", bomb})},
		{"items of all arrays", "holds 6291456 values, at most 2097152 are read", ReasonTooLarge, npzFile(zip.Deflate, member{"a.npy", zeros}, member{"b.npy", zeros})},
	}
	for _, tt := range tests {
		_, problems, err := readNpz(tt.in, "f.npz")
		if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Message, tt.want) || problems[0].Reason != tt.reason {
			t.Errorf("%s: %v %v, want %q (%s)", tt.name, problems, err, tt.want, tt.reason)
		}
	}
}

func FuzzNpz(f *testing.F) {
	f.Add(npzFile(zip.Store, member{"prefill_isl.npy", npyOf("<i8", "(3,)", []int64{1, 2, 3})}, member{"prefill_ttft.npy", npyOf("<f8", "(3,)", []float64{1, 2, 3})}))
	f.Add(npzFile(zip.Deflate, member{"model.npy", npyOf("<U4", "(2, 1)", []rune("vllmvllm"))}))
	f.Fuzz(func(t *testing.T, b []byte) {
		arrays, _, err := readNpz(b, "f.npz")
		if err == nil {
			readCurves(arrays, "f.npz")
		}
	})
}

// FuzzNpy reads members as they are inside the archive, where the checksum
// does not stand in the fuzzer's way.
func FuzzNpy(f *testing.F) {
	f.Add(npyOf("<f8", "(3,)", []float64{1, 2, 3}))
	f.Add(npyOf("<U4", "(2, 1)", []rune("vllmvllm")))
	f.Add(npyFile("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", make([]byte, 12)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decodeNpy(b, MaxNpyItems)
		if err != nil {
			return
		}
		if n, _ := itemCount(a.Shape, MaxNpyItems); n != a.Len() {
			t.Fatalf("shape %v, %d values", a.Shape, a.Len())
		}
		names := []string{"prefill_isl", "prefill_ttft", "prefill_thpt_per_gpu", "x_kv_usage", "y_context_length", "z_itl", "z_thpt_per_gpu", "max_kv_tokens", "tp", "dp"}
		arrays := npzArrays{}
		for _, name := range names {
			arrays[name] = a
		}
		readCurves(arrays, "f.npz")
	})
}
