package labtest

import (
	"os"
	"testing"
)

// HasIPv6 reports whether the kernel supports IPv6, which can be disabled when it is built
// or booted.
func HasIPv6() bool {
	_, err := os.Stat("/proc/net/if_inet6")
	return err == nil
}

// NeedIPv6 skips the test if the kernel does not support IPv6.
func NeedIPv6(t testing.TB) {
	t.Helper()
	if !HasIPv6() {
		t.Skip("needs a kernel with IPv6")
	}
}

// Both returns both arguments, for IPv4 and IPv6, or only the first if the kernel does
// not support IPv6.
func Both(t testing.TB, ipv4, ipv6 string) []string {
	t.Helper()
	if !HasIPv6() {
		t.Log("this kernel has no IPv6: over IPv4 only")
		return []string{ipv4}
	}
	return []string{ipv4, ipv6}
}
