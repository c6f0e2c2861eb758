package filter

import (
	"encoding/binary"

	"golang.org/x/net/bpf"
)

// The parts of an instruction of classic BPF (linux/bpf_common.h): its class,
// and with that where it loads from, what it computes or how it compares.
const (
	classMask = 0x07
	classLD   = 0x00
	classLDX  = 0x01
	classST   = 0x02
	classALU  = 0x04
	classJMP  = 0x05
	classRET  = 0x06
	classMISC = 0x07

	modeMask = 0xe0
	modeImm  = 0x00 // k
	modeAbs  = 0x20 // octets at k
	modeInd  = 0x40 // octets at X + k
	modeMem  = 0x60 // memory
	modeLen  = 0x80 // length of the packet
	modeMsh  = 0xa0 // 4 * (octet at k & 0xf)

	sizeMask = 0x18
	sizeH    = 0x08
	sizeB    = 0x10

	opMask  = 0xf0
	withX   = 0x08 // the operand is X, not k
	jumpJA  = 0x00
	jumpEq  = 0x10
	jumpGt  = 0x20
	jumpGe  = 0x30
	jumpSet = 0x40
	miscTXA = 0x80
)

// aluOf is the operator of an instruction's upper four bits.
var aluOf = [16]byte{'+', '-', '*', '/', '|', '&', 'l', 'r', 0, '%', '^'}

// run executes a program that Compile made without LinuxSocket. It is the
// machine of golang.org/x/net/bpf but for two things: len is the length on the
// wire, which that machine takes to be len(data), and it takes about two thirds
// of the time. A load beyond data rejects the packet, as does a division by zero.
func run(program []bpf.RawInstruction, data []byte, length uint32) uint32 {
	var (
		a, x uint32
		mem  [memory]uint32
		ok   = true
	)
	for pc := 0; pc < len(program) && ok; pc++ {
		ins := &program[pc]
		k := ins.K
		switch ins.Op & classMask {
		case classLD:
			switch ins.Op & modeMask {
			case modeAbs:
				a, ok = load(data, uint64(k), ins.Op)
			case modeInd:
				a, ok = load(data, uint64(x)+uint64(k), ins.Op)
			case modeLen:
				a = length
			case modeImm:
				a = k
			case modeMem:
				a = mem[k%memory]
			}
		case classLDX:
			switch ins.Op & modeMask {
			case modeMsh:
				x, ok = load(data, uint64(k), ins.Op)
				x = x & 0xf << 2
			case modeImm:
				x = k
			case modeMem:
				x = mem[k%memory]
			}
		case classST:
			mem[k%memory] = a
		case classALU:
			if ins.Op&withX != 0 {
				k = x
			}
			op := aluOf[ins.Op&opMask>>4]
			if ok = k != 0 || op != '/' && op != '%'; ok {
				a = reckon(op, a, k)
			}
		case classJMP:
			pc += jumped(ins, a, x)
		case classRET:
			return k
		case classMISC:
			if ins.Op&opMask == miscTXA {
				a = x
			} else {
				x = a
			}
		}
	}
	return 0
}

// jumped is how many instructions a jump skips.
func jumped(ins *bpf.RawInstruction, a, x uint32) int {
	k := ins.K
	if ins.Op&withX != 0 {
		k = x
	}
	var yes bool
	switch ins.Op & opMask {
	case jumpJA:
		return int(ins.K)
	case jumpEq:
		yes = a == k
	case jumpGt:
		yes = a > k
	case jumpGe:
		yes = a >= k
	case jumpSet:
		yes = a&k != 0
	}
	if yes {
		return int(ins.Jt)
	}
	return int(ins.Jf)
}

// load reads 1, 2 or 4 octets as the instruction says.
func load(data []byte, at uint64, op uint16) (v uint32, ok bool) {
	if at >= uint64(len(data)) {
		return 0, false
	}
	rest := data[at:]
	switch {
	case op&sizeMask == sizeB:
		return uint32(rest[0]), true
	case op&sizeMask == sizeH:
		if len(rest) < 2 {
			return 0, false
		}
		return uint32(binary.BigEndian.Uint16(rest)), true
	}
	if len(rest) < 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(rest), true
}
