package event

// icmpName identifies an ICMP error within its IP version.
type icmpName struct {
	v6         bool
	kind, code uint8
}

// icmpTexts are the meanings of the errors that end or hinder a connection (RFC
// 792, RFC 1812 §5.2.7.1, RFC 4443 §3).
var icmpTexts = map[icmpName]string{
	{false, 3, 0}:  "network unreachable",
	{false, 3, 1}:  "host unreachable",
	{false, 3, 2}:  "protocol unreachable",
	{false, 3, 3}:  "port unreachable",
	{false, 3, 4}:  "fragmentation needed",
	{false, 3, 9}:  "network administratively prohibited",
	{false, 3, 10}: "host administratively prohibited",
	{false, 3, 13}: "communication administratively prohibited",
	{false, 11, 0}: "time to live exceeded",
	{true, 1, 0}:   "no route to destination",
	{true, 1, 1}:   "communication administratively prohibited",
	{true, 1, 3}:   "address unreachable",
	{true, 1, 4}:   "port unreachable",
	{true, 2, 0}:   "packet too big",
	{true, 3, 0}:   "hop limit exceeded",
}

// ICMPText returns the meaning of an ICMP error, of an ICMPv6 error if v6 is set; ""
// if it is not one that ends or hinders a connection.
func ICMPText(v6 bool, kind, code uint8) string { return icmpTexts[icmpName{v6, kind, code}] }
