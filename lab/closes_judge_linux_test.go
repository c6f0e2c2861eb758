package lab_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
)

// shown is what a tap shows after a packet: the states told of both ends, and what an end
// has shown of itself by then.
type shown struct {
	state [2]state.State
	fin   [2]bool     // its FIN has left
	acked [2]wire.Seq // the most that it acknowledged
}

// tapStory is what is told at one tap, after each packet.
type tapStory struct {
	after   []shown
	finEnd  [2]wire.Seq
	closed  [2]bool // a FIN was captured
	holders analyze.Side
}

// tellClose analyses the capture of a tap. The client is host 0.
func tellClose(t *testing.T, base, side string) *tapStory {
	t.Helper()
	d := load(t, base, side)
	s := &tapStory{after: make([]shown, 1, len(d.packets)+1)}
	now, first := shown{}, true
	a := analyze.New(analyze.Config{
		Packet: func(o *analyze.Observation) {
			now.state = [2]state.State{o.ClientState, o.ServerState}
			if o.FromClient != (o.Segment.DstPort == lab.ServerPort) {
				now.state[0], now.state[1] = now.state[1], now.state[0]
			}
		},
		Connection: func(c *analyze.Connection) {
			if first && c.TimeWait.CutBy == 0 {
				s.holders = c.TimeWait.Holders
			}
			first = false
		},
	})
	dec := capture.NewDecoder(capture.DecoderOptions{})
	var seg wire.Segment
	for i := range d.packets {
		if dec.Decode(&d.packets[i], &seg) == wire.Segmented {
			s.note(&now, &seg)
			a.Segment(&seg)
		}
		s.after = append(s.after, now)
	}
	a.Flush()
	return s
}

// note keeps what a segment shows of its sender.
func (x *tapStory) note(now *shown, seg *wire.Segment) {
	h := 0
	if seg.SrcPort == lab.ServerPort {
		h = 1
	}
	if seg.Flags.Has(wire.FIN) {
		now.fin[h], x.closed[h], x.finEnd[h] = true, true, seg.End()
	}
	if seg.Flags.Has(wire.ACK) && (now.acked[h] == 0 || seg.Ack.After(now.acked[h])) {
		now.acked[h] = seg.Ack
	}
}

var fromKernel = [...]state.State{
	lab.KernelNone: state.Closed, lab.KernelEstablished: state.Established, lab.KernelSynSent: state.SynSent, lab.KernelSynReceived: state.SynReceived,
	lab.KernelFinWait1: state.FinWait1, lab.KernelFinWait2: state.FinWait2, lab.KernelTimeWait: state.TimeWait, lab.KernelCloseWait: state.CloseWait,
	lab.KernelLastAck: state.LastAck, lab.KernelClosing: state.Closing,
}

// evident is the state of a kernel as far as its host has shown it: a FIN that has not left,
// and one that came and is not acknowledged, are known to the kernel alone.
func evident(k lab.KernelState, finLeft, finAcked bool) state.State {
	s := fromKernel[k]
	if !finLeft {
		switch s {
		case state.FinWait1:
			s = state.Established
		case state.LastAck, state.Closing:
			s = state.CloseWait
		}
	}
	if !finAcked {
		switch s {
		case state.CloseWait:
			s = state.Established
		case state.Closing, state.LastAck:
			s = state.FinWait1
		case state.TimeWait:
			s = state.FinWait2
		}
	}
	return s
}

// silently reports whether the kernel has given up a socket without a segment that would
// show it: one that is aborted when its FIN was sent, and the other end's has come, sends no RST.
func silently(told, truth state.State, was lab.KernelState) bool {
	return truth == state.Closed && (was == lab.KernelLastAck || was == lab.KernelClosing) && told.Base() != state.Closed
}

// readStandings reads what standings.write wrote.
func readStandings(path string) (list []standing, settled bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "settled\t"); ok {
			return list, rest == "true", nil
		}
		var x standing
		if _, err := fmt.Sscan(s.Text(), &x.at, &x.seen[0], &x.seen[1], &x.kernel[0], &x.kernel[1]); err != nil {
			return nil, false, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, x)
	}
	return nil, false, fmt.Errorf("%s is cut short", path)
}

// closesTally counts what was told of ends: for certain and right, marked and right, marked
// and wrong, wrong.
type closesTally struct{ sure, soft, softWrong, wrong int }

func (c *closesTally) add(told, truth state.State) (wrong bool) {
	switch {
	case told.Base() == truth && !told.IsInferred():
		c.sure++
	case told.Base() == truth:
		c.soft++
	case told.IsInferred() || told == state.Unknown:
		c.softWrong++
	default:
		c.wrong++
		return true
	}
	return false
}

func (c *closesTally) String() string {
	return fmt.Sprintf("%d certain, %d marked though right, %d marked and wrong, %d wrong", c.sure, c.soft, c.softWrong, c.wrong)
}

