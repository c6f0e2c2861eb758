package filter

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

// machineOf makes the VM of x/net for a program.
func machineOf(t testing.TB, program []bpf.RawInstruction) *bpf.VM {
	t.Helper()
	ins, ok := bpf.Disassemble(program)
	if !ok {
		t.Fatalf("not every instruction is known: %v", ins)
	}
	for i := range ins {
		if ins[i] == (bpf.NegateA{}) { // which the VM has not
			ins[i] = bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: ^uint32(0)}
		}
	}
	vm, err := bpf.NewVM(ins)
	if err != nil {
		t.Fatalf("%v in %v", err, ins)
	}
	return vm
}

func matches(t testing.TB, vm *bpf.VM, frame []byte) bool {
	t.Helper()
	n, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	return n != 0
}

// outcome is what a comparison found.
type outcome struct {
	matched  int // frames that tcpdump chooses
	disputed int // frames on which tcpdump contradicts itself
	ours     []bpf.RawInstruction
	differs  string // where we do not agree; "" if we do
}

// compare runs our program and tcpdump's two over frames. It must choose what
// tcpdump -O chooses. Where tcpdump's optimizer has removed a load whose value
// did not matter, its program also takes packets that are cut before that;
// any other difference of its two programs would show a bug of the optimizer.
func compare(t testing.TB, a asked, frames [][]byte) (o outcome) {
	t.Helper()
	if strconv.IntSize < 64 {
		t.Skip("needs an int of 64 bits: in a smaller one X plus an offset wraps around in the machine of x/net")
	}
	e, err := Parse(a.expr)
	if err == nil {
		o.ours, err = e.Compile(linkNames[a.link], 0, Options{})
	}
	switch {
	case err != nil && a.refusal != "":
		return o
	case err != nil && refusedByRule(err):
		return o
	case err != nil:
		o.differs = fmt.Sprintf("%v, tcpdump accepts it", err)
		return o
	case a.refusal == rejectsAll:
		a.optimized = []bpf.RawInstruction{{Op: classRET}}
		a.plain = a.optimized
	case a.refusal != "":
		o.differs = "accepted, tcpdump says " + a.refusal
		return o
	}
	ours, optimized, plain := machineOf(t, o.ours), machineOf(t, a.optimized), machineOf(t, a.plain)
	for _, f := range frames {
		got, want, other := matches(t, ours, f), matches(t, optimized, f), matches(t, plain, f)
		if own := run(o.ours, f, uint32(len(f))) != 0; own != got {
			t.Errorf("%s %q: the machine of x/net says %v, ours %v, of % x", a.link, a.expr, got, own, f)
		}
		if want {
			o.matched++
		}
		switch {
		case got != other:
			o.differs = fmt.Sprintf("%v, tcpdump says %v, of % x\n%s", got, other, f, listing(o.ours, a.plain))
			return o
		case want != other:
			o.disputed++
		}
	}
	return o
}

// listing puts two programs beside each other.
func listing(ours, theirs []bpf.RawInstruction) string {
	var b strings.Builder
	a, _ := bpf.Disassemble(ours)
	o, _ := bpf.Disassemble(theirs)
	for i := range max(len(a), len(o)) {
		cell := [2]string{}
		if i < len(a) {
			cell[0] = fmt.Sprint(a[i])
		}
		if i < len(o) {
			cell[1] = fmt.Sprint(o[i])
		}
		fmt.Fprintf(&b, "%4d  %-32s %s\n", i, cell[0], cell[1])
	}
	return b.String()
}

// TestExpressions compares every filter of the list with tcpdump's, and shows
// that the listed differences are there.
func TestExpressions(t *testing.T) {
	list := answeredExpressions(t)
	byLink := framesByLink()
	seen := map[string]bool{}
	never, disputed, size, theirs := 0, 0, 0, 0
	for i, a := range list {
		if testing.Short() && i%4 > 0 {
			continue
		}
		o := compare(t, a, byLink(a.link))
		if _, listed := differences[a.expr]; listed {
			seen[a.expr] = seen[a.expr] || o.differs != ""
			continue
		}
		if o.differs != "" {
			t.Errorf("%s %q: %s", a.link, a.expr, o.differs)
		}
		if o.matched == 0 {
			never++
		}
		disputed += o.disputed
		size, theirs = size+len(o.ours), theirs+len(a.optimized)
	}
	for expr := range differences {
		if !seen[expr] && !testing.Short() {
			t.Errorf("%q is listed as different, but is not", expr)
		}
	}
	t.Logf("%d filters, of which %d match no frame; tcpdump contradicts itself %d times on a cut frame; %d instructions in all, tcpdump's programs have %d",
		len(list), never, disputed, size, theirs)
}
