package label

// All lists every label; an ID is an index into it. The order is the order in
// which labels are tried, so it is the precedence inside an exclusive group.
var All = []*Spec{}

// Find returns the label of that name.
func Find(name string) (ID, bool) {
	for i, s := range All {
		if s.Name == name {
			return ID(i), true
		}
	}
	return 0, false
}
