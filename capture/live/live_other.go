//go:build !linux && !pcap

package live

import (
	"errors"

	"tcpwatch/capture"
)

var errSystem = errors.New("this build captures on Linux only; built with the tag pcap (go build -tags pcap, which needs cgo and libpcap) it captures here too")

// Source is a live capture; there is none in this build.
type Source struct{ capture.Source }

// Open always fails in this build.
func Open(o Options) (*Source, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return nil, errSystem
}

// Horizon is never called in this build.
func (*Source) Horizon() int64 { return 0 }

// Lost is never called in this build.
func (*Source) Lost() bool { return false }

// Permitted says that this build cannot capture.
func Permitted() error { return errSystem }
