package report

import "tcpwatch/analyze"

// offerTexts caches the member `options` of connections by what both ends offered: hosts
// open their connections alike, and it is a quarter of the row.
type offerTexts [64]struct {
	offers
	text []byte
}

// offers is the key of a text.
type offers struct{ client, server analyze.EndOptions }

// append appends the member for an opening.
func (t *offerTexts) append(b []byte, o *analyze.Opening) []byte {
	both := offers{o.ClientOptions, o.ServerOptions}
	known := &t[both.place()]
	if known.text == nil || known.offers != both {
		j := jsonRow{known.text[:0]}
		j.endOptions(`,"options":{"client":`, &o.ClientOptions)
		j.endOptions(`,"server":`, &o.ServerOptions)
		j.agreed(o)
		j.Add("}")
		known.offers, known.text = both, j.Row
	}
	return append(b, known.text...)
}

// place returns the index of offers in offerTexts.
func (o *offers) place() uint64 {
	n := uint64(0)
	for _, e := range [...]*analyze.EndOptions{&o.client, &o.server} {
		n = (n ^ (uint64(e.Set) | uint64(e.MSS)<<16 | uint64(e.Window)<<32 | uint64(e.WindowScale)<<48)) * 0x9e3779b97f4a7c15 // Fibonacci hashing
	}
	return n >> 58
}
