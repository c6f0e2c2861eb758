package number

import (
	"net/netip"
	"testing"
)

// TestEndpoints holds addresses of which every octet differs to the standard
// library.
func TestEndpoints(t *testing.T) {
	for i := range 256 {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(i), byte(i + 64), byte(i + 128), byte(i + 192)}), uint16(i*257))
		if got := string(AppendEndpoint([]byte("x"), a)); got != "x"+a.String() {
			t.Errorf("%s is %s", a, got)
		}
	}
}
