package report

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
)

const schemaHandshake = "tcpwatch.handshake/1"

var handshakeView = &rowView[connection]{
	name:   ViewHandshakes,
	schema: schemaHandshake,
	about:  "One row for each connection of which a SYN or SYN-ACK was captured.",
	empty:  "no SYN and no SYN-ACK was captured",
	only: func(c *connection) bool {
		return c.Opening.SynCount+c.Opening.SynAckCount+c.Opening.ServerSynCount > 0
	},
	columns: slices.Concat(endColumns, []connectionColumn{
		encapColumn,
		openedColumn,
		{Name: "form", Kind: KindWord, Drop: 9, HideEmpty: true, Meaning: "Shape of the handshake: three-way, simultaneous or split.",
			Value: func(_ *env, c *connection, v *Value) { v.string(c.Opening.Form.String()) }},
		{Name: "start", Unit: "s", Kind: KindTime, Drop: 8, Meaning: "When the first packet was captured.",
			Value: func(_ *env, c *connection, v *Value) { v.int(c.Start) }},
		{Name: "took", Unit: "s", Kind: KindDuration, Drop: 1, HideEmpty: true, Meaning: "From the first SYN to the segment that completed the handshake.",
			Value: func(_ *env, c *connection, v *Value) { v.measured(c.Opening.OpenedIn()) }},
		{Name: "rtt_server", Header: "RTT S", Unit: "s", Kind: KindDuration, Drop: 3, HideEmpty: true, Meaning: "From the last SYN that was answered to the SYN-ACK, at this tap; empty where one of several may be it.",
			Value: func(_ *env, c *connection, v *Value) { v.measured(c.Opening.RTTServer) }},
		{Name: "rtt_client", Header: "RTT C", Unit: "s", Kind: KindDuration, Drop: 5, HideEmpty: true, Meaning: "From the SYN-ACK to its ACK, at this tap; empty where one of several may be it.",
			Value: func(_ *env, c *connection, v *Value) { v.measured(c.Opening.RTTClient) }},
		{Name: "syns", Kind: KindCount, Drop: 2, Meaning: "SYNs, those sent again included.",
			Value: func(_ *env, c *connection, v *Value) { v.uint(uint64(c.Opening.SynCount)) },
			Tone:  func(c *connection) prose.Tone { return repeatTone(c.Opening.SynCount) }},
		{Name: "syn_acks", Header: "SYN-ACKS", Kind: KindCount, Drop: 4, Meaning: "SYN-ACKs, those sent again included.",
			Value: func(_ *env, c *connection, v *Value) { v.uint(uint64(c.Opening.SynAckCount)) },
			Tone:  func(c *connection) prose.Tone { return repeatTone(c.Opening.SynAckCount) }},
		{Name: "syn_packets", Kind: KindIDs, For: Programs, Meaning: "Packets of the SYNs.",
			Value: func(_ *env, c *connection, v *Value) { v.ids(c.Opening.SynPackets) }},
		{Name: "syn_ack_packets", Kind: KindIDs, For: Programs, Meaning: "Packets of the SYN-ACKs.",
			Value: func(_ *env, c *connection, v *Value) { v.ids(c.Opening.SynAckPackets) }},
		{Name: "ack_packet", Kind: KindID, For: Programs, Meaning: "The packet that completed the handshake.",
			Value: func(_ *env, c *connection, v *Value) { v.packet(c.Opening.AckPacket) }},
		{Name: "client_isn", Kind: KindID, Drop: 12, Meaning: "Initial sequence number of the client.",
			Value: func(_ *env, c *connection, v *Value) {
				if c.Opening.ClientISNKnown {
					v.uint(uint64(c.Opening.ClientISN))
				}
			}},
		{Name: "server_isn", Kind: KindID, Drop: 12, Pair: true, Meaning: "Initial sequence number of the server.",
			Value: func(_ *env, c *connection, v *Value) {
				if c.Opening.ServerISNKnown {
					v.uint(uint64(c.Opening.ServerISN))
				}
			}},
		{Name: "client_mss", Header: "MSS C", Unit: "octets", Kind: KindID, Drop: 10, Meaning: "MSS that the client offered.",
			Value: func(_ *env, c *connection, v *Value) { v.mss(&c.Opening.ClientOptions) }},
		{Name: "server_mss", Header: "MSS S", Unit: "octets", Kind: KindID, Drop: 10, Pair: true, HideEmpty: true, Meaning: "MSS that the server offered.",
			Value: func(_ *env, c *connection, v *Value) { v.mss(&c.Opening.ServerOptions) }},
		{Name: "agreed", Kind: KindWords, Drop: 11, HideEmpty: true, Meaning: "Options that both ends offered: window_scale, sack_permitted, timestamps, ecn, accecn, fast_open, mptcp.",
			Value: func(_ *env, c *connection, v *Value) { v.agreed(&c.Opening) }},
		clientStateColumn,
		serverStateColumn,
	}, doubtColumns),
}

func repeatTone(n uint32) prose.Tone {
	if n > 1 {
		return prose.Doubt
	}
	return prose.Plain
}

func (v *Value) ids(list []uint64) {
	for _, n := range list {
		v.idItem(n)
	}
}

// packet sets a packet number; 0 stands for none.
func (v *Value) packet(n uint64) {
	if n != 0 {
		v.uint(n)
	}
}

func (v *Value) mss(o *analyze.EndOptions) {
	if o.Known && o.Set.Has(wire.OptMSS) {
		v.uint(uint64(o.MSS))
	}
}

func (v *Value) agreed(o *analyze.Opening) {
	set, ecn, ok := o.Agreed()
	if !ok {
		return
	}
	for _, opt := range []struct {
		bit  wire.OptionSet
		name string
	}{
		{wire.OptWindowScale, "window_scale"}, {wire.OptSACKPermitted, "sack_permitted"}, {wire.OptTimestamps, "timestamps"},
		{wire.OptFastOpen, "fast_open"}, {wire.OptMPTCP, "mptcp"},
	} {
		if set.Has(opt.bit) {
			v.item(opt.name)
		}
	}
	if ecn != analyze.ECNNone {
		v.item(ecn.String())
	}
}
