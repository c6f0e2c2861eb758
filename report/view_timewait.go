package report

import (
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

const schemaTimeWait = "tcpwatch.time-wait/1"

// hold is one end that entered TIME-WAIT: a row of the view time-wait.
type hold struct {
	conn   *connection
	side   analyze.Side
	holder netip.AddrPort
	peer   netip.AddrPort
}

// holdWriter makes a row for each end of a connection that entered TIME-WAIT.
type holdWriter struct {
	rows rowWriter[hold]
	one  hold // the row that is being written
}

func (h *holdWriter) row(c *connection) error {
	for _, side := range []analyze.Side{analyze.ClientSide, analyze.ServerSide} {
		if c.TimeWait.Holders != side && c.TimeWait.Holders != analyze.BothSides {
			continue
		}
		h.one = hold{c, side, record.OfSide(side, c.Client, c.Server), record.OfSide(side, c.Server, c.Client)}
		if err := h.rows.row(&h.one); err != nil {
			return err
		}
	}
	return nil
}

func (h *holdWriter) finish() error { return h.rows.finish() }

var timeWaitView = &rowView[hold]{
	name:   ViewTimeWait,
	schema: schemaTimeWait,
	about:  "One row for each end that entered TIME-WAIT, whether or not it ran out before the end of the capture.",
	empty:  "no end was seen to enter TIME-WAIT",
	columns: []Column[hold]{
		{Name: "connection", Header: "CONN", Kind: KindID, Meaning: "Number of the connection.",
			Value: func(_ *env, h *hold, v *Value) { v.uint(h.conn.Number) }},
		{Name: "holder", Kind: KindWord, Shorten: 4, Meaning: "Address and port that are held.",
			Value: func(_ *env, h *hold, v *Value) { v.endpoint(h.holder) }},
		{Name: "peer", Header: "TOWARDS", Kind: KindWord, Shorten: 4, Meaning: "The other end: only towards it the held ones cannot be used.",
			Value: func(_ *env, h *hold, v *Value) { v.endpoint(h.peer) }},
		{Name: "side", Header: "SIDE", Kind: KindWord, Drop: 3, Meaning: "The part of the holder in the connection: client or server.",
			Value: func(_ *env, h *hold, v *Value) { v.string(h.side.String()) }},
		{Name: "encapsulation", Header: "INSIDE", Kind: KindText, Drop: 2, HideEmpty: true, Meaning: "VLANs and tunnels around the connection.",
			Value: func(e *env, h *hold, v *Value) { v.string(e.encap(h.conn.EncapID)) }},
		{Name: "since", Unit: "s", Kind: KindTime, Drop: 4, Meaning: "When it entered TIME-WAIT.",
			Value: func(_ *env, h *hold, v *Value) { v.int(h.conn.TimeWait.Since) }},
		{Name: "until", Unit: "s", Kind: KindTime, Meaning: "When it leaves TIME-WAIT: 2MSL after entering or the last restart, or the RST that cut it short.",
			Value: func(_ *env, h *hold, v *Value) { v.int(h.conn.TimeWait.Until) }},
		{Name: "restarts", Kind: KindCount, Drop: 5, Meaning: "FINs that came again and were acknowledged again, which starts 2MSL anew.",
			Value: func(_ *env, h *hold, v *Value) { v.uint(uint64(h.conn.TimeWait.Restarts)) }},
		{Name: "reused_by", Header: "REUSED BY", Kind: KindID, Drop: 6, HideEmpty: true, Meaning: "Number of the connection that used the same ends next.",
			Value: func(_ *env, h *hold, v *Value) { v.packet(h.conn.TimeWait.ReusedBy) }},
		{Name: "reuse", Header: "BY RIGHT OF", Kind: KindWord, Drop: 7, HideEmpty: true, Meaning: "By what right: higher ISN, later timestamp, or neither.",
			Value: func(_ *env, h *hold, v *Value) { v.string(h.conn.TimeWait.Reuse.String()) },
			Tone: func(h *hold) prose.Tone {
				if h.conn.TimeWait.Reuse.Unproved() {
					return prose.Doubt
				}
				return prose.Plain
			}},
		{Name: "cut_by", Header: "CUT BY", Kind: KindID, Drop: 8, HideEmpty: true, Meaning: "Packet of the RST that ended TIME-WAIT early, unless the stack takes none there (RFC 1337).",
			Value: func(_ *env, h *hold, v *Value) { v.packet(h.conn.TimeWait.CutBy) }},
	},
}
