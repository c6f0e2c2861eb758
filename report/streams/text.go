package streams

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
)

// sideEscapes are the colours of client and server.
var sideEscapes = [2]string{"\x1b[36m", "\x1b[35m"}

// sideMarks begin every line, so that colour is not needed: of client and of
// server, for a new line and for one that continues the side's previous line.
var sideMarks = [2][2]string{{"> ", ">+"}, {"< ", "<+"}}

// tabStop is how far tabulators reach.
const tabStop = 8

// textForm writes streams for reading. Lines end where the stream has LF; a CR
// before it is not shown. Other control characters, and octets that are not
// UTF-8, are escaped.
type textForm struct {
	notes
	side   int
	inLine bool
	column int     // of the text after the mark
	open   [2]bool // the side's last line had no LF
	rest   [2][]byte
	line   []byte
}

func (f *textForm) piece(w *Writer, p *stream.Piece) {
	i := sideOf(p.FromClient)
	f.head(w, p)
	if p.Kind != stream.Octets {
		f.flush(w, i)
		f.endLine(w)
		f.note(w, p)
		return
	}
	if f.doubts(p) {
		f.flush(w, i)
		f.endLine(w)
		f.doubt(w, p)
	}
	if i != f.side {
		f.flush(w, f.side) // what would complete it comes after this
		f.endLine(w)
		f.side = i
	}
	data := p.Data
	if len(f.rest[i]) > 0 {
		data = append(f.rest[i], data...)
		f.rest[i] = nil
	}
	f.text(w, data)
}

// text writes octets of the current side. What the next octets may complete
// waits: a multi-octet character, and a CR.
func (f *textForm) text(w *Writer, data []byte) {
	for len(data) > 0 {
		switch c := data[0]; {
		case c == '\n':
			f.begin(w, true)
			f.open[f.side] = false
			f.endLine(w)
			data = data[1:]
			continue
		case c == '\r' && len(data) == 1, c >= utf8.RuneSelf && !utf8.FullRune(data):
			f.rest[f.side] = append([]byte(nil), data...)
			return
		case c == '\r' && data[1] == '\n':
			data = data[1:]
			continue
		}
		data = data[f.character(w, data):]
	}
}

// character writes the first character of data and returns its length.
func (f *textForm) character(w *Writer, data []byte) int {
	r, n := utf8.DecodeRune(data)
	f.line = f.line[:0]
	switch {
	case r == '\t':
		for k := f.column % tabStop; k < tabStop; k++ {
			f.line = append(f.line, ' ')
		}
	case w.opts.Style.ASCII && n > 1:
		f.line = escape.AppendRune(f.line, r)
	default:
		f.line = escape.Append(f.line, data[:n])
	}
	columns := len(f.line)
	if columns > 0 && f.line[0] >= utf8.RuneSelf {
		columns = prose.Width(string(f.line))
	}
	if w.opts.Style.Width > 0 && f.column > 0 && f.column+columns > w.opts.Style.Width-2 {
		f.open[f.side] = true
		f.endLine(w)
	}
	f.begin(w, false)
	w.write(f.line)
	f.column += columns
	return n
}

// begin writes the mark of a line that has none yet, without a space after it
// if the line is empty.
func (f *textForm) begin(w *Writer, empty bool) {
	if f.inLine {
		return
	}
	f.inLine, f.column = true, 0
	goesOn := 0
	if f.open[f.side] {
		goesOn = 1
	}
	if w.opts.Style.Color {
		w.write([]byte(sideEscapes[f.side]))
	}
	mark := sideMarks[f.side][goesOn]
	if empty {
		mark = strings.TrimRight(mark, " ")
	}
	w.write([]byte(mark))
	f.open[f.side] = true
}

// endLine ends the line in progress.
func (f *textForm) endLine(w *Writer) {
	if !f.inLine {
		return
	}
	if w.opts.Style.Color {
		w.write([]byte(prose.ColorEnd))
	}
	w.write([]byte{'\n'})
	f.inLine, f.column = false, 0
}

// flush writes what is pending of a side: what would complete it does not come.
func (f *textForm) flush(w *Writer, i int) {
	rest := f.rest[i]
	f.rest[i] = nil
	if len(rest) == 0 {
		return
	}
	if i != f.side {
		f.endLine(w)
		f.side = i
	}
	for len(rest) > 0 {
		rest = rest[f.character(w, rest):]
	}
}

