package analyze_test

import (
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/journal"
	"tcpwatch/capture/wire"
)

// inlined are the functions that most segments pass through without a call. A
// call costs about two nanoseconds, and a segment would make a hundred of them.
var inlined = map[string][]string{
	"tcpwatch/capture/wire": {
		"(*Addr).set4", "(*Addr).Words", "(*Addr).SetWords", "(*Segment).SeqLen", "(*Segment).End",
		"Seq.Before", "Seq.After", "Seq.Diff", "Flags.Has", "fold",
	},
	"tcpwatch/analyze/flow": {
		"(*Half).Is", "(*Half).Unproved", "(*Half).InFlight", "(*Half).Acked", "(*Half).Echoed", "(*Half).Stamp", "(*Half).Time",
		"(*Half).Advertise", "(*Half).Summed", "(*Half).LastWindow", "(*Mark).of", "SACKSum",
	},
	"tcpwatch/analyze/journal": {"At", "within", "plain", "number", "octets", "(*Head).most"},
	"tcpwatch/analyze/label":   {"Set.Has", "Set.first", "Set.Each", "traitSet.candidates"},
	"tcpwatch/analyze":         {"settled", "over", "goesOn"},
}

// TestInlined asks the compiler.
func TestInlined(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command")
	}
	for pkg, names := range inlined {
		out, err := exec.Command(goTool, "build", "-gcflags=-m", pkg).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", pkg, err, out)
		}
		for _, name := range names {
			if !strings.Contains(string(out), ": can inline "+name+"\n") {
				t.Errorf("%s: %s is not inlined", pkg, name)
			}
		}
	}
}

// TestSizes pins what is cleared or copied for every segment, in octets.
func TestSizes(t *testing.T) {
	for name, size := range map[string][2]uintptr{
		"wire.Segment": {unsafe.Sizeof(wire.Segment{}), 176},
		"flow.Facts":   {unsafe.Sizeof(flow.Facts{}), 248},
		"flow.Key":     {unsafe.Sizeof(flow.Key{}), 44},
		"flow.Mark":    {unsafe.Sizeof(flow.Mark{}), 32},
		"journal.Head": {unsafe.Sizeof(journal.Head{}), 88},
	} {
		if size[0] > size[1] {
			t.Errorf("%s takes %d octets, more than %d", name, size[0], size[1])
		}
	}
}
