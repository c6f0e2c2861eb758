package filter

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/bpf"

	"tcpwatch/capture/wire"
)

var update = flag.Bool("update", false, "ask tcpdump again and write what it answers to testdata")

// linkNames are the link types by the names that tcpdump -y knows.
// socketLink is none of them: there tcpdump compiles for a socket on lo.
const socketLink = "socket"

var linkNames = map[string]wire.LinkType{
	"EN10MB": wire.LinkEthernet, socketLink: wire.LinkEthernet, "LINUX_SLL": wire.LinkSLL, "LINUX_SLL2": wire.LinkSLL2, "NULL": wire.LinkNull,
	"LOOP": wire.LinkLoop, "RAW": wire.LinkRaw, "IPV4": wire.LinkIPv4, "IPV6": wire.LinkIPv6, "PPP": wire.LinkPPP,
	"PPP_SERIAL": wire.LinkPPPHDLC, "PPP_ETHER": wire.LinkPPPEther, "C_HDLC": wire.LinkCiscoHDLC,
}

// oracle is what tcpdump compiles: with its optimizer and without. The two
// differ on packets that are cut short, where the optimizer has removed a load.
type oracle struct {
	optimized, plain []bpf.RawInstruction
	refusal          string // why there is no program
}

// errRefused is tcpdump's refusal of an expression.
var errRefused = errors.New("refused")

// hasTcpdump tells whether there is a tcpdump that compiles as libpcap 1.10.
func hasTcpdump() bool {
	version, _ := exec.Command("tcpdump", "--version").CombinedOutput()
	return bytes.Contains(version, []byte("libpcap version 1.10"))
}

func needTcpdump(t testing.TB) {
	t.Helper()
	if !hasTcpdump() {
		t.Skip("needs tcpdump with libpcap 1.10")
	}
}

// tcpdump compiles an expression. where is "-y LINK" or "-i INTERFACE".
func tcpdump(expr string, where ...string) (oracle, error) {
	var o oracle
	for _, plain := range []bool{false, true} {
		args := append([]string{"-ddd"}, where...)
		if plain {
			args = append(args, "-O")
		}
		cmd := exec.Command("tcpdump", append(args, "--", expr)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			if strings.Contains(stderr.String(), "permission") || strings.Contains(stderr.String(), "tcpdump: "+where[1]+": ") {
				return oracle{}, errRefused // the interface, and not the expression
			}
			o.refusal = strings.TrimSpace(strings.TrimPrefix(lastLine(stderr.String()), "tcpdump: "))
			return o, errRefused
		}
		if err != nil {
			return o, err
		}
		program, err := parseDDD(string(out))
		if err != nil {
			return o, err
		}
		if plain {
			o.plain = program
		} else {
			o.optimized = program
		}
	}
	return o, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// parseDDD reads the output of tcpdump -ddd: a count, then an instruction a
// line.
func parseDDD(s string) ([]bpf.RawInstruction, error) {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	program := make([]bpf.RawInstruction, len(lines)-1)
	for i := range program {
		ins := &program[i]
		if _, err := fmt.Sscan(lines[i+1], &ins.Op, &ins.Jt, &ins.Jf, &ins.K); err != nil {
			return nil, fmt.Errorf("tcpdump -ddd, line %d: %w", i+2, err)
		}
	}
	return program, nil
}

// spell and unspell are the form of a program in testdata: instructions in
// hexadecimal, op.jt.jf.k.
func spell(program []bpf.RawInstruction) string {
	words := make([]string, len(program))
	for i, ins := range program {
		words[i] = fmt.Sprintf("%x.%x.%x.%x", ins.Op, ins.Jt, ins.Jf, ins.K)
	}
	return strings.Join(words, " ")
}

func unspell(s string) (program []bpf.RawInstruction, err error) {
	for word := range strings.FieldsSeq(s) {
		var n [4]uint64
		for i, part := range strings.SplitN(word, ".", 4) {
			if n[i], err = strconv.ParseUint(part, 16, 32); err != nil {
				return nil, err
			}
		}
		program = append(program, bpf.RawInstruction{Op: uint16(n[0]), Jt: uint8(n[1]), Jf: uint8(n[2]), K: uint32(n[3])})
	}
	return program, nil
}

// asked is an expression for a link type, with tcpdump's answer.
type asked struct {
	link, expr string
	oracle
}

// readExpressions reads a list of expressions.
func readExpressions(t testing.TB, path string) (list []asked) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for line := range strings.SplitSeq(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			links = strings.Fields(strings.Trim(line, "[]"))
		default:
			for _, link := range links {
				list = append(list, asked{link: link, expr: line})
			}
		}
	}
	return list
}

// answered gives every expression of a list its answer: what tcpdump says, or
// what is recorded of it where it is not installed or may not open the
// interface. -update records it.
func answered(t *testing.T, list []asked, path string) []asked {
	t.Helper()
	recorded := map[[2]string]string{}
	text, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if cell := strings.SplitN(line, "\t", 3); len(cell) == 3 {
			recorded[[2]string{cell[0], cell[1]}] = cell[2]
		}
	}
	if *update {
		needTcpdump(t)
		askAll(t, list)
		var b strings.Builder
		for _, a := range list {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", a.link, a.expr, a.record())
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return list
	}
	different := 0
	if !testing.Short() && hasTcpdump() {
		askAll(t, list)
	}
	for i := range list {
		a := &list[i]
		line, ok := recorded[[2]string{a.link, a.expr}]
		switch {
		case !ok:
			t.Fatalf("%s has no answer for %s %q: go test -update asks tcpdump", path, a.link, a.expr)
		case a.plain != nil || a.refusal != "":
			if a.record() != line {
				different++
			}
			continue
		}
		if err := a.recall(line); err != nil {
			t.Fatalf("%s: %q: %v", path, a.expr, err)
		}
	}
	if different > 0 {
		t.Logf("%d answers of tcpdump are not those recorded: another version", different)
	}
	return list
}

var expressions []asked

// answeredExpressions is the list of expressions.txt with its answers, asked
// once for all tests.
func answeredExpressions(t *testing.T) []asked {
	t.Helper()
	if expressions == nil {
		expressions = answered(t, readExpressions(t, "testdata/expressions.txt"), "testdata/expressions.tsv")
	}
	return expressions
}

// record is the form of an answer in testdata.
func (a *asked) record() string {
	if a.refusal != "" {
		return "refused\t" + a.refusal
	}
	if spell(a.plain) == spell(a.optimized) {
		return spell(a.optimized)
	}
	return spell(a.optimized) + "\t" + spell(a.plain)
}

func (a *asked) recall(line string) (err error) {
	first, second, two := strings.Cut(line, "\t")
	if first == "refused" {
		a.refusal = second
		return nil
	}
	if !two {
		second = first
	}
	if a.optimized, err = unspell(first); err != nil {
		return err
	}
	a.plain, err = unspell(second)
	return err
}

// askAll asks tcpdump, two processes at a time.
func askAll(t testing.TB, list []asked) {
	t.Helper()
	var wait sync.WaitGroup
	next := make(chan *asked)
	for range 2 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for a := range next {
				var err error
				where := []string{"-y", a.link}
				if a.link == socketLink {
					where = []string{"-i", "lo"}
				}
				if a.oracle, err = tcpdump(a.expr, where...); err != nil && !errors.Is(err, errRefused) {
					t.Errorf("%q: %v", a.expr, err)
				}
			}
		}()
	}
	for i := range list {
		next <- &list[i]
	}
	close(next)
	wait.Wait()
}
