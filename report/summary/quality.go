package summary

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// tapPlaces counts complete handshakes without repetitions by where they place the tap.
type tapPlaces struct{ client, server, between uint64 }

// tapMost: what this many of 10 handshakes say is reported for all. A heuristic.
const tapMost = 8

func (p *tapPlaces) add(c *analyze.Connection) {
	o := &c.Opening
	if o.Outcome != analyze.OpeningComplete || o.SynCount != 1 || o.SynAckCount != 1 || o.AckData != 0 {
		return
	}
	switch record.TapBy(c, o.RTTServer, o.RTTClient) {
	case "client":
		p.client++
	case "server":
		p.server++
	case "between":
		p.between++
	}
}

// place returns where the tap probably is: "client", "server" or "between"; ""
// if the handshakes do not show it, or disagree.
func (p *tapPlaces) place() (name string, n, of uint64) {
	of = p.client + p.server + p.between
	for _, at := range []struct {
		name string
		n    uint64
	}{{"client", p.client}, {"server", p.server}, {"between", p.between}} {
		if of > 0 && at.n*10 >= of*tapMost {
			return at.name, at.n, of
		}
	}
	return "", 0, of
}

// dropsOf returns how many packets the capturing system reports as lost, capped on
// overflow (a file may contain anything), and how many interfaces report it.
func dropsOf(in *Input) (dropped uint64, said int) {
	for _, i := range in.Interfaces {
		if !i.DropsKnown {
			continue
		}
		said++
		if dropped += i.Dropped; dropped < i.Dropped {
			dropped = math.MaxUint64
		}
	}
	return dropped, said
}

// mostlyCopies reports whether most packets were captured twice.
func mostlyCopies(t *tally) bool {
	return record.CapturedTwice(&t.client, &t.server)
}

// qualityItems adds other properties of the capture that affect the conclusions.
func qualityItems(s *section, in *Input, t *tally) {
	if n := t.client.DuplicatePackets + t.server.DuplicatePackets; mostlyCopies(t) {
		often := "twice"
		if 2*n > t.client.Packets+t.server.Packets { // more than one copy each
			often = "twice or more often"
		}
		s.add(n, prose.Bad, "copies: the capture holds most packets "+often+" (SPAN port or several interfaces); copies are not taken for retransmissions")
	} else if n > 0 {
		s.add(n, prose.Doubt, fmt.Sprintf("packets captured twice, of %s", prose.Thousands(t.client.Packets+t.server.Packets)))
	}
	s.some(t.labels[label.AckUnseen], prose.Bad, "segments acknowledge octets that were never captured: the capture missed them, no loss is concluded from these gaps")
	s.some(t.renumbered, prose.Doubt, "segments with numbers of a second ISN, behind something that answers SYNs for the server (a SYN proxy): they are left out, being the others once more")
	s.some(t.labels[label.LargeSegment], prose.Doubt, "segments larger than the MSS (offload): counted as this host saw them, the network carried more and smaller ones")
	s.some(t.labels[label.ChecksumOffload], prose.Quiet, "checksums left to the NIC (offload): they say nothing")
	s.some(t.maybeOffload, prose.Doubt, "wrong checksums beside others of their connections that were left to the NIC (offload): these may have been, too")
	s.some(t.labels[label.BadChecksum]-min(t.maybeOffload, t.labels[label.BadChecksum]), prose.Bad,
		"wrong checksums: their receivers drop these segments, unless these were left to the NIC (offload)")
	s.some(t.opened[analyze.OpeningMidstream], prose.Doubt, "connections seen from the middle: their options and window scale are unknown")
	if t.oneWay > 0 {
		s.say(prose.Doubt, "of connections captured in one direction no acknowledgements are seen: causes of retransmissions and round trips are unknown there")
	}
	s.some(t.halves.pairs, prose.Bad, t.halves.text())
	s.some(t.twins.pairs, prose.Bad, t.twins.text())
	if t.payloadOnly() {
		s.say(prose.Doubt, "no bare ACK was captured: if a filter left them out, round trips are measured to the next payload, and what arrived does not show")
	}
	if text := t.flagsOnly(); text != "" {
		s.say(prose.Doubt, text)
	}
	if (in.Filtered > 0 || in.Filter != "" || len(in.ownFilters()) > 0) && t.labels[label.AckUnseen]+t.missing+t.oneWay+t.opened[analyze.OpeningMidstream] > 0 {
		s.say(prose.Doubt, "what is called not captured here may be among the packets that the filter left out")
	}
	used := uint64(0)
	for _, i := range in.Interfaces {
		count(&used, i.Packets > 0)
	}
	if used > 1 {
		pieces := ""
		if len(in.Files) > 1 {
			pieces = "unless the files are pieces of one capture, "
		}
		s.add(used, prose.Doubt, "interfaces in one timeline: "+pieces+"their clocks may differ, and a packet that passed two of them is captured twice")
	}
	if text := tapText(&t.taps, t.connections); text != "" {
		s.say(prose.Plain, text)
	}
}

