package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/metric"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
	"github.com/profreport/profreport/templates"
)

// build is one notebook made ready to run over the selected runs of a
// session: queries, metrics and parameters in force.
type build struct {
	*engine
	metrics  *metric.Set
	notebook *notebook.Notebook
	env      notebook.Env
	values   *table.Table // metric_values, once computed
	faults   query.Faults // of the metrics
	reload   string       // script of --watch
	packing  *packing
}

// newBuild loads everything that a report is made of. notebookName is a file
// or the name of a template; given holds -p key=value.
func (a *app) newBuild(ctx context.Context, s *store.Session, notebookName string, given []string) (*build, error) {
	path, src, err := a.readNotebook(notebookName)
	if err != nil {
		return nil, err
	}
	e, err := a.newEngine(ctx, s)
	if err != nil {
		return nil, err
	}
	b := &build{engine: e}
	if b.metrics, err = a.metricSet(); err != nil {
		return nil, err
	}
	b.notebook, _ = notebook.Parse(path, src)
	values, err := parseParams(given, b.declaredParams())
	if err != nil {
		return nil, err
	}
	b.start(values)
	b.runner.Provide("metric_values", b.metricValues)
	methods, err := b.methods(ctx)
	if err != nil {
		return nil, err
	}
	b.env = notebook.Env{
		Runner: b.runner, Params: values, MetricValues: b.metricValues, Methods: methods,
		Views: viewNames(ctx, s),
	}
	for _, d := range b.metrics.All() {
		b.env.Metrics = append(b.env.Metrics, notebook.MetricDef{Name: d.Name, Unit: d.Unit, Format: d.Format, Better: d.Better, Doc: d.Doc})
	}
	return b, nil
}

// metricSet loads the metrics that are in force.
func (a *app) metricSet() (*metric.Set, error) {
	folders, err := a.queryFolders()
	if err != nil {
		return nil, err
	}
	set := metric.NewSet()
	if err := set.Load(folders...).Err(); err != nil {
		return nil, &codeError{code: exitUsage, err: err}
	}
	return set, nil
}

// viewNames returns the tables and views that cells may read from.
func viewNames(ctx context.Context, s *store.Session) []string {
	names, err := tableNames(ctx, s)
	if err != nil {
		return nil
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "metric_values" })
	return append(names, "selected", "metric_values")
}

// declaredParams returns the parameters of the notebook and of all queries,
// the notebook's first.
func (b *build) declaredParams() []query.Param {
	var out []query.Param
	seen := map[string]bool{}
	for _, p := range b.notebook.Params {
		seen[p.Name] = true
		out = append(out, query.Param{Name: p.Name, Type: p.Type, Default: p.Default, Doc: p.Doc})
	}
	for _, q := range b.set.All() {
		for _, p := range q.Params {
			if !seen[p.Name] {
				seen[p.Name] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// methods returns the methods of the selected runs in the order that gives
// them colour and shape: of the first run of each.
func (b *build) methods(ctx context.Context) ([]string, error) {
	t, err := b.runner.Table(ctx, "report_methods")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range t.Rows {
		if m, ok := row[0].(string); ok {
			out = append(out, m)
		}
	}
	return out, nil
}

// metricValues computes all metrics over the selected runs, once.
func (b *build) metricValues(ctx context.Context) (*table.Table, error) {
	if b.values == nil {
		b.values, b.faults = metric.Eval(ctx, b.metrics, b.runner)
	}
	return b.values, ctx.Err()
}

// run computes the metrics and executes the notebook.
func (b *build) run(ctx context.Context) (*notebook.Document, error) {
	if _, err := b.metricValues(ctx); err != nil {
		return nil, err
	}
	b.pack(ctx)
	doc, err := b.notebook.Run(ctx, b.env)
	if err != nil {
		return nil, err
	}
	for _, f := range b.faults {
		doc.Faults = append(doc.Faults, notebook.Fault{File: f.File, Line: f.Line, Column: f.Column, Message: f.Message, Excerpt: f.Excerpt, Warning: f.Warning})
	}
	return doc, nil
}

// readNotebook finds a notebook: a file, or a template by its name, the
// user's before the built-in one.
func (a *app) readNotebook(name string) (file string, src []byte, err error) {
	if strings.HasSuffix(name, ".md") || strings.ContainsAny(name, `/\`) {
		src, err = os.ReadFile(name)
		return name, src, err
	}
	known, err := a.templateNames()
	if err != nil {
		return "", nil, err
	}
	t, ok := known[name]
	if !ok {
		return "", nil, &codeError{code: exitUsage, err: unknownName("notebook", name, sortedKeys(known))}
	}
	src, err = fs.ReadFile(t.fsys, name+".md")
	return t.path, src, err
}

// templateFile is where a template comes from.
type templateFile struct {
	fsys fs.FS
	path string
}

// templateNames returns the notebooks by name. A file in the user's folder
// whose name is nearly that of a built-in one is an error: it would override
// nothing.
func (a *app) templateNames() (map[string]templateFile, error) {
	known := map[string]templateFile{}
	builtIn, err := fs.Glob(templates.FS, "*.md")
	if err != nil {
		return nil, err
	}
	for _, f := range builtIn {
		known[strings.TrimSuffix(f, ".md")] = templateFile{templates.FS, path.Join("templates", f)}
	}
	dir, err := a.userFolder(a.templates, "templates")
	if err != nil || dir == "" {
		return known, err
	}
	names := sortedKeys(known)
	own, err := fs.Glob(os.DirFS(dir), "*.md")
	if err != nil {
		return nil, err
	}
	for _, f := range own {
		name := strings.TrimSuffix(f, ".md")
		if near := query.Nearest(name, names); near != "" && known[name].fsys == nil && query.Distance(name, near) <= 2 {
			return nil, withHint(usagef("%s overrides nothing", path.Join(dir, f)), "did you mean "+near+".md?")
		}
		known[name] = templateFile{os.DirFS(dir), path.Join(dir, f)}
	}
	return known, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// printFaults writes the faults of a document to stderr and says whether any
// is an error.
func (a *app) printFaults(faults []notebook.Fault) (failed bool) {
	for _, f := range faults {
		kind := ""
		if f.Warning {
			kind = "warning: "
		} else {
			failed = true
		}
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d", place, f.Line)
			if f.Column > 0 {
				place = fmt.Sprintf("%s:%d", place, f.Column)
			}
		}
		fmt.Fprintf(a.stderr, "%s: %s%s\n", place, kind, f.Message)
		if f.Excerpt != "" {
			fmt.Fprintln(a.stderr, f.Excerpt)
		}
	}
	return failed
}
