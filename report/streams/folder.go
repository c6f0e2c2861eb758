package streams

import (
	"bufio"
	"container/list"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// GapForm is how a gap appears in the file of a stream.
type GapForm string

// The forms.
const (
	GapHole GapForm = "hole" // a hole, which reads as zeros: octets stand at their offset in the stream
	GapSkip GapForm = "skip" // nothing: what follows stands directly after
	GapMark GapForm = "mark" // a line of text that says what is missing
)

// GapForms lists the forms.
var GapForms = []GapForm{GapHole, GapSkip, GapMark}

// indexName is the name of the file beside the streams that records what the
// octets alone cannot: an object (schema tcpwatch.stream/1) for every gap,
// conflict and octets left out, for octets in doubt, and for the end of every
// direction, with its file.
const indexName = "index.ndjson"

// mostOpenFiles bounds the files open at one time. Beyond it the least recently
// written one is closed, and opened again when needed.
const mostOpenFiles = 128

// Folder writes one file a direction and connection into a folder. It is
// not safe for concurrent use. An error is kept: later calls do nothing, and
// Close returns it.
type Folder struct {
	dir   string
	gaps  GapForm
	encap func(uint32) string
	clock number.Clock
	index *bufio.Writer
	file  *os.File // of the index
	err   error

	openFile func(name string, flags int, mode os.FileMode) (*os.File, error)

	live map[uint64]*[2]file // by connection
	open list.List           // of *file: those open, the longest unused first
	row  []byte

	files  uint64
	octets uint64
	totals stream.Total // of all directions
}

// file is the file of one direction.
type file struct {
	tuple wire.Tuple
	name  string // "": none yet
	at    int64  // where in it the next octets go
	grown bool   // the file is shorter than at: a hole ends it
	f     *os.File
	w     *bufio.Writer
	place *list.Element // among the open ones
	doubt doubted
}

// doubted are octets in doubt, for the index: consecutive ones are joined.
type doubted struct {
	offset, len, time int64 // len 0: none
	packet, ack       uint64
	reason            stream.Reason
}

// NewFolder makes the folder if it does not exist. It refuses one that is
// not empty: its content could be taken for streams of this capture.
func NewFolder(dir string, gaps GapForm, encap func(uint32) string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, pathError(dir, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, pathError(dir, err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s: the folder is not empty", dir)
	}
	f, err := os.Create(filepath.Join(dir, indexName))
	if err != nil {
		return nil, pathError(filepath.Join(dir, indexName), err)
	}
	s := &Folder{dir: dir, gaps: gaps, file: f, index: bufio.NewWriterSize(f, 1<<16), live: map[uint64]*[2]file{}, openFile: os.OpenFile, encap: encap}
	return s, nil
}

// pathError describes an error with its path named once.
func pathError(path string, err error) error {
	var e *os.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Piece writes a piece.
func (s *Folder) Piece(p *stream.Piece) {
	if s.err != nil {
		return
	}
	f := s.of(p)
	switch p.Kind {
	case stream.Octets:
		s.doubt(f, p)
		s.write(f, p, p.Data)
		s.octets += uint64(p.Len)
	case stream.Gap:
		s.settleDoubt(f, p.Connection, p.FromClient)
		s.gap(f, p)
		s.indexed(p)
	default:
		s.indexed(p)
	}
}

// of returns the file of the piece's direction.
func (s *Folder) of(p *stream.Piece) *file {
	both := s.live[p.Connection]
	if both == nil {
		both = new([2]file)
		both[0].tuple, both[1].tuple = p.Tuple, p.Tuple.Reverse()
		s.live[p.Connection] = both
	}
	if both[0].tuple == p.Tuple {
		return &both[0]
	}
	return &both[1]
}

// indexed writes an object of the index.
func (s *Folder) indexed(p *stream.Piece) {
	s.row = append(pieceObject(s.row[:0], &s.clock, p, false), '\n')
	s.line()
}

func (s *Folder) line() {
	if _, err := s.index.Write(s.row); err != nil && s.err == nil {
		s.err = pathError(filepath.Join(s.dir, indexName), err)
	}
}

// doubt records octets in doubt; consecutive ones are joined.
func (s *Folder) doubt(f *file, p *stream.Piece) {
	d := &f.doubt
	if p.Reason == stream.NoReason && p.AckPacket != 0 {
		s.settleDoubt(f, p.Connection, p.FromClient)
		return
	}
	if d.len > 0 && d.reason == p.Reason && (d.ack == 0) == (p.AckPacket == 0) {
		d.len += p.Len
		return
	}
	s.settleDoubt(f, p.Connection, p.FromClient)
	*d = doubted{p.Offset, p.Len, p.Time, p.Packet, p.AckPacket, p.Reason}
}

// settleDoubt writes the object of the octets in doubt.
func (s *Folder) settleDoubt(f *file, connection uint64, client bool) {
	if d := &f.doubt; d.len > 0 {
		s.indexed(&stream.Piece{
			Connection: connection, FromClient: client, Kind: stream.Octets, Reason: d.reason, Offset: d.offset, Len: d.len,
			Packet: d.packet, Time: d.time, AckPacket: d.ack,
		})
		d.len = 0
	}
}

func (s *Folder) gap(f *file, p *stream.Piece) {
	switch s.gaps {
	case GapMark:
		s.write(f, p, []byte("\n["+gapText(p)+"]\n"))
	case GapHole:
		if f.name == "" { // a file of nothing but a hole would say nothing
			f.at += p.Len
			return
		}
		s.write(f, p, nil)
		if f.f != nil {
			s.fail(f, f.w.Flush())
			f.at += p.Len
			_, err := f.f.Seek(f.at, io.SeekStart)
			s.fail(f, err)
			f.grown = true
		}
	}
}

// write appends octets to the file, opening it if necessary.
func (s *Folder) write(f *file, p *stream.Piece, data []byte) {
	if f.f == nil && !s.reopen(f, p) {
		return
	}
	s.open.MoveToBack(f.place)
	if len(data) > 0 {
		_, err := f.w.Write(data)
		s.fail(f, err)
		f.at += int64(len(data))
		f.grown = false
	}
}

func (s *Folder) reopen(f *file, p *stream.Piece) bool {
	if s.open.Len() >= mostOpenFiles {
		s.shutOldest()
	}
	flags := os.O_WRONLY
	if f.name == "" {
		f.name = fileName(p)
		flags |= os.O_CREATE | os.O_EXCL
		s.files++
	}
	file, err := s.openFile(filepath.Join(s.dir, f.name), flags, 0o666)
	for tooMany(err) && s.open.Len() > 0 {
		s.shutOldest()
		file, err = s.openFile(filepath.Join(s.dir, f.name), flags, 0o666)
	}
	if err == nil {
		_, err = file.Seek(f.at, io.SeekStart)
	}
	if err != nil {
		s.fail(f, err)
		return false
	}
	f.f = file
	f.w = bufio.NewWriterSize(file, 1<<14)
	f.place = s.open.PushBack(f)
	return true
}

// tooMany reports whether a file could not be opened because the process, or the
// system, has too many open.
func tooMany(err error) bool { return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) }

// shut closes a file, temporarily or for good.
func (s *Folder) shut(f *file) {
	s.fail(f, f.w.Flush())
	if f.grown {
		s.fail(f, f.f.Truncate(f.at))
	}
	s.fail(f, f.f.Close())
	f.f, f.w = nil, nil
	s.open.Remove(f.place)
}

// shutOldest closes the least recently written file.
func (s *Folder) shutOldest() { s.shut(s.open.Front().Value.(*file)) }

func (s *Folder) fail(f *file, err error) {
	if err != nil && s.err == nil {
		s.err = pathError(filepath.Join(s.dir, f.name), err)
	}
}

// End closes the files of a connection.
func (s *Folder) End(c *analyze.Connection, client, server stream.Total) {
	both := s.live[c.Number]
	delete(s.live, c.Number)
	if both == nil {
		both = new([2]file)
	}
	of := 0 // index of the client's
	if both[0].tuple != client.Tuple {
		of = 1
	}
	for i, t := range []*stream.Total{&client, &server} {
		f := &both[(i+of)&1]
		if s.err == nil {
			s.settleDoubt(f, c.Number, i == 0)
			s.row = append(endObject(s.row[:0], encapsulation(s.encap, c.EncapID), c, i == 0, t, &f.name), '\n')
			s.line()
		}
		if f.f != nil {
			s.shut(f)
		}
		s.totals.Missing += t.Missing
		s.totals.Gaps += t.Gaps
		s.totals.Conflicts += t.Conflicts
		s.totals.Outside += t.Outside
	}
}

// Close closes all files.
func (s *Folder) Close() error {
	for s.open.Len() > 0 {
		s.shutOldest()
	}
	if err := s.index.Flush(); err != nil && s.err == nil {
		s.err = pathError(filepath.Join(s.dir, indexName), err)
	}
	if err := s.file.Close(); err != nil && s.err == nil {
		s.err = pathError(filepath.Join(s.dir, indexName), err)
	}
	return s.err
}

// Summary says in one line what was written.
func (s *Folder) Summary() string {
	text := fmt.Sprintf("%s: %s in %s", s.dir, octetsText(int64(s.octets)), counted(int64(s.files), "file"))
	t := &s.totals
	if t.Gaps > 0 {
		text += fmt.Sprintf(", %s missing in %s", octetsText(t.Missing), counted(t.Gaps, "gap"))
	} else {
		text += ", nothing missing"
	}
	if t.Conflicts > 0 {
		text += ", " + counted(t.Conflicts, "conflict")
	}
	if t.Outside > 0 {
		text += ", " + octetsText(t.Outside) + " left out"
	}
	return text + "; " + indexName + " says where"
}

// fileName names the file of a direction: the number of the connection in eight
// digits, so that names sort, who sent it, and both ends, the sender first. The
// colons of IPv6 addresses become dots, for file systems that do not allow
// colons.
func fileName(p *stream.Piece) string {
	from, to := p.Tuple.Source(), p.Tuple.Destination()
	name := fmt.Sprintf("%08d-%s-%s_%d-%s_%d", p.Connection, prose.Side(p.FromClient), from.Addr(), from.Port(), to.Addr(), to.Port())
	return strings.ReplaceAll(name, ":", ".")
}
