package analyze

import (
	"testing"

	"tcpwatch/capture/wire"
)

// TestSynAckECN: what a SYN-ACK agrees to, for each of its three bits and each offer, as
// RFC 9768 table 2 and §3.1.3 have it.
func TestSynAckECN(t *testing.T) {
	const ae, cwr, ece = wire.AE, wire.CWR, wire.ECE
	for _, c := range []struct {
		bits              wire.Flags
		classic, accurate ECN
	}{
		{0, ECNNone, ECNNone},
		{ece, ECNClassic, ECNClassic},
		{cwr, ECNNone, ECNAccurate},
		{cwr | ece, ECNNone, ECNAccurate},
		{ae, ECNNone, ECNAccurate},
		{ae | ece, ECNClassic, ECNAccurate}, // reserved, §3.1.3; AE says nothing to an end with classic ECN
		{ae | cwr, ECNNone, ECNAccurate},
		{ae | cwr | ece, ECNNone, ECNNone}, // it reflects the SYN
	} {
		flags := wire.SYN | wire.ACK | c.bits
		for offer, want := range map[ECN]ECN{ECNNone: ECNNone, ECNClassic: c.classic, ECNAccurate: c.accurate} {
			if got := synAckECN(offer, flags); got != want {
				t.Errorf("offer %d, SYN-ACK with %v: %d, expected %d", offer, flags, got, want)
			}
		}
	}
}
