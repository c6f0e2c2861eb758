package event_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/rfc"
	"tcpwatch/analyze/script"
)

// told is a copy of an Event.
type told struct {
	event.Event
	text string
}

// tell feeds a script to an Analyzer and returns its events, and its records in
// the order of their numbers.
func tell(t testing.TB, text string, cfg analyze.Config) (events []told, records []*analyze.Connection) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	teller := event.NewTeller(func(e *event.Event) { events = append(events, told{*e, plain(e)}) })
	cfg.Moment = teller.Moment
	cfg.Connection = order.New(func(c *analyze.Connection) { records = append(records, c.Clone()) }).Connection
	a := analyze.New(cfg)
	s.Feed(a)
	a.Flush()
	return events, records
}

// plain writes an event with all of its fields.
func plain(e *event.Event) string {
	text := e.Spec().Name
	for _, f := range e.Spec().Fields {
		v, x := e.Value(f), &event.AllFields[f]
		if !v.Set {
			continue
		}
		text += " " + x.Name + "="
		switch x.Kind {
		case event.Word:
			text += v.Word
		case event.Span:
			text += seconds(v.N)
		case event.Instant:
			text += seconds(v.N - start)
		default:
			text += seconds(v.N * 1e9)
		}
	}
	if e.Inferred {
		text += " ?"
	}
	return text
}

var (
	nameForm    = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	placeholder = regexp.MustCompile(`\$(?:([a-z_]+)|\{([a-z_]+) [a-z]+\})`)
)

func TestSpecs(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range event.All {
		if s == nil {
			t.Fatalf("kind %d has no Spec", i)
		}
		if !nameForm.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("name %q", s.Name)
		}
		seen[s.Name] = true
		if k, ok := event.Find(s.Name); !ok || int(k) != i {
			t.Errorf("%s: Find gives %v %v", s.Name, k, ok)
		}
		if d := s.Definition; !strings.HasSuffix(d, ".") || strings.Contains(d, ". ") {
			t.Errorf("%s: the definition is not one sentence: %q", s.Name, d)
		}
		if len(s.Conditions) == 0 || s.Plural == "" || len(s.Sentences) == 0 || len(s.Clauses) == 0 && s.Name != "evicted" {
			t.Errorf("%s: something is missing", s.Name)
		}
		for _, c := range s.Clauses {
			if !rfc.Has(c.RFC, c.Section) {
				t.Errorf("%s: RFC %d §%s is not among the sections known", s.Name, c.RFC, c.Section)
			}
		}
		for _, text := range s.Sentences {
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				if !slices.ContainsFunc(s.Fields, func(f event.Field) bool { return event.AllFields[f].Name == m[1]+m[2] }) {
					t.Errorf("%s: %s is none of its fields", s.Name, m[0])
				}
			}
		}
	}
	if _, ok := event.Find("no-such"); ok {
		t.Error("a kind that does not exist is found")
	}
	names := map[string]bool{}
	for f := range event.AllFields {
		x := &event.AllFields[f]
		if x.Name == "" || names[x.Name] || !strings.HasSuffix(x.Meaning, ".") {
			t.Errorf("field %d: %+v", f, x)
		}
		names[x.Name] = true
		if !slices.ContainsFunc(event.All[:], func(s *event.Spec) bool { return slices.Contains(s.Fields, event.Field(f)) }) {
			t.Errorf("no kind has the field %s", x.Name)
		}
	}
}

// TestCalled: one event is called otherwise than several, where words differ.
func TestCalled(t *testing.T) {
	two, same := event.Spec{Plural: "repairs", Singular: "repair"}, event.Spec{Plural: "closed"}
	for n, want := range []string{"repairs, closed", "repair, closed", "repairs, closed"} {
		if got := two.Called(uint64(n)) + ", " + same.Called(uint64(n)); got != want {
			t.Errorf("%d: %s; want %s", n, got, want)
		}
	}
}

func has(events []told, k event.Kind) bool {
	return slices.ContainsFunc(events, func(e told) bool { return e.Kind == k })
}

func texts(events []told) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(e.text + "\n")
	}
	return b.String()
}

func TestExamples(t *testing.T) {
	for i, s := range event.All {
		if s.Example == "" {
			continue
		}
		events, _ := tell(t, s.Example, analyze.Config{})
		if !has(events, event.Kind(i)) {
			t.Errorf("%s: its example tells\n%s", s.Name, texts(events))
		}
	}
}

func TestNearMisses(t *testing.T) {
	for i, s := range event.All {
		for _, c := range s.Conditions {
			if c.Miss == "" {
				continue // TestOnce
			}
			if events, _ := tell(t, c.Miss, analyze.Config{}); has(events, event.Kind(i)) {
				t.Errorf("%s comes although not: %s\n%s\n%s", s.Name, c.Text, c.Miss, texts(events))
			}
		}
	}
}
