package event_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// ledger holds events against the records that follow them.
type ledger struct {
	of       map[uint64]*account
	problems []string
	kinds    [analyze.Moments]uint64
	evicted  uint64
	reused   map[uint64]uint64 // previous → connection
	lax      bool
}

// account is what the events said of one connection.
type account struct {
	opening, closing event.Event // the last that was not taken back
	isOpen, isClosed bool
	holders          map[netip.AddrPort]bool
	resent, octets   int64
	stopped, resumed int
	restarts         uint32
	closed           bool // its record came
	confirmed        bool
	text             []string
}

func (l *ledger) wrong(number uint64, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if a := l.of[number]; a != nil {
		text += "\n    " + strings.Join(a.text, "\n    ")
	}
	l.problems = append(l.problems, fmt.Sprintf("connection %d: %s", number, text))
}

func (l *ledger) event(e *event.Event) {
	l.kinds[e.Kind]++
	if e.Kind == analyze.MomentEvicted {
		l.evicted += uint64(e.Value(event.Connections).N)
		if e.Connection == 0 {
			return
		}
	}
	a := l.of[e.Connection]
	if a == nil {
		a = &account{holders: map[netip.AddrPort]bool{}}
		l.of[e.Connection] = a
	}
	a.text = append(a.text, fmt.Sprintf("%d: %s", e.Packet, plain(e)))
	if a.closed {
		l.wrong(e.Connection, "an event after the record")
	}
	switch e.Kind {
	case analyze.MomentMidstream, analyze.MomentOpened, analyze.MomentRefused, analyze.MomentOpeningReset, analyze.MomentHalfOpen,
		analyze.MomentUnanswered, analyze.MomentOneWay:
		if a.isOpen && !(a.opening.Kind == analyze.MomentMidstream && e.Kind == analyze.MomentOneWay) {
			l.wrong(e.Connection, "%s is not taken back before %s", a.opening.Spec().Name, e.Spec().Name)
		}
		a.opening, a.isOpen, a.confirmed = *e, true, false
	case analyze.MomentConfirmed:
		if !a.isOpen || a.confirmed || !a.opening.Inferred || e.Value(event.Of).Word != a.opening.Spec().Name {
			l.wrong(e.Connection, "%s is confirmed, which was not said, or not by inference", e.Value(event.Of).Word)
		}
		a.confirmed = true
	case analyze.MomentHalfClosed, analyze.MomentClosed:
		if a.isClosed && a.closing.Kind != analyze.MomentHalfClosed {
			l.wrong(e.Connection, "a close is not taken back before %s", plain(e))
		}
		a.closing, a.isClosed = *e, true
	case analyze.MomentTimeWait:
		a.holders[by(e)] = true
	case analyze.MomentTimeWaitRestarted:
		a.restarts++
	case analyze.MomentRetry:
		a.resent++
	case analyze.MomentResent:
		a.resent += e.Value(event.Segments).N
		a.octets += e.Value(event.Octets).N
	case analyze.MomentZeroWindow:
		a.stopped++
	case analyze.MomentWindowReopened:
		a.resumed++
	case analyze.MomentTupleReused:
		if e.Value(event.Was).Word == "TIME-WAIT" {
			l.reused[uint64(e.Value(event.Previous).N)] = e.Connection
		}
	case analyze.MomentTakenBack:
		l.takenBack(a, e)
	}
}

func (l *ledger) takenBack(a *account, e *event.Event) {
	switch of := e.Value(event.Of).Word; {
	case a.isOpen && of == a.opening.Spec().Name:
		a.isOpen = false
	case a.isClosed && of == a.closing.Spec().Name:
		a.isClosed = false
	case of == "time-wait" && a.holders[by(e)]:
		delete(a.holders, by(e))
		delete(l.reused, e.Connection) // nobody broke what there was not
	default:
		l.wrong(e.Connection, "%s is taken back, which was not said", of)
	}
}

var openings = map[analyze.OpeningOutcome]string{
	analyze.OpeningMidstream: "midstream", analyze.OpeningComplete: "opened", analyze.OpeningSimultaneous: "opened", analyze.OpeningRefused: "refused",
	analyze.OpeningReset: "opening-reset", analyze.OpeningHalfOpen: "half-open", analyze.OpeningUnanswered: "unanswered", analyze.OpeningOneWay: "one-way",
}

func (l *ledger) record(c *analyze.Connection) {
	a := l.of[c.Number]
	if a == nil {
		l.wrong(c.Number, "no event at all")
		return
	}
	a.closed = true
	if want := openings[c.Opening.Outcome]; !a.isOpen || a.opening.Spec().Name != want {
		l.wrong(c.Number, "it was %s", want)
	} else if (c.Opening.Form == analyze.FormSimultaneous) != (a.opening.Value(event.Form).Word == "simultaneous") {
		l.wrong(c.Number, "its form was %q", c.Opening.Form)
	}
	if proved := !a.opening.Inferred || a.confirmed; a.opening.Kind == analyze.MomentOpened && proved != (c.Opening.AckPacket != 0) {
		l.wrong(c.Number, "its handshake was completed in packet %d", c.Opening.AckPacket)
	}
	closing, by := "", c.Closing.ActiveCloser.String()
	switch c.Closing.Outcome {
	case analyze.ClosingHalfClosed:
		closing, by = "half-closed", ""
	case analyze.ClosingReset:
		by = c.Closing.RstBy.String()
		if c.Opening.Outcome != analyze.OpeningRefused && c.Opening.Outcome != analyze.OpeningReset {
			closing = "closed reset"
		}
	case analyze.ClosingNormal, analyze.ClosingSimultaneous:
		closing = "closed " + c.Closing.Outcome.String()
	}
	said, who := "", ""
	if a.isClosed {
		said = strings.TrimSpace(a.closing.Spec().Name + " " + a.closing.Value(event.How).Word)
		if who = a.closing.Value(event.By).Word; who == "between" {
			who = a.closing.Value(event.Named).Word
		}
		if who == "" {
			who = "none"
		}
	}
	if said != closing || closing != "" && by != "" && by != who {
		l.wrong(c.Number, "it was closed: %q by %s, said %q by %s", closing, by, said, who)
	}
	l.counts(c, a)
}

