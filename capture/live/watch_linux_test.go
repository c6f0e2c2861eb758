//go:build !pcap

package live

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWatchLost: changes that the socket had no room for are asked for, although no
// message waits; without an answer nothing is forgotten, and they are asked for again.
func TestWatchLost(t *testing.T) {
	w, err := newWatch()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := w.named("lo"); !ok {
		t.Skip("needs a loopback interface")
	}
	const gone = 1 << 30
	w.devices[gone] = device{index: gone, name: "gone"}
	for w.refresh() { // other tests make interfaces
	}
	w.lost = true
	if !w.refresh() || w.lost {
		t.Error("what was lost is not asked for")
	}
	if _, ok := w.devices[gone]; ok {
		t.Error("an interface that is gone is still known")
	}
	if _, ok := w.named("lo"); !ok {
		t.Errorf("lo is not known: %v", w.devices)
	}
	w.close()
	w.socket = netlink(-1)
	w.lost = true
	known := maps.Clone(w.devices)
	if w.refresh(); !maps.Equal(w.devices, known) || !w.lost {
		t.Errorf("without an answer: %v, lost %v; known were %v", w.devices, w.lost, known)
	}
}

// script is a socket that gives what a test says. Each request is answered by the next
// answer; in it a message with the number ofRequest has that of the request.
type script struct {
	answers  [][]message
	pending  []message
	requests int
}

// message is one datagram, or the error in place of one.
type message struct {
	kind, flags uint16
	number      uint32
	body        []byte
	err         error
}

const ofRequest = 1 << 31

func (s *script) send(b []byte) error {
	s.requests++
	if len(s.answers) == 0 {
		return nil
	}
	for _, m := range s.answers[0] {
		if m.number == ofRequest {
			m.number = binary.NativeEndian.Uint32(b[8:])
		}
		s.pending = append(s.pending, m)
	}
	s.answers = s.answers[1:]
	return nil
}

func (s *script) receive(b []byte) ([]byte, error) {
	if len(s.pending) == 0 {
		return nil, unix.EAGAIN
	}
	m := s.pending[0]
	s.pending = s.pending[1:]
	if m.err != nil {
		return nil, m.err
	}
	b = binary.NativeEndian.AppendUint32(b[:0], uint32(unix.SizeofNlMsghdr+len(m.body)))
	b = binary.NativeEndian.AppendUint16(b, m.kind)
	b = binary.NativeEndian.AppendUint16(b, m.flags)
	b = binary.NativeEndian.AppendUint32(b, m.number)
	b = binary.NativeEndian.AppendUint32(b, 0)
	return append(b, m.body...), nil
}

func (s *script) wait(time.Duration) bool { return len(s.pending) > 0 }

// entry is an interface in a list, change one that changed, and gone one that went away.
func entry(index int, name string) message {
	return message{kind: unix.RTM_NEWLINK, flags: unix.NLM_F_MULTI, number: ofRequest, body: linkBody(index, name)}
}

func change(index int, name string) message {
	return message{kind: unix.RTM_NEWLINK, body: linkBody(index, name)}
}

func gone(index int) message {
	return message{kind: unix.RTM_DELLINK, body: linkBody(index, "")}
}

func linkBody(index int, name string) []byte {
	b := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	b = binary.NativeEndian.AppendUint16(b, uint16(unix.SizeofRtAttr+len(name)+1))
	b = binary.NativeEndian.AppendUint16(b, unix.IFLA_IFNAME)
	return append(b, name+"\x00"...)
}

// ends ends a list: 0, or an error's number.
func ends(kind uint16, errno unix.Errno) message {
	flags := uint16(0)
	if kind == unix.NLMSG_DONE {
		flags = unix.NLM_F_MULTI
	}
	return message{kind: kind, flags: flags, number: ofRequest, body: binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))}
}

func (m message) with(flags uint16) message { m.flags |= flags; return m }
func (m message) of(number uint32) message  { m.number = number; return m }

var done = ends(unix.NLMSG_DONE, 0)

