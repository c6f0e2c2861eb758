package report

import (
	"math/bits"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture/wire"
)

// schemaPacket names the shape of packetObject.
const schemaPacket = "tcpwatch.packet/1"

// flagTexts are the spellings of every combination of control bits, made once:
// Flags.String allocates. Each is built from the one without its highest bit,
// which makes the start ten times faster than spelling each by itself.
var flagTexts = func() (t [1 << 9]string) {
	for top := 1; top < len(t); top <<= 1 {
		name := wire.Flags(top).String()
		t[top] = name
		for below := 1; below < top; below++ {
			t[top|below] = t[below] + "," + name
		}
	}
	return t
}()

func flagText(f wire.Flags) string { return flagTexts[f&(1<<9-1)] }

func fromText(client bool) string {
	if client {
		return "client"
	}
	return "server"
}

// labelName returns the name of a label; it is safe for any ID.
func labelName(id label.ID) string {
	if int(id) < len(label.All) {
		return label.All[id].Name
	}
	return "UNKNOWN-LABEL"
}

// packetObject appends the JSON object of one segment.
func packetObject(b []byte, e *env, o *analyze.Observation) []byte {
	s := o.Segment
	j := jsonRow{b}
	j.word(`{"schema":`, schemaPacket)
	j.uint(`,"packet":`, s.Packet)
	j.time(`,"time":`, &e.clock, s.Time)
	j.uint(`,"connection":`, o.Connection)
	j.word(`,"from":`, fromText(o.FromClient))
	j.endpoint(`,"source":`, s.Source())
	j.endpoint(`,"destination":`, s.Destination())
	j.word(`,"flags":`, flagText(s.Flags))
	j.int(`,"seq":`, o.Seq)
	if o.AckValid {
		j.int(`,"ack":`, o.Ack)
	} else {
		j.null(`,"ack":`)
	}
	j.uint(`,"seq_raw":`, uint64(s.Seq))
	j.uint(`,"ack_raw":`, uint64(s.Ack))
	j.uint(`,"len":`, uint64(s.Len))
	j.uint(`,"window":`, uint64(o.Window))
	j.uint(`,"window_raw":`, uint64(s.Window))
	j.bool(`,"window_scaled":`, o.WindowScaled)
	j.int(`,"seq_delta":`, o.SeqDelta)
	j.bool(`,"seen_before":`, o.SeenBefore)
	j.uintOrNull(`,"in_flight":`, uint64(max(0, o.InFlight)), o.InFlight >= 0)
	j.seconds(`,"time_delta":`, o.TimeDelta)
	j.labels(o.Labels)
	if o.Cause != label.NoCause {
		j.word(`,"cause":`, o.Cause.String())
	}
	j.inferred(&o.Evidence)
	j.evidence(&o.Evidence)
	if e.Wireshark {
		j.add(`,"wireshark":[`)
		for _, name := range wireshark.Names(o.Wireshark) {
			j.item(name)
		}
		j.add("]")
	}
	j.state(`,"client_state":`, o.ClientState)
	j.state(`,"server_state":`, o.ServerState)
	j.add("}")
	return j.b
}

func (j *jsonRow) labels(set label.Set) {
	j.add(`,"labels":[`)
	for ; set != 0; set &= set - 1 {
		j.item(labelName(label.ID(bits.TrailingZeros64(uint64(set)))))
	}
	j.add("]")
}

// inferred lists the labels that are inferred, if any.
func (j *jsonRow) inferred(ev *label.Evidence) {
	open := false
	for i := range ev.Items[:min(int(ev.Len), len(ev.Items))] {
		id := ev.Items[i].Label
		if again(ev, i) || !ev.Inferred(id) {
			continue
		}
		if !open {
			j.add(`,"inferred":[`)
			open = true
		}
		j.item(labelName(id))
	}
	if open {
		j.add("]")
	}
}

// evidence writes the reasons for each label. Two reasons for a label are
// joined in one string, since a member may occur only once.
func (j *jsonRow) evidence(ev *label.Evidence) {
	j.add(`,"evidence":{`)
	n := min(int(ev.Len), len(ev.Items))
	for i := 0; i < n; i++ {
		if again(ev, i) {
			continue
		}
		j.item(labelName(ev.Items[i].Label))
		j.add(`:"`)
		j.b = appendReasons(j.b, ev, ev.Items[i].Label)
		j.add(`"`)
	}
	j.add("}")
}

// again reports whether the label of item i has an earlier item.
func again(ev *label.Evidence, i int) bool {
	for k := 0; k < i; k++ {
		if ev.Items[k].Label == ev.Items[i].Label {
			return true
		}
	}
	return false
}

// appendReasons appends every reason for one label: "bytes seen in packet 12;
// gap in front".
func appendReasons(b []byte, ev *label.Evidence, id label.ID) []byte {
	first := true
	for i := 0; i < min(int(ev.Len), len(ev.Items)); i++ {
		it := &ev.Items[i]
		if it.Label != id {
			continue
		}
		if !first {
			b = append(b, "; "...)
		}
		first = false
		b = it.Append(b)
	}
	return b
}
