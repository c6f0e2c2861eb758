package main

import (
	"net/netip"
	"reflect"
	"testing"

	"tcpwatch/capture/live"
	"tcpwatch/capture/wire"
	"tcpwatch/report"
)

// TestDeviceOf: what is shown of an interface, and what is not of one that is no use.
func TestDeviceOf(t *testing.T) {
	for _, c := range []struct {
		is     live.Interface
		denied error
		want   report.Device
	}{
		{live.Interface{Name: "eth0", Index: 2, Link: wire.LinkEthernet, LinkKnown: true, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}}, nil,
			report.Device{Name: "eth0", Index: 2, State: "up", Link: "ETHERNET", Capture: "yes", Addresses: []string{"192.0.2.1/24"}}},
		{live.Interface{Name: "eth1", State: live.Down, Link: wire.LinkEthernet, LinkKnown: true}, nil,
			report.Device{Name: "eth1", State: "down", Link: "ETHERNET", Capture: "when it is up"}},
		{live.Interface{Name: "any"}, &live.PermissionError{Missing: "CAP_NET_RAW"},
			report.Device{Name: "any", State: "up", Capture: "needs CAP_NET_RAW"}},
		{live.Interface{Name: "can0", Link: wire.LinkRaw, LinkKnown: true, NoIP: true}, nil,
			report.Device{Name: "can0", State: "up", Capture: "no IP on it"}},
		{live.Interface{Name: "can0", Link: wire.LinkRaw, LinkKnown: true, NoIP: true}, &live.PermissionError{Missing: "CAP_NET_RAW"},
			report.Device{Name: "can0", State: "up", Capture: "no IP on it"}},
	} {
		if got := deviceOf(&c.is, c.denied); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v, want %+v", got, c.want)
		}
	}
}