// TestWatchLists: a list counts only once it is whole and is the one that was asked for; else what was
// known remains, and it is asked for again.
func TestWatchLists(t *testing.T) {
	whole := []message{entry(1, "lo"), entry(7, "new"), done}
	const known, listed = "1 lo, 5 old", "1 lo, 7 new"
	for _, c := range []struct {
		name     string
		answers  [][]message
		want     string
		removed  string
		requests int
		lost     bool
	}{
		{"whole", [][]message{whole}, listed, "5", 1, false},
		{"an error inside", [][]message{{entry(1, "lo"), ends(unix.NLMSG_ERROR, unix.ENOMEM)}, {ends(unix.NLMSG_ERROR, unix.ENOMEM)}, {ends(unix.NLMSG_ERROR, unix.ENOMEM)}}, known, "", attempts, true},
		{"an error at its end", [][]message{{entry(1, "lo"), ends(unix.NLMSG_DONE, unix.EMSGSIZE)}, whole}, listed, "5", 2, false},
		{"another list still comes", [][]message{{ends(unix.NLMSG_ERROR, unix.EBUSY)}, whole}, listed, "5", 2, false},
		{"the end of another list", [][]message{{entry(1, "lo"), done.of(900), entry(7, "new"), done}}, listed, "5", 1, false},
		{"entries of another list", [][]message{{entry(9, "other").of(900), entry(1, "lo"), entry(7, "new"), done}}, listed, "5", 1, false},
		{"an error about something else", [][]message{{entry(1, "lo"), ends(unix.NLMSG_ERROR, unix.EPERM).of(900), entry(7, "new"), done}}, listed, "5", 1, false},
		{"torn", [][]message{{entry(1, "lo").with(unix.NLM_F_DUMP_INTR), done}, whole}, listed, "5", 2, false},
		{"torn at its end", [][]message{{entry(1, "lo"), done.with(unix.NLM_F_DUMP_INTR)}, whole}, listed, "5", 2, false},
		{"torn every time", slices.Repeat([][]message{{entry(1, "lo").with(unix.NLM_F_DUMP_INTR), done}}, 9), known, "", attempts, true},
		{"torn, but that of another", [][]message{{entry(9, "other").of(900).with(unix.NLM_F_DUMP_INTR), entry(1, "lo"), entry(7, "new"), done}}, listed, "5", 1, false},
		{"an overflow inside", [][]message{{entry(1, "lo"), {err: unix.ENOBUFS}, entry(5, "old"), done}, whole}, listed, "5", 2, false},
		{"an overflow and no end yet", [][]message{{entry(1, "lo"), {err: unix.ENOBUFS}}, whole}, known, "", 1, true},
		{"interrupted by a signal", [][]message{{entry(1, "lo"), {err: unix.EINTR}, entry(7, "new"), done}}, listed, "5", 1, false},
		{"no end yet", [][]message{{entry(1, "lo")}}, known, "", 1, false},
		{"a change inside", [][]message{{entry(1, "lo"), change(8, "newer"), done}}, "1 lo, 8 newer", "5", 1, false},
		{"one is gone inside", [][]message{{entry(1, "lo"), entry(5, "old"), gone(5), done}}, "1 lo", "5", 1, false},
		{"a change and no end", [][]message{{entry(1, "lo"), change(8, "newer"), gone(5)}}, "1 lo, 8 newer", "5", 1, false},
		{"a change with the number of the request", [][]message{{entry(1, "lo"), change(8, "newer").of(ofRequest), done}}, "1 lo, 8 newer", "5", 1, false},
	} {
		s := &script{answers: c.answers}
		w := watchOf(s)
		w.devices = map[int]device{1: {index: 1, name: "lo"}, 5: {index: 5, name: "old"}}
		w.lost = true
		if !w.refresh() {
			t.Errorf("%s: nothing may have changed", c.name)
		}
		if got := listOf(w.devices); got != c.want || s.requests != c.requests || w.lost != c.lost {
			t.Errorf("%s: %s, asked %d times, lost %v; want %s, %d, %v", c.name, got, s.requests, w.lost, c.want, c.requests, c.lost)
		}
		if got := indexes(w.removed); got != c.removed {
			t.Errorf("%s: removed %q, want %q", c.name, got, c.removed)
		}
	}
}

