package report

import (
	"bufio"
	"io"

	"tcpwatch/report/grid"
	"tcpwatch/report/prose"
)

const schemaInterface = "tcpwatch.interface/1"

// Device is a network interface of this host: a row of the list of interfaces.
// Name is shown escaped.
type Device struct {
	Name      string
	Index     int
	State     string   // "up", "down", "no carrier"
	Addresses []string // with prefix length
	Link      string   // "" where it is not known
	Loopback  bool
	// Capture says whether it can be captured now: "yes", or what is in the way.
	Capture string
}

var interfaceView = &rowView[Device]{
	name:   "interfaces",
	schema: schemaInterface,
	about:  "One row for each network interface of this host (`tcpwatch interfaces`).",
	empty:  "this host has no network interface",
	columns: []Column[Device]{
		{Name: "name", Header: "INTERFACE", Kind: KindText, Meaning: "Name, as `-i` takes it.",
			Value: func(_ *env, d *Device, v *Value) { v.string(d.Name) }},
		{Name: "index", Header: "INDEX", Kind: KindID, Drop: 3, Meaning: "Number that the system gave it.",
			Value: func(_ *env, d *Device, v *Value) { v.uint(uint64(max(0, d.Index))) }},
		{Name: "state", Kind: KindWord, Meaning: "`up`, `down`, or `no carrier`: switched on, but without a partner.",
			Value: func(_ *env, d *Device, v *Value) { v.string(d.State) },
			Tone: func(d *Device) prose.Tone {
				if d.State == "up" {
					return prose.Good
				}
				return prose.Quiet
			}},
		{Name: "link", Kind: KindWord, Drop: 2, Meaning: "Link type that its packets have when captured.",
			Value: func(_ *env, d *Device, v *Value) { v.string(d.Link) }},
		{Name: "loopback", Kind: KindBool, For: Programs, Meaning: "Whether it carries what the host sends to itself.",
			Value: func(_ *env, d *Device, v *Value) { v.bool(d.Loopback) }},
		{Name: "capture", Kind: KindWord, Drop: 1, Meaning: "`yes` if it can be captured now, else what is in the way.",
			Value: func(_ *env, d *Device, v *Value) { v.string(d.Capture) }},
		{Name: "addresses", Kind: KindWords, Meaning: "IP addresses with the lengths of their prefixes.",
			Value: func(_ *env, d *Device, v *Value) {
				for _, a := range d.Addresses {
					v.item(a)
				}
			}},
	},
}

// WriteInterfaces writes the list of interfaces. Only the options Format,
// Width, Color and ASCII are used.
func WriteInterfaces(w io.Writer, list []Device, o Options) error {
	o.Style.FixWidth()
	o.Style.Color = o.Style.Color && o.Format.people()
	e := &env{Options: o}
	out := bufio.NewWriter(w)
	rows := newRowWriter(interfaceView, out, e)
	if o.Format == FormatTable && len(list) > 0 {
		rows = &addressLines{newTableWriter(interfaceView, out, e)}
	}
	for i := range list {
		if err := rows.row(&list[i]); err != nil {
			return err
		}
	}
	if err := rows.finish(); err != nil {
		return err
	}
	return out.Flush()
}

// addressLines puts every address on a line of its own: three IPv6 addresses
// are wider than any terminal.
type addressLines struct{ *tableWriter[Device] }

func (l *addressLines) row(d *Device) error {
	first := *d
	first.Addresses = d.Addresses[:min(1, len(d.Addresses))]
	if err := l.tableWriter.row(&first); err != nil {
		return err
	}
	for _, a := range d.Addresses[len(first.Addresses):] {
		cells := make([]grid.Cell, len(l.columns))
		for i := range cells {
			cells[i].Text = " " // not "no value"
		}
		cells[len(cells)-1] = grid.Cell{Text: a}
		l.grid.Rows = append(l.grid.Rows, cells)
	}
	return nil
}
