package labtest

import (
	"os"
	"testing"
)

// HasIPv6 reports whether the kernel speaks IPv6: it can be built, or told at boot, not to.
func HasIPv6() bool {
	_, err := os.Stat("/proc/net/if_inet6")
	return err == nil
}

// NeedIPv6 skips where the kernel does not speak IPv6.
func NeedIPv6(t testing.TB) {
	t.Helper()
	if !HasIPv6() {
		t.Skip("needs a kernel with IPv6")
	}
}

// Both returns both, an address of each family or their names, or where the kernel does
// not speak IPv6 the first alone.
func Both(t testing.TB, ipv4, ipv6 string) []string {
	t.Helper()
	if !HasIPv6() {
		t.Log("this kernel has no IPv6: over IPv4 only")
		return []string{ipv4}
	}
	return []string{ipv4, ipv6}
}
