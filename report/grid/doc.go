// Package grid writes tables for people: no line is wider than the Style says.
// Columns that matter less give way, words go on in the next line, and IPv6 addresses
// lose their middles; what there is no room for is said. A row that fits no table
// becomes a record of headings and values, so that nothing is cut.
//
// The widths are those of the rows that are there when Fit is called; memory does not
// grow with rows that come later.
package grid
