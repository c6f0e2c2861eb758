//go:build pcap

package live

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/gopacket/pcap"
	"golang.org/x/net/bpf"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// Source is a capture through libpcap, for one goroutine.
type Source struct {
	handle  *pcap.Handle
	o       Options
	packets chan grabbed
	back    chan struct{} // says that the packet lent is not needed any more
	done    chan struct{}
	lent    bool
	timer   *time.Timer
	stats   capture.Stats
	last    int64
	closing atomic.Bool
	lost    bool
	closed  bool
}

// grabbed is a packet, or why there is none any more.
type grabbed struct {
	p   capture.Packet
	err error
}

// quiet is how long Next waits before it reports that nothing came.
const quiet = 100 * time.Millisecond

// Open begins to capture on one interface: libpcap does not merge.
func Open(o Options) (*Source, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(o.Interfaces) > 1 || o.Rings > 1 {
		return nil, errors.New("built with libpcap, this captures from one interface, without rings")
	}
	h, err := activate(&o)
	if err != nil {
		return nil, err
	}
	s := &Source{handle: h, o: o, packets: make(chan grabbed), back: make(chan struct{}), done: make(chan struct{}), timer: time.NewTimer(quiet), last: math.MinInt64}
	// gopacket holds the link type in 8 bits.
	link := wire.LinkType(h.LinkType())
	s.stats.Files = []capture.FileStats{{Name: o.Interfaces[0], Format: "live"}}
	s.stats.Interfaces = []capture.InterfaceStats{{Name: o.Interfaces[0], Link: link, Snaplen: uint32(o.Snaplen)}}
	if err := s.filter(link); err != nil {
		h.Close()
		return nil, err
	}
	go s.grab(link)
	return s, nil
}

func activate(o *Options) (*pcap.Handle, error) {
	name := o.Interfaces[0]
	in, err := pcap.NewInactiveHandle(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer in.CleanUp()
	err = errors.Join(in.SetSnapLen(o.Snaplen), in.SetPromisc(!o.NotPromiscuous), in.SetBufferSize(o.RingSize), in.SetTimeout(retire))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	h, err := in.Activate()
	if err == nil {
		return h, nil
	}
	if strings.Contains(err.Error(), "ermission") { // gopacket keeps its codes to itself
		return nil, &PermissionError{Err: err}
	}
	return nil, fmt.Errorf("%s: %w", name, err)
}

func (s *Source) filter(link wire.LinkType) error {
	if s.o.Filter == nil {
		return nil
	}
	program, err := s.o.Filter(link, s.o.Snaplen)
	if err != nil {
		return err
	}
	return s.handle.SetBPFInstructionFilter(instructions(program))
}

func instructions(program []bpf.RawInstruction) []pcap.BPFInstruction {
	out := make([]pcap.BPFInstruction, len(program))
	for i, r := range program {
		out[i] = pcap.BPFInstruction{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return out
}

// grab reads packets, one at a time, until the handle is closed.
func (s *Source) grab(link wire.LinkType) {
	for !s.closing.Load() {
		data, info, err := s.handle.ZeroCopyReadPacketData()
		if err == pcap.NextErrorTimeoutExpired {
			continue
		}
		g := grabbed{err: err}
		if err == nil {
			g.p = capture.Packet{Time: info.Timestamp.UnixNano(), Data: data, Length: max(info.Length, len(data)), Link: link}
		}
		select {
		case s.packets <- g:
		case <-s.done:
			return
		}
		select {
		case <-s.back:
		case <-s.done:
			return
		}
	}
}

// Next returns the next packet; see capture.Live.
func (s *Source) Next(p *capture.Packet) error {
	if s.closing.Load() || s.o.Context.Err() != nil {
		return io.EOF
	}
	if s.lent {
		s.lent = false
		s.back <- struct{}{}
	}
	s.timer.Reset(quiet)
	select {
	case g := <-s.packets:
		if g.err != nil {
			s.o.Note(fmt.Sprintf("%s: %v: the capture ends", s.o.Interfaces[0], g.err))
			s.lost = true
			s.closing.Store(true)
			return io.EOF
		}
		s.lent = true
		*p = g.p
		s.count(p)
		return nil
	case <-s.o.Context.Done():
		return io.EOF
	case <-s.timer.C:
		return capture.ErrQuiet
	}
}

func (s *Source) count(p *capture.Packet) {
	t := &s.stats
	t.Packets++
	t.Files[0].Packets++
	t.Interfaces[0].Packets++
	p.Number = t.Packets
	t.Octets += uint64(len(p.Data))
	if p.Time < s.last {
		t.BackwardsSteps++
	}
	s.last = p.Time
	if n := len(p.Data); n < p.Length {
		if t.CutPackets == 0 || n < t.CutAt {
			t.CutAt = n
		}
		t.CutPackets++
	}
}

// Horizon is a time up to which the timeline is complete.
func (s *Source) Horizon() int64 {
	if s.closed {
		return s.stats.End
	}
	return time.Now().Add(-hold).UnixNano()
}

// Lost reports whether the capture has ended because the interface failed.
func (s *Source) Lost() bool { return s.lost }

// Stats returns the counts so far, those of libpcap included.
func (s *Source) Stats() capture.Stats {
	if s.closed {
		return s.stats
	}
	if k, err := s.handle.Stats(); err == nil {
		i := &s.stats.Interfaces[0]
		i.Received, i.ReceivedKnown = uint64(k.PacketsReceived), true
		i.Dropped, i.DropsKnown = uint64(k.PacketsDropped)+uint64(k.PacketsIfDropped), true
	}
	s.stats.End = s.Horizon()
	return s.stats
}

// Close ends the capture.
func (s *Source) Close() error {
	if !s.closed {
		s.Stats()
		if s.stats.Packets > 0 { // what came after the last packet given is not known
			s.stats.End = s.last
		}
		s.closed = true
		s.closing.Store(true)
		close(s.done)
		s.handle.Close()
	}
	return nil
}
