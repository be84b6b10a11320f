package render

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

func (w *proseWriter) link(bw util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		openLink(bw, string(resolve(n.(*ast.Link).Destination)))
	} else {
		_, _ = bw.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func autoLink(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		l := n.(*ast.AutoLink)
		to := string(l.URL(source))
		if l.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(to), "mailto:") {
			to = "mailto:" + to
		}
		openLink(bw, to)
		writeEscaped(bw, l.Label(source))
		_, _ = bw.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// openLink writes the start of a link. Addresses that could run something
// lead nowhere.
func openLink(bw util.BufWriter, to string) {
	if !safeLink(to) {
		_, _ = bw.WriteString("<a>")
		return
	}
	o := &out{}
	o.raw("<a")
	o.attr("href", to)
	if strings.Contains(to, "//") {
		o.raw(` rel="noopener noreferrer"`)
	}
	o.raw(">")
	_, _ = bw.Write(o.b)
}

// safeLink allows fragments, relative addresses, http, https and mailto.
func safeLink(to string) bool {
	u, err := url.Parse(strings.TrimSpace(to))
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "", "http", "https", "mailto":
		return true
	}
	return false
}

// image shows a picture that is in the text itself; others would be fetched,
// so their description stands instead.
func (w *proseWriter) image(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	o := &out{}
	to := string(n.(*ast.Image).Destination)
	alt := plainText(n, source)
	if strings.HasPrefix(to, "data:image/png;base64,") || strings.HasPrefix(to, "data:image/jpeg;base64,") {
		o.raw("<img")
		o.attr("src", to)
		o.attr("alt", alt)
		o.raw(">")
	} else {
		o.raw(`<span class="off-t">[`)
		o.text(alt)
		o.raw("]</span>")
	}
	_, _ = bw.Write(o.b)
	return ast.WalkSkipChildren, nil
}
