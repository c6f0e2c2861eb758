package lab_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
	"tcpwatch/lab/scenario"
)

// linkRow is what a tap's link.tsv says of a packet: its number at the tap of its
// sender, 0 where this is that tap, and what the link did to it.
type linkRow struct {
	came uint64
	fate string
}

// readLink reads the rows, by packet number from 1.
func readLink(t *testing.T, path string) []linkRow {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := make([]linkRow, 1)
	for s := bufio.NewScanner(f); s.Scan(); {
		c := strings.Split(s.Text(), "\t")
		r := linkRow{fate: c[2]}
		if c[1] == "came" {
			fmt.Sscan(c[3], &r.came)
		}
		rows = append(rows, r)
	}
	return rows
}

// span is the sequence numbers of a packet, with its number at the tap of its sender.
type span struct {
	from, to wire.Seq
	number   uint64
}

// spans lists by connection what of the packets the tap has sent, or what came to it
// undamaged.
func spans(t *testing.T, d *draw, link []linkRow, came bool) map[wire.Tuple][]span {
	t.Helper()
	all := map[wire.Tuple][]span{}
	observe(t, d.packets, func(s *wire.Segment) bool {
		r := link[s.Packet]
		if s.SeqLen() == 0 || came != (r.came > 0) || came && strings.Contains(r.fate, "damaged") {
			return false
		}
		n := r.came
		if !came {
			n = s.Packet
		}
		all[s.Tuple] = append(all[s.Tuple], span{s.Seq, s.End(), n})
		return false
	}, func(*analyze.Observation) {})
	return all
}

// arrivedBefore reports whether all of s arrived in packets that were sent before it.
func arrivedBefore(s span, arrived []span) bool {
	at := s.from
	for again := true; again && at.Before(s.to); {
		again = false
		for _, a := range arrived {
			if a.number < s.number && !a.from.After(at) && a.to.After(at) {
				at, again = a.to, true
			}
		}
	}
	return !at.Before(s.to)
}

// shownSpurious compares the retransmissions of a draw that are said to be shown
// spurious with what had arrived, and returns how many there are and which of them
// were necessary. What the link copied is left out: a D-SACK does not tell copies.
func shownSpurious(t *testing.T, base string) (shown int, wrong []string) {
	t.Helper()
	var taps [2]*draw
	var links [2][]linkRow
	var sent, arrived [2]map[wire.Tuple][]span // by tap
	for i, side := range []string{"snd", "rcv"} {
		taps[i], links[i] = load(t, base, side), readLink(t, base+"."+side+".link.tsv")
		sent[i], arrived[i] = spans(t, taps[i], links[i], false), spans(t, taps[i], links[i], true)
	}
	for i, d := range taps {
		observe(t, d.packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
			for _, e := range o.Evidence.Items[:o.Evidence.Len] {
				if e.Label != label.ShownSpurious || e.Packet == 0 {
					continue
				}
				home, number := i, e.Packet
				if c := links[i][e.Packet].came; c > 0 {
					home, number = 1-i, c
				}
				if strings.Contains(links[home][number].fate, "copied") {
					continue
				}
				shown++
				for _, s := range sent[home][o.Segment.Tuple.Reverse()] {
					if s.number == number && !arrivedBefore(s, arrived[1-home][o.Segment.Tuple.Reverse()]) {
						wrong = append(wrong, describe(d, o, d.truth[o.Segment.Packet], []string{"false SHOWN-SPURIOUS"}))
					}
				}
			}
		})
	}
	return shown, wrong
}

// TestShownSpurious: what is said to be shown spurious had arrived, where one
// retransmission repeats several segments, some of which were lost.
func TestShownSpurious(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for some seconds")
	}
	needLab(t)
	shown := 0
	for seed := range uint64(3) {
		for _, name := range []string{"trickle-joined", "reorder"} {
			res, err := lab.Run(scenario.Find(name), t.TempDir(), seed)
			if err != nil {
				t.Fatal(err)
			}
			n, wrong := shownSpurious(t, res.Base)
			shown += n
			for _, w := range wrong {
				t.Error(w)
			}
		}
	}
	if t.Logf("%d shown spurious", shown); shown == 0 {
		t.Error("nothing was shown to be spurious")
	}
}
