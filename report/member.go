package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/notable"
)

// objectDocument documents the objects of a schema that have members beyond the
// columns of a view.
type objectDocument struct {
	schema string
	about  string // stands before the table
	// members are in the order in which the object has them.
	members []member
}

// member documents one member.
type member struct {
	// path leads to it from the object: "opening.syn_count". A name followed by []
	// stands for each item of that list, a name in capitals for each of
	// memberNames.
	path string
	kind memberKind
	// none says when it is null ("null: …") or absent ("absent: …"); "" if never.
	none    string
	meaning string
}

// The prefixes of member.none.
const (
	isNull   = "null: "
	isAbsent = "absent: "
)

// memberKind is what a member holds.
type memberKind struct {
	name string // for COLUMNS.md
	json string // what JSON calls it, with a list what its items are: "[number"
	// words are the possible values of a text; nil: any.
	words []string
	// like is the path of the member with the same members below it, in the
	// document of; nil: in the same one.
	like string
	of   *objectDocument
}

// is has the kinds.
var is = struct {
	number, octets, seconds, time, word, text, endpoint, yes, object, numbers, texts, objects memberKind
}{
	number:   memberKind{name: "number", json: "number"},
	octets:   memberKind{name: "octets", json: "number"},
	seconds:  memberKind{name: "s", json: "number"},
	time:     memberKind{name: "time", json: "string"},
	word:     memberKind{name: "word", json: "string"},
	text:     memberKind{name: "text", json: "string"},
	endpoint: memberKind{name: "address", json: "string"},
	yes:      memberKind{name: "bool", json: "bool"},
	object:   memberKind{name: "object", json: "object"},
	numbers:  memberKind{name: "list of numbers", json: "[number"},
	texts:    memberKind{name: "list of texts", json: "[string"},
	objects:  memberKind{name: "list of objects", json: "[object"},
}

// aState is the kind of a state.
func aState() memberKind { return memberKind{name: "state", json: "string", words: stateWords()} }

// kindNotes is what the names of kinds mean.
const kindNotes = "octets: a number of octets. s: a number of seconds. word: a text that is null where there is no value. time: a text, RFC 3339 with nanoseconds in UTC. address: a text, `192.0.2.1:443` or `[2001:db8::1]:443`. " +
	"state: a text, a state of RFC 9293 §3.3.2 in capitals, with ? after it where it is inferred, or UNKNOWN. `a`, `b`: a text, one of these."

// oneOf is a text with one of these values.
func oneOf(words ...string) memberKind {
	return memberKind{name: quotedList(words), json: "string", words: words}
}

// listOf is a list of such texts.
func listOf(words ...string) memberKind {
	return memberKind{name: "list of " + quotedList(words), json: "[string", words: words}
}

// likeThat is an object with the members that the one at path has.
func likeThat(path string) memberKind {
	return memberKind{name: "object, as `" + path + "`", json: "object", like: path}
}

// likeThatOf is the same, of another schema.
func likeThatOf(d *objectDocument, path string) memberKind {
	return memberKind{name: "object, as `" + path + "` of `" + d.schema + "`", json: "object", like: path, of: d}
}

// memberNames are the names that a name in capitals stands for. Those without a
// note are listed one by one.
var memberNames = sync.OnceValue(func() map[string]names {
	return map[string]names{
		"LABEL":   {labelWords(), "a label (LABELS.md)"},
		"VERDICT": {wordsOf(verdict.ID(0), verdict.Count-1), "a verdict (LABELS.md)"},
		"STATE":   {stateWords(), "a state"},
		"CAUSE":   {causeNames(), ""},
		"OPENING": {openingWords(), ""},
		"CLOSING": {closingWords(), ""},
		"SKIP":    {wordsOf(wire.Segmented+1, wire.SkipCount-1), ""},
		"REASON":  {reasonWords(), ""},
	}
})

type names struct {
	words []string
	note  string
}

func openingWords() []string    { return wordsOf(analyze.OpeningMidstream, analyze.OpeningOneWay) }
func closingWords() []string    { return wordsOf(analyze.ClosingOpen, analyze.ClosingReset) }
func causeNames() []string      { return wordsOf(label.NoCause+1, label.CauseCount-1) }
func reasonWords() []string     { return wordsOf(notable.Reason(0), notable.Count-1) }
func endWords() []string        { return wordsOf(analyze.ClientSide, analyze.ServerSide) }
func stateDoubtWords() []string { return wordsOf(analyze.NoStateDoubt+1, analyze.StateDoubtCount-1) }

func stateWords() []string {
	return append(wordsOf(state.Unknown, state.Count-1), wordsOf(state.Closed|state.Inferred, state.TimeWait|state.Inferred)...)
}

// wordsOf returns the names of all values from first to last.
func wordsOf[T interface {
	~uint8
	String() string
}](first, last T) (words []string) {
	for v := first; v <= last; v++ {
		words = append(words, v.String())
	}
	return words
}

func labelWords() (words []string) {
	for _, s := range label.All {
		words = append(words, s.Name)
	}
	return words
}

func quotedList(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }

// severalName returns the last name of a path if it stands for several; else "".
func severalName(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if _, ok := memberNames()[last]; ok {
		return last
	}
	return ""
}

// all returns the members, with those that are like another one expanded.
func (d *objectDocument) all() []member {
	var list []member
	for _, m := range d.members {
		list = append(list, m)
		if m.kind.like == "" {
			continue
		}
		of := d
		if m.kind.of != nil {
			of = m.kind.of
		}
		for _, x := range of.members {
			if below, ok := strings.CutPrefix(x.path, m.kind.like+"."); ok {
				x.path = m.path + "." + below
				list = append(list, x)
			}
		}
	}
	return list
}

// memberDocument writes the table of an object for COLUMNS.md.
func memberDocument(b *bytes.Buffer, d *objectDocument) {
	fmt.Fprintf(b, "\n%s\n\n| member | type | null or absent | meaning |\n|:---|:---|:---|:---|\n", d.about)
	var several []string
	for _, m := range d.members {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", m.path, m.kind.name, m.none, m.meaning)
		if p := severalName(m.path); p != "" && !slices.Contains(several, p) {
			several = append(several, p)
		}
	}
	for i, p := range several {
		if n := memberNames()[p]; n.note != "" {
			several[i] = p + " is the name of " + n.note
		} else {
			several[i] = p + " is one of " + quotedList(n.words)
		}
	}
	if len(several) > 0 {
		fmt.Fprintf(b, "\n%s.\n", strings.Join(several, ". "))
	}
}
