// Package queries holds the default queries and metric definitions. They are
// plain files; a file of the same name in a user's folder replaces one.
package queries

import "embed"

// FS holds *.sql and metrics.yaml.
//
//go:embed *.sql *.yaml
var FS embed.FS
