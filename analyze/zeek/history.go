package zeek

import (
	"math/bits"

	"tcpwatch/capture/wire"
)

// The history is kept in five bits a letter, twelve in a word, the first one
// lowest; 0 ends it.
const (
	letters    = "^SHADFRCGTWIQshadfrcgtwiq"
	letterBits = 5
	perWord    = 64 / letterBits
	// maxHistory is how many letters are kept; what comes later is dropped.
	maxHistory = 2 * perWord
)

var letterCodes = func() (codes [128]uint8) {
	for i := range letters {
		codes[letters[i]] = uint8(i + 1)
	}
	return codes
}()

func (t *Tracker) letter(i int) byte {
	code := t.history[i/perWord] >> (i % perWord * letterBits) & (1<<letterBits - 1)
	if code == 0 {
		return 0
	}
	return letters[code-1]
}

// len returns how many letters there are. No code is 0, so that the highest bit
// set is in the last letter.
func (t *Tracker) len() int {
	w := t.history[0]
	n := 0
	if t.history[1] != 0 {
		n, w = perWord, t.history[1]
	}
	return n + (bits.Len64(w)+letterBits-1)/letterBits
}

func (t *Tracker) add(letter byte) {
	if n := t.len(); n < maxHistory {
		t.history[n/perWord] |= uint64(letterCodes[letter]) << (n % perWord * letterBits)
	}
}

// History returns Zeek's history: upper case for the originator, lower case
// for the responder.
func (t *Tracker) History() string {
	text := make([]byte, t.len())
	for i := range text {
		text[i] = t.letter(i)
	}
	return string(text)
}

// Histories gives the same text for the same history, which most connections share, so
// that it is not made each time. The zero value is ready; it is not safe for concurrent
// use. It keeps mostTexts texts at most, and then begins anew.
type Histories struct {
	of map[[2]uint64]string
}

// mostTexts is how many histories are remembered at one time. A heuristic.
const mostTexts = 1024

// Of returns what t.History returns.
func (h *Histories) Of(t *Tracker) string {
	if s, known := h.of[t.history]; known {
		return s
	}
	if h.of == nil || len(h.of) >= mostTexts {
		h.of = make(map[[2]uint64]string)
	}
	s := t.History()
	h.of[t.history] = s
	return s
}

func cased(letter byte, isOrig bool) byte {
	if isOrig {
		return letter
	}
	return letter | 0x20
}

// once adds the letter unless the end has it already, and reports whether it had.
func (t *Tracker) once(e *end, isOrig bool, bit uint8, letter byte) (had bool) {
	if e.saw&bit != 0 {
		return true
	}
	e.saw |= bit
	t.add(cased(letter, isOrig))
	return false
}

// differing adds the letter of a SYN, FIN or RST when it is the end's first, or
// when its sequence number is not that of the one before.
func (t *Tracker) differing(e *end, isOrig bool, bit uint8, letter byte, seq wire.Seq, last *uint16) {
	h := hash(uint32(seq - e.start))
	if t.once(e, isOrig, bit, letter) && h != *last {
		t.add(cased(letter, isOrig))
	}
	*last = h
}

// hash spreads numbers that differ by multiples of a window (Fibonacci hashing).
func hash(x uint32) uint16 { return uint16(x * 0x9e3779b1 >> 16) }

// record adds the letters that the flags and the length call for.
func (t *Tracker) record(e *end, isOrig bool, seg *wire.Segment) {
	f := seg.Flags
	if f.Has(wire.FIN) {
		e.saw |= anyFIN
	}
	switch f & (wire.SYN | wire.FIN | wire.RST) {
	case 0:
		if seg.Len > 0 {
			t.once(e, isOrig, sawData, 'D')
		} else if f.Has(wire.ACK) {
			t.once(e, isOrig, sawACK, 'A')
		}
	case wire.SYN:
		letter := byte('S')
		if f.Has(wire.ACK) {
			letter = 'H'
		}
		t.differing(e, isOrig, sawSYN, letter, seg.Seq, &e.syn)
	case wire.FIN:
		t.differing(e, isOrig, sawFIN, 'F', seg.Seq.Add(seg.Len), &e.fin)
	case wire.RST:
		t.differing(e, isOrig, sawRST, 'R', seg.Seq, &e.rst)
	case wire.FIN | wire.RST, wire.SYN | wire.FIN | wire.RST:
		t.once(e, isOrig, sawFINRST, 'I')
	default:
		t.once(e, isOrig, sawMixed, 'Q')
	}
}

// scaled counts an occurrence and adds its letter at the 1st, 10th, 100th,
// 1,000th and 10,000th. Zeek would go on.
func (t *Tracker) scaled(e *end, isOrig bool, kind int) {
	n := &e.counts[kind]
	if *n == 1<<16-1 {
		return
	}
	*n++
	switch *n {
	case 1, 10, 100, 1000, 10000:
		t.add(cased(kindLetters[kind], isOrig))
	}
}
