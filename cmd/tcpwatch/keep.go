package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/report/summary"
)

// keepFlags are the flags that say where packets are written to. The letters
// are those of tcpdump.
type keepFlags struct {
	name      string
	size      int64
	every     time.Duration
	files     int
	perPacket bool
}

// results returns where results go: standard error if packets go to standard output.
func (k *keepFlags) results(stdout, stderr io.Writer) io.Writer {
	if k.name == "-" {
		return stderr
	}
	return stdout
}

// Bounds of flags.
const (
	maxKeptFiles = 100_000
	maxKeptTime  = 366 * 24 * time.Hour
)

func (k *keepFlags) declare(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&k.name, "write", "w", "",
		"write the packets to `FILE`: pcapng, or pcap where it ends in .pcap; compressed where it then ends in .gz, .zst, .lz4 or .xz; - is standard output")
	f.VarP(fileSize(&k.size), "file-size", "C",
		"with -w, begin another file before one is longer than SIZE: millions of octets, or KiB, MiB or GiB with k, M or G after the number; files are called FILE_TIME_NUMBER (default no limit)")
	f.VarP(fileTime(&k.every), "file-time", "G",
		"with -w, begin another file after so many seconds, or a DURATION such as 1h; conversions of strftime(3) in FILE then take the place of TIME_NUMBER (default never)")
	f.VarP(number(&k.files, 1, maxKeptFiles), "file-count", "W", fmt.Sprintf(
		"with -C or -G, keep the latest N files, 1 to %d, and remove the oldest (default all)", maxKeptFiles))
	f.BoolVarP(&k.perPacket, "packet-buffered", "U", false,
		"with -w, write each packet at once, not only when a buffer is full or a second has passed")
}

// fileSize is a size in the notation of tcpdump -C.
func fileSize(to *int64) *option {
	wrong := errors.New("must be a whole number of millions of octets, or one with k, M or G for KiB, MiB or GiB, up to 1048576G")
	return &option{"SIZE", func(s string) error {
		unit := int64(1_000_000)
		if s != "" {
			if i := strings.IndexByte("kmg", s[len(s)-1]|0x20); i >= 0 {
				unit = 1 << (10 * (i + 1))
				s = s[:len(s)-1]
			}
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 || n > (1<<50)/unit {
			return wrong
		}
		*to = n * unit
		return nil
	}}
}

// fileTime is a number of seconds, as in tcpdump -G, or a duration.
func fileTime(to *time.Duration) *option {
	wrong := fmt.Errorf("must be a whole number of seconds, or a number with a unit (s, m, h), from 1s to %s", short(maxKeptTime))
	return &option{"SECONDS", func(s string) error {
		d, err := time.ParseDuration(s)
		if n, isNumber := strconv.ParseInt(s, 10, 32); isNumber == nil {
			d, err = time.Duration(n)*time.Second, nil
		}
		if err != nil || d < time.Second || d > maxKeptTime {
			return wrong
		}
		*to = d
		return nil
	}}
}

// check rejects flags that cannot be combined.
func (k *keepFlags) check(stdout io.Writer) error {
	f, isTerminal := terminal(stdout)
	switch {
	case k.name == "" && (k.size > 0 || k.every > 0 || k.files > 0 || k.perPacket):
		return errors.New("-C, -G, -W and -U say how -w writes: -w is missing")
	case k.files > 0 && k.size == 0 && k.every == 0:
		return errors.New("-W needs -C or -G: the size or the time after which another file begins")
	case k.name == "-" && (k.size > 0 || k.every > 0):
		return errors.New("-C and -G need a file: standard output cannot be rotated")
	case k.name == "-" && isTerminal:
		return fmt.Errorf("-w -: standard output is a terminal (%s): pipe it, or name a file", f.Name())
	}
	return nil
}

// rotates reports whether there can be more than one file.
func (k *keepFlags) rotates() bool { return k.size > 0 || k.every > 0 }

// keeping writes packets to files before they are analysed. A nil keeping does
// nothing.
type keeping struct {
	w        *keep.Writer
	name     string
	toStdout bool
	cancel   context.CancelFunc // ends the run
	ended    chan struct{}      // closed at the end; nothing is ticked any more then
	left     bool               // nothing reads standard output any more
}

// flushEvery is how long a packet waits in memory at most.
const flushEvery = time.Second

// open begins to write the tapped packets. o says what is known about the capture
// and which files must not be overwritten; the rest is filled in here. cancel is
// called when nothing reads standard output any more.
func (k *keepFlags) open(ctx context.Context, cancel context.CancelFunc, stdout io.Writer, o keep.Options) (*keeping, error) {
	o.Size, o.Every, o.Files, o.PerPacket = k.size, k.every, k.files, k.perPacket
	o.Context = ctx
	o.Application, o.OS = "tcpwatch "+version(), system()
	t := &keeping{name: k.name, toStdout: k.name == "-", cancel: cancel, ended: make(chan struct{})}
	var err error
	if t.toStdout {
		t.w, err = keep.To(stdout, "-", o)
	} else if err = notTerminal(k.name); err == nil {
		t.w, err = keep.Open(k.name, o)
	}
	if err != nil {
		return nil, fmt.Errorf("-w %s: %w", k.name, err)
	}
	go t.tick()
	return t, nil
}

// tick flushes the buffer regularly until the end.
func (t *keeping) tick() {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			t.w.Tick(now.UnixNano())
		case <-t.ended:
			return
		}
	}
}

