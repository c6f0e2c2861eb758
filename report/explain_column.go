package report

import (
	"slices"
	"strings"

	"tcpwatch/report/prose"
)

// columnText is the name and the meaning of a column, in one view or several.
type columnText struct {
	heading string // "" for programs only
	name    string // "" for people only
	meaning string
	views   []string
}

// columnTexts lists the columns of all views; equal ones of several views are
// one.
func columnTexts() (all []columnText) {
	for _, v := range viewTexts() {
		for _, c := range v.columns {
			i := slices.IndexFunc(all, func(o columnText) bool {
				return o.heading == c.heading && o.name == c.name && o.meaning == c.meaning
			})
			if i < 0 {
				all = append(all, c)
			} else {
				all[i].views = append(all[i].views, c.views...)
			}
		}
	}
	return all
}

func columnsOf[T any](v *rowView[T]) (list []columnText) {
	for i := range v.columns {
		c := &v.columns[i]
		t := columnText{heading: c.header(), name: c.Name, meaning: c.Meaning, views: []string{string(v.name)}}
		switch c.For {
		case Programs:
			t.heading = ""
		case People:
			t.name = ""
		}
		list = append(list, t)
	}
	return list
}

// column writes the meaning of the columns with that heading or name.
func (x *explainer) column(key string) (found bool) {
	key = topicKey(key)
	for _, c := range columnTexts() {
		if topicKey(c.heading) != key && topicKey(c.name) != key {
			continue
		}
		if found {
			x.line("")
		}
		found = true
		title := c.heading + "   column"
		switch {
		case c.heading == "":
			title = c.name + "   column for programs"
		case c.name != "" && !strings.EqualFold(c.name, c.heading):
			title += ", for programs " + c.name
		}
		x.heading(title)
		x.block(prose.Gap, c.meaning)
		x.block(prose.Gap, "In "+strings.Join(c.views, ", ")+".")
	}
	return found
}

// columnNames returns the headings that are one word.
func columnNames() (names []string) {
	for _, c := range columnTexts() {
		if c.heading != "" && !strings.Contains(c.heading, " ") && !slices.Contains(names, c.heading) {
			names = append(names, c.heading)
		}
	}
	return names
}
