package summary

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestPacketsAddUp wants every packet under some name.
func TestPacketsAddUp(t *testing.T) {
	in := Input{Packets: 67, Filtered: 5}
	in.Analysis.Segments = 52
	in.Skipped[1], in.Skipped[2], in.Skipped[6] = 4, 3, 1
	s := packetSection(&in)
	sum := uint64(0)
	for _, i := range s.items {
		sum += i.n
	}
	if sum != in.Packets {
		t.Errorf("the lines add up to %d, want %d", sum, in.Packets)
	}
	if last := s.items[len(s.items)-1]; last.n != 2 || last.text != "not accounted for" {
		t.Errorf("the last line is %+v, want 2 not accounted for", last)
	}
}

// TestAddDirection: every number of a direction is in the sum over all, but for round
// trips and what is told of one connection only, which have none.
func TestAddDirection(t *testing.T) {
	for i := range reflect.TypeFor[analyze.Direction]().NumField() {
		name := reflect.TypeFor[analyze.Direction]().Field(i).Name
		if strings.Contains(name, "RTT") || name == "RTO" || name == "Long" || name == "Stuck" || name == "Probed" {
			continue
		}
		var sum analyze.Direction
		d := reporttest.DirectionWith(i)
		if addDirection(&sum, &d); sum != d {
			t.Errorf("%s is not in the sum", name)
		}
	}
	sum := analyze.Direction{SlowestAnswer: analyze.Answer{Wait: 7, Packet: 8}}
	if addDirection(&sum, &analyze.Direction{SlowestAnswer: analyze.Answer{Wait: 6, Packet: 9}}); sum.SlowestAnswer.Packet != 8 {
		t.Error("a faster answer took the place of the slowest")
	}
	sum = analyze.Direction{}
	if addDirection(&sum, &analyze.Direction{SlowestAnswer: analyze.Answer{Packet: 9}}); sum.SlowestAnswer.Packet != 9 {
		t.Error("an answer at once, as with a clock that stands still, is no answer")
	}
}

// TestDropsSaid: what is known of lost packets is said of as many interfaces as say it.
func TestDropsSaid(t *testing.T) {
	said, silent, lost := Interface{DropsKnown: true}, Interface{}, Interface{DropsKnown: true, Dropped: 3}
	for _, c := range []struct {
		interfaces []Interface
		want       string
	}{
		{nil, " the capture does not say whether packets were dropped"},
		{[]Interface{silent, silent}, " the capture does not say whether packets were dropped"},
		{[]Interface{said}, "0 packets dropped by the capturing system"},
		{[]Interface{said, said}, "0 packets dropped by the capturing system"},
		{[]Interface{said, silent}, "0 packets dropped by the capturing system, as far as it says"},
		{[]Interface{silent, said}, "0 packets dropped by the capturing system, as far as it says"},
		{[]Interface{lost, silent}, "3 packets dropped by the capturing system, as far as it says"},
		{[]Interface{{DropsKnown: true, Dropped: 7, Abandoned: 4}}, "3 packets dropped by the capturing system, as far as it says"},
		{[]Interface{{DropsKnown: true, Dropped: 4, Abandoned: 4}}, "0 packets dropped by the capturing system"},
		{[]Interface{{DropsKnown: true, Dropped: math.MaxUint64}, lost}, "18,446,744,073,709,551,615 packets dropped by the capturing system, as far as it says"},
	} {
		s := captureSection(&Input{Interfaces: c.interfaces}, &tally{})
		if got := s.items[0].number() + " " + s.items[0].text; got != c.want {
			t.Errorf("%+v: %q, want %q", c.interfaces, got, c.want)
		}
	}
}

// TestAbandonedSaid: what was left unread at the end has a line of its own.
func TestAbandonedSaid(t *testing.T) {
	for _, n := range []uint64{0, 4} {
		said := false
		for _, i := range captureSection(&Input{Interfaces: []Interface{{DropsKnown: true, Dropped: 7, Abandoned: n}}}, &tally{}).items {
			said = said || i.number() == "4" && strings.Contains(i.text, "waiting when the capture ended")
		}
		if said != (n > 0) {
			t.Errorf("%d: said %v", n, said)
		}
	}
}

