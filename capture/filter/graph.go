package filter

// graph is a condition as questions that lead to each other. A question's
// number is above those that it leads to; 0 and 1 are the answers.
//
// A question both of whose answers lead to the same place is still asked if not
// every packet has its value: a packet without it is rejected.
type graph struct {
	values *values
	nodes  []question
	index  map[question]int
}

type question struct {
	test    test
	yes, no int // where the answer leads
}

// touches reports whether q is asked only to check that its value is present.
func (q question) touches() bool { return q.yes == q.no }

// The two ends.
const (
	reject = 0
	accept = 1
)

// mostQuestions bounds the work on a graph. Four times as many instructions as
// a program may have cannot become one.
const mostQuestions = 4 * maxInstructions

func newGraph(v *values) *graph {
	return &graph{values: v, nodes: make([]question, 2), index: map[question]int{}}
}

// ask returns the number of a question, or of where it leads if it need not be
// asked.
func (g *graph) ask(q question) int {
	if q.test.cmp == atLeast && q.test.k == 0 && q.test.with == 0 {
		q.no = q.yes // nothing is below 0
	}
	if q.touches() {
		q.test.cmp, q.test.k = atLeast, 0
		to := q.yes
		if to == reject || !g.fails(q.test) {
			return to
		}
		// The next question may already require what this one requires.
		if to > accept {
			if next := g.nodes[to].test; g.sure(q.test, next) {
				return to
			}
		}
	}
	if n, ok := g.index[q]; ok {
		return n
	}
	n := len(g.nodes)
	g.nodes = append(g.nodes, q)
	g.index[q] = n
	return n
}

// fails reports whether some packets lack what a test requires.
func (g *graph) fails(t test) bool { return g.values.fails(t.value) || g.values.fails(t.with) }

// sure reports whether a packet that has what given requires has what t
// requires.
func (g *graph) sure(t, given test) bool {
	return g.values.sure(t.value, given.value, given.with) && g.values.sure(t.with, given.value, given.with)
}

// add adds a condition that leads to yes or no and returns its first question.
// A graph that is too large is not built further.
func (g *graph) add(c *condition, yes, no int) int {
	switch c.shape {
	case always:
		return yes
	case never:
		return no
	case andShape:
		return g.add(c.left, g.add(c.right, yes, no), no)
	case orShape:
		return g.add(c.left, yes, g.add(c.right, yes, no))
	case notShape:
		return g.add(c.left, no, yes)
	}
	if len(g.nodes) > mostQuestions {
		return no
	}
	return g.ask(question{c.test, yes, no})
}

// maxPasses bounds simplify. One pass usually finds everything; further ones
// find what became possible by it.
const maxPasses = 10

// simplify removes the questions whose answers are known from earlier ones.
func (g *graph) simplify(root int) (*graph, int) {
	for range maxPasses {
		s := survey(g, root)
		made := newGraph(g.values)
		at := make([]int, len(g.nodes))
		at[accept] = accept
		changed := false
		for n := 2; n <= root; n++ {
			if !s.reached[n] {
				continue
			}
			q := &g.nodes[n]
			yes, no := s.lead(g, n, true), s.lead(g, n, false)
			changed = changed || yes != q.yes || no != q.no
			// Earlier questions take the shorter path.
			q.yes, q.no = yes, no
			at[n] = made.ask(question{q.test, at[yes], at[no]})
		}
		root = at[root]
		g = made
		if !changed {
			break
		}
	}
	return g, root
}

// surveyed is what is known about the paths to each question.
type surveyed struct {
	reached []bool
	// from and answer are the only question that leads here, and by which
	// answer; from is 0 if there are several.
	from   []int
	answer []bool
	// above is the nearest question on all paths to this one; 0 for the first.
	above []int
	depth []int // of the chain of above
}

func survey(g *graph, root int) *surveyed {
	n := len(g.nodes)
	s := &surveyed{make([]bool, n), make([]int, n), make([]bool, n), make([]int, n), make([]int, n)}
	if root > accept {
		s.reached[root] = true
	}
	for i := root; i > accept; i-- {
		if !s.reached[i] {
			continue
		}
		if s.above[i] != 0 {
			s.depth[i] = s.depth[s.above[i]] + 1
		}
		s.arrive(i, g.nodes[i].yes, true)
		s.arrive(i, g.nodes[i].no, false)
	}
	return s
}

// arrive notes that from leads to n. Whatever leads to n has a higher number,
// so all of it is noted before n is processed.
func (s *surveyed) arrive(from, n int, answer bool) {
	if n <= accept {
		return
	}
	if !s.reached[n] {
		s.reached[n] = true
		s.from[n], s.answer[n], s.above[n] = from, answer, from
		return
	}
	s.from[n] = 0
	a, b := s.above[n], from
	for a != b {
		if s.depth[a] >= s.depth[b] {
			a = s.above[a]
		} else {
			b = s.above[b]
		}
	}
	s.above[n] = a
}

// farthestFact bounds how far back an answer is remembered. Expressions nest
// far less; long lists of alternatives gain nothing from it.
const farthestFact = 128

// lead follows the answer of n past all questions that are decided by it and by
// what was answered on every path to n.
func (s *surveyed) lead(g *graph, n int, answer bool) int {
	to := g.nodes[n].yes
	if !answer {
		to = g.nodes[n].no
	}
	for to > accept {
		q := g.nodes[to]
		switch known, is := s.decided(g, q.test, n, answer); {
		case q.touches() && s.touched(g, q.test, n):
			to = q.yes
		case q.touches() || !known:
			return to
		case is:
			to = q.yes
		default:
			to = q.no
		}
	}
	return to
}

func (s *surveyed) decided(g *graph, t test, n int, answer bool) (known, is bool) {
	for range farthestFact {
		fact := g.nodes[n].test
		if fact == t {
			return true, answer
		}
		if answer && fact.cmp == equal && fact.with == 0 && fact.value == t.value && t.with == 0 {
			return true, t.holds(fact.k)
		}
		// Up, to the last question whose answer is the same on every path here.
		for s.from[n] == 0 {
			if n = s.above[n]; n == 0 {
				return false, false
			}
		}
		n, answer = s.from[n], s.answer[n]
	}
	return false, false
}

// touched reports whether n, or a question on every path to it, requires what t
// requires.
func (s *surveyed) touched(g *graph, t test, n int) bool {
	for range farthestFact {
		if g.sure(t, g.nodes[n].test) {
			return true
		}
		if n = s.above[n]; n == 0 {
			break
		}
	}
	return false
}
