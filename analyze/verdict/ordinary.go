package verdict

import "tcpwatch/analyze"

// ordinary reports whether nothing about the connection supports any verdict, as in most:
// a SYN, the SYN-ACK, the ACK that completes the handshake, each once, and a server that
// goes on from there; no RST, no unexpected option. Then no verdict is tried. Each
// condition is the opposite of one that verdicts need; TestOrdinary checks every Spec.
func (x *context) ordinary() bool {
	o, c := &x.Opening, &x.Clues
	return x.nSyns == 1 && x.nSynAcks == 1 && x.complete() &&
		x.syn(0).Packet < x.synAck(0).Packet && x.synAck(0).Packet < o.AckPacket &&
		o.RTTServer < slowOpening && c.Rst.Packet == 0 && c.BlindRst == 0 && c.OldAck == 0 && c.IgnoredAgain == 0 && c.ServerProved != 0 && agrees(&c.Client) && agrees(&c.Server) &&
		x.FromClient.Long.Tries|x.FromServer.Long.Tries == 0 && x.FromClient.AckWait.Times|x.FromServer.AckWait.Times == 0 &&
		grants(&o.ClientOptions) == grants(&o.ServerOptions)
}

// agrees reports whether an end uses options as was agreed.
func agrees(e *analyze.EndClues) bool {
	return e.SACK|e.Timestamp|e.NoTimestamp|e.Beyond|e.SACKOutside|e.Window == 0
}