func listOf(devices map[int]device) string {
	var all []string
	for _, index := range slices.Sorted(maps.Keys(devices)) {
		all = append(all, string(rune('0'+index))+" "+devices[index].name)
	}
	return strings.Join(all, ", ")
}

func indexes(m map[int]bool) (s string) {
	for _, index := range slices.Sorted(maps.Keys(m)) {
		s += string(rune('0' + index))
	}
	return s
}

// TestWatchWaitsNot: while packets wait nothing waits for a list: it is read when it comes, also in
// pieces, and asked for again only when it has not come for long.
func TestWatchWaitsNot(t *testing.T) {
	s := &script{}
	w := watchOf(s)
	w.lost = true
	w.refresh()
	if w.refresh(); s.requests != 1 {
		t.Fatalf("asked %d times while the answer is due", s.requests)
	}
	number := w.number
	s.pending = []message{entry(1, "lo").of(number)}
	w.refresh()
	s.pending = []message{entry(2, "va").of(number), done.of(number)}
	if w.refresh(); listOf(w.devices) != "1 lo, 2 va" || w.lost || w.refresh() {
		t.Errorf("%s, lost %v", listOf(w.devices), w.lost)
	}
	w.lost = true
	w.refresh()
	w.asked.since = w.asked.since.Add(-patience - time.Second)
	s.answers = [][]message{{entry(9, "late").of(w.number), done.of(w.number), entry(3, "vb"), done}}
	if w.refresh(); s.requests != 3 || listOf(w.devices) != "3 vb" || w.lost {
		t.Errorf("asked %d times: %s, lost %v", s.requests, listOf(w.devices), w.lost)
	}
}

// TestWatchAsks: who waits for a list gets a whole one or an error, and its error.
func TestWatchAsks(t *testing.T) {
	torn := []message{entry(1, "lo").with(unix.NLM_F_DUMP_INTR), done}
	w := watchOf(&script{answers: [][]message{torn, {ends(unix.NLMSG_ERROR, unix.EBUSY)}, torn, torn, torn, {entry(1, "lo"), entry(2, "va"), done}}})
	if err := w.ask(unix.RTM_GETLINK); err != nil || listOf(w.devices) != "1 lo, 2 va" || w.lost {
		t.Errorf("%v: %s", err, listOf(w.devices))
	}
	w = watchOf(&script{answers: [][]message{{entry(1, "lo"), ends(unix.NLMSG_ERROR, unix.ENOMEM)}}})
	if err := w.ask(unix.RTM_GETLINK); !errors.Is(err, unix.ENOMEM) || len(w.devices) != 0 {
		t.Errorf("%v: %s", err, listOf(w.devices))
	}
	w = watchOf(&script{answers: [][]message{{entry(1, "lo")}}})
	if err := w.ask(unix.RTM_GETLINK); !errors.Is(err, errNoAnswer) {
		t.Error(err)
	}
}

// TestWatchCut: an answer that does not fit makes no list; it is asked for again, and then fits.
func TestWatchCut(t *testing.T) {
	w, err := newWatch()
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if _, ok := w.named("lo"); !ok {
		t.Skip("needs a loopback interface")
	}
	w.buf = make([]byte, 64)
	w.devices = map[int]device{}
	if err := w.ask(unix.RTM_GETLINK); err != nil {
		t.Error(err)
	}
	if _, ok := w.named("lo"); !ok {
		t.Errorf("lo is not known: %v", w.devices)
	}
	if w.buf = make([]byte, 64); w.request(unix.RTM_GETLINK) != nil {
		t.Fatal("cannot be asked for")
	}
	w.wait(patience)
	if w.read(); !w.lost || len(w.removed) > 0 {
		t.Errorf("lost %v, removed %v", w.lost, w.removed)
	}
	w = watchOf(&script{pending: []message{{err: cut(1 << 17)}}})
	if w.read(); !w.lost || w.refusal != nil {
		t.Errorf("a change that is cut off: lost %v, %v", w.lost, w.refusal)
	}
}

// TestWatchOthers: what another process sends is not read, and does not keep the reader for as long as it comes.
func TestWatchOthers(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	for range 2 {
		if _, err := unix.Write(fds[1], []byte("not the kernel's")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if b, err := netlink(fds[0]).receive(make([]byte, 64)); len(b) != 0 || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	}
}