func (l *ledger) counts(c *analyze.Connection, a *account) {
	for side, end := range map[analyze.Side]netip.AddrPort{analyze.ClientSide: c.Client, analyze.ServerSide: c.Server} {
		if c.Self() && side == analyze.ServerSide {
			continue
		}
		if held := c.TimeWait.Holders == side || c.TimeWait.Holders == analyze.BothSides; held != a.holders[end] {
			l.wrong(c.Number, "TIME-WAIT was held by %s", c.TimeWait.Holders)
		}
	}
	// Both SYN-ACKs of a simultaneous open repeat a SYN, which may have been missed, and are no retries; with
	// lax of an end that answers itself.
	if n := int64(c.FromClient.Retransmissions + c.FromServer.Retransmissions); n != a.resent && (c.Opening.ServerSynCount == 0 && !c.Self() && c.Opening.SynAckISNs < 2 && !(l.lax && c.Opening.SynAckCount > 0) || n > a.resent+2) {
		l.wrong(c.Number, "%d segments were sent again, %d in events", n, a.resent)
	}
	if n := int64(c.FromClient.RetransmittedBytes + c.FromServer.RetransmittedBytes); n < a.octets || n > a.octets && c.Opening.SynData == 0 && !l.lax {
		l.wrong(c.Number, "%d octets were sent again, %d in events", n, a.octets)
	}
	if len(a.holders) > 0 && a.restarts != c.TimeWait.Restarts {
		l.wrong(c.Number, "TIME-WAIT began anew %d times", c.TimeWait.Restarts)
	}
	if reused := l.reused[c.Number]; reused != c.TimeWait.ReusedBy {
		l.wrong(c.Number, "its TIME-WAIT was broken by %d", c.TimeWait.ReusedBy)
	}
}

// hold returns a ledger for what an Analyzer tells, the Analyzer, and a function
// that ends both.
func hold(cfg analyze.Config) (*ledger, *analyze.Analyzer, func()) {
	l := &ledger{of: map[uint64]*account{}, reused: map[uint64]uint64{}}
	cfg.Moment = event.NewTeller(l.event).Moment
	cfg.Connection = l.record
	zero, again := map[uint64]int{}, map[uint64]int{}
	cfg.Episode = func(e *analyze.Episode) {
		if e.Kind == analyze.EpisodeZero {
			zero[e.Connection]++
			if e.End == analyze.EpisodeReopened {
				again[e.Connection]++
			}
		}
	}
	an := analyze.New(cfg)
	return l, an, func() {
		an.Flush()
		s := an.Stats()
		if uint64(len(l.of)) != s.Connections || l.evicted != s.Evicted {
			l.problems = append(l.problems, fmt.Sprintf("%d connections with events of %d; %d evictions told of %d", len(l.of), s.Connections, l.evicted, s.Evicted))
		}
		for n, a := range l.of {
			if a.stopped != zero[n] || a.resumed != again[n] {
				l.wrong(n, "its windows closed %d times, opened %d times", zero[n], again[n])
			}
		}
	}
}

// by returns the end that did it: a guess of who is the client may turn out wrong.
func by(e *event.Event) netip.AddrPort {
	if e.Value(event.By).Word == "client" {
		return e.Client
	}
	return e.Server
}

// holdAgainst runs a capture and returns what does not agree.
func holdAgainst(t *testing.T, path string, cfg analyze.Config) *ledger {
	t.Helper()
	l, an, end := hold(cfg)
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return l // nothing in it is a capture
	}
	defer src.Close()
	dec := capture.NewDecoder(capture.DecoderOptions{})
	var p capture.Packet
	var seg wire.Segment
	for {
		if err := src.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			continue
		}
		switch dec.Decode(&p, &seg) {
		case wire.Segmented:
			an.Segment(&seg)
		case wire.ICMPError:
			an.Quote(dec.Quote())
		}
	}
	end()
	return l
}

// captures returns every capture in the repository, and those in the folder of
// shared captures where that is present.
func captures(t *testing.T) (paths []string) {
	t.Helper()
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	for _, dir := range []string{filepath.Join("..", "..", "testdata", "pcaps"), filepath.Join(shared, "pcaps")} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if info, err := d.Info(); err == nil && info.Size() < 64<<20 && !strings.HasSuffix(path, ".tsv") && !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".md") {
				paths = append(paths, path)
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return paths
}

// TestAgree holds the events of every capture against its records; also where
// connections are evicted all the time.
func TestAgree(t *testing.T) {
	var kinds [analyze.Moments]uint64
	files := captures(t)
	for _, path := range files {
		for _, most := range []int{0, 3} {
			l := holdAgainst(t, path, analyze.Config{MaxConnections: most})
			for i, p := range l.problems {
				if i == 5 {
					t.Errorf("%s: and %d more", path, len(l.problems)-i)
					break
				}
				t.Errorf("%s (--max-connections %d): %s", path, most, p)
			}
			for k, n := range l.kinds {
				kinds[k] += n
			}
		}
	}
	for k, n := range kinds {
		t.Logf("%8d %s", n, event.All[k].Name)
	}
	t.Logf("%d captures", len(files))
	if len(files) < 60 {
		t.Errorf("only %d captures", len(files))
	}
}
