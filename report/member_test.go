package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// memberCheck holds objects of a schema to what COLUMNS.md says of their members.
type memberCheck struct {
	members []member
	of      map[string]*member
	below   map[string][]*member // by the path of the object that has them
	own     map[string]bool      // not by way of one that is like another

	value, null, absent map[string]bool   // seen so, by path
	wrong               map[string]string // what does not agree, with the first example
}

func newMemberCheck(d *objectDocument) *memberCheck {
	c := &memberCheck{members: d.all(), of: map[string]*member{}, below: map[string][]*member{}, own: map[string]bool{},
		value: map[string]bool{}, null: map[string]bool{}, absent: map[string]bool{}, wrong: map[string]string{}}
	for i := range c.members {
		m := &c.members[i]
		parent := ""
		if at := strings.LastIndexByte(m.path, '.'); at >= 0 {
			parent = m.path[:at]
		}
		if c.of[m.path] != nil {
			c.complain(m.path, "is listed twice")
		}
		c.of[m.path], c.below[parent] = m, append(c.below[parent], m)
	}
	for _, m := range d.members {
		c.own[m.path] = true
	}
	return c
}

// flatDocument is what COLUMNS.md says of the objects of a view without nested
// members. Of events only some kinds have each field.
func flatDocument[T any](v *rowView[T], sometimes ...Column[T]) *objectDocument {
	d := &objectDocument{schema: v.schema, members: []member{{"schema", oneOf(v.schema), "", ""}}}
	for _, c := range audience(v.columns, Programs) {
		none := isNull
		if k := kindTypes[c.Kind]; k.json[0] == '[' || k.name == "text" {
			none = ""
		}
		if slices.ContainsFunc(sometimes, func(s Column[T]) bool { return s.Name == c.Name }) {
			none += isAbsent
		}
		d.members = append(d.members, member{c.Name, kindTypes[c.Kind], none, ""})
	}
	return d
}

func (c *memberCheck) complain(path, format string, args ...any) {
	if _, ok := c.wrong[path]; !ok {
		c.wrong[path] = fmt.Sprintf(format, args...)
	}
}

// find returns the member that a name below a path is.
func (c *memberCheck) find(parent, name string) *member {
	if m := c.of[strings.TrimPrefix(parent+"."+name, ".")]; m != nil {
		return m
	}
	for _, m := range c.below[parent] {
		if p := severalName(m.path); p != "" && slices.Contains(memberNames()[p].words, name) {
			return m
		}
	}
	return nil
}

// object takes the object at a path; "" is the whole.
func (c *memberCheck) object(path string, o map[string]any) {
	for name, v := range o {
		if m := c.find(path, name); m != nil {
			c.take(m, v)
		} else {
			c.complain(strings.TrimPrefix(path+"."+name, "."), "is not listed")
		}
	}
	for _, m := range c.below[path] {
		if c.absent[m.path] && strings.Contains(m.none, isAbsent) {
			continue // nothing new
		}
		names := []string{m.path[strings.LastIndexByte(m.path, '.')+1:]}
		if p := severalName(m.path); p != "" {
			names = memberNames()[p].words
		}
		for _, name := range names {
			if _, ok := o[name]; ok {
				continue
			}
			c.absent[m.path] = true
			if !strings.Contains(m.none, isAbsent) {
				c.complain(m.path, "is not there (%s), and the list does not say when", name)
			}
		}
	}
}

