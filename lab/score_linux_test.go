package lab_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// truthRow is what happened to one packet of a capture.
type truthRow struct {
	class string
	late  bool
}

// draw is one capture with its truth, in memory.
type draw struct {
	name    string
	packets []capture.Packet
	truth   []truthRow // by packet number, from 1
	held    []string   // sockets in TIME-WAIT: "local peer"
}

// load reads what Run wrote for one side.
func load(t testing.TB, base, side string) *draw {
	t.Helper()
	d := &draw{name: base[strings.LastIndexByte(base, '/')+1:] + "." + side, truth: make([]truthRow, 1)}
	path := base + "." + side
	src, err := capture.Open([]string{path + ".pcap"}, capture.Options{Context: context.Background()})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var p capture.Packet
		if err := src.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.Data = slices.Clone(p.Data)
		d.packets = append(d.packets, p)
	}
	d.readTruth(t, path+".truth.tsv")
	if len(d.truth) != len(d.packets)+1 {
		t.Fatalf("%s: %d packets, %d truths", path, len(d.packets), len(d.truth)-1)
	}
	d.readTimeWait(t, base+".json")
	return d
}

// readTruth reads what happened to each packet.
func (d *draw) readTruth(t testing.TB, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var n, late int
		var class string
		if _, err := fmt.Sscan(s.Text(), &n, &class, &late); err != nil || n != len(d.truth) {
			t.Fatalf("%s: line %q", path, s.Text())
		}
		d.truth = append(d.truth, truthRow{class, late == 1})
	}
}

// readTimeWait reads the sockets that the kernels listed.
func (d *draw) readTimeWait(t testing.TB, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rep struct {
		TimeWait map[string][]string `json:"time_wait"`
	}
	if err := json.Unmarshal(b, &rep); err != nil {
		t.Fatal(err)
	}
	for _, lines := range rep.TimeWait {
		for _, l := range lines {
			f := strings.Fields(l)
			d.held = append(d.held, f[2]+" "+f[3])
		}
	}
	slices.Sort(d.held)
}

// copiedWithin is how much later the links deliver a packet the second time, at
// the most.
const copiedWithin = 5 * time.Millisecond

// tally counts as the scoring of the kernel captures does.
type tally struct {
	occupying                       int // segments that occupy sequence space
	tp, fp, fn, hidden, hiddenFound int // RETRANSMISSION
	hiddenSYN                       int // of the hidden: SYNs and SYN-ACKs, which nothing at one tap can show
	otp, ofp, ofn                   int // OUT-OF-ORDER
	dtp, dfp, dfn                   int // DUPLICATE-PACKET
	timeWaits, timeWaitsRight       int // captures
	timeWaitsMarked                 int // captures where all that differs is of connections of which a state is inferred
	retransmissions                 int // labels given
	lateUnseen, lateUnseenFound     int // overtaken without a trace
	wrong                           []string
	notFound                        []string // hidden ones, SYNs apart
	// undecided counts SYN-ACKs that came twice at once where the SYN was copied on
	// the way: a copy and a second answer look alike.
	undecided int
}

func (a *tally) add(b *tally) {
	for _, p := range []struct{ to, from *int }{
		{&a.occupying, &b.occupying}, {&a.tp, &b.tp}, {&a.fp, &b.fp}, {&a.fn, &b.fn}, {&a.hidden, &b.hidden}, {&a.hiddenFound, &b.hiddenFound}, {&a.hiddenSYN, &b.hiddenSYN},
		{&a.otp, &b.otp}, {&a.ofp, &b.ofp}, {&a.ofn, &b.ofn}, {&a.dtp, &b.dtp}, {&a.dfp, &b.dfp}, {&a.dfn, &b.dfn},
		{&a.timeWaits, &b.timeWaits}, {&a.timeWaitsRight, &b.timeWaitsRight}, {&a.timeWaitsMarked, &b.timeWaitsMarked}, {&a.retransmissions, &b.retransmissions},
		{&a.lateUnseen, &b.lateUnseen}, {&a.undecided, &b.undecided}, {&a.lateUnseenFound, &b.lateUnseenFound},
	} {
		*p.to += *p.from
	}
	a.wrong = append(a.wrong, b.wrong...)
	a.notFound = append(a.notFound, b.notFound...)
}

func ratio(good, bad int) float64 {
	if good+bad == 0 {
		return 1
	}
	return float64(good) / float64(good+bad)
}

func (a *tally) precision() float64 { return ratio(a.tp+a.hiddenFound, a.fp) }
func (a *tally) recall() float64    { return ratio(a.tp, a.fn) }

// errors counts wrong sequence verdicts.
func (a *tally) errors() int { return a.fp + a.fn + a.ofp + a.ofn + a.dfp + a.dfn }

func (a *tally) String() string {
	return fmt.Sprintf("%6d segments | retransmission %5d ok %3d false %3d missed, precision %.4f recall %.4f, hidden %d/%d and %d SYNs | out-of-order %4d ok %2d false %2d missed (%d/%d without a trace) | copies %4d ok %2d false %2d missed | TIME-WAIT %d/%d and %d marked, %d SYN-ACKs undecided",
		a.occupying, a.tp, a.fp, a.fn, a.precision(), a.recall(), a.hiddenFound, a.hidden-a.hiddenSYN, a.hiddenSYN, a.otp, a.ofp, a.ofn, a.lateUnseenFound, a.lateUnseen,
		a.dtp, a.dfp, a.dfn, a.timeWaitsRight, a.timeWaits, a.timeWaitsMarked, a.undecided)
}

