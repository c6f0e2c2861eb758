package verdict

import "tcpwatch/analyze"

// detour is by how many hops a TTL may differ because a route changed. A
// heuristic.
const detour = 3

// hops returns how many routers a packet passed that came with a TTL, if it began with the
// next higher of the initial values in use. Hosts need not use one initial value for all
// packets: some use another one for RSTs, or for the data of single connections (RFC 5082
// §3), but the path is the same. A heuristic.
func hops(ttl uint8) uint8 {
	for _, initial := range [...]uint8{32, 64, 128} {
		if ttl <= initial {
			return initial - ttl
		}
	}
	return 255 - ttl
}

// asFar reports whether a packet passed as many routers as others, whose TTLs are from
// least to most. If these began with two values, everything in between is a guess.
func asFar(ttl, least, most uint8) bool {
	a, b := hops(least), hops(most)
	return hops(ttl) >= min(a, b) && hops(ttl) <= max(a, b)
}

// severalSegments is how many segments must have the same TTL for it to be the host's: a single
// one, such as the SYN-ACK, may have been sent in its name by something on the way. A heuristic.
const severalSegments = 2

// unlike compares the RST's TTL and IP identification with those of the end
// that it names, and of its host in other connections.
func unlike(x *context, v *Verdict, e *analyze.EndClues, host *hostNote) {
	hostMin, hostMax := host.ttlMin, host.ttlMax
	r := &x.Clues.Rst
	before := v.Confidence
	least, most := e.TTLMin, e.TTLMax
	if most == 0 {
		least, most = hostMin, hostMax
	} else if hostMax != 0 {
		least, most = min(least, hostMin), max(most, hostMax)
	}
	if most != 0 && (r.TTL < least || r.TTL > most) && !asFar(r.TTL, least, most) {
		v.Confidence = Likely
		if int(e.Segments)+int(host.segments) < severalSegments || int(r.TTL) >= int(least)-detour && int(r.TTL) <= int(most)+detour {
			v.Confidence = max(Possible, before)
		}
		v.add(Item{Why: RstTTL, Packet: r.Packet, Value: int64(r.TTL)})
	}
	if r.Numbered() && !r.InCount() {
		v.Confidence = max(v.Confidence, Possible)
		v.add(Item{Why: RstIPID, Packet: r.Packet, Value: int64(int16(r.IPID - r.HostIPID))})
	}
	if v.Len > 0 && r.Window != 0 {
		v.add(Item{Why: RstWindow, Packet: r.Packet, Value: int64(r.Window)})
	}
}
