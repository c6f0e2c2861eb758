package filter

import "sync"

// keywords maps every keyword to its canonical form. A protocol with the name
// of a keyword must be written with a backslash. Like the other maps of words it is made
// when it is asked for: most runs have no filter.
var keywords = sync.OnceValue(func() map[string]string {
	m := map[string]string{
		"fddi": "ether", "tr": "ether", "wlan": "ether", "link": "ether", "ppp": "ether", "slip": "ether",
		"length": "len",
	}
	for _, w := range []string{
		"and", "or", "not", "src", "dst", "host", "net", "mask", "port", "portrange", "proto", "protochain", "gateway",
		"less", "greater", "broadcast", "multicast", "len", "inbound", "outbound", "vlan", "mpls", "pppoed", "pppoes",
	} {
		m[w] = w
	}
	for _, p := range protocols {
		m[p.name] = p.name
	}
	for w := range refused() {
		m[w] = w
	}
	return m
})

// refused are the keywords that are not compiled, with the reason.
var refused = sync.OnceValue(func() map[string]string {
	m := map[string]string{
		"gateway":    "gateway needs the Ethernet address of a host name, and names are not looked up: write ether host ADDRESS and not host ADDRESS",
		"protochain": "protochain needs a loop, which BPF in the kernel has not",
		"geneve":     "geneve is not supported",
		"radio":      "radio[...] is not supported: there is no filter for 802.11",
		"llc":        "llc is not supported: compare octets, such as ether[14]",
		"byte":       "byte is not supported: write ether[N]",
		"ifindex":    "ifindex is not supported",
	}
	for reason, words := range map[string][]string{
		"there is no filter for 802.11": {"type", "subtype", "direction", "dir", "address1", "addr1", "address2", "addr2",
			"address3", "addr3", "address4", "addr4", "ra", "ta"},
		"there is no filter for ATM": {"lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi", "vci",
			"connectmsg", "metaconnect"},
		"there is no filter for pf logs": {"on", "ifname", "rset", "ruleset", "rnr", "rulenum", "srnr", "subrulenum", "reason",
			"action"},
		"there is no filter for SS7": {"fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls", "hsio",
			"hopc", "hdpc", "hsls"},
		"there is no filter for OSI protocols": {"esis", "es-is", "isis", "is-is", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp",
			"clnp"},
	} {
		for _, w := range words {
			m[w] = w + " is not supported: " + reason
		}
	}
	return m
})

// constants are the names of numbers: offsets of fields, and their values.
var constants = map[string]uint32{
	// RFC 792, RFC 1256, RFC 950
	"icmptype": 0, "icmpcode": 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5,
	"icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12,
	"icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	// RFC 4443 and the IANA registry of ICMPv6 types
	"icmp6type": 0, "icmp6code": 1, "icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3,
	"icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-multicastlistenerquery": 130,
	"icmp6-multicastlistenerreportv1": 131, "icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133,
	"icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140,
	"icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142, "icmp6-multicastlistenerreportv2": 143,
	"icmp6-homeagentdiscoveryrequest": 144, "icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146,
	"icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
	// RFC 9293 §3.1
	"tcpflags": 13, "tcp-fin": 0x01, "tcp-syn": 0x02, "tcp-rst": 0x04, "tcp-push": 0x08, "tcp-ack": 0x10, "tcp-urg": 0x20,
	"tcp-ece": 0x40, "tcp-cwr": 0x80,
}

// ipProtocols are the names of IP protocols as Debian's /etc/protocols has them
// from the IANA registry. The file of the machine is not read, so that a filter
// means the same everywhere.
var ipProtocols = map[string]uint32{
	"ip": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5, "tcp": 6, "egp": 8, "igp": 9, "pup": 12, "udp": 17,
	"hmp": 20, "xns-idp": 22, "rdp": 27, "iso-tp4": 29, "dccp": 33, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41,
	"ipv6-route": 43, "ipv6-frag": 44, "idrp": 45, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "skip": 57, "ipv6-icmp": 58,
	"ipv6-nonxt": 59, "ipv6-opts": 60, "rspf": 73, "vmtp": 81, "eigrp": 88, "ospf": 89, "ax.25": 93, "ipip": 94,
	"etherip": 97, "encap": 98, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "isis": 124, "sctp": 132, "fc": 133,
	"mobility-header": 135, "udplite": 136, "mpls-in-ip": 137, "manet": 138, "hip": 139, "shim6": 140, "wesp": 141,
	"rohc": 142, "ethernet": 143,
}

