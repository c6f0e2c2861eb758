package explain

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"tcpwatch/report"
	"tcpwatch/report/prose"
)

// memberText is what a member says, in one object or several.
type memberText struct {
	meaning, none string
	within        string   // the path and the meaning of the object that it is in; "" for a whole one
	paths         []string // each with the object: "opening.outcome of connections"
}

// describedObjects are the objects with members, put together once.
var describedObjects = sync.OnceValue(report.DescribedObjects)

// places matches what stands behind the name of a list: [] in COLUMNS.md, the number of an item in csv.
var places = regexp.MustCompile(`\[\]|\.[0-9]+`)

// member writes the meanings of the members whose path, or the last name of it, is meant. What a view
// has as a column, too, is told as that where its path is not asked for; an object or a list is none.
func (x *explainer) member(key string, exactly bool) (found bool) {
	for _, m := range membersNamed(places.ReplaceAllString(key, ""), exactly) {
		if found {
			x.line("")
		}
		found = true
		x.heading(m.paths[0] + "   member for programs")
		x.block(prose.Gap, plainCode(m.meaning))
		if m.none != "" {
			x.block(prose.Gap, "It is "+plainCode(m.none)+".")
		}
		if m.within != "" {
			x.block(prose.Gap, plainCode(m.within))
		}
		if len(m.paths) > 1 {
			x.block(prose.Gap, "The same: "+strings.Join(m.paths[1:], ", ")+".")
		}
	}
	return found
}

// plainCode removes the marks of code that COLUMNS.md has.
func plainCode(s string) string { return strings.ReplaceAll(s, "`", "") }

// membersNamed returns the members of that name; those that say the same are one.
func membersNamed(name string, exactly bool) (all []memberText) {
	for _, o := range describedObjects() {
		for _, m := range o.Members {
			if !named(&m, name, exactly) || !strings.Contains(name, ".") && isColumn(&o, m.Path) {
				continue
			}
			text := memberText{meaning: m.Meaning, none: m.None, within: withinText(&o, m.Path), paths: []string{m.Path + " of " + o.Of}}
			i := slices.IndexFunc(all, func(t memberText) bool { return t.meaning == text.meaning && t.none == text.none })
			switch {
			case i < 0:
				all = append(all, text)
			default:
				all[i].paths = append(all[i].paths, text.paths...)
				if all[i].within != text.within {
					all[i].within = ""
				}
			}
		}
	}
	return all
}

// named reports whether name is the path of a member or the last name of it: letter for letter, or
// as any name may be written.
func named(m *report.MemberText, name string, exactly bool) bool {
	path := places.ReplaceAllString(m.Path, "")
	at := strings.LastIndexByte(path, '.') + 1
	names := []string{path[at:]}
	if m.Words != nil {
		names = m.Words
	}
	return slices.ContainsFunc(names, func(last string) bool {
		whole := path[:at] + last
		if exactly {
			return name == whole || m.Words == nil && name == last
		}
		return topicKey(name) == topicKey(whole) || topicKey(name) == topicKey(last)
	})
}

// isColumn reports whether a view has a column for the member at a path; for one of an object inside,
// as client_to_server.rto, any view: the summary has the same objects. What has members itself says
// more than a column of that name.
func isColumn(o *report.ObjectText, path string) bool {
	if slices.ContainsFunc(o.Members, func(m report.MemberText) bool {
		return strings.HasPrefix(m.Path, path+".") || strings.HasPrefix(m.Path, path+"[].")
	}) {
		return false
	}
	name := strings.ReplaceAll(path, ".", "_")
	return slices.ContainsFunc(columnTexts(), func(c columnText) bool {
		return c.Name == name && (name != path || slices.Contains(c.views, o.Of))
	})
}

// withinText says which object the member at a path is in.
func withinText(o *report.ObjectText, path string) string {
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return ""
	}
	for _, m := range o.Members {
		if m.Path == strings.TrimSuffix(path[:at], "[]") {
			return m.Path + ": " + m.Meaning
		}
	}
	return ""
}

// memberNames returns the last names of all members, each once.
func memberNames() (names []string) {
	for _, o := range describedObjects() {
		for _, m := range o.Members {
			if last := m.Path[strings.LastIndexByte(m.Path, '.')+1:]; m.Words == nil && !slices.Contains(names, last) {
				names = append(names, last)
			}
		}
	}
	return names
}
