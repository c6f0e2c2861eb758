// Package analyze turns segments into observations, one for each segment, and
// records, one for each connection.
package analyze