// notTerminal rejects the name of a terminal: packets are not text.
func notTerminal(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return nil // the next attempt says why
	}
	defer f.Close()
	if _, ok := terminal(f); ok {
		return errors.New("is a terminal")
	}
	return nil
}

// system is the operating system's name for a pcapng.
func system() string {
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return runtime.GOOS
	}
	return "Linux " + strings.TrimSpace(string(release))
}

// hook makes every packet be written.
func (t *keeping) hook(h *hooks) {
	if t != nil {
		h.tap = t.take
	}
}

// take writes a packet, or counts it as not written.
func (t *keeping) take(p *capture.Packet) {
	if err := t.w.Write(p); errors.Is(err, syscall.EPIPE) && t.toStdout && !t.left {
		t.left = true
		t.cancel()
	}
}

// trouble returns why packets are lost at present or for good; nil if none are,
// or nothing reads them any more.
func (t *keeping) trouble() error {
	why := t.w.Lost().Why
	if t.toStdout && errors.Is(why, syscall.EPIPE) {
		return nil
	}
	return why
}

// readOn writes the remaining packets when the results can no longer be written:
// the packets have a file of their own.
func (t *keeping) readOn(ctx context.Context, src capture.Source, in *summary.Input) {
	if t == nil {
		return
	}
	var p capture.Packet
	for !in.Interrupted {
		switch err := src.Next(&p); err {
		case nil:
			t.take(&p)
		case io.EOF:
			return
		default:
			note(ctx, in, err)
		}
		in.Interrupted = in.Interrupted || ctx.Err() != nil
	}
}

// finish ends the file with the statistics of the Source, reports the fate of
// the packets in in, and returns an error if not all were written.
func (t *keeping) finish(stats capture.Stats, in *summary.Input) error {
	if t == nil {
		return nil
	}
	close(t.ended)
	r, err := t.w.Close(stats)
	k := &summary.Kept{
		Name: r.Name, Format: r.Format, Files: r.Files, Packets: r.Packets, Octets: r.Octets,
		RemovedFiles: r.Removed, RemovedPackets: r.RemovedPackets,
		LostPackets: r.Lost.Packets, LostOctets: r.Lost.Octets, LostSince: r.Lost.Since,
	}
	if t.toStdout {
		k.Name = "standard output"
	}
	if r.Lost.Why != nil {
		err = r.Lost.Why
	}
	if err != nil {
		k.Why = err.Error()
	}
	in.Kept = k
	if t.toStdout && errors.Is(err, syscall.EPIPE) {
		t.left = true // no error of ours
		return nil
	}
	if loss := k.Loss(); loss != "" {
		return fmt.Errorf("-w %s: %s", t.name, loss)
	}
	return nil
}

// unread reports whether nothing reads the packets on standard output any more.
func (t *keeping) unread() bool { return t != nil && t.left }

// inUse describes the files and pipes that take no packets: those that are read, by
// name, "-" for standard input, the one that the results go to, "" for standard
// output, and standard output if something is shown there besides (shown).
func inUse(c *cobra.Command, shown bool, results string, read ...string) (all []os.FileInfo) {
	standard := map[string]any{"-": c.InOrStdin()}
	if results == "" || shown {
		standard[""] = c.OutOrStdout()
	}
	for _, name := range append(read, results, "") {
		info, err := os.Stat(name)
		if f, ok := standard[name].(*os.File); ok {
			info, err = f.Stat()
		}
		if err == nil && (info.Mode().IsRegular() || info.Mode()&os.ModeNamedPipe != 0) {
			all = append(all, info)
		}
	}
	return all
}

// foresee returns an error if the packets of inputs cannot be written to a file
// of that name, as far as that is known from their first packets.
func foresee(name string, inputs []string) error {
	if keep.Admit(name, capture.Stats{Interfaces: []capture.InterfaceStats{{Link: 0}, {Link: 1}}}) == nil {
		return nil // it holds everything
	}
	var all capture.Stats
	for _, in := range inputs {
		info, err := os.Stat(in)
		if err != nil || !info.Mode().IsRegular() {
			continue // a pipe can be read only once
		}
		src, err := capture.Open([]string{in}, capture.Options{})
		if err != nil {
			continue // it is said again when it is read
		}
		var p capture.Packet
		_ = src.Next(&p)
		all.Interfaces = slices.Concat(all.Interfaces, src.Stats().Interfaces)
		src.Close()
	}
	return keep.Admit(name, all)
}
