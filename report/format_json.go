package report

import (
	"io"

	"tcpwatch/report/object"
)

// jsonWriter writes a view as one list of objects, or as one object a line
// (NDJSON). Objects have the names that COLUMNS.md lists.
type jsonWriter[T any] struct {
	w     io.Writer
	env   *env
	view  *rowView[T]
	lines bool // NDJSON
	text  []byte
	flat  flatObject[T]
	begun bool
}

func newJSONWriter[T any](v *rowView[T], w io.Writer, e *env, lines bool) *jsonWriter[T] {
	return &jsonWriter[T]{w: w, env: e, view: v, lines: lines,
		flat: flatObject[T]{schema: v.schema, columns: audience(v.columns, Programs)}}
}

func (j *jsonWriter[T]) row(r *T) error {
	b := j.text[:0]
	switch {
	case j.lines:
	case j.begun:
		b = append(b, ",\n"...)
	default:
		b = append(b, "[\n"...)
	}
	j.begun = true
	if j.view.object != nil {
		b = j.view.object(b, j.env, r)
	} else {
		b = j.flat.append(b, j.env, r)
	}
	if j.lines {
		b = append(b, '\n')
	}
	j.text = b
	_, err := j.w.Write(b)
	return err
}

func (j *jsonWriter[T]) finish() error {
	var end string
	switch {
	case j.lines:
		return nil
	case j.begun:
		end = "\n]\n"
	default:
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}

// flatObject writes a row as an object with one member a column.
type flatObject[T any] struct {
	schema  string
	columns []*Column[T]
	value   Value
}

func (f *flatObject[T]) append(b []byte, e *env, r *T) []byte {
	j := object.Plain(append(b, '{'))
	j.Word("schema", f.schema)
	for _, c := range f.columns {
		f.value.reset()
		c.Value(e, r, &f.value)
		j.Key(c.Name)
		j = f.value.appendJSON(j, c.Kind, e)
	}
	j.Close('}')
	return j
}

// appendJSON appends the value as JSON; null if there is none, except for lists
// and text, which are then empty.
func (v *Value) appendJSON(b []byte, k Kind, e *env) []byte {
	switch {
	case k == KindWords || k == KindIDs:
		return v.appendList(b, k)
	case k == KindText:
		return object.AppendString(b, string(v.text))
	case !v.set:
		return append(b, "null"...)
	case k == KindTime || k == KindWord:
		b = append(b, '"')
		b = v.appendProgram(b, k, e)
		return append(b, '"')
	}
	return v.appendProgram(b, k, e)
}

// appendList appends the words or numbers, which are separated by spaces, as a
// list.
func (v *Value) appendList(b []byte, k Kind) []byte {
	b = append(b, '[')
	quote := k == KindWords
	if quote && v.set {
		b = append(b, '"')
	}
	for _, c := range v.text {
		switch {
		case c != ' ':
			b = append(b, c)
		case quote:
			b = append(b, `","`...)
		default:
			b = append(b, ',')
		}
	}
	if quote && v.set {
		b = append(b, '"')
	}
	return append(b, ']')
}
