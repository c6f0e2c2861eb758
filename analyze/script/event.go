package script

import (
	"fmt"
	"strconv"
	"strings"

	"tcpwatch/capture/wire"
)

// event reads a line that begins with a time.
func (p *parser) event(at int, text string) error {
	head, expect, expects := strings.Cut(text, "|")
	words, options, err := cutOptions(head)
	if err != nil {
		return err
	}
	e := Event{Line: at}
	if expects {
		if e.Expect, err = parseExpect(expect); err != nil {
			return err
		}
	}
	if len(words) < 4 {
		return fmt.Errorf("an event wants TIME X>Y FLAGS SEQ")
	}
	if p.now, err = p.time(words[0]); err != nil {
		return err
	}
	from, to, tuple, err := p.pair(words[1])
	if err != nil {
		return err
	}
	e.From, e.To = from, to
	if words[2] == "icmp" {
		err = p.quote(&e, tuple, words[3:])
	} else {
		e.Segment.Tuple = tuple
		err = p.segment(&e, words[2:], options)
	}
	if err != nil {
		return err
	}
	l := &p.s.lines[at-1]
	l.event, l.head = len(p.s.Events), head
	if expects {
		l.written = e.Expect.String()
	}
	p.s.Events = append(p.s.Events, e)
	return nil
}

func (p *parser) time(word string) (int64, error) {
	rest, relative := strings.CutPrefix(word, "+")
	t, err := seconds(rest)
	if err != nil {
		return 0, err
	}
	if relative {
		t += p.now
	}
	if t > maxTime {
		return 0, fmt.Errorf("time %q: the script becomes too long", word)
	}
	return t, nil
}

// cutOptions takes the part in angle brackets out of the words of an event.
// The ">" of X>Y stands before it.
func cutOptions(head string) (words []string, options string, err error) {
	open := strings.IndexByte(head, '<')
	if open < 0 {
		return strings.Fields(head), "", nil
	}
	size := strings.IndexByte(head[open:], '>')
	if size < 0 {
		return nil, "", fmt.Errorf("options without a closing >")
	}
	words = strings.Fields(head[:open])
	if len(words) < 4 {
		return nil, "", fmt.Errorf("options stand after SEQ")
	}
	options = head[open+1 : open+size]
	if strings.TrimSpace(options) == "" {
		return nil, "", fmt.Errorf("no option between < and >")
	}
	return append(words, strings.Fields(head[open+size+1:])...), options, nil
}

// segment reads FLAGS SEQ and what follows; at least these two are there.
func (p *parser) segment(e *Event, words []string, options string) (err error) {
	seg := &e.Segment
	seg.Packet = uint64(len(p.s.Events) + 1)
	seg.Time = p.s.Start + p.now
	seg.Window, seg.TTL, seg.Checksum, seg.HasSum = 65535, 64, wire.ChecksumGood, true
	seg.HasIPID, seg.DontFragment = !seg.IPv6, !seg.IPv6
	if seg.Flags, err = parseFlags(words[0]); err != nil {
		return err
	}
	own, other := p.ends[e.From].isn, p.ends[e.To].isn
	if err = parseRange(seg, words[1], own); err != nil {
		return err
	}
	acked, err := p.fields(seg, words[2:], other)
	if err != nil {
		return err
	}
	if !acked && seg.Flags.Has(wire.ACK) {
		return fmt.Errorf("the ACK flag without ack N")
	}
	if err = parseOptions(seg, options, other); err != nil {
		return err
	}
	seg.Payload = payload(seg.Seq.Add(uint32(seg.PayloadSum)), seg.Len) // otherdata: that of the next number
	seg.PayloadSum = wire.SumOf(seg.Payload)
	return nil
}

var flagLetters = [...]struct {
	letter byte
	flag   wire.Flags
}{
	{'F', wire.FIN}, {'S', wire.SYN}, {'R', wire.RST}, {'P', wire.PSH}, {'.', wire.ACK},
	{'U', wire.URG}, {'E', wire.ECE}, {'W', wire.CWR}, {'e', wire.AE},
}

func parseFlags(word string) (f wire.Flags, err error) {
	if word == "-" {
		return 0, nil
	}
next:
	for i := 0; i < len(word); i++ {
		for _, l := range flagLetters {
			if l.letter == word[i] {
				if f.Has(l.flag) {
					return 0, fmt.Errorf("flags %q: %q twice", word, word[i])
				}
				f |= l.flag
				continue next
			}
		}
		return 0, fmt.Errorf("flags %q: %q is not a flag", word, word[i])
	}
	return f, nil
}