// TestTallyTakesEveryLabel: labels are summed up, the first and the last as well.
func TestTallyTakesEveryLabel(t *testing.T) {
	var y tally
	c := new(analyze.Connection)
	for id := range label.Count {
		c.Labels[id] = uint32(id) + 1
	}
	y.add(c, nil)
	y.add(c, nil)
	for id := range label.Count {
		if got, want := y.labels[id], 2*uint64(id)+2; got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
}

// TestMaybeOffload: wrong checksums are told apart by whether others of their connection were left to the NIC.
func TestMaybeOffload(t *testing.T) {
	var sums tally
	for _, offloaded := range []uint32{0, 7} {
		c := reporttest.HalfClose(t)
		c.Labels[label.BadChecksum], c.Labels[label.ChecksumOffload] = 3+offloaded, offloaded
		sums.add(c, nil)
	}
	if sums.maybeOffload != 10 || sums.labels[label.BadChecksum] != 13 {
		t.Errorf("%d of %d wrong checksums may have been left to the NIC, want 10 of 13", sums.maybeOffload, sums.labels[label.BadChecksum])
	}
}

// TestSkippedInWords: what was skipped stands in the plural where it is not one.
func TestSkippedInWords(t *testing.T) {
	for _, c := range []struct {
		why  wire.Skip
		n    uint64
		want string
	}{
		{wire.FragmentLost, 1, "IP fragment, packet incomplete"}, {wire.FragmentLost, 2, "IP fragments, packet incomplete"},
		{wire.ICMPError, 1, "ICMP error quoting TCP"}, {wire.ICMPError, 2, "ICMP errors quoting TCP"},
		{wire.TCPMalformed, 1, "malformed TCP header"}, {wire.TCPMalformed, 2, "malformed TCP headers"},
		{wire.NotIP, 2, "not IP"},
	} {
		in := Input{Packets: c.n}
		in.Skipped[c.why] = c.n
		s := packetSection(&in)
		if got := s.items[len(s.items)-1].text; got != c.want {
			t.Errorf("%d: %q, want %q", c.n, got, c.want)
		}
	}
}

// TestCrossedResent: the summary says of SYNs that crossed what the story says.
func TestCrossedResent(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Steps = []analyze.Step{{Phase: label.SYN, FromClient: true}, {Phase: label.SYN}, {Phase: label.SynAck, FromClient: true, Repeated: true}}
	for unclear, want := range map[uint32]string{0: "", 1: "1 in answer to a SYN", 3: "1 in answer to a SYN, 2 for an unknown cause"} {
		var y tally
		c.FromClient.Causes = [label.CauseCount]uint32{label.CauseUnknown: unclear}
		y.add(c, nil)
		var got []string
		section := resentSection(&y)
		for _, i := range section.items {
			if strings.Contains(i.text, "SYN") || strings.Contains(i.text, "unknown") {
				got = append(got, i.number()+" "+i.text)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%d unclear: %q, want %q", unclear, got, want)
		}
	}
}

// TestGapsText: what was acknowledged arrived, so that the capture missed it.
func TestGapsText(t *testing.T) {
	for _, c := range []struct {
		all, acknowledged uint64
		want              string
	}{
		{1, 0, "up to 1 B was never captured, nor acknowledged: lost before this tap, missed by the capture, or never sent"},
		{1, 1, "up to 1 B was never captured, but acknowledged: the capture missed it"},
		{9, 0, "up to 9 B were never captured, none of them acknowledged: lost before this tap, missed by the capture, or never sent"},
		{9, 1, "up to 9 B were never captured, 1 B of them acknowledged: the capture missed those"},
		{9, 8, "up to 9 B were never captured, 8 B of them acknowledged: the capture missed those"},
		{9, 9, "up to 9 B were never captured, but acknowledged: the capture missed them"},
	} {
		if got := prose.Unglue(gapsText(c.all, c.acknowledged)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%d of %d: %s", c.acknowledged, c.all, got)
		}
	}
}
