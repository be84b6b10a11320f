package render

import (
	"strings"

	"github.com/profreport/profreport/internal/notebook"
)

// banner names everything that failed on top of the page, and folds what is
// only doubtful.
func (p *page) banner(o *out) {
	var errs, warns []notebook.Fault
	for _, f := range p.doc.Faults {
		if f.Warning {
			warns = append(warns, f)
		} else {
			errs = append(errs, f)
		}
	}
	if len(errs) > 0 {
		o.raw(`<div class="err banner" role="note"><b>`)
		if len(errs) == 1 {
			o.raw("One part of this report failed.")
		} else {
			o.int(len(errs))
			o.raw(" parts of this report failed.")
		}
		o.raw("</b> The rest is complete.<ul>\n")
		for _, f := range errs {
			p.faultLine(o, f)
		}
		o.raw("</ul></div>\n")
	}
	if len(warns) > 0 {
		o.raw(`<details class="warnings"><summary>! `)
		if len(warns) == 1 {
			o.raw("1 warning")
		} else {
			o.int(len(warns))
			o.raw(" warnings")
		}
		o.raw("</summary><ul>\n")
		for _, f := range warns {
			p.faultLine(o, f)
		}
		o.raw("</ul></details>\n")
	}
}

func (p *page) faultLine(o *out, f notebook.Fault) {
	o.raw("<li><code>")
	o.text(faultPlace(f))
	o.raw("</code> ")
	o.text(f.Message)
	o.raw("</li>\n")
}

// faultPlace is file:line:column, as editors open it.
func faultPlace(f notebook.Fault) string {
	s := f.File
	if f.Line > 0 {
		s += ":" + grouplessInt(f.Line)
		if f.Column > 0 {
			s += ":" + grouplessInt(f.Column)
		}
	}
	if s == "" {
		return f.Cell
	}
	return s
}

// fault writes an error in the place of its cell.
func (p *page) fault(f *notebook.Fault) {
	o := &p.body
	o.raw(`<div class="err" role="note"><b>`)
	name := f.Cell
	if name == "" {
		name = "This part"
	}
	o.text(name)
	o.raw(` did not run.</b> The rest of the report is complete.<pre tabindex="0">`)
	o.text(joined(": ", faultPlace(*f), f.Message))
	if f.Excerpt != "" {
		o.raw("\n")
		o.text(strings.TrimRight(f.Excerpt, "\n"))
	}
	o.raw("</pre></div>\n")
}
