package report

import (
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// Columns shared by several views of connections.

var endColumns = []connectionColumn{
	{Name: "connection", Header: "CONN", Kind: KindID, Room: 7, Meaning: "Number of the connection, from 1, in order of first packets.",
		Value: func(_ *env, c *connection, v *Value) { v.uint(c.Number) }},
	{Name: "client", Kind: KindWord, Room: 21, Shorten: 5, Meaning: "Address and port of the end that opened the connection.",
		Value: func(_ *env, c *connection, v *Value) { v.endpoint(c.Client) }},
	{Name: "server", Kind: KindWord, Room: 21, Shorten: 5, Meaning: "Address and port of the other end.",
		Value: func(_ *env, c *connection, v *Value) { v.endpoint(c.Server) }},
}

var encapColumn = connectionColumn{Name: "encapsulation", Header: "INSIDE", Kind: KindText, Drop: 2, HideEmpty: true,
	Meaning: "VLANs and tunnels around the connection, outermost first.",
	Value:   func(e *env, c *connection, v *Value) { v.string(e.encap(c.EncapID)) }}

var openedColumn = connectionColumn{Name: "opening", Header: "OPENED", Kind: KindWord, Room: 10,
	Meaning: "How the connection began: complete, simultaneous, refused, reset, half-open, unanswered, midstream or one-way.",
	Value:   func(_ *env, c *connection, v *Value) { v.string(c.Opening.Outcome.String()) },
	Tone:    func(c *connection) prose.Tone { return lexicon.OpeningTone(c.Opening.Outcome) }}

var closedColumn = connectionColumn{Name: "closing", Header: "CLOSED", Kind: KindWord, Room: 11,
	Meaning: "How it ended: normal, simultaneous, half-closed (one FIN only), reset or open (no close seen).",
	Value:   func(_ *env, c *connection, v *Value) { v.string(c.Closing.Outcome.String()) },
	Tone:    func(c *connection) prose.Tone { return lexicon.ClosingTone(c.Closing.Outcome) }}

var clientStateColumn = connectionColumn{Name: "client_state", Header: "CLIENT IN", Kind: KindWord, Drop: 7, Room: 12,
	Meaning: "State of the client at the end (RFC 9293 §3.3.2); a trailing ? marks an inferred one. It is inferred also where it waits for an acknowledgement, or for answers to its probes, and has been silent for so long that it may have given up, where it has not answered a FIN, which it may have got, or where it is in FIN-WAIT-2 and has been silent for more than a minute.",
	Value:   func(_ *env, c *connection, v *Value) { v.string(c.ClientState.String()) },
	Tone:    func(c *connection) prose.Tone { return lexicon.StateTone(c.ClientState) }}

var serverStateColumn = connectionColumn{Name: "server_state", Header: "SERVER IN", Kind: KindWord, Drop: 7, Pair: true, Room: 12,
	Meaning: "State of the server at the end (RFC 9293 §3.3.2); a trailing ? marks an inferred one, as for the client. UNKNOWN where no SYN-ACK showed that it was listening.",
	Value:   func(_ *env, c *connection, v *Value) { v.string(c.ServerState.String()) },
	Tone:    func(c *connection) prose.Tone { return lexicon.StateTone(c.ServerState) }}

// doubtColumns say why silence marks a state. They end the columns of each view that has states at the end.
var doubtColumns = []connectionColumn{
	{Name: "client_state_doubt", Kind: KindWord, For: Programs, Meaning: clientDoubtMeaning,
		Value: func(_ *env, c *connection, v *Value) { v.string(c.ClientDoubt.String()) }},
	{Name: "server_state_doubt", Kind: KindWord, For: Programs, Meaning: serverDoubtMeaning,
		Value: func(_ *env, c *connection, v *Value) { v.string(c.ServerDoubt.String()) }},
}

const clientDoubtMeaning = "Why silence makes the client's state inferred. next try overdue: it awaits an acknowledgement, answers to its probes, or room in a window that was shut, and has been silent for longer than until its next try " +
	"(RFC 9293 §3.8.1, §3.8.4, §3.8.6.1), so it may have given up (§3.8.3), or been closed in SYN-SENT (§3.10.4); " +
	"FIN unanswered: it has not answered a FIN for longer than an acknowledgement may be delayed (§3.8.6.3), so it may have got it, or not; FIN overdue: it is in FIN-WAIT-2 and has been silent for more than a minute, the time after which many hosts forget the connection (a heuristic); " +
	"SYN unanswered: it is in SYN-SENT and has not answered a SYN or SYN-ACK, which calls for an answer at once (§3.10.7.3), for longer than an acknowledgement may be delayed, so it may have got it, or not."

const serverDoubtMeaning = "Why silence makes the server's state inferred, in the words of client_state_doubt."
