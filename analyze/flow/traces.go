package flow

import (
	"encoding/binary"

	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

// PackedTraces is the most remembered segments of a direction that rest with the
// flow. If there are more they stay where they are, so that putting to rest and
// waking take bounded time.
const PackedTraces = 32

// TraceOf returns what is remembered of the segment that h sent as a packet, if
// anything, for flows whose segments rest with them.
func (t *Table) TraceOf(h *Half, packet uint64) *Trace {
	if h.nsent > PackedTraces {
		return nil
	}
	for i := h.sentHead; i != 0; i = t.sent.At(i).next {
		if s := t.sent.At(i); s.Packet == packet {
			return s
		}
	}
	return nil
}

// Which parts of a Trace are as expected from the previous one.
const (
	traceSeq    = 1 << iota // it begins where that one ended
	traceAck                // same acknowledgement
	traceKind               // same flags and other fields of kind
	traceID                 // the next identification
	traceTS                 // same timestamp
	traceEmpty              // occupies no sequence space
	traceSum                // same checksum of the payload
	tracePlaces             // captured at the same places
)

// appendTraces appends the remembered segments of h, if they are few.
func (t *Table) appendTraces(dst []byte, h *Half) []byte {
	if h.nsent > PackedTraces {
		return dst
	}
	was := expected(h)
	for i := h.sentHead; i != 0; i = t.sent.At(i).next {
		s := t.sent.At(i)
		dst = t.appendTrace(dst, s, &was)
		was = *s
	}
	return dst
}

// expected returns a trace like one before the first of h.
func expected(h *Half) Trace {
	return Trace{
		Mark: Mark{TSVal: h.tsFirst, IPID: h.first.IPID - 1, HasID: h.first.HasID, HasTS: h.first.HasTS},
		End:  h.Low, Ack: h.Ack, places: placeBit(h.TTL),
	}
}

func (t *Table) appendTrace(dst []byte, s, was *Trace) []byte {
	head := len(dst)
	dst = append(dst, 0)
	same := byte(0)
	dst = t.coder.Append(dst, s.Packet)
	dst = t.coder.Append(dst, uint64(s.Time))
	if k := s.kind(); k == was.kind() {
		same |= traceKind
	} else {
		dst = binary.AppendUvarint(dst, k)
	}
	if s.Seq == was.End {
		same |= traceSeq
	} else {
		dst = rest.AppendNear(dst, uint32(s.Seq), uint32(was.End))
	}
	if s.End == s.Seq {
		same |= traceEmpty
	} else {
		dst = binary.AppendUvarint(dst, uint64(s.End-s.Seq))
	}
	if s.Ack == was.Ack {
		same |= traceAck
	} else {
		dst = rest.AppendNear(dst, uint32(s.Ack), uint32(was.Ack))
	}
	if s.TSVal == was.TSVal {
		same |= traceTS
	} else {
		dst = rest.AppendNear(dst, s.TSVal, was.TSVal)
	}
	if s.IPID == was.IPID+1 {
		same |= traceID
	} else {
		dst = binary.LittleEndian.AppendUint16(dst, s.IPID)
	}
	if s.Sum == was.Sum {
		same |= traceSum
	} else {
		dst = binary.LittleEndian.AppendUint16(dst, s.Sum)
	}
	if s.places == was.places {
		same |= tracePlaces
	} else {
		dst = binary.LittleEndian.AppendUint32(dst, s.places)
	}
	if s.HasTS {
		dst = rest.AppendNear(dst, s.answers, was.answers)
	}
	dst[head] = same
	return dst
}

// nextTraces reads what appendTraces appended from the front of src.
func (t *Table) nextTraces(src []byte, h *Half) []byte {
	if h.nsent > PackedTraces {
		return src
	}
	was, n := expected(h), h.nsent
	for h.nsent = 0; h.nsent < n; {
		i, s := t.sent.New()
		src = t.nextTrace(src, s, &was)
		t.joinSent(h, i, s)
		if h.nsent == h.nkept {
			h.kept = i
		}
		was = *s
	}
	return src
}

func (t *Table) nextTrace(src []byte, s, was *Trace) []byte {
	same := src[0]
	var packet, at uint64
	packet, src = t.coder.Next(src[1:])
	at, src = t.coder.Next(src)
	*s = Trace{Mark: Mark{Packet: packet, Time: int64(at), TSVal: was.TSVal, IPID: was.IPID + 1}, Seq: was.End, Ack: was.Ack, Sum: was.Sum, places: was.places}
	k := was.kind()
	if same&traceKind == 0 {
		n := 0
		k, n = binary.Uvarint(src)
		src = src[n:]
	}
	s.setKind(k)
	if same&traceSeq == 0 {
		var seq uint32
		seq, src = rest.NextNear(src, uint32(was.End))
		s.Seq = wire.Seq(seq)
	}
	s.End = s.Seq
	if same&traceEmpty == 0 {
		n, size := binary.Uvarint(src)
		s.End, src = s.Seq.Add(uint32(n)), src[size:]
	}
	if same&traceAck == 0 {
		var ack uint32
		ack, src = rest.NextNear(src, uint32(was.Ack))
		s.Ack = wire.Seq(ack)
	}
	if same&traceTS == 0 {
		s.TSVal, src = rest.NextNear(src, was.TSVal)
	}
	if same&traceID == 0 {
		s.IPID, src = binary.LittleEndian.Uint16(src), src[2:]
	}
	if same&traceSum == 0 {
		s.Sum, src = binary.LittleEndian.Uint16(src), src[2:]
	}
	if same&tracePlaces == 0 {
		s.places, src = binary.LittleEndian.Uint32(src), src[4:]
	}
	if s.HasTS {
		s.answers, src = rest.NextNear(src, was.answers)
	}
	s.acks(s.Flags, s.Ack)
	return src
}

// The parts of a Trace's kind beside its flags.
const (
	kindID = 1 << iota
	kindTS
	kindBare
	kindSum
	kindAgain
	kindShown
	kindCopied
	kindFills
	kindLost
	kindFlags = iota // flags start at this bit
)

// kind returns everything in a trace that is not a number.
func (s *Trace) kind() uint64 {
	return uint64(s.Flags)<<kindFlags | bit(s.HasID)*kindID | bit(s.HasTS)*kindTS | bit(s.Bare)*kindBare |
		bit(s.HasSum)*kindSum | bit(s.Again)*kindAgain | bit(s.shown)*kindShown | bit(s.copies == wasCopied)*kindCopied | bit(s.fills)*kindFills | bit(s.copies == lostBetween)*kindLost |
		uint64(s.after)<<(kindFlags+16)
}

func bit(b bool) (n uint64) {
	if b {
		n = 1
	}
	return n
}

func (s *Trace) setKind(k uint64) {
	s.Flags = wire.Flags(k >> kindFlags)
	s.HasID, s.HasTS, s.Bare = k&kindID != 0, k&kindTS != 0, k&kindBare != 0
	s.HasSum, s.Again, s.shown = k&kindSum != 0, k&kindAgain != 0, k&kindShown != 0
	s.fills, s.after = k&kindFills != 0, uint16(k>>(kindFlags+16))
	switch s.copies = notCopied; {
	case k&kindCopied != 0:
		s.copies = wasCopied
	case k&kindLost != 0:
		s.copies = lostBetween
	}
}