// closesTotal is the result over all closes. What a tap tells of the other end may be wrong
// for good where the last segment to it was lost behind the tap: that is only counted. So is one
// close in a hundred: a kernel may hold octets back for a reason of its own (a queue of its host
// that is full), so that a FIN waits although nothing shows it.
type closesTotal struct {
	own, end, far closesTally
	holds         closesTally // TIME-WAIT, of the end at the tap
	wrong, lost   []string
	bad           int // closes that something wrong was told of
}

// compareCloses compares all closes of a directory, and returns how many there are.
func compareCloses(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "close*.standings.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var total closesTotal
	for _, path := range files {
		list, settled, err := readStandings(path)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(path, ".standings.tsv")
		taps := [2]*tapStory{tellClose(t, base, "snd"), tellClose(t, base, "rcv")}
		before := len(total.wrong)
		if total.compare(filepath.Base(base), taps, list, settled); len(total.wrong) > before {
			total.bad++
		}
	}
	say := t.Log
	if total.bad > (len(files)+99)/100 {
		say = t.Error
	}
	for _, w := range total.wrong {
		say(w)
	}
	if o := &total.own; o.sure <= o.soft+o.softWrong+o.wrong {
		t.Errorf("not even half of the states of ends at their own taps are told for certain: %v", o)
	}
	for _, w := range total.lost {
		t.Log(w)
	}
	t.Logf("%d closes; each end at its own tap, whenever something changed: %v", len(files), &total.own)
	t.Logf("at the end, at its own tap: %v", &total.end)
	t.Logf("at the end, at the other's tap: %v", &total.far)
	t.Logf("whether it is in TIME-WAIT at the end: %v", &total.holds)
	return len(files)
}

// compare holds what both taps tell of one close against the kernels.
func (c *closesTotal) compare(name string, taps [2]*tapStory, list []standing, settled bool) {
	open, said, was := false, [2]string{}, [2]lab.KernelState{}
	for i := range list {
		s := &list[i]
		for h, k := range s.kernel {
			if k != lab.KernelNone {
				was[h] = k
			}
		}
		open = open || fromKernel[s.kernel[0]].Synchronized() && fromKernel[s.kernel[1]].Synchronized()
		last := i+1 == len(list)
		if !open || !last && !list[i+1].same(s) || i > 0 && list[i-1].same(s) && !last {
			continue // what lasts is there twice, and compared once
		}
		for h := range taps {
			told, truth := taps[h].at(s, h, h, taps)
			if silently(told, truth, was[h]) {
				continue
			}
			if text := fmt.Sprint(told, truth); c.own.add(told, truth) && said[h] != text {
				said[h] = text
				c.wrong = append(c.wrong, fmt.Sprintf("%s: after packet %d of the %s's tap (%v) its end is told to be in %v, and its kernel is in %v, shown as %v",
					name, s.seen[h], sides[h], s.at.Round(time.Millisecond), told, s.kernel[h], truth))
			}
		}
	}
	if open && settled {
		c.atEnd(name, taps, &list[len(list)-1], was)
	}
}

// at returns what tap tells of end h, and the truth.
func (x *tapStory) at(s *standing, tap, h int, taps [2]*tapStory) (told, truth state.State) {
	own, peer := &taps[h].after[s.seen[h]], taps[1-h]
	acked := peer.closed[1-h] && !own.acked[h].Before(peer.finEnd[1-h])
	return x.after[s.seen[tap]].state[h], evident(s.kernel[h], own.fin[h], acked)
}

// atEnd compares the states, and which end is in TIME-WAIT, when all is quiet.
func (c *closesTotal) atEnd(name string, taps [2]*tapStory, s *standing, was [2]lab.KernelState) {
	for tap, x := range taps {
		for h := range taps {
			told, truth := x.at(s, tap, h, taps)
			if silently(told, truth, was[h]) {
				continue
			}
			text := fmt.Sprintf("%s: at the end the %s's tap tells %v of the %s, whose kernel is in %v, shown as %v", name, sides[tap], told, sides[h], s.kernel[h], truth)
			if tap != h {
				if c.far.add(told, truth) {
					c.lost = append(c.lost, text)
				}
				continue
			}
			if c.end.add(told, truth) {
				c.wrong = append(c.wrong, text)
			}
			holds := state.Closed | told&state.Inferred
			if side := [2]analyze.Side{analyze.ClientSide, analyze.ServerSide}[h]; x.holders == side || x.holders == analyze.BothSides {
				holds = state.TimeWait | told&state.Inferred
			}
			if truth != state.TimeWait {
				truth = state.Closed
			}
			if c.holds.add(holds, truth) {
				c.wrong = append(c.wrong, fmt.Sprintf("%s: at the end the %s's tap has %v in TIME-WAIT, and its own kernel is in %v", name, sides[tap], x.holders, s.kernel[h]))
			}
		}
	}
}
