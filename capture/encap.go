package capture

import (
	"strconv"
	"strings"
	"sync"
)

// maxEncaps bounds how many different paths of VLANs and tunnels are
// distinguished; all further ones share one identity.
const maxEncaps = 65536

// encapKind is one kind of encapsulation that separates networks.
type encapKind uint8

const (
	encapNone encapKind = iota
	encapVLAN
	encapVXLAN
	encapGeneve
	encapGREKey
	encapGRE
	encapERSPAN
	encapPPPoE
	encapMPLS
	encapGTPU
	encapIPIP
	encap6in4
	encap4in6
	encapIP6IP6
	encapL2TP
	encapEtherIP
	encapPBB
	encapTeredo
	encapCount
)

// encapNames are the words for the kinds; numbered kinds are followed by their
// number.
var encapNames = [encapCount]struct {
	word     string
	numbered bool
}{
	encapNone:    {"", false},
	encapVLAN:    {"vlan", true},
	encapVXLAN:   {"vxlan", true},
	encapGeneve:  {"geneve", true},
	encapGREKey:  {"gre", true},
	encapGRE:     {"gre", false},
	encapERSPAN:  {"erspan", true},
	encapPPPoE:   {"pppoe", true},
	encapMPLS:    {"mpls", false},  // labels differ by direction
	encapGTPU:    {"gtp-u", false}, // so do tunnel endpoint identifiers
	encapIPIP:    {"ipip", false},
	encap6in4:    {"6in4", false},
	encap4in6:    {"4in6", false},
	encapIP6IP6:  {"ip6ip6", false},
	encapL2TP:    {"l2tp", false}, // sessions are numbered by their receiver
	encapEtherIP: {"etherip", false},
	encapPBB:     {"pbb", true},
	encapTeredo:  {"teredo", false},
}

// encapStep is one encapsulation inside a known path.
type encapStep struct {
	parent uint32
	value  uint32
	kind   encapKind
}

// encapTable gives paths of encapsulations small numbers. Number 0 is the empty
// path; the number maxEncaps stands for every path beyond the bound. It
// allocates only for new paths.
type encapTable struct {
	steps   []encapStep // by number; steps[0] is the empty path
	known   map[encapStep]uint32
	vlans   [4096]uint32 // a single VLAN tag, by its identifier
	limited bool
	noVLANs bool // VLAN tags are passed over
	// naming is held while steps grows, and while a name is made from it: by
	// another goroutine, if results are written concurrently.
	naming sync.Mutex
}

func (t *encapTable) init() {
	t.steps = make([]encapStep, 1, 16)
	t.known = make(map[encapStep]uint32)
}

// vlan adds a VLAN tag. The identifier 0 is a priority tag: no VLAN at all
// (IEEE 802.1Q §9.6).
func (t *encapTable) vlan(parent uint32, id uint16) uint32 {
	if id == 0 || t.noVLANs {
		return parent
	}
	if parent != 0 {
		return t.add(parent, encapVLAN, uint32(id))
	}
	n := t.vlans[id&4095]
	if n == 0 {
		n = t.add(0, encapVLAN, uint32(id))
		t.vlans[id&4095] = n
	}
	return n
}

// add returns the number of the path that has one more step than parent.
func (t *encapTable) add(parent uint32, kind encapKind, value uint32) uint32 {
	if parent == maxEncaps {
		return maxEncaps
	}
	step := encapStep{parent: parent, value: value, kind: kind}
	if n, ok := t.known[step]; ok {
		return n
	}
	t.naming.Lock()
	defer t.naming.Unlock()
	if len(t.steps) == maxEncaps {
		t.limited = true
		return maxEncaps
	}
	n := uint32(len(t.steps))
	t.steps = append(t.steps, step)
	t.known[step] = n
	return n
}

// name spells out a path.
func (t *encapTable) name(id uint32) string {
	t.naming.Lock()
	defer t.naming.Unlock()
	if id == maxEncaps && t.limited {
		return "(more encapsulations)"
	}
	var parts []string
	for id != 0 && id < uint32(len(t.steps)) {
		step := t.steps[id]
		part := encapNames[step.kind].word
		if encapNames[step.kind].numbered {
			part += " " + strconv.FormatUint(uint64(step.value), 10)
		}
		parts = append([]string{part}, parts...)
		id = step.parent
	}
	return strings.Join(parts, "/")
}
