package report

import (
	"slices"
	"strings"

	"tcpwatch/analyze/event"
	"tcpwatch/report/object"
)

const schemaEvent = "tcpwatch.event/1"

type eventColumn = Column[event.Event]

var eventView = &rowView[event.Event]{
	name:   ViewEvents,
	schema: schemaEvent,
	about: "One row for each thing that happened, at the packet that shows it. What happened is a sentence for people; programs get " +
		"the kind (LABELS.md says what each means) and its fields: in json and ndjson only the members that the kind has, null where nothing is known, in csv all of them.",
	empty:   "nothing happened: no TCP segment was captured",
	object:  eventObject,
	columns: slices.Concat(eventColumns, fieldColumns()),
}

var eventColumns = []eventColumn{
	{Name: "time", Unit: "s", Kind: KindTime, Room: 11, Meaning: "When it happened, by the clock of the capture.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.int(ev.Time) }},
	{Name: "packet", Kind: KindID, Drop: 3, Room: 7, Meaning: "The packet that shows it; of events that rest on silence the last one of the connection; empty where the clock alone does.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.packet(ev.Packet) }},
	{Name: "connection", Header: "CONN", Kind: KindID, Room: 5, Meaning: "Number of the connection.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.packet(ev.Connection) }},
	{Name: "client", Kind: KindWord, Drop: 2, Room: 15, Shorten: 4, Meaning: "Address and port of the end that opened the connection.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.endpoint(ev.Client) }},
	{Name: "server", Kind: KindWord, Drop: 1, Room: 15, Shorten: 4, Meaning: "Address and port of the other end.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.endpoint(ev.Server) }},
	{Name: "roles", Kind: KindWord, For: Programs, Meaning: "handshake when a SYN or SYN-ACK told client and server apart, else guessed.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.string(eventRoles(ev)) }},
	{Name: "encapsulation", Header: "INSIDE", Kind: KindText, Drop: 4, HideEmpty: true, Meaning: "VLANs and tunnels around the connection, outermost first.",
		Value: func(e *env, ev *event.Event, v *Value) { v.string(e.encap(ev.EncapID)) }},
	{Name: "event", Kind: KindWord, For: Programs, Meaning: "What happened: the kind.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.string(ev.Spec().Name) }},
	{Name: "inferred", Kind: KindBool, For: Programs, Meaning: "True where segments that would prove it were not captured; a question mark after the sentence.",
		Value: func(_ *env, ev *event.Event, v *Value) { v.bool(ev.Inferred) }},
	{Name: "what", Header: "WHAT HAPPENED", Kind: KindWord, For: People, Wrap: 5, Room: 20, Meaning: "What happened, shortened where there is no room.",
		Value: func(e *env, ev *event.Event, v *Value) {
			v.text = e.appendSentence(v.text, ev, sentenceRoom(e))
			v.set = true
		},
		Tone: eventTone},
}

// sentenceRoom is how wide the sentences of a table may be, so that the columns
// before them have room.
func sentenceRoom(e *env) int {
	if e.Format == FormatMarkdown {
		return 1 << 20
	}
	return max(leastSentence, e.Style.Width-66)
}

func eventRoles(ev *event.Event) string {
	switch {
	case ev.Connection == 0:
		return ""
	case ev.RolesGuessed:
		return "guessed"
	}
	return "handshake"
}

// fieldKinds maps the kinds of fields to those of columns.
var fieldKinds = [...]Kind{
	event.Word: KindWord, event.Count: KindCount, event.Size: KindOctets, event.Span: KindDuration, event.Instant: KindTime, event.Identity: KindID,
}

// fieldColumns returns a column for each field that any kind has.
func fieldColumns() []eventColumn {
	columns := make([]eventColumn, event.Fields)
	for i := range event.AllFields {
		f, spec := event.Field(i), &event.AllFields[i]
		columns[i] = eventColumn{Name: spec.Name, Unit: spec.Unit, Kind: fieldKinds[spec.Kind], For: Programs,
			Meaning: strings.TrimSuffix(spec.Meaning, ".") + ". Of " + kindsWith(f) + ".",
			Value:   func(_ *env, ev *event.Event, v *Value) { v.field(spec.Kind, ev.Value(f)) },
		}
	}
	return columns
}

func (v *Value) field(k event.ValueKind, x *event.Value) {
	switch {
	case !x.Set:
	case k == event.Word:
		v.string(x.Word)
	default:
		v.int(x.N)
	}
}

// kindsWith names the kinds that have a field.
func kindsWith(f event.Field) string {
	var names []string
	for _, s := range event.All {
		if slices.Contains(s.Fields, f) {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}

// eventObject appends the JSON object of an event: the common members, and the
// fields of its kind.
func eventObject(b []byte, e *env, ev *event.Event) []byte {
	j := object.Plain(append(b, '{'))
	j.Word("schema", schemaEvent)
	j.Time("time", &e.clock, ev.Time)
	j.UintOrNull("packet", ev.Packet, ev.Packet != 0)
	j.UintOrNull("connection", ev.Connection, ev.Connection != 0)
	if ev.Client.IsValid() {
		j.Endpoint("client", ev.Client)
		j.Endpoint("server", ev.Server)
	} else {
		j.Null("client")
		j.Null("server")
	}
	j.WordOrNull("roles", eventRoles(ev))
	j.Text("encapsulation", e.encap(ev.EncapID))
	j.Word("event", ev.Spec().Name)
	j.Bool("inferred", ev.Inferred)
	for _, f := range ev.Spec().Fields {
		v, spec := ev.Value(f), &event.AllFields[f]
		switch {
		case !v.Set:
			j.Null(spec.Name)
		case spec.Kind == event.Word:
			j.Word(spec.Name, v.Word)
		case spec.Kind == event.Span:
			j.Seconds(spec.Name, v.N)
		case spec.Kind == event.Instant:
			j.Time(spec.Name, &e.clock, v.N)
		default:
			j.Int(spec.Name, v.N)
		}
	}
	j.Close('}')
	return j
}
