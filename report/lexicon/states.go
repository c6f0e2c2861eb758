package lexicon

import (
	"tcpwatch/analyze/state"
)

// State says what a state is and what a capture shows of it.
type State struct {
	Means string // after RFC 9293 §3.3.2, in our words
	Seen  string // what an observer can and cannot see
}

// States says it of each state.
var States = [state.Count]State{
	state.Unknown: {"Nothing can be said about the end. This state is ours, not the RFC's.",
		"An end is unknown until it has sent something that tells its state, as when a capture begins in the middle of a connection, or no SYN was answered by its end; in between, LISTEN? is what a SYN expects."},
	state.Closed: {"There is no connection.",
		"Nothing on the wire shows that an end has no connection; it is concluded from an acceptable RST, from the acknowledgement of its last FIN, or from the end of 2MSL."},
	state.Listen: {"The end waits for a connection request from anybody.",
		"A listening end sends nothing. Only its SYN-ACK shows, afterwards, that it had been listening: until then the state is inferred, and where none came by the end, nothing is known of it (UNKNOWN)."},
	state.SynSent: {"The end has sent a SYN and waits for one in return.",
		"Its SYN proves it. That the SYN arrived is only known when it is answered."},
	state.SynReceived: {"The end has sent and received a SYN and waits for the acknowledgement of its own.",
		"Its SYN-ACK proves it. If the SYN-ACK comes again after an acknowledgement was captured, that acknowledgement was lost after the tap or refused by the end, for example because its accept queue was full."},
	state.Established: {"The connection is open: data can be sent and received. The usual state for transfer.",
		"The client is in it as soon as it acknowledges the SYN-ACK. The server is taken to be in it when that acknowledgement is captured; that it arrived is proved only by what the server sends afterwards."},
	state.FinWait1: {"The end has sent its FIN, and waits for the acknowledgement of it or for the other end's FIN.",
		"Its FIN proves it, unless the other end's FIN had come first."},
	state.FinWait2: {"The end's FIN has been acknowledged, and it waits for the other end's FIN.",
		"The acknowledgement can be seen; that it arrived is assumed, and taken back if the FIN is sent again. Ends may wait here for long while the other goes on sending."},
	state.CloseWait: {"The other end has closed; this end may still send and waits for its own application to close.",
		"The acknowledgement of the FIN proves it. A long time in this state means that the application has not closed its socket."},
	state.Closing: {"Both ends have sent a FIN before the other's arrived, and this one waits for the acknowledgement of its own.",
		"It takes both FINs, and an acknowledgement of one that does not cover the other."},
	state.LastAck: {"The other end had closed before, this end has sent its FIN and waits for the acknowledgement of it.",
		"Its FIN after the other end's FIN proves it."},
	state.TimeWait: {"The end has closed first, or while the other did, and waits for 2MSL, so that the other end surely has the acknowledgement of its FIN and no old segment is left in the network.",
		"The acknowledgement of the second FIN proves that it was entered. How long it lasts is not on the wire: Linux keeps it for 60 s, the RFC says 4 minutes (--msl sets half of it). Only an acknowledgement of a FIN that came again shows that it goes on."},
}
