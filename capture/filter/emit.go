package filter

import (
	"slices"

	"golang.org/x/net/bpf"
)

// machine is the content of the registers at a point of a program; 0 is
// unknown.
type machine struct{ a, x valueID }

// meet keeps what is the same on two paths.
func (m machine) meet(other machine) machine {
	if m.a != other.a {
		m.a = 0
	}
	if m.x != other.x {
		m.x = 0
	}
	return m
}

// emitter writes the instructions of one question.
type emitter struct {
	*values
	machine
	code []bpf.Instruction
	// spilled is set if a value needs more places than the machine has.
	spilled bool
}

// emit writes the program of a graph. Questions are written from the first to
// the answers, so every jump leads forward.
func emit(g *graph, root int, v *values, snaplen uint32) ([]bpf.Instruction, error) {
	code := make([][]bpf.Instruction, len(g.nodes))
	reached := make([]bool, len(g.nodes))
	entry := make([]machine, len(g.nodes))
	reached[root] = true
	size := 0
	for n := root; n > accept; n-- {
		if !reached[n] {
			continue
		}
		q := g.nodes[n]
		e := emitter{values: v, machine: entry[n]}
		e.question(q.test)
		if e.spilled {
			return nil, errTooLong
		}
		code[n] = e.code
		if size += len(e.code) + 1; size > maxInstructions {
			return nil, errTooLong
		}
		for _, to := range []int{q.yes, q.no} {
			if reached[to] {
				entry[to] = entry[to].meet(e.machine)
				continue
			}
			reached[to], entry[to] = true, e.machine
		}
	}
	program := link(g, root, code, reached, snaplen)
	if len(program) > maxInstructions {
		return nil, errTooLong
	}
	return program, nil
}

// link joins the code of the questions by jumps. It works from the end to the
// beginning, where all distances are known.
func link(g *graph, root int, code [][]bpf.Instruction, reached []bool, snaplen uint32) []bpf.Instruction {
	var back []bpf.Instruction // the program, last instruction first
	place := make([]int, len(g.nodes))
	answers := []bpf.Instruction{bpf.RetConstant{Val: 0}, bpf.RetConstant{Val: snaplen}}
	for n, answer := range answers {
		if reached[n] {
			back = append(back, answer)
			place[n] = len(back)
		}
	}
	// reach returns where a question begins or, if that is farther than a jump
	// reaches, a step that leads to it: 255, less one for a step of the other
	// answer. Later ones use the same step.
	reach := func(to int) int {
		if len(back)-place[to] < 255 {
			return place[to]
		}
		if to <= accept {
			back = append(back, answers[to])
		} else {
			back = append(back, bpf.Jump{Skip: uint32(len(back) - place[to])})
		}
		place[to] = len(back)
		return len(back)
	}
	for n := accept + 1; n <= root; n++ {
		if !reached[n] {
			continue
		}
		q := g.nodes[n]
		yes, no := reach(q.yes), reach(q.no)
		if !q.touches() {
			back = append(back, jump(q.test, uint8(len(back)-yes), uint8(len(back)-no)))
		} else if yes < len(back) {
			back = append(back, bpf.Jump{Skip: uint32(len(back) - yes)})
		}
		for _, ins := range slices.Backward(code[n]) {
			back = append(back, ins)
		}
		place[n] = len(back)
	}
	slices.Reverse(back)
	return back
}

var jumpTests = [...]bpf.JumpTest{
	equal: bpf.JumpEqual, above: bpf.JumpGreaterThan, atLeast: bpf.JumpGreaterOrEqual, anyBit: bpf.JumpBitsSet,
}

func jump(t test, yes, no uint8) bpf.Instruction {
	cond := jumpTests[t.cmp]
	if t.with != 0 {
		return bpf.JumpIfX{Cond: cond, SkipTrue: yes, SkipFalse: no}
	}
	return bpf.JumpIf{Cond: cond, Val: t.k, SkipTrue: yes, SkipFalse: no}
}

func (e *emitter) write(ins ...bpf.Instruction) { e.code = append(e.code, ins...) }

// question loads the compared values into the registers.
func (e *emitter) question(t test) {
	if t.with == 0 {
		e.toA(t.value, 0)
		return
	}
	e.pair(t.value, t.with, 0)
}

// toA loads a value into A. free is the first unused word of memory.
func (e *emitter) toA(id valueID, free int) {
	if e.a == id {
		return
	}
	k := e.keys[id]
	switch k.making {
	case fixed:
		e.write(bpf.LoadConstant{Dst: bpf.RegA, Val: k.k})
	case length:
		e.write(bpf.LoadExtension{Num: bpf.ExtLen})
	case extension:
		e.write(bpf.LoadExtension{Num: bpf.Extension(k.k)})
	case loaded:
		if k.a == 0 {
			e.write(bpf.LoadAbsolute{Off: k.k, Size: int(k.size)})
			break
		}
		e.toX(k.a, free)
		e.write(bpf.LoadIndirect{Off: k.k, Size: int(k.size)})
	case headerLen:
		e.toX(id, free)
		e.write(bpf.TXA{})
	case reckoned:
		e.reckoned(k, free)
	}
	e.a = id
}

var aluOps = map[byte]bpf.ALUOp{
	'+': bpf.ALUOpAdd, '-': bpf.ALUOpSub, '*': bpf.ALUOpMul, '/': bpf.ALUOpDiv, '%': bpf.ALUOpMod, '&': bpf.ALUOpAnd,
	'|': bpf.ALUOpOr, '^': bpf.ALUOpXor, 'l': bpf.ALUOpShiftLeft, 'r': bpf.ALUOpShiftRight,
}

func (e *emitter) reckoned(k valueKey, free int) {
	if c, fixed := e.known(k.b); fixed {
		e.toA(k.a, free)
		e.write(bpf.ALUOpConstant{Op: aluOps[k.op], Val: c})
		return
	}
	e.pair(k.a, k.b, free)
	e.write(bpf.ALUOpX{Op: aluOps[k.op]})
}

// toX loads a value into X. The content of A is lost unless X can be loaded
// directly.
func (e *emitter) toX(id valueID, free int) {
	if e.x == id {
		return
	}
	switch k := e.keys[id]; k.making {
	case fixed:
		e.write(bpf.LoadConstant{Dst: bpf.RegX, Val: k.k})
	case headerLen:
		e.write(bpf.LoadMemShift{Off: k.k})
	default:
		e.toA(id, free)
		e.write(bpf.TAX{})
	}
	e.x = id
}

// memory is how many words of memory the machine has.
const memory = 16

// pair loads a into A and b into X. The one that needs more memory goes first,
// so that no value of a filter that fits in 64 KB needs more than there is.
func (e *emitter) pair(a, b valueID, free int) {
	if k := e.keys[b].making; k == fixed || k == headerLen {
		e.toA(a, free)
		e.toX(b, free)
		return
	}
	if free >= memory {
		e.spilled = true
		return
	}
	if e.places[a] > e.places[b] {
		e.toA(a, free)
		e.write(bpf.StoreScratch{Src: bpf.RegA, N: free})
		e.toX(b, free+1)
		e.write(bpf.LoadScratch{Dst: bpf.RegA, N: free})
		e.a = a
		return
	}
	e.toA(b, free)
	e.write(bpf.StoreScratch{Src: bpf.RegA, N: free})
	e.toA(a, free+1)
	e.write(bpf.LoadScratch{Dst: bpf.RegX, N: free})
	e.x = b
}
