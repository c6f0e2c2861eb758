package filter

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// writer writes expressions at random by the grammar of pcap-filter(7), of
// addresses and numbers that the frames have. It leaves out what differences
// lists.
type writer struct {
	*rand.Rand
	link  string
	depth int
	mpls  bool // an mpls stands in front: only IP can follow
	ppp   bool // a pppoes stands in front
}

func (w *writer) of(words ...string) string { return words[w.IntN(len(words))] }

// expression returns an expression of link and which link that is.
func writeExpression(seed uint64) (link, expr string) {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 7)), link: "EN10MB", depth: 3}
	if seed%4 == 3 {
		w.link = w.of("LINUX_SLL", "LINUX_SLL2", "NULL", "LOOP", "RAW", "IPV4", "IPV6", "PPP", "PPP_SERIAL", "PPP_ETHER", "C_HDLC")
	}
	expr = w.expression()
	if expr[0] == '-' { // tcpdump would take it for an option, even after --
		expr = "(" + expr + ")"
	}
	return w.link, expr
}

func (w *writer) expression() string {
	w.depth--
	defer func() { w.depth++ }()
	s := w.term()
	for w.depth > 0 && w.IntN(3) > 0 {
		s += " " + w.of("and", "or", "&&", "||") + " " + w.term()
	}
	return s
}

func (w *writer) term() string {
	switch n := w.IntN(12); {
	case n == 0:
		return w.of("not ", "! ", "!") + w.term()
	case n < 3 && w.depth > 0:
		return "(" + w.expression() + ")"
	case n < 5:
		return w.relation()
	}
	return w.primitive()
}

func (w *writer) primitive() string {
	dir := w.of("", "", "src ", "dst ", "src or dst ", "src and dst ", "dst or src ")
	switch w.IntN(9) {
	case 0:
		return w.of("", "ip ") + dir + "host " + w.list(w.of(host4...), w.of(host4...))
	case 1:
		return w.of("", "ip6 ") + dir + "host " + w.of(host6...)
	case 2:
		return dir + "net " + w.list(w.of(nets...), w.of(nets...))
	case 3:
		return w.of("", "tcp ", "udp ", "sctp ") + dir + "port " + w.list(w.of(ports...), w.of(ports...))
	case 4:
		return w.of("", "tcp ", "udp ") + dir + "portrange " + w.of("1-100", "80-443", "7000-7009", "1000-60000", "80")
	case 5:
		return w.of("ip proto ", "ip6 proto ", "proto ") + w.of("6", "17", "(6 or 17)", "\\tcp", "58", "44", "not 6")
	case 6:
		return w.of("less ", "greater ") + w.of("54", "60", "74", "100")
	case 7:
		return w.tagOrLink()
	}
	return w.of("ip", "ip6", "tcp", "udp", "icmp", "icmp6", "sctp", "igmp", "ah", "esp", "ip multicast", "ip6 multicast", "ip broadcast")
}

var (
	host4 = []string{"10.0.0.1", "10.0.0.2", "192.168.1.5", "255.255.255.255"}
	host6 = []string{"2001:db8::1", "2001:db8::2", "fe80::1"}
	nets  = []string{"10", "192.168", "10.0.0.0/30", "0.0.0.0/1", "224.0.0.0/4", "10.0.0.0 mask 255.0.0.0", "2001:db8::/32", "fe80::/10", "::/1"}
	ports = []string{"80", "443", "53", "1024", "22", "0x50"}
)

// list is one address, or two of which the second inherits.
func (w *writer) list(a, b string) string {
	switch w.IntN(6) {
	case 0:
		return a + w.of(" or ", " and ") + b
	case 1:
		return "(" + a + " or " + b + ")"
	case 2:
		return a + " or not " + b
	}
	return a
}

