package verdict_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/rfc"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/verdict"
)

// keep feeds a script to an Analyzer and its records to f, in order.
func keep(t *testing.T, text string, f func(*analyze.Connection)) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	inOrder := order.New(f)
	a := analyze.New(analyze.Config{Connection: inOrder.Connection})
	s.Feed(a)
	a.Flush()
}

// judge returns the verdicts on the last connection of a script.
func judge(t *testing.T, text string) (last []verdict.Verdict) {
	t.Helper()
	var j verdict.Judge
	keep(t, text, func(c *analyze.Connection) { last = slices.Clone(j.Connection(c)) })
	return last
}

func find(list []verdict.Verdict, id verdict.ID) (verdict.Verdict, bool) {
	for _, v := range list {
		if v.ID == id {
			return v, true
		}
	}
	return verdict.Verdict{}, false
}

func names(list []verdict.Verdict) []string {
	var s []string
	for i := range list {
		text := list[i].ID.String() + " (" + list[i].Confidence.String() + ")"
		for _, it := range list[i].Evidence() {
			text += "; " + string(it.Append(nil))
		}
		s = append(s, text)
	}
	return s
}

var nameForm = regexp.MustCompile(`^[A-Z]+(-[A-Z]+)*$`)

func TestSpecs(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range verdict.All {
		id := verdict.ID(i)
		if s == nil {
			t.Fatalf("verdict %d has no Spec", i)
		}
		if !nameForm.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("name %q", s.Name)
		}
		seen[s.Name] = true
		if got, ok := verdict.Find(s.Name); !ok || got != id || id.String() != s.Name {
			t.Errorf("%s: Find gives %v %v", s.Name, got, ok)
		}
		d := s.Definition
		if !strings.HasSuffix(d, ".") || strings.Contains(d, ". ") || strings.ToUpper(d[:1]) != d[:1] {
			t.Errorf("%s: the definition is not one sentence: %q", s.Name, d)
		}
		if s.Next == "" || strings.HasSuffix(s.Next, ".") {
			t.Errorf("%s: what to look at next is missing, or a sentence: %q", s.Name, s.Next)
		}
		if s.RestsOn == "" || strings.HasSuffix(s.RestsOn, ".") || s.Most.String() == "" || len(s.Conditions) == 0 || len(s.Clauses) == 0 {
			t.Errorf("%s: something is missing", s.Name)
		}
		for _, c := range s.Clauses {
			if !rfc.Has(c.RFC, c.Section) {
				t.Errorf("%s: RFC %d §%s is not among the sections known", s.Name, c.RFC, c.Section)
			}
		}
	}
	if _, ok := verdict.Find("NO-SUCH"); ok || verdict.Count.String() != "?" {
		t.Error("a verdict that does not exist has a name")
	}
}

func TestExamples(t *testing.T) {
	for i, s := range verdict.All {
		t.Run(s.Name, func(t *testing.T) {
			list := judge(t, s.Example)
			v, ok := find(list, verdict.ID(i))
			if !ok {
				t.Fatalf("the example has %q", names(list))
			}
			if v.Confidence < verdict.Possible || v.Confidence > s.Most || v.Len == 0 {
				t.Errorf("%q, at most %s", names([]verdict.Verdict{v}), s.Most)
			}
			for _, text := range names(list) {
				if strings.Contains(text, "$") || strings.Contains(text, "packet 0") {
					t.Errorf("a placeholder or packet is missing in %q", text)
				}
			}
			t.Log(names(list))
		})
	}
}

func TestNearMisses(t *testing.T) {
	for i, s := range verdict.All {
		for _, c := range s.Conditions {
			if c.Miss == "" || c.Text == "" {
				t.Errorf("%s: condition %q has no near miss", s.Name, c.Text)
				continue
			}
			if list := judge(t, c.Miss); slices.ContainsFunc(list, func(v verdict.Verdict) bool { return v.ID == verdict.ID(i) }) {
				t.Errorf("%s is set although not: %s\n%s%q", s.Name, c.Text, c.Miss, names(list))
			}
		}
	}
}
