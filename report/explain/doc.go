// Package explain says what the program's own words mean: labels, verdicts, events, states, the values and the
// headings of columns, what a view shows; each from where it is declared.
package explain