// parseRange reads FIRST, FIRST(LEN) or FIRST:END(LEN).
func parseRange(seg *wire.Segment, word string, isn wire.Seq) (err error) {
	text, count, counted := strings.Cut(word, "(")
	if counted {
		digits, ok := strings.CutSuffix(count, ")")
		n, err := number(digits, maxPayload)
		if err != nil || !ok {
			return fmt.Errorf("%q: (LEN) is not a number of octets from 0 to %d", word, maxPayload)
		}
		seg.Len = uint32(n)
	}
	first, last, ranged := strings.Cut(text, ":")
	if seg.Seq, err = parseSeq(first, isn); err != nil {
		return err
	}
	if !ranged {
		return nil
	}
	if !counted {
		return fmt.Errorf("%q wants (LEN)", word)
	}
	end, err := parseSeq(last, isn)
	if err == nil && end != seg.Seq.Add(seg.Len) {
		return fmt.Errorf("%q: END is not FIRST + LEN", word)
	}
	return err
}

// parseSeq reads a number relative to isn, or one on the wire after "=".
func parseSeq(word string, isn wire.Seq) (wire.Seq, error) {
	if raw, ok := strings.CutPrefix(word, "="); ok {
		n, err := number(raw, 1<<32-1)
		return wire.Seq(n), err
	}
	n, err := strconv.ParseInt(word, 10, 48)
	if err != nil {
		return 0, fmt.Errorf("%q is not a sequence number", word)
	}
	return isn.Add(uint32(n)), nil
}

// otherSum stands for the sum of a payload that is not the usual one, until the
// payload is made.
const otherSum = 1

// fields reads the words after SEQ and reports whether ack was among them.
func (p *parser) fields(seg *wire.Segment, words []string, other wire.Seq) (acked bool, err error) {
	given := make(map[string]bool, 8)
	for len(words) > 0 {
		name := words[0]
		if given[name] {
			return false, fmt.Errorf("%s twice", name)
		}
		given[name] = true
		words = words[1:]
		switch name {
		case "badsum":
			seg.Checksum = wire.ChecksumBad
			continue
		case "otherdata":
			seg.PayloadSum = otherSum
			continue
		case "mayfrag":
			seg.DontFragment = false
			continue
		}
		if len(words) == 0 {
			return false, fmt.Errorf("%s without a number", name)
		}
		if name == "ack" {
			seg.Ack, err = parseSeq(words[0], other)
		} else {
			err = setField(seg, name, words[0])
		}
		if err != nil {
			return false, err
		}
		words = words[1:]
	}
	return given["ack"], nil
}

func setField(seg *wire.Segment, name, value string) error {
	most := uint64(65535)
	switch name {
	case "ttl", "tos":
		most = 255
	case "win", "id", "urg":
	default:
		return fmt.Errorf("unknown field %q", name)
	}
	n, err := number(value, most)
	if err != nil {
		return err
	}
	switch name {
	case "ttl":
		seg.TTL = uint8(n)
	case "tos":
		seg.TrafficClass = uint8(n)
	case "win":
		seg.Window = uint16(n)
	case "urg":
		seg.Urgent = uint16(n)
	case "id":
		if seg.IPv6 {
			return fmt.Errorf("id: IPv6 has none")
		}
		seg.IPID = uint16(n)
	}
	return nil
}

// quote reads TYPE/CODE [mtu N] quoting V>W SEQ.
func (p *parser) quote(e *Event, tuple wire.Tuple, words []string) error {
	var mtu uint64
	if len(words) == 6 && words[1] == "mtu" {
		n, err := number(words[2], 65535)
		if err != nil {
			return err
		}
		mtu, words = n, append(words[:1:1], words[3:]...)
	}
	if len(words) != 4 || words[1] != "quoting" {
		return fmt.Errorf("an ICMP error wants icmp TYPE/CODE [mtu N] quoting V>W SEQ")
	}
	if e.Expect != nil {
		return fmt.Errorf("an ICMP error is not a segment: it has no expectation")
	}
	kind, code, ok := strings.Cut(words[0], "/")
	t, err := number(kind, 255)
	if err != nil || !ok {
		return fmt.Errorf("%q is not TYPE/CODE", words[0])
	}
	c, err := number(code, 255)
	if err != nil {
		return err
	}
	from, _, quoted, err := p.pair(words[2])
	if err != nil {
		return err
	}
	if from != e.To {
		return fmt.Errorf("an ICMP error goes to the sender of what it quotes")
	}
	seq, err := parseSeq(words[3], p.ends[from].isn)
	e.Quote = &wire.Quote{
		Packet: uint64(len(p.s.Events) + 1), Time: p.s.Start + p.now, Tuple: quoted,
		Seq: seq, Type: uint8(t), Code: uint8(c), NextMTU: uint16(mtu), Reporter: tuple.Src,
	}
	return err
}
