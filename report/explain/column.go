package explain

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"tcpwatch/report"
	"tcpwatch/report/prose"
)

// columnText is the name and the meaning of a column, in one view or several.
type columnText struct {
	report.ColumnText
	views []string
}

// columnTexts lists the columns of all views; equal ones of several views are
// one.
var columnTexts = sync.OnceValue(func() (all []columnText) {
	for _, v := range report.Described() {
		for _, c := range v.Columns {
			i := slices.IndexFunc(all, func(o columnText) bool { return o.ColumnText == c })
			if i < 0 {
				all = append(all, columnText{ColumnText: c, views: []string{string(v.Name)}})
			} else {
				all[i].views = append(all[i].views, string(v.Name))
			}
		}
	}
	return all
})

// column writes the meaning of the columns with that heading or name.
func (x *explainer) column(key string) bool {
	key = topicKey(key)
	return x.columns(func(c *columnText) bool { return topicKey(c.Heading) == key || topicKey(c.Name) == key })
}

// within are the objects of a connection's JSON whose members are columns behind their name.
var within = []string{"client_to_server_", "server_to_client_", "zeek_"}

// columnWithin writes the meaning of the columns for such a member, as rtt_smoothed or conn_state.
func (x *explainer) columnWithin(key string) bool {
	key = topicKey(key)
	return x.columns(func(c *columnText) bool {
		return slices.ContainsFunc(within, func(object string) bool {
			name, inside := strings.CutPrefix(c.Name, object)
			return inside && topicKey(name) == key
		})
	})
}

// columns writes the meaning of the columns that are meant; those that say the same are one.
func (x *explainer) columns(meant func(*columnText) bool) bool {
	var told []columnText
	same := map[string][]string{} // by meaning, the other columns
	for _, c := range columnTexts() {
		if !meant(&c) {
			continue
		}
		i := slices.IndexFunc(told, func(o columnText) bool { return o.Meaning == c.Meaning })
		switch {
		case i < 0:
			c.views = slices.Clone(c.views)
			told = append(told, c)
		case c.title() == told[i].title():
			told[i].views = append(told[i].views, c.views...)
		default:
			same[c.Meaning] = append(same[c.Meaning], cmp.Or(c.Name, c.Heading)+" of "+strings.Join(c.views, ", "))
		}
	}
	for i, c := range told {
		if i > 0 {
			x.line("")
		}
		x.heading(c.title())
		x.block(prose.Gap, c.Meaning)
		x.block(prose.Gap, "In "+strings.Join(c.views, ", ")+".")
		if others := same[c.Meaning]; others != nil {
			x.block(prose.Gap, "The same: "+strings.Join(others, "; ")+".")
		}
	}
	return len(told) > 0
}

// title is what stands above the meaning.
func (c *columnText) title() string {
	switch {
	case c.Heading == "":
		return c.Name + "   column for programs"
	case c.Name != "" && !strings.EqualFold(c.Name, c.Heading):
		return c.Heading + "   column, for programs " + c.Name
	}
	return c.Heading + "   column"
}

// columnNames returns the headings that are one word.
func columnNames() (names []string) {
	for _, c := range columnTexts() {
		if c.Heading != "" && !strings.Contains(c.Heading, " ") && !slices.Contains(names, c.Heading) {
			names = append(names, c.Heading)
		}
	}
	return names
}
