// Package demodata holds the figures behind `profreport demo`: recorded
// measurements and predictions, carried over number by number into small
// tables of our own layout. README.md names their sources; the test beside
// this file rebuilds every table from them. Nothing in it is made up, and
// nothing is computed.
package demodata

import "embed"

// FS holds aggregated.csv, the folder disaggregated, and README.md.
//
//go:embed README.md aggregated.csv disaggregated
var FS embed.FS