// score runs tcpwatch's own analysis over the packets. strict verifies checksums.
func (d *draw) score(t testing.TB, packets []capture.Packet, strict bool) *tally {
	t.Helper()
	s := &tally{timeWaits: 1}
	var held []string
	marked := map[string]bool{}
	a := analyze.New(analyze.Config{
		Packet: func(o *analyze.Observation) { s.packet(d, o) },
		Connection: func(c *analyze.Connection) {
			h := c.TimeWait.Holders
			if c.ClientState.IsInferred() || c.ServerState.IsInferred() {
				marked[c.Client.String()+" "+c.Server.String()], marked[c.Server.String()+" "+c.Client.String()] = true, true
			}
			if c.TimeWait.CutBy != 0 {
				return // a RST ended it, so that the kernel does not list it
			}
			if h == analyze.ClientSide || h == analyze.BothSides {
				held = append(held, c.Client.String()+" "+c.Server.String())
			}
			if h == analyze.ServerSide || h == analyze.BothSides {
				held = append(held, c.Server.String()+" "+c.Client.String())
			}
		},
	})
	dec := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: !strict})
	var seg wire.Segment
	for i := range packets {
		if skip := dec.Decode(&packets[i], &seg); skip != wire.Segmented {
			t.Fatalf("%s: packet %d: %v", d.name, packets[i].Number, skip)
		}
		a.Segment(&seg)
	}
	a.Flush()
	slices.Sort(held)
	held = slices.Compact(held)
	if slices.Equal(held, d.held) {
		s.timeWaitsRight = 1
		return s
	}
	only, ours := without(d.held, held), without(held, d.held)
	line := fmt.Sprintf("%s: TIME-WAIT: only the kernel %v, only tcpwatch %v", d.name, only, ours)
	if !slices.ContainsFunc(slices.Concat(only, ours), func(end string) bool { return !marked[end] }) {
		s.timeWaitsMarked = 1
		line += ", marked"
	}
	s.wrong = append(s.wrong, line)
	return s
}

func without(a, b []string) (rest []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			rest = append(rest, x)
		}
	}
	return rest
}

// packet compares one observation with the truth.
func (a *tally) packet(d *draw, o *analyze.Observation) {
	n := o.Segment.Packet
	truth := d.truth[n]
	said := func(id label.ID) bool { return o.Labels.Has(id) }
	var wrong []string
	count := func(want, got bool, yes, no, excess *int, what string) {
		switch {
		case want && got:
			*yes++
		case want:
			*no++
			wrong = append(wrong, "missed "+what)
		case got:
			*excess++
			wrong = append(wrong, "false "+what)
		}
	}
	if o.Segment.SeqLen() > 0 {
		a.occupying++
	}
	if o.Segment.Flags.Has(wire.SYN|wire.ACK) && o.SeenBefore && (truth.class == "rexmit") != said(label.Retransmission) &&
		(truth.class == "rexmit" || truth.class == "netdup") && o.TimeDelta < int64(copiedWithin) {
		a.undecided++
		return
	}
	if said(label.Retransmission) {
		a.retransmissions++
	}
	again := truth.class == "rexmit"
	if again && o.SeqDelta == 0 && !o.SeenBefore {
		a.hidden++
		if o.Segment.Flags.Has(wire.SYN) {
			a.hiddenSYN++
		}
		if said(label.Retransmission) {
			a.hiddenFound++
		} else if !o.Segment.Flags.Has(wire.SYN) {
			a.notFound = append(a.notFound, describe(d, o, truth, []string{"hidden"}))
		}
	} else {
		count(again, said(label.Retransmission), &a.tp, &a.fn, &a.fp, "RETRANSMISSION")
	}
	late := truth.late && truth.class == "orig"
	if late && o.SeqDelta >= 0 {
		// Overtaken only by what came again, or by what it is not compared with.
		a.lateUnseen++
		if said(label.OutOfOrder) {
			a.lateUnseenFound++
		}
	} else {
		count(late, said(label.OutOfOrder), &a.otp, &a.ofn, &a.ofp, "OUT-OF-ORDER")
	}
	count(truth.class == "netdup", said(label.DuplicatePacket), &a.dtp, &a.dfn, &a.dfp, "DUPLICATE-PACKET")
	if len(wrong) > 0 {
		a.wrong = append(a.wrong, describe(d, o, truth, wrong))
	}
}

// describe says what was wrong with one packet and what decided.
func describe(d *draw, o *analyze.Observation, truth truthRow, wrong []string) string {
	var b strings.Builder
	g := o.Segment
	fmt.Fprintf(&b, "%s: packet %d: %s; truth %s", d.name, g.Packet, strings.Join(wrong, ", "), truth.class)
	if truth.late {
		b.WriteString(" overtaken")
	}
	fmt.Fprintf(&b, "; %v %v seq %d delta %d len %d ack %d id %d tsval %d, %.3f ms after the last; labels", g.Source(), g.Flags, o.Seq, o.SeqDelta, g.Len, o.Ack, g.IPID, g.Options.TSVal, float64(o.TimeDelta)/1e6)
	o.Labels.Each(func(id label.ID) { fmt.Fprintf(&b, " %s", label.All[id].Name) })
	for _, e := range o.Evidence.Items[:o.Evidence.Len] {
		fmt.Fprintf(&b, "; %s: %v %d", label.All[e.Label].Name, e.Reason, e.Packet)
	}
	return b.String()
}
