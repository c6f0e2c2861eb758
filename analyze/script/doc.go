// Package script reads test scripts: TCP segments as text, in the notation of
// tcpdump and packetdrill, each with what the analysis is expected to say of it
// on the same line.
//
//	# Three-way handshake, RFC 9293 figure 6.
//	cite RFC 9293 §3.5 figure 6
//	isn A 100
//	isn B 300
//
//	0      A>B S  0          | SYN SYN-SENT LISTEN?
//	+.010  B>A S. 0   ack 1  | SYN-ACK SYN-SENT SYN-RECEIVED
//	+.010  A>B .  1   ack 1  | HANDSHAKE-ACK ESTABLISHED ESTABLISHED
//	+.010  A>B P. 1:6(5) ack 1 win 512 <TS val 7 ecr 3>
//
//	connection 1: opening=complete syn_packets=1
//
// # Lines
//
// A line is empty, a directive, an event or a connection line. "#" begins a
// comment wherever it stands at the beginning of a word. The first comment of a
// script, all its lines, is its title. Ends are named by one capital letter.
//
// Directives hold from their line on, so that a later connection of the same
// pair of addresses can have other numbers:
//
//	isn A 1000                   the number that A's relative numbers count from
//	addr A 192.0.2.1:40000       A's address and port; IPv6 as [2001:db8::1]:80
//	vlan 10                      the following packets carry this IEEE 802.1Q tag; 0: none
//	start 2026-01-01T00:00:00Z   the instant that is second 0; before the first event only
//	cite RFC 9293 §3.5 figure 6  what the script is taken from
//
// Without directives A is 192.0.2.1:40000 with ISN 1000 and B is
// 198.51.100.1:80 with ISN 8000; any other end needs an addr, and its ISN is
// 1000. Second 0 is 2026-01-01T00:00:00Z.
//
// # Events
//
//	TIME X>Y FLAGS SEQ [ack N] [FIELD N]... [<OPTION,...>] [| EXPECTATION]
//
// TIME is in seconds with up to nine decimals: since second 0, or with a "+"
// since the event before. FLAGS are tcpdump's letters: S SYN, F FIN, R RST,
// P PSH, . ACK, U URG, E ECE, W CWR, and e for AE (RFC 9768); "-" stands for
// none. SEQ is FIRST, FIRST(LEN) or FIRST:END(LEN), where END is FIRST + LEN and
// LEN counts payload octets only. FIRST counts from the sender's ISN and the
// acknowledgement number from the receiver's, so that a SYN has 0 and the first
// octet of payload 1; a number with "=" in front is the one on the wire.
//
// Fields: win (as on the wire, 65535), id (IPv4 identification, 0), ttl (64),
// tos (traffic class, 0), urg (urgent pointer, 0). The word badsum makes the
// TCP checksum wrong, otherdata the payload another one, mayfrag clears the IPv4 don't-fragment bit.
//
// Options: mss N, wscale N, sackOK, TS val N ecr N, sack FIRST:END ... (up to
// four ranges, counted like acknowledgement numbers), tfo HEX (no HEX: asks for
// a cookie; only the length is kept), mp_capable, mp_join, dss, add_addr,
// remove_addr, mp_prio, mp_fail, mp_fastclose, mp_tcprst, md5, ao, uto, accecn.
// A nop is accepted and has no effect. Payload octets depend on their sequence
// number only, so that a segment sent again has the same ones.
//
//	TIME X>Y icmp TYPE/CODE [mtu N] quoting V>W SEQ
//
// is an ICMP error from X's address to Y that quotes a segment from V to W.
//
// # Expectations
//
//	| LABEL... STATE STATE
//
// The labels of the segment, all of them, and the states of the two ends
// afterwards, the end with the earlier letter first. "*" in place of a state
// leaves it open. "*" among the labels allows others beside those named;
// "!LABEL" says that a label must be absent. Names are checked by the caller,
// who knows them.
//
//	connection N: KEY=VALUE ...
//
// asserts on the record of connection N; the keys are the caller's, too.
//
// The package does not analyse anything. It holds no state and is safe for
// concurrent use on different scripts.
package script
