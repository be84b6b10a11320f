// Package render turns an executed notebook into a page: one HTML file that
// opens without a network, with its plots as inline SVG. It lays out and
// writes; it computes no figure, runs no query and reads no file. The cmd
// package calls HTML and Plot.
//
// Plots are laid out by gonum.org/v1/plot on a canvas of ours that writes
// classes instead of colours, so that one SVG serves light, dark and print.
// Coordinates are SVG user units: a panel is 460 wide and is shown at 358 to
// 520 px, so a unit is about a CSS pixel.
package render