func (f *textForm) end(w *Writer, c *analyze.Connection, client, server *stream.Total) {
	f.flush(w, 0)
	f.flush(w, 1)
	f.endLine(w)
	f.sum(w, c, client, server)
}

// notes are the lines between octets, which text and hex share.
type notes struct {
	begun   bool
	unacked [2]bool // the note that octets were not acknowledged stands
	doubted [2]stream.Reason
}

// head names the connection before its first piece.
func (n *notes) head(w *Writer, p *stream.Piece) {
	if n.begun {
		return
	}
	n.begun = true
	client, server := p.Tuple.Source(), p.Tuple.Destination()
	if !p.FromClient {
		client, server = server, client
	}
	n.title(w, p.Connection, fmt.Sprintf("%s → %s", client, server), p.Tuple.Encap)
}

func (n *notes) title(w *Writer, number uint64, ends string, encap uint32) {
	if in := w.encap(encap); in != "" {
		ends += " in " + escape.Text(in)
	}
	w.write([]byte(w.opts.Style.Paint(prose.Strong, w.opts.Style.Plain(fmt.Sprintf("connection %d   %s", number, ends))) + "\n"))
	about := "> client, < server; >+ and <+ go on where the line of that side stopped"
	switch w.opts.From {
	case "client":
		about = "> client; >+ goes on where the line stopped"
	case "server":
		about = "< server; <+ goes on where the line stopped"
	}
	n.say(w, prose.Quiet, about)
	w.write([]byte{'\n'})
}

// doubts reports whether a remark is needed before octets.
func (n *notes) doubts(p *stream.Piece) bool {
	i := sideOf(p.FromClient)
	return n.unacked[i] != (p.AckPacket == 0) || n.doubted[i] != p.Reason
}

// doubt says what makes octets doubtful, or that nothing does any longer.
func (n *notes) doubt(w *Writer, p *stream.Piece) {
	i := sideOf(p.FromClient)
	who := prose.Side(p.FromClient)
	if was := n.unacked[i]; was != (p.AckPacket == 0) {
		n.unacked[i] = !was
		text := UnackedText(p)
		if was {
			text = fmt.Sprintf("what the %s sent from %s on was acknowledged", who, prose.Thousands(uint64(p.Offset)))
		}
		n.say(w, prose.Doubt, "-- "+text)
	}
	if n.doubted[i] != p.Reason {
		n.doubted[i] = p.Reason
		text := "nothing speaks against it"
		if d := doubtTexts[p.Reason]; d != "" {
			text = doubtedText(p, d)
		}
		n.say(w, prose.Doubt, fmt.Sprintf("-- what the %s sent from %s on: %s", who, prose.Thousands(uint64(p.Offset)), text))
	}
}

// note describes a piece that is not octets of the stream.
func (n *notes) note(w *Writer, p *stream.Piece) {
	if p.Kind == stream.Gap {
		n.say(w, prose.Bad, "-- "+gapText(p))
		return
	}
	n.say(w, prose.Doubt, "-- "+otherText(p))
	if p.Kept != nil {
		n.say(w, prose.Plain, "   kept:  "+glimpse(p.Kept))
		n.say(w, prose.Plain, "   other: "+glimpse(p.Data))
	} else if p.Data != nil {
		n.say(w, prose.Plain, "   "+glimpse(p.Data))
	}
}

// sum ends a connection with its totals.
func (n *notes) sum(w *Writer, c *analyze.Connection, client, server *stream.Total) {
	if !n.begun {
		n.begun = true
		n.title(w, c.Number, fmt.Sprintf("%s → %s", client.Tuple.Source(), client.Tuple.Destination()), c.EncapID)
	} else {
		w.write([]byte{'\n'})
	}
	if p := client.Contradicted; p != 0 {
		n.say(w, prose.Doubt, fmt.Sprintf("-- packet %d shows that %s is the client: it is called the server here, as it was at the beginning", p, client.Tuple.Destination()))
	}
	if w.wants(true) {
		n.say(w, prose.Plain, "client  "+totalText(client))
	}
	if w.wants(false) {
		n.say(w, prose.Plain, "server  "+totalText(server))
	}
}

// say writes a line of our own, broken between words if lines are broken.
func (n *notes) say(w *Writer, t prose.Tone, s string) {
	style := w.opts.Style
	if style.Width <= 0 {
		style.Width = 1 << 20
	}
	if w.err == nil {
		w.err = style.WriteWrapped(w.out, t, "   ", s)
	}
}
