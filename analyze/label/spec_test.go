package label_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/rfc"
	"tcpwatch/analyze/script"
)

// outcome is what an Analyzer said of the last segment of a script.
type outcome struct {
	labels label.Set
	names  []string
	states [2]string // the end with the earlier letter first
}

// run feeds a script to an Analyzer and checks every expectation in it.
func run(t *testing.T, text string) outcome {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var last outcome
	at := 0
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
		e := &s.Events[at]
		last = outcome{labels: o.Labels, states: [2]string{o.ClientState.String(), o.ServerState.String()}}
		if o.FromClient == e.Swapped() {
			last.states[0], last.states[1] = last.states[1], last.states[0]
		}
		o.Labels.Each(func(id label.ID) { last.names = append(last.names, id.String()) })
		if x := e.Expect; x != nil && (!slices.Equal(last.names, x.Labels) || last.states != x.States) {
			t.Errorf("%q line %d: labels %v states %v, want %v %v", text, e.Line, last.names, last.states, x.Labels, x.States)
		}
		at++
	}})
	s.Feed(a)
	a.Flush()
	if at == 0 || at != len(s.Events) {
		t.Fatalf("%d observations of %d segments in\n%s", at, len(s.Events), text)
	}
	return last
}

var (
	nameForm = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)
)

func TestSpecs(t *testing.T) {
	if len(label.All) != int(label.Count) || label.Count > label.MaxLabels {
		t.Fatalf("%d labels in All, Count %d, at most %d", len(label.All), label.Count, label.MaxLabels)
	}
	seen := map[string]label.ID{}
	group := label.Phase
	for i, s := range label.All {
		id := label.ID(i)
		if s == nil {
			t.Fatalf("label %d has no Spec", i)
		}
		if first, twice := seen[s.Name]; twice {
			t.Errorf("labels %d and %d are both %s", first, id, s.Name)
		}
		seen[s.Name] = id
		if got, ok := label.Find(s.Name); !ok || got != id || id.String() != s.Name {
			t.Errorf("%s: Find gives %d %v, String %s", s.Name, got, ok, id)
		}
		// Phases are tried first, and a group stands together, so that the
		// order of All is the precedence inside a group.
		if s.Group < group {
			t.Errorf("%s: group %v after group %v", s.Name, s.Group, group)
		}
		group = s.Group
		checkWords(t, s)
	}
	if _, ok := label.Find("NO-SUCH-LABEL"); ok {
		t.Error("Find knows a label that does not exist")
	}
	if label.Count.String() != "?" {
		t.Errorf("Count is called %s", label.Count)
	}
}

// checkWords checks what a reader sees of a Spec.
func checkWords(t *testing.T, s *label.Spec) {
	t.Helper()
	if !nameForm.MatchString(s.Name) {
		t.Errorf("name %q", s.Name)
	}
	d := s.Definition
	if !strings.HasSuffix(d, ".") || strings.Contains(d, ". ") || strings.ContainsAny(d, "\n|") || strings.ToUpper(d[:1]) != d[:1] {
		t.Errorf("%s: the definition is not one sentence: %q", s.Name, d)
	}
	if s.Looks == "" || strings.HasSuffix(s.Looks, ".") {
		t.Errorf("%s: Looks %q", s.Name, s.Looks)
	}
	if len(s.Conditions) == 0 || len(s.Clauses) == 0 || s.Example == "" {
		t.Errorf("%s: conditions, clauses and an example are wanted", s.Name)
	}
	texts := map[string]bool{}
	for _, c := range s.Conditions {
		if c.Text == "" || strings.HasSuffix(c.Text, ".") || texts[c.Text] {
			t.Errorf("%s: condition %q", s.Name, c.Text)
		}
		texts[c.Text] = true
	}
	for _, c := range s.Clauses {
		if !rfc.Has(c.RFC, c.Section) {
			t.Errorf("%s: RFC %d §%s is not among the sections known", s.Name, c.RFC, c.Section)
		}
	}
}

func TestExamples(t *testing.T) {
	for i, s := range label.All {
		id := label.ID(i)
		t.Run(s.Name, func(t *testing.T) {
			lines := strings.Split(strings.TrimRight(s.Example, "\n"), "\n")
			if !strings.Contains(lines[len(lines)-1], "|") {
				t.Error("the last segment of the example has no expectation")
			}
			if got := run(t, s.Example); !got.labels.Has(id) {
				t.Errorf("the example ends with %v", got.names)
			}
			phases := 0
			got := run(t, s.Example)
			got.labels.Each(func(id label.ID) {
				if label.All[id].Group == label.Phase {
					phases++
				}
			})
			if phases != 1 {
				t.Errorf("%d phases among %v", phases, got.names)
			}
		})
	}
}

func TestNearMisses(t *testing.T) {
	for i, s := range label.All {
		id := label.ID(i)
		for _, c := range s.Conditions {
			if c.Miss == "" {
				t.Errorf("%s: condition %q has no near miss", s.Name, c.Text)
				continue
			}
			if got := run(t, c.Miss); got.labels.Has(id) {
				t.Errorf("%s is set although not: %s\n%s", s.Name, c.Text, c.Miss)
			}
		}
	}
}

func TestSet(t *testing.T) {
	var s label.Set
	want := []label.ID{0, 3, label.Count - 1, label.MaxLabels - 1}
	for _, id := range []label.ID{3, label.MaxLabels - 1, 0, label.Count - 1, 3} {
		s = s.With(id)
	}
	var got []label.ID
	s.Each(func(id label.ID) { got = append(got, id) })
	if !slices.Equal(got, want) || s.Has(1) || !s.Has(3) {
		t.Errorf("the set has %v, want %v", got, want)
	}
}

func TestEvidence(t *testing.T) {
	var e label.Evidence
	for i := range label.MaxEvidence + 3 {
		e.Add(label.ID(i), label.BytesSeen, uint64(i))
	}
	if int(e.Len) != label.MaxEvidence || e.Items[label.MaxEvidence-1].Packet != label.MaxEvidence-1 {
		t.Errorf("evidence %+v", e)
	}
}