// take takes a value of a member.
func (c *memberCheck) take(m *member, v any) {
	if v == nil {
		c.null[m.path] = true
		if !strings.Contains(m.none, isNull) {
			c.complain(m.path, "is null, and the list does not say when")
		}
		return
	}
	c.value[m.path] = true
	items, isList := v.([]any)
	kind, wantList := strings.CutPrefix(m.kind.json, "[")
	if isList != wantList {
		c.complain(m.path, "is %v, not a %s", v, m.kind.name)
		return
	}
	if !isList {
		items = []any{v}
	}
	for _, one := range items {
		is := "number"
		switch x := one.(type) {
		case string:
			is = "string"
			if m.kind.words != nil && !slices.Contains(m.kind.words, x) {
				c.complain(m.path, "is %q, which is not one of %s", x, quotedList(m.kind.words))
			}
		case bool:
			is = "bool"
		case map[string]any:
			is = "object"
			if isList {
				c.object(m.path+"[]", x)
			} else {
				c.object(m.path, x)
			}
		}
		if is != kind {
			c.complain(m.path, "is %v, not a %s", one, m.kind.name)
		}
	}
}

// unseen notes what of the list was never seen. flat is set where the list does not
// say when a member is null.
func (c *memberCheck) unseen(flat bool) {
	for _, m := range c.members {
		switch {
		case !c.value[m.path] && (c.own[m.path] || !c.null[m.path]):
			c.complain(m.path, "is listed and in no object")
		case flat || !c.own[m.path]: // written by what is tested elsewhere
		case strings.Contains(m.none, isNull) && !c.null[m.path]:
			c.complain(m.path, "is never null")
		case strings.Contains(m.none, isAbsent) && !c.absent[m.path]:
			c.complain(m.path, "is always there")
		}
	}
}

// memberChecks are those of every schema of Reporter.
func memberChecks() map[string]*memberCheck {
	checks := map[string]*memberCheck{}
	for _, d := range []*objectDocument{
		summaryDocument(), connectionDocument(), packetDocument(), flatDocument(handshakeView), flatDocument(closeView), flatDocument(timeWaitView),
		flatDocument(listenerView), flatDocument(retransmissionView), flatDocument(windowView), flatDocument(eventView, fieldColumns()...), flatDocument(interfaceView),
	} {
		checks[d.schema] = newMemberCheck(d)
	}
	return checks
}

// checkObjects gives each object in the output of a run to the check of its
// schema.
func checkObjects(t *testing.T, checks map[string]*memberCheck, f Format, out string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		checkValue(t, checks, v)
	}
}

// checkValue takes an object, a list of them, or an object of views.
func checkValue(t *testing.T, checks map[string]*memberCheck, v any) {
	t.Helper()
	switch x := v.(type) {
	case []any:
		for _, one := range x {
			checkValue(t, checks, one)
		}
	case map[string]any:
		name, ok := x["schema"].(string)
		if !ok { // by view
			for _, one := range x {
				checkValue(t, checks, one)
			}
			return
		}
		if checks[name] == nil {
			t.Fatalf("schema %q is in no list", name)
		}
		checks[name].object("", x)
	default:
		t.Fatalf("%v is no object", v)
	}
}

// TestMembers holds what is written of records that have everything, and of every
// capture of testdata, to the lists of COLUMNS.md: every member is listed, with its
// type and words, and null or absent only where the list says when; and every
// member that is listed is in some object, so seen.
func TestMembers(t *testing.T) {
	checks := memberChecks()
	all := slices.DeleteFunc(slices.Clone(Views), func(v View) bool { return v == ViewStory })
	for _, f := range []Format{FormatJSON, FormatNDJSON} {
		o := Options{Views: all, Format: f, EncapName: reporttest.EncapName}
		checkObjects(t, checks, f, render(t, o, nil, nil, summary.Input{}))
		checkObjects(t, checks, f, render(t, o, fullPackets(t), nil, summary.Input{Kept: &summary.Kept{Name: "kept.pcap", Format: "pcap", Files: 1}}))
		o.Wireshark = true
		checkObjects(t, checks, f, render(t, o, fullPackets(t), fullConnections(t), fullInput()))
		checkObjects(t, checks, f, renderMoments(t, o, refusedBetween(t)))
		checkObjects(t, checks, f, devices(t, f))
		for _, path := range testCaptures(t) {
			checkObjects(t, checks, f, renderCapture(t, o, path))
		}
	}
	for name, c := range checks {
		c.unseen(name != summary.Schema && name != schemaConnection && name != schemaPacket)
		for path, what := range c.wrong {
			t.Errorf("%s: %s %s", name, path, what)
		}
	}
}

