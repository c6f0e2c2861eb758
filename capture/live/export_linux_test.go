//go:build !pcap

package live

// Drain is for tests that must not depend on it.
var Drain = &drain