// tapText says where the tap probably is, as seen from the given number of connections.
func tapText(p *tapPlaces, connections uint64) string {
	name, n, of := p.place()
	by := fmt.Sprintf(", by the split of the round trip in %s of %s", prose.Thousands(n), prose.Plural(of, "handshake"))
	if of == 1 {
		by = ", by the split of the round trip in one handshake"
	}
	s := "s"
	if connections == 1 {
		s = ""
	}
	switch name {
	case "client", "server":
		return "the tap probably stands at the " + name + s + by
	case "between":
		return "the tap probably stands between client" + s + " and server" + s + by
	}
	var parts []string
	for _, at := range []struct {
		n    uint64
		text string
	}{{p.client, "at the client in "}, {p.server, "at the server in "}, {p.between, "between in "}} {
		if at.n > 0 {
			parts = append(parts, at.text+prose.Thousands(at.n))
		}
	}
	if of > 0 {
		return "where the tap stands differs: " + strings.Join(parts, ", ") + " of " + prose.Plural(of, "handshake")
	}
	return ""
}

// quality writes the same for programs.
func (j *members) quality(in *Input, t *tally) {
	dropped, said := dropsOf(in)
	j.Open("quality", '{')
	j.UintOrNull("dropped", dropped, said > 0)
	j.Uint("ack_unseen", t.labels[label.AckUnseen])
	j.Uint("missing_bytes", t.client.MissingBytes+t.server.MissingBytes)
	j.Uint("one_way", t.oneWay)
	j.Uint("split_connections", t.halves.pairs)
	j.Open("split_example", '[')
	for _, h := range t.halves.first[:2*min(t.halves.pairs, 1)] {
		j.Comma()
		j.Plain = strconv.AppendUint(j.Plain, h.number, 10)
	}
	j.Close(']')
	j.Uint("twin_connections", t.twins.pairs)
	j.Open("twin_example", '[')
	for _, n := range t.twins.first[:2*min(t.twins.pairs, 1)] {
		j.Comma()
		j.Plain = strconv.AppendUint(j.Plain, n, 10)
	}
	j.Close(']')
	j.Uint("midstream", t.opened[analyze.OpeningMidstream])
	j.Uint("copies", t.client.DuplicatePackets+t.server.DuplicatePackets)
	j.Bool("mostly_copies", mostlyCopies(t))
	j.Uint("renumbered", t.renumbered)
	j.Uint("large_segments", t.labels[label.LargeSegment])
	j.Uint("checksum_offload", t.labels[label.ChecksumOffload])
	j.Uint("bad_checksums", t.labels[label.BadChecksum])
	name, _, _ := t.taps.place()
	j.WordOrNull("tap", name)
	j.Open("tap_handshakes", '{')
	j.Uint("client", t.taps.client)
	j.Uint("server", t.taps.server)
	j.Uint("between", t.taps.between)
	j.Close('}')
	j.Close('}')
}

// absentLeast is how many openings, or segments with payload, make it remarkable that nothing else
// was captured. A heuristic.
const absentLeast = 8

// flagsOnly says what a capture cannot show that has only segments with SYN, FIN or RST, as
// where a filter chose these; "" if that is not known. That others were left out is known where
// an ACK or octets are missing, and likely where most SYNs and SYN-ACKs that nothing answered
// were not sent again, as is due after a second (RFC 6298 §2.1).
func (t *tally) flagsOnly() string {
	n := &t.labels
	syns := n[label.SYN] + n[label.SynAck]
	left := syns + n[label.FIN] + n[label.RST]
	once := t.onceOnly >= absentLeast && 2*t.onceOnly > t.opened[analyze.OpeningHalfOpen]+t.opened[analyze.OpeningUnanswered]
	switch {
	case left < t.client.Packets+t.server.Packets:
	case left == syns && once:
		return "only SYNs and SYN-ACKs were captured: if a filter left out the others, what is called half-open, unanswered, a scan or a SYN flood may be in order"
	case t.acksLater+t.missing > 0:
		return "no segment without SYN, FIN or RST was captured, though such were sent: if a filter left them out, ends may have got further than shown, as far as TIME-WAIT"
	case once && t.opened[analyze.OpeningHalfOpen] > 0:
		return "no segment without SYN, FIN or RST was captured: if a filter left those out, what is called half-open may be open"
	}
	return ""
}

// payloadOnly reports whether both ends sent payload, and nothing was captured that only
// acknowledges, which is due for every second full segment at least (RFC 9293 §3.8.6.3).
func (t *tally) payloadOnly() bool {
	n := &t.labels
	return n[label.Data] >= absentLeast && n[label.Ack]+n[label.AckOfFin]+t.bareOpened == 0 && t.oneWay == 0 && t.client.PayloadOctets > 0 && t.server.PayloadOctets > 0
}
