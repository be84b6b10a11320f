package loadgen

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The APIs that can be tested.
const (
	Chat        = "chat"        // /v1/chat/completions
	Completions = "completions" // /v1/completions
)

// Target is the server and the model to test.
type Target struct {
	URL    string // http(s)://host[:port][/prefix]; without a scheme http is meant
	Model  string
	API    string            // Chat (default) or Completions
	Header map[string]string // sent with every request
	Extra  map[string]any    // further keys of every request's body

	IgnoreEOS bool // ask for exactly the output tokens wanted
	// HTTP2 uses HTTP/2 without TLS as well; with TLS the server decides.
	HTTP2    bool
	Insecure bool          // don't check the server's certificate
	Timeout  time.Duration // of a whole request; default 10 minutes
	Stall    time.Duration // longest silence inside a request; default 2 minutes
	Conns    int           // open connections to keep; default 256
}

// base returns the parsed address.
func (t *Target) base() (*url.URL, error) {
	s := strings.TrimSpace(t.URL)
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("url %q: %w", t.URL, err)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("url %q: want http://HOST:PORT or https://HOST:PORT", t.URL)
	}
	return u, nil
}

// endpoint is the address that requests are posted to. An address that ends in
// /v1 already is taken as it is.
func (t *Target) endpoint(u *url.URL) string {
	path := "/chat/completions"
	if t.API == Completions {
		path = "/completions"
	}
	s := u.String()
	if !strings.HasSuffix(u.Path, "/v1") {
		s += "/v1"
	}
	return s + path
}

// transport keeps a connection for every stream; dialling is bounded, so a
// host that drops packets is noticed.
func (t *Target) transport() *http.Transport {
	conns := t.Conns
	if conns <= 0 {
		conns = 256
	}
	tr := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:        conns,
		MaxIdleConnsPerHost: conns,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true, // a compressor would hold chunks back
		ForceAttemptHTTP2:   true,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: t.Insecure},
	}
	if t.HTTP2 {
		tr.Protocols = new(http.Protocols)
		tr.Protocols.SetHTTP2(true)
		tr.Protocols.SetUnencryptedHTTP2(true)
	}
	return tr
}
