package loadgen

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/stats"
)

// RoundTrip is the median time in ms of n small requests (GET /v1/models) on
// one open connection: what network, tunnel and front end add to every TTFT.
// It is unknown when the server does not answer them with 200.
func (c *Client) RoundTrip(ctx context.Context, n int) profile.Opt[float64] {
	var took []float64
	for i := range n + 1 {
		start := c.now()
		if !c.models(ctx) {
			return profile.Opt[float64]{}
		}
		if i > 0 { // the first may open the connection
			took = append(took, float64(c.now()-start)/1e6)
		}
	}
	v, ok := stats.Median(took)
	return profile.Opt[float64]{V: v, OK: ok}
}

func (c *Client) models(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+"/v1/models", nil)
	if err != nil {
		return false
	}
	c.header(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return err == nil && resp.StatusCode == http.StatusOK
}
