package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/render"
)

// watcher serves a page on loopback and makes it anew when what it is made of
// changes.
type watcher struct {
	a         *app
	flags     reportFlags
	selectors []string

	mu      sync.Mutex
	page    []byte
	version int
	changed chan struct{} // closed when version grows
}

// reloadScript is served beside the page: it waits for the next version and
// keeps the scroll position.
const reloadScript = `(function () {
  var at = sessionStorage.getItem("profreport-scroll");
  if (at) { addEventListener("load", function () { scrollTo(0, +at); }); sessionStorage.removeItem("profreport-scroll"); }
  var version = document.currentScript.src.split("?v=")[1];
  function wait() {
    fetch("/changed?v=" + version).then(function (r) {
      if (r.status === 205) { sessionStorage.setItem("profreport-scroll", scrollY); location.reload(); } else { wait(); }
    }, function () { setTimeout(wait, 1000); });
  }
  wait();
})();
`

// watch serves until the context ends.
func (a *app) watch(ctx context.Context, f reportFlags, selectors []string) error {
	listener, err := listenLoopback(f.listen)
	if err != nil {
		return err
	}
	w := &watcher{a: a, flags: f, selectors: selectors, changed: make(chan struct{})}
	w.rebuild(ctx)
	server := &http.Server{Handler: w.handler(), ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	fmt.Fprintf(a.stderr, "serving http://%s/ (Ctrl-C ends)\n", listener.Addr())
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	go w.follow(ctx)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listenLoopback refuses addresses that other machines could reach.
func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usagef("--listen %s: %v", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usagef("--listen %s: only loopback addresses, such as 127.0.0.1:8080", address)
	}
	return net.Listen("tcp", address)
}

func (w *watcher) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, _ *http.Request) {
		w.mu.Lock()
		page := w.page
		w.mu.Unlock()
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.Header().Set("Cache-Control", "no-store")
		_, _ = rw.Write(page)
	})
	mux.HandleFunc("GET /reload.js", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = rw.Write([]byte(reloadScript))
	})
	mux.HandleFunc("GET /changed", w.waitForChange)
	return mux
}

// waitForChange answers 205 as soon as the page is newer than ?v=, and 204
// after half a minute, so that no connection stays open for ever.
func (w *watcher) waitForChange(rw http.ResponseWriter, r *http.Request) {
	have, _ := strconv.Atoi(r.URL.Query().Get("v"))
	w.mu.Lock()
	version, changed := w.version, w.changed
	w.mu.Unlock()
	if version == have {
		select {
		case <-changed:
			version++
		case <-time.After(30 * time.Second):
		case <-r.Context().Done():
			return
		}
	}
	if version != have {
		rw.WriteHeader(http.StatusResetContent)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

// rebuild makes the page. What goes wrong is shown in the page.
func (w *watcher) rebuild(ctx context.Context) {
	start := time.Now()
	page, err := w.build(ctx, w.version+1)
	if err != nil {
		page = errorPage(err, reloadAddress(w.version+1))
		fmt.Fprintf(w.a.stderr, "%v\n", err)
	} else {
		fmt.Fprintf(w.a.stderr, "built in %d ms\n", time.Since(start).Milliseconds())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page = page
	w.version++
	close(w.changed)
	w.changed = make(chan struct{})
}

// errorPage shows why there is no page, and reloads when there is one.
func errorPage(err error, reload string) []byte {
	var page bytes.Buffer
	doc := &notebook.Document{Title: "No report", Faults: []notebook.Fault{{Message: err.Error()}}}
	if herr := render.HTML(&page, doc, render.PageOptions{Version: version, Commit: commit(), Reload: reload}); herr != nil {
		return []byte(html.EscapeString(err.Error()))
	}
	return page.Bytes()
}

func reloadAddress(version int) string { return "/reload.js?v=" + strconv.Itoa(version) }

func (w *watcher) build(ctx context.Context, version int) ([]byte, error) {
	s, err := w.a.openSelected(ctx, w.selectors)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	b, err := w.a.newBuild(ctx, s, w.flags.notebook, w.flags.params)
	if err != nil {
		return nil, err
	}
	b.reload = reloadAddress(version)
	doc, err := b.run(ctx)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = w.a.htmlPage(ctx, &page, b, doc)
	return page.Bytes(), err
}

// follow rebuilds when a file changes. Events come in bursts: the page is made
// when none has come for a moment.
func (w *watcher) follow(ctx context.Context) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		fmt.Fprintf(w.a.stderr, "cannot watch files: %v\n", err)
		return
	}
	defer notify.Close()
	for _, dir := range w.folders() {
		if err := notify.Add(dir); err != nil {
			fmt.Fprintf(w.a.stderr, "cannot watch %s: %v\n", dir, err)
		}
	}
	const quiet = 30 * time.Millisecond
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-notify.Events:
			if !ok {
				return
			}
			if w.concerns(e) {
				timer.Reset(quiet)
			}
		case err, ok := <-notify.Errors:
			if !ok {
				return
			}
			fmt.Fprintf(w.a.stderr, "watching: %v\n", err)
		case <-timer.C:
			w.rebuild(ctx)
		}
	}
}

// folders returns what to watch: folders, since editors replace files.
func (w *watcher) folders() []string {
	dirs := []string{filepath.Dir(w.a.db)}
	if _, err := os.Stat(w.flags.notebook); err == nil {
		dirs = append(dirs, filepath.Dir(w.flags.notebook))
	}
	for name, given := range map[string]string{"queries": w.a.queries, "templates": w.a.templates} {
		if dir, err := w.a.userFolder(given, name); err == nil && dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// concerns says whether a change of a file changes the page.
func (w *watcher) concerns(e fsnotify.Event) bool {
	if e.Has(fsnotify.Chmod) && !e.Has(fsnotify.Write) {
		return false
	}
	switch filepath.Ext(e.Name) {
	case ".md", ".sql", ".yaml", ".yml":
		return true
	}
	return filepath.Base(e.Name) == filepath.Base(w.a.db)
}
