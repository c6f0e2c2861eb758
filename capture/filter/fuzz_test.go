package filter

import (
	"testing"

	"golang.org/x/net/bpf"

	"tcpwatch/capture/wire"
)

// FuzzCompile: whatever the text, nothing panics, and a program is
// one that a kernel takes: not too long, jumps forward and inside, valid to the
// machine of x/net, with the same answers as ours gives.
func FuzzCompile(f *testing.F) {
	for _, a := range readExpressions(f, "testdata/expressions.txt") {
		f.Add(a.expr, uint16(linkNames[a.link]), false, []byte("\x45\x00\x00\x28"))
	}
	for _, c := range refusals {
		f.Add(c.expr, uint16(wire.LinkEthernet), true, []byte{})
	}
	frames := etherFrames()
	f.Fuzz(func(t *testing.T, text string, link uint16, socket bool, data []byte) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		program, err := e.Compile(wire.LinkType(link), 0, Options{LinuxSocket: socket})
		if err != nil {
			return
		}
		checkProgram(t, program)
		if socket {
			return // the machine of x/net does not know what a socket knows
		}
		vm := machineOf(t, program)
		for _, frame := range append(frames[:8:8], data) {
			if got, want := run(program, frame, uint32(len(frame))) != 0, matches(t, vm, frame); got != want {
				t.Errorf("%q: %v, the machine of x/net says %v, of % x", text, got, want, frame)
			}
		}
	})
}

// checkProgram is what the Linux kernel asks of a program (bpf_check_classic).
func checkProgram(t testing.TB, program []bpf.RawInstruction) {
	t.Helper()
	if len(program) == 0 || len(program) > maxInstructions {
		t.Fatalf("%d instructions", len(program))
	}
	if program[len(program)-1].Op != classRET {
		t.Errorf("the last instruction is no return")
	}
	for i, ins := range program {
		rest := uint64(len(program) - i - 1)
		alu := aluOf[ins.Op&opMask>>4]
		switch class := ins.Op & classMask; {
		case class == classJMP && ins.Op&opMask == jumpJA:
			if uint64(ins.K) >= rest {
				t.Errorf("instruction %d jumps out of the program", i)
			}
		case class == classJMP:
			if uint64(max(ins.Jt, ins.Jf)) >= rest {
				t.Errorf("instruction %d jumps out of the program", i)
			}
		case class == classST, class <= classLDX && ins.Op&modeMask == modeMem:
			if ins.K >= memory {
				t.Errorf("instruction %d uses memory that is not there", i)
			}
		case class == classALU && ins.Op&withX == 0:
			if ins.K == 0 && (alu == '/' || alu == '%') {
				t.Errorf("instruction %d divides by 0", i)
			}
			if ins.K > 31 && (alu == 'l' || alu == 'r') {
				t.Errorf("instruction %d shifts by %d", i, ins.K)
			}
		}
	}
}
