package report

import (
	"iter"

	"tcpwatch/report/labtext"
	"tcpwatch/report/streams"
)

// ViewText is what a view shows, in words.
type ViewText struct {
	Name    View
	Schema  string // of its objects
	About   string // a sentence
	Columns []ColumnText
}

// ColumnText is what a column says, in words.
type ColumnText struct {
	Heading string // "" for programs only
	Name    string // "" for people only
	Meaning string
}

// Described lists the views that have columns.
func Described() []ViewText {
	return []ViewText{
		textOf(connectionView), textOf(handshakeView), textOf(closeView), textOf(packetView), textOf(retransmissionView), textOf(timeWaitView),
		textOf(listenerView), textOf(windowView), textOf(eventView), textOf(interfaceView),
	}
}

func textOf[T any](v *rowView[T]) ViewText {
	text := ViewText{Name: v.name, Schema: v.schema, About: v.about}
	for i := range v.columns {
		c := &v.columns[i]
		t := ColumnText{Heading: c.header(), Name: c.Name, Meaning: c.Meaning}
		switch c.For {
		case Programs:
			t.Heading = ""
		case People:
			t.Name = ""
		}
		text.Columns = append(text.Columns, t)
	}
	return text
}

// ObjectText is what an object of json and ndjson holds that has members beyond the columns of a
// view, in words.
type ObjectText struct {
	Of      string // the view, or what else has such objects
	Members []MemberText
}

// MemberText is what a member says, in words.
type MemberText struct {
	Path    string   // from the object, as in COLUMNS.md
	Words   []string // what the last name of Path, in capitals, stands for; nil: it is a name
	None    string   // when it is null or absent; "" if never
	Meaning string
}

// DescribedObjects lists these objects.
func DescribedObjects() []ObjectText {
	return []ObjectText{
		objectText(ViewSummary, summaryDocument()), objectText(ViewConnections, connectionDocument()), objectText(ViewPackets, packetDocument()),
		{"streams", memberTexts(streams.Members())}, {"lab", memberTexts(labtext.Members())},
	}
}

func objectText(of View, d *objectDocument) ObjectText {
	text := ObjectText{Of: string(of)}
	for _, m := range d.all() {
		one := MemberText{Path: m.path, None: m.none, Meaning: m.meaning}
		if p := severalName(m.path); p != "" {
			one.Words = memberNames()[p].words
		}
		text.Members = append(text.Members, one)
	}
	return text
}

func memberTexts(all iter.Seq2[string, string]) (texts []MemberText) {
	for path, meaning := range all {
		texts = append(texts, MemberText{Path: path, Meaning: meaning})
	}
	return texts
}
