package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// DamageError says where reading an input failed, or that it could not be
// opened.
type DamageError struct {
	File   string
	Packet uint64 // of that file, from 1, at which reading failed; 0: before the first
	Offset int64  // octets into the file, after decompression
	Reason string // what was read and what is wrong with it
	Err    error  // the cause, if it came from elsewhere
}

func (e *DamageError) Error() string {
	if e.Packet == 0 && e.Offset == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	if e.Packet == 0 {
		return fmt.Sprintf("%s: byte %d: %s", e.File, e.Offset, e.Reason)
	}
	return fmt.Sprintf("%s: packet %d (byte %d): %s", e.File, e.Packet, e.Offset, e.Reason)
}

func (e *DamageError) Unwrap() error { return e.Err }

// damagedAt is a damage whose file and packet the input fills in.
func damagedAt(offset int64, format string, args ...any) *DamageError {
	return &DamageError{Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

// cutAt is the damage of a stream that ended with err after got of want octets.
func cutAt(offset int64, err error, what string, got, want int64) *DamageError {
	if errors.Is(err, io.EOF) {
		d := damagedAt(offset, "the file ends in %s: %d of %d octets are there", what, got, want)
		d.Err = io.ErrUnexpectedEOF
		return d
	}
	d := damagedAt(offset, "%s: %s", what, errorText(err))
	d.Err = err
	return d
}

// errorText is the message of err without the path that it may repeat.
func errorText(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
