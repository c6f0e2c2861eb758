// Package report turns observations and records into text.
//
// A view says what is shown, a format how. Every column of every view is
// declared once (Column); the tables, Markdown, CSV, JSON and the generated
// COLUMNS document follow from the declarations.
//
// It promises that nothing taken from a capture or a file name reaches the
// output unescaped (package escape), that no line of a table is wider than requested,
// that colour is never the only carrier of a meaning, and that memory does not
// grow with packets or connections: rows are written as they come, rows that
// must wait for their turn are kept in a temporary file, and every list has a
// bound that the output mentions when it was reached.
//
// Nothing that is lent to a Reporter is kept beyond the call.
package report
