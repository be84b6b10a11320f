// Package templates holds the default notebooks. They are plain files; a file
// of the same name in a user's folder replaces one.
package templates

import "embed"

// FS holds the notebooks, *.md.
//
//go:embed *.md
var FS embed.FS