// etherProtocols are the names that ether proto knows: EtherTypes, and below
// 0x100 service access points of IEEE 802.2.
var etherProtocols = map[string]uint32{
	"ip": etherIP, "ip6": etherIP6, "arp": etherARP, "rarp": etherRARP, "aarp": etherAARP, "atalk": etherAppleTalk,
	"decnet": 0x6003, "lat": 0x6004, "loopback": 0x9000, "mopdl": 0x6001, "moprc": 0x6002, "sca": 0x6007,
	"iso": sapISO, "stp": sapSTP, "ipx": sapIPX, "netbeui": sapNetBEUI,
}

// EtherTypes (IANA, IEEE 802) and service access points of IEEE 802.2.
const (
	etherIP             = 0x0800
	etherARP            = 0x0806
	etherRARP           = 0x8035
	etherAppleTalk      = 0x809b
	etherAARP           = 0x80f3
	etherVLAN           = 0x8100 // IEEE 802.1Q
	etherIPX            = 0x8137
	etherIP6            = 0x86dd
	etherMPLS           = 0x8847
	etherPPPoEDiscovery = 0x8863
	etherPPPoESession   = 0x8864
	etherServiceVLAN    = 0x88a8 // IEEE 802.1ad
	etherOldVLAN        = 0x9100 // QinQ before 802.1ad
	sapSTP              = 0x42
	sapIPX              = 0xe0
	sapNetBEUI          = 0xf0
	sapISO              = 0xfe
)

// protocol is a word that names a protocol: alone it is a condition, before
// others a qualifier, before [ ] a header.
type protocol struct {
	name   string
	ether  uint32 // EtherType or service access point; 0 if it is none
	ip4    uint8  // protocol number in IPv4; 0 if it is none
	ip6    uint8  // in IPv6
	header header // what [ ] counts from
}

// header is where the octets that proto[...] reads are.
type header uint8

const (
	noHeader   header = iota
	linkHeader        // the link header
	netHeader         // what follows the link header
	ip4Payload        // what follows an IPv4 header
	ip6Payload        // what follows an IPv6 header without extensions
)

var (
	protoEther = &protocol{name: "ether", header: linkHeader}
	protoIP    = &protocol{name: "ip", ether: etherIP, header: netHeader}
	protoIP6   = &protocol{name: "ip6", ether: etherIP6, header: netHeader}
	protoARP   = &protocol{name: "arp", ether: etherARP, header: netHeader}
	protoRARP  = &protocol{name: "rarp", ether: etherRARP, header: netHeader}
	protoTCP   = &protocol{name: "tcp", ip4: ipTCP, ip6: ipTCP, header: ip4Payload}
	protoUDP   = &protocol{name: "udp", ip4: ipUDP, ip6: ipUDP, header: ip4Payload}
	protoSCTP  = &protocol{name: "sctp", ip4: ipSCTP, ip6: ipSCTP, header: ip4Payload}
)

// IP protocol numbers with a meaning of their own here.
const (
	ipTCP      = 6
	ipUDP      = 17
	ipFragment = 44 // the IPv6 fragment header, RFC 8200 §4.5
	ipSCTP     = 132
)

var protocols = []*protocol{
	protoEther, protoIP, protoIP6, protoARP, protoRARP, protoTCP, protoUDP, protoSCTP,
	{name: "icmp", ip4: 1, header: ip4Payload},
	{name: "icmp6", ip6: 58, header: ip6Payload},
	{name: "igmp", ip4: 2, header: ip4Payload},
	{name: "igrp", ip4: 9, header: ip4Payload},
	{name: "pim", ip4: 103, ip6: 103, header: ip4Payload},
	{name: "vrrp", ip4: 112, header: ip4Payload},
	{name: "carp", ip4: 112, header: ip4Payload},
	{name: "ah", ip4: 51, ip6: 51},
	{name: "esp", ip4: 50, ip6: 50},
	{name: "atalk", ether: etherAppleTalk, header: netHeader},
	{name: "aarp", ether: etherAARP},
	{name: "decnet", ether: 0x6003, header: netHeader},
	{name: "lat", ether: 0x6004, header: netHeader},
	{name: "sca", ether: 0x6007, header: netHeader},
	{name: "mopdl", ether: 0x6001, header: netHeader},
	{name: "moprc", ether: 0x6002, header: netHeader},
	{name: "iso", ether: sapISO},
	{name: "stp", ether: sapSTP},
	{name: "ipx", ether: sapIPX},
	{name: "netbeui", ether: sapNetBEUI},
}

// protocolOf finds the protocol of a keyword; nil if it names none.
func protocolOf(word string) *protocol {
	for _, p := range protocols {
		if p.name == word {
			return p
		}
	}
	return nil
}
