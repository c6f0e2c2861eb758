package report

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
