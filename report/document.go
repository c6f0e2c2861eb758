package report

import (
	"bytes"
	"fmt"
	"io"

	"tcpwatch/report/labtext"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/streams"
)

// WriteColumns writes the document COLUMNS.md: every column of every view, by
// the name that programs use and the heading that people see, and every member of the
// objects that have more.
func WriteColumns(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(lexicon.Generated + "# Columns\n\n" +
		"What has a `name` is for programs: a column in csv, a member in json and ndjson, where `schema` stands in front. The objects of the summary, of connections and of packets " +
		"have tables of their own: a member is named by its path from the object, with `[]` for each item of a list, and a name in capitals for each of several names.\n\n" +
		"* Types: " + kindNotes + "\n" +
		"* A member without a value is null, a list or a text empty. In csv the cell is empty; the items of a list are separated by spaces.\n" +
		"* Programs get durations in seconds and numbers without separators; a csv cell of text that begins with `=`, `+`, `-`, `@`, TAB or CR has an apostrophe in front, and control characters of a capture stand in csv as `\\x0a`.\n" +
		"* ndjson has an object a line. json has one list of objects; the summary is one object; several views are members of one object, by the names of the views; null is one that was left out because no temporary file had room for it.\n" +
		"* The heading is that of table and markdown. In a table, times are seconds since the first segment of the capture.\n")
	b.WriteString("\n## summary\n")
	memberDocument(&b, summaryDocument())
	columnDocument(&b, connectionView)
	memberDocument(&b, connectionDocument())
	columnDocument(&b, handshakeView)
	columnDocument(&b, closeView)
	columnDocument(&b, timeWaitView)
	columnDocument(&b, listenerView)
	columnDocument(&b, packetView)
	memberDocument(&b, packetDocument())
	columnDocument(&b, retransmissionView)
	columnDocument(&b, windowView)
	columnDocument(&b, interfaceView)
	columnDocument(&b, eventView)
	streams.Document(&b)
	labtext.Document(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func columnDocument[T any](b *bytes.Buffer, v *rowView[T]) {
	fmt.Fprintf(b, "\n## %s\n\n%s Schema `%s`.\n\n| name | heading | type | meaning |\n|:---|:---|:---|:---|\n", v.name, v.about, v.schema)
	for i := range v.columns {
		c := &v.columns[i]
		name, heading := "`"+c.Name+"`", c.header()
		switch c.For {
		case Programs:
			heading = ""
		case People:
			name = ""
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, heading, c.typeName(), c.Meaning)
	}
}

// typeName returns the type that programs get, with the unit.
func (c *Column[T]) typeName() string {
	if name := kindTypes[c.Kind].name; name != "number" || c.Unit == "" {
		return name
	}
	return c.Unit
}

// kindTypes are the member kinds that correspond to the kinds of columns.
var kindTypes = [...]memberKind{
	KindWord: is.word, KindText: is.text, KindID: is.number, KindCount: is.number, KindSigned: is.number, KindOctets: is.octets,
	KindDuration: is.seconds, KindTime: is.time, KindBool: is.yes, KindWords: is.texts, KindIDs: is.numbers,
}
