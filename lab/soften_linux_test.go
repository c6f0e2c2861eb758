package lab_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// steps take the evidence away one piece after the other; each keeps what those
// before it took. gone are the reasons, and said the labels, that can no longer
// be given.
var steps = []struct {
	name   string
	change func([]byte)
	gone   []label.Reason
	said   []label.ID
}{
	{"everything", func([]byte) {}, nil, nil},
	{"no timestamps", stripTimestamps, []label.Reason{label.LaterTSval, label.EarlierTSval, label.SameTSval, label.OlderEcho}, []label.ID{label.OldTimestamp}},
	{"no IP IDs", zeroID, []label.Reason{label.SameIPID, label.LaterIPID, label.EarlierIPID, label.IPIDJump}, nil},
	{"no SACK", stripSACK, []label.Reason{label.ReceivedTwice}, []label.ID{label.DSACK}},
}

// TestSoften: with less evidence the labels rest on less and say so; none of
// them becomes a lie.
func TestSoften(t *testing.T) {
	bases := kernelBases(t)
	gone, said := map[label.Reason]bool{}, map[label.ID]bool{}
	var before int
	changes := []func([]byte){}
	for i, step := range steps {
		for _, r := range step.gone {
			gone[r] = true
		}
		for _, id := range step.said {
			said[id] = true
		}
		changes = append(changes, step.change)
		if testing.Short() && i > 0 && i < len(steps)-1 {
			continue // the first and the last say the most
		}
		total, weak := &tally{}, 0
		for _, base := range bases {
			for _, side := range []string{"snd", "rcv"} {
				d := load(t, base, side)
				packets := degraded(d.packets, func(b []byte) {
					for _, f := range changes {
						f(b)
					}
				})
				total.add(d.score(t, packets, false))
				weak += checkReasons(t, d.name+" with "+step.name, packets, gone, said)
			}
		}
		t.Logf("%-14s %v; %d by time alone", step.name, total, weak)
		if total.precision() < .99 || total.recall() < .98 {
			t.Errorf("%s: precision %.4f, recall %.4f", step.name, total.precision(), total.recall())
		}
		if i == 0 {
			before = weak
		} else if i == len(steps)-1 && weak <= before {
			t.Errorf("%d verdicts rest on time alone without any other evidence, %d with all of it", weak, before)
		}
	}
}

// TestSoftenOneWay: of one direction no cause is known, and a gap is not said to
// be a loss.
func TestSoftenOneWay(t *testing.T) {
	causes := 0
	for _, base := range kernelBases(t) {
		d := load(t, base, "snd")
		observe(t, d.packets, func(s *wire.Segment) bool { return s.SrcPort != 7788 && s.Flags&wire.SYN == 0 }, func(o *analyze.Observation) {
			if o.Labels.Has(label.Retransmission) {
				if causes++; o.Cause != label.CauseUnknown {
					t.Errorf("%s: packet %d: cause %v though nothing of the server was captured", d.name, o.Segment.Packet, o.Cause)
				}
			}
			for _, it := range o.Evidence.Items[:o.Evidence.Len] {
				if it.Reason == label.GapInFront && it.Doubts&label.OneDirection == 0 {
					t.Errorf("%s: packet %d: a gap without a doubt", d.name, o.Segment.Packet)
				}
			}
		})
	}
	if causes == 0 {
		t.Error("nothing was sent again")
	}
}

// kernelBases lists the captures of real kernels: those of the repository, and
// more where they are.
func kernelBases(t *testing.T) (bases []string) {
	t.Helper()
	seen := map[string]bool{}
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	for _, dir := range []string{"../testdata/pcaps/kernel", filepath.Join(shared, "pcaps", "kernel")} {
		found, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if base := strings.TrimSuffix(f, ".json"); !seen[filepath.Base(base)] {
				seen[filepath.Base(base)] = true
				bases = append(bases, base)
			}
		}
	}
	if len(bases) < 14 {
		t.Fatalf("only %d captures", len(bases))
	}
	return bases
}

// observe analyses the packets whose segments are wanted.
func observe(t *testing.T, packets []capture.Packet, want func(*wire.Segment) bool, f func(*analyze.Observation)) {
	t.Helper()
	analyses(packets, want, analyze.Config{Packet: f})
}

// analyses analyses those packets that are wanted.
func analyses(packets []capture.Packet, want func(*wire.Segment) bool, config analyze.Config) {
	a := analyze.New(config)
	dec := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: true})
	var seg wire.Segment
	for i := range packets {
		if skip := dec.Decode(&packets[i], &seg); skip == wire.Segmented && want(&seg) {
			a.Segment(&seg)
		}
	}
	a.Flush()
}

// checkReasons checks that nothing is said that rests on evidence that is gone,
// and returns how many verdicts rest on time alone.
func checkReasons(t *testing.T, name string, packets []capture.Packet, gone map[label.Reason]bool, said map[label.ID]bool) (weak int) {
	t.Helper()
	var wrong []error
	observe(t, packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
		o.Labels.Each(func(id label.ID) {
			if said[id] {
				wrong = append(wrong, errors.New(id.String()))
			}
		})
		for _, it := range o.Evidence.Items[:o.Evidence.Len] {
			if gone[it.Reason] {
				wrong = append(wrong, errors.New(it.Reason.String()))
			}
			if it.Reason == label.TimeOnly || it.Reason == label.TooSoon {
				weak++
			}
		}
	})
	if len(wrong) > 0 {
		t.Errorf("%s: %v", name, errors.Join(wrong[:min(3, len(wrong))]...))
	}
	return weak
}
