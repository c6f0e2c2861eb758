package event

// Field identifies a value that events of some kinds have.
type Field uint8

// The fields.
const (
	By Field = iota
	Of
	How
	RstAfter
	Named
	Form
	Tries
	SynAcks
	RTTServer
	RTTClient
	Duration
	End
	ICMPType
	ICMPCode
	ICMPError
	First
	Segments
	Octets
	RTO
	Fast
	TLP
	Spurious
	Unknown
	Probes
	Window
	Until
	Restarts
	Previous
	Was
	Right
	Connections
	Confidence
	ClientState
	ServerState
	Fields // how many there are; not a field
)

// ValueKind says what a field holds.
type ValueKind uint8

// The kinds of values.
const (
	Word     ValueKind = iota // of this program
	Count                     // a number of things
	Size                      // octets
	Span                      // nanoseconds
	Instant                   // nanoseconds since 1970
	Identity                  // the number of a packet or a connection
)

// FieldSpec defines a field.
type FieldSpec struct {
	Name    string
	Unit    string
	Meaning string // one sentence
	Kind    ValueKind
	// Least is the lowest number that a sentence mentions: that a SYN was sent
	// once goes without saying.
	Least int64
}

// AllFields lists every field; a Field is an index into it.
var AllFields = [Fields]FieldSpec{
	By:        {Name: "by", Kind: Word, Meaning: "The end that did it: client, server, both; between: something on the way in an end's name."},
	Of:        {Name: "of", Kind: Word, Meaning: "What it is about: SYN, SYN-ACK or FIN; the kind of event that is taken back or confirmed."},
	How:       {Name: "how", Kind: Word, Meaning: "How it ended: normal, simultaneous or reset."},
	RstAfter:  {Name: "rst_after", Kind: Word, Meaning: "When the RST came: refused, in the handshake, abort, after FIN, with unread data, no connection, in TIME-WAIT, keep-alive unanswered."},
	Named:     {Name: "named", Kind: Word, Meaning: "The end whose address a RST of something between had."},
	Form:      {Name: "form", Kind: Word, Meaning: "Shape of the handshake: three-way, simultaneous or split; empty where not all of it was captured."},
	Tries:     {Name: "tries", Kind: Count, Least: 2, Meaning: "SYNs (of: SYN-ACK: SYN-ACKs) sent so far."},
	SynAcks:   {Name: "syn_acks", Kind: Count, Least: 2, Meaning: "SYN-ACKs sent so far."},
	RTTServer: {Name: "rtt_server", Unit: "s", Kind: Span, Meaning: "From the last SYN that was answered to the SYN-ACK, at this tap; empty where one of several may be it."},
	RTTClient: {Name: "rtt_client", Unit: "s", Kind: Span, Meaning: "From the SYN-ACK to its ACK, at this tap; empty where one of several may be it."},
	Duration: {Name: "duration", Unit: "s", Kind: Span, Least: 1, Meaning: "How long it took or lasted: the handshake from the first SYN, the wait for an answer, the repair until all was acknowledged, " +
		"the time without room, the connection until its close."},
	End:       {Name: "end", Kind: Word, Meaning: "What ended it: acknowledged, reset, quiet (nothing more came for 5 minutes), end of capture, evicted, 2MSL, reused."},
	ICMPType:  {Name: "icmp_type", Kind: Identity, Meaning: "Type of the ICMP error, in the numbers of the IP version."},
	ICMPCode:  {Name: "icmp_code", Kind: Identity, Meaning: "Code of the ICMP error."},
	ICMPError: {Name: "icmp_error", Kind: Word, Meaning: "What type and code mean, such as host unreachable; empty for those that do not bear on a connection."},
	First:     {Name: "first", Kind: Identity, Meaning: "Packet that began it."},
	Segments:  {Name: "segments", Kind: Count, Meaning: "Segments sent again."},
	Octets:    {Name: "octets", Unit: "octets", Kind: Size, Least: 1, Meaning: "Payload octets sent again."},
	RTO:       {Name: "rto", Kind: Count, Least: 1, Meaning: "Segments sent again after a timeout."},
	Fast:      {Name: "fast", Kind: Count, Least: 1, Meaning: "Segments sent again because SACK or duplicate ACKs reported the loss."},
	TLP:       {Name: "tlp", Kind: Count, Least: 1, Meaning: "Tail loss probes."},
	Spurious:  {Name: "spurious", Kind: Count, Least: 1, Meaning: "Segments sent again although they had been acknowledged."},
	Unknown:   {Name: "unknown", Kind: Count, Least: 1, Meaning: "Segments sent again for a cause that nothing decides."},
	Probes:    {Name: "probes", Kind: Count, Least: 1, Meaning: "Zero window probes sent while the window was shut."},
	Window:    {Name: "window", Unit: "octets", Kind: Size, Meaning: "The window that is given again."},
	Until:     {Name: "until", Kind: Instant, Meaning: "When TIME-WAIT will be over, unless it is restarted or cut short."},
	Restarts:  {Name: "restarts", Kind: Count, Least: 2, Meaning: "How often TIME-WAIT began anew so far."},
	Previous:  {Name: "previous", Kind: Identity, Meaning: "Number of the connection that had the same addresses and ports."},
	Was:       {Name: "was", Kind: Word, Meaning: "What that connection was in: TIME-WAIT, closed, closing, open or opening."},
	Right:     {Name: "right", Kind: Word, Meaning: "By what right TIME-WAIT was broken: higher ISN, later timestamp, or neither."},
	Connections: {Name: "connections", Kind: Count, Least: 2,
		Meaning: "Connections given up since the last event of the kind."},
	Confidence:  {Name: "confidence", Kind: Word, Meaning: "How far the evidence for something between carries: possible or likely (REFUSED-BETWEEN, RESET-BETWEEN)."},
	ClientState: {Name: "client_state", Kind: Word, Least: 1, Meaning: "State of the client then, with a question mark where it is inferred; the sentence says it only there."},
	ServerState: {Name: "server_state", Kind: Word, Least: 1, Meaning: "State of the server then, with a question mark where it is inferred; the sentence says it only of closes; of a socket connected with itself empty."},
}

// Value is the value of a field; Set is false if there is none. N is in the unit of
// the field's ValueKind; a Word has only Word.
type Value struct {
	Set  bool
	N    int64
	Word string
}
