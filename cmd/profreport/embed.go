package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/store"
)

// embedded is the JSON that travels in a page: the archive of its runs,
// without the bytes of the sources.
type embedded struct {
	SchemaVersion int    `json:"schema_version"`
	Format        string `json:"format"`
	Bytes         int    `json:"bytes"` // before compression
	Data          string `json:"data"`  // base64
}

const (
	embeddedFormat = "sqlite3+zstd+base64"
	maxEmbedded    = 512 << 10 // compressed; a larger archive stays out of the page
	maxExtracted   = 1 << 30   // of a page from elsewhere
)

// packing is the data of a page, being packed while the notebook runs.
type packing struct {
	done chan struct{}
	data []byte
	err  error
}

// pack begins to pack the data of the page.
func (b *build) pack(ctx context.Context) {
	p := &packing{done: make(chan struct{})}
	b.packing = p
	selected, err := b.runner.Table(ctx, "archive_runs")
	if err != nil {
		p.err = err
		close(p.done)
		return
	}
	var runs []string
	for i := range selected.Rows {
		runs = append(runs, text(selected, i, "run"))
	}
	go func() {
		defer close(p.done)
		p.data, p.err = b.archive(ctx, runs)
	}()
}

// data waits for the archive of the selected runs, packed for the page. It is
// nil when that is too large.
func (b *build) data(ctx context.Context) ([]byte, error) {
	if b.packing == nil {
		b.pack(ctx)
	}
	<-b.packing.done
	return b.packing.data, b.packing.err
}

func (b *build) archive(ctx context.Context, runs []string) ([]byte, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	raw, err := b.session.Extract(ctx, store.MergeOptions{Runs: runs, Evidence: store.EvidenceHash}, b.values)
	if err != nil {
		return nil, fmt.Errorf("pack the data for the page: %w", err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	packed := enc.EncodeAll(raw, nil)
	if len(packed) > maxEmbedded {
		return nil, nil
	}
	return json.Marshal(embedded{1, embeddedFormat, len(raw), base64.StdEncoding.EncodeToString(packed)})
}

func (a *app) extractCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "extract REPORT.html",
		Short: "Get back the archive that travels in a report",
		Args:  exactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := extract(args[0])
			if err != nil {
				return err
			}
			if err := writeAside(file, raw); err != nil {
				return err
			}
			fmt.Fprintln(a.stdout, file)
			return nil
		},
		Example: examples("profreport extract report.html -o from-report.db", "profreport sql --db from-report.db 'select run, method from runs'"),
	}
	cmd.Flags().StringVarP(&file, "output", "o", "extracted.db", "file to write")
	return cmd
}

var dataScript = regexp.MustCompile(`(?s)<script type="application/json" id="profreport-data">(.*?)</script>`)

// extract returns the archive in a page.
func extract(page string) ([]byte, error) {
	f, err := os.Open(page)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	html, err := io.ReadAll(io.LimitReader(f, maxExtracted))
	if err != nil {
		return nil, err
	}
	m := dataScript.FindSubmatch(html)
	if m == nil {
		return nil, fmt.Errorf("%s: holds no data: no report of profreport, or its data was too large to travel in it", page)
	}
	var e embedded
	if err := json.Unmarshal(m[1], &e); err != nil {
		return nil, fmt.Errorf("%s: data: %w", page, err)
	}
	if e.Format != embeddedFormat {
		return nil, fmt.Errorf("%s: data in format %q, want %s", page, e.Format, embeddedFormat)
	}
	packed, err := base64.StdEncoding.DecodeString(e.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: data: %w", page, err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxExtracted))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: data: %w", page, err)
	}
	return raw, nil
}