// tagOrLink is what only some link types have.
func (w *writer) tagOrLink() string {
	if w.link != "EN10MB" || w.ppp || w.mpls {
		return "len > 60"
	}
	switch w.IntN(6) {
	case 0, 1:
		return "vlan" + w.of("", " 100", " 200", " 300", " (100)")
	case 2:
		w.mpls = true
		return "mpls" + w.of("", " 1024", " 100000")
	case 3:
		w.ppp = true
		return "pppoes" + w.of("", " 39", " 5")
	case 4:
		return "ether " + w.of("", "src ", "dst ") + "host 02:00:00:00:00:0" + w.of("1", "2")
	}
	return w.of("arp", "rarp", "arp host 10.0.0.1", "broadcast", "ether multicast", "ether proto 0x800", "stp", "ipx", "atalk", "iso", "pppoed")
}

func (w *writer) relation() string {
	return w.value(2) + " " + w.of("=", "==", "!=", "<", ">", "<=", ">=") + " " + w.of(w.number(), "len", w.number()+" + "+w.number())
}

// value is an arithmetic value. Headers are read by left operands only.
func (w *writer) value(depth int) string {
	if depth == 0 || w.IntN(3) == 0 {
		return w.of("len", w.number(), w.octets(depth), w.octets(depth))
	}
	left := w.value(depth - 1)
	op := w.of("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
	right := w.of("1", "2", "3", "4", "5", "7", "12", "31")
	if !strings.Contains("/%<<>>", op) && w.IntN(4) == 0 {
		right = w.of("len", "(len + 3)", w.number())
	}
	if w.IntN(3) == 0 {
		return "(" + left + " " + op + " " + right + ")"
	}
	return left + " " + op + " " + right
}

func (w *writer) number() string {
	return w.of("0", "1", "2", "6", "20", "64", "80", "0x45", "0xff", "0800", "1024", "65535", "0x0a000001", "0x80000000", "tcp-syn", "icmp-echo")
}

func (w *writer) octets(depth int) string {
	index := fmt.Sprint(w.IntN(24))
	if depth > 0 && w.IntN(4) == 0 {
		index = w.value(0) + " & 15"
	}
	return w.of("ip", "ip", "tcp", "tcp", "udp", "icmp", "ip6", "icmp6", "sctp", "ether") + "[" + index + w.of("", ":1", ":2", ":4") + "]"
}

// generated is how many expressions are recorded.
const generated = 200

func TestGenerated(t *testing.T) {
	const path = "testdata/generated.tsv"
	var list []asked
	if *update {
		for seed := range uint64(generated) {
			link, expr := writeExpression(seed)
			list = append(list, asked{link: link, expr: expr})
		}
	} else {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			link, rest, _ := strings.Cut(line, "\t")
			expr, _, _ := strings.Cut(rest, "\t")
			list = append(list, asked{link: link, expr: expr})
		}
	}
	byLink := framesByLink()
	matched, refused := 0, 0
	list = answered(t, list, path)
	if testing.Short() {
		one := 0 // of four
		list = slices.DeleteFunc(list, func(asked) bool { one++; return one%4 > 0 })
	}
	for _, a := range list {
		o := compare(t, a, byLink(a.link))
		if o.differs != "" {
			t.Errorf("%s %q: %s", a.link, a.expr, o.differs)
		}
		if o.matched > 0 {
			matched++
		}
		if a.refusal != "" {
			refused++
		}
	}
	if matched < len(list)/2 {
		t.Errorf("only %d of %d filters match a frame: the rest shows little", matched, len(list))
	}
	t.Logf("%d filters, %d match a frame, %d are refused by both", len(list), matched, refused)
}

// FuzzTcpdump compares expressions at random with tcpdump's.
func FuzzTcpdump(f *testing.F) {
	needTcpdump(f)
	byLink := framesByLink()
	f.Add(uint64(generated))
	f.Fuzz(func(t *testing.T, seed uint64) {
		a := asked{}
		a.link, a.expr = writeExpression(seed)
		var err error
		if a.oracle, err = tcpdump(a.expr, "-y", a.link); err != nil && a.refusal == "" {
			t.Fatal(err)
		}
		if o := compare(t, a, byLink(a.link)); o.differs != "" {
			t.Errorf("%s %q: %s", a.link, a.expr, o.differs)
		}
	})
}