// devices returns what is written of network interfaces.
func devices(t *testing.T, f Format) string {
	t.Helper()
	var b strings.Builder
	list := []Device{{Name: "eth0", Index: 2, State: "up", Addresses: []string{"192.0.2.1/24", "2001:db8::1/64"}, Link: "ETHERNET", Capture: "yes"}, {}}
	if err := WriteInterfaces(&b, list, Options{Format: f}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestColumnsNameMembers wants each schema in COLUMNS.md, and below it each member.
func TestColumnsNameMembers(t *testing.T) {
	var b bytes.Buffer
	if err := WriteColumns(&b); err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(b.String(), "\n## ")
	for name, c := range memberChecks() {
		at := slices.IndexFunc(sections, func(s string) bool { return strings.Contains(s, "Schema `"+name+"`.") })
		if at < 0 {
			t.Errorf("%s has no section", name)
			continue
		}
		for _, m := range c.members {
			if c.own[m.path] && m.path != "schema" && !strings.Contains(sections[at], "\n| `"+m.path+"` | ") {
				t.Errorf("%s: %s is not in its section", name, m.path)
			}
		}
	}
}

// TestMemberCheckFails wants TestMembers to see each thing that can be wrong.
func TestMemberCheckFails(t *testing.T) {
	d := &objectDocument{schema: "test/1", members: []member{
		{"schema", oneOf("test/1"), "", ""},
		{"list", is.objects, "", ""}, {"list[].n", is.number, isNull + "sometimes", ""},
		{"causes", is.object, isAbsent + "sometimes", ""}, {"causes.CAUSE", is.number, isAbsent + "none", ""},
		{"more", likeThat("causes"), "", ""},
	}}
	good := []string{
		`{"schema":"test/1","list":[{"n":1},{"n":null}],"causes":{"rto":1},"more":{"fast":2}}`,
		`{"schema":"test/1","list":[],"more":{}}`,
	}
	for _, c := range []struct{ line, path, want string }{
		{``, "", ""},
		{`{"schema":"test/1","list":[{"n":1,"m":2}],"more":{}}`, "list[].m", "is not listed"},
		{`{"schema":"test/1","list":[],"more":{"because":1}}`, "more.because", "is not listed"},
		{`{"schema":"test/1","list":[]}`, "more", "is not there (more), and the list does not say when"},
		{`{"schema":"test/1","list":null,"more":{}}`, "list", "is null, and the list does not say when"},
		{`{"schema":"test/1","list":[1],"more":{}}`, "list", "is 1, not a list of objects"},
		{`{"schema":"test/1","list":{},"more":{}}`, "list", "is map[], not a list of objects"},
		{`{"schema":"test/1","list":[{"n":"1"}],"more":{}}`, "list[].n", "is 1, not a number"},
		{`{"schema":"test/2","list":[],"more":{}}`, "schema", "is \"test/2\", which is not one of `test/1`"},
	} {
		m := newMemberCheck(d)
		for _, line := range append(good, c.line) {
			if line != "" {
				m.object("", decoded(t, line))
			}
		}
		m.unseen(false)
		if got := m.wrong[c.path]; got != c.want || len(m.wrong) > 1 {
			t.Errorf("%s: %v, want %s %s", c.line, m.wrong, c.path, c.want)
		}
	}
	m := newMemberCheck(d)
	m.object("", decoded(t, good[1]))
	m.unseen(false)
	if m.wrong["list[].n"] != "is listed and in no object" {
		t.Errorf("a member that no object has: %v", m.wrong)
	}
}
