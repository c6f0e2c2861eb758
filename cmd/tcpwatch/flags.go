package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"tcpwatch/capture/filter"
	"tcpwatch/capture/live"
)

// option is a flag whose value is checked when it is parsed. The text of its
// error says what is allowed; pflag prefixes the name of the flag.
type option struct {
	kind string // what the help text calls the value
	set  func(string) error
}

var _ pflag.Value = (*option)(nil)

func (o *option) Set(s string) error { return o.set(s) }
func (o *option) Type() string       { return o.kind }

// String is empty: the help texts state the defaults themselves.
func (o *option) String() string { return "" }

// number is a whole number from low to high.
func number(to *int, low, high int) *option {
	return &option{"N", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return fmt.Errorf("must be a whole number from %d to %d", low, high)
		}
		*to = n
		return nil
	}}
}

// duration is a time with its unit, in Go's notation.
func duration(to *time.Duration, low, high time.Duration) *option {
	return &option{"DURATION", func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < low || d > high {
			return fmt.Errorf("must be a number with a unit (ms, s, m, h), from %s to %s, such as 30s", short(low), short(high))
		}
		*to = d
		return nil
	}}
}

// short writes a duration without parts that are zero: 1h, not 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// choice is one of several words.
func choice[T ~string](to *T, words []T) *option {
	return &option{"NAME", func(s string) error {
		if !slices.Contains(words, T(s)) {
			return errors.New("must be one of " + list(words, ", "))
		}
		*to = T(s)
		return nil
	}}
}

// choices are several of several words, in the given order.
func choices[T ~string](to *[]T, words []T) *option {
	return &option{"NAME[,NAME]", func(s string) error {
		for w := range strings.SplitSeq(s, ",") {
			if !slices.Contains(words, T(w)) {
				return errors.New("must be one or more of " + list(words, ", ") + ", separated by commas")
			}
			*to = append(*to, T(w))
		}
		return nil
	}}
}

func list[T ~string](words []T, between string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(string(w))
	}
	return b.String()
}

// expression is a filter of pcap-filter(7).
func expression(to **filter.Expr) *option {
	return &option{"FILTER", func(s string) error {
		if *to != nil {
			return errors.New("there is one filter, and it was given: join two with and, or")
		}
		e, err := filter.Parse(s)
		*to = e
		return err
	}}
}

// ports are port numbers.
func ports(to *[]uint16) *option {
	return &option{"N[,N]", func(s string) error {
		for w := range strings.SplitSeq(s, ",") {
			n, err := strconv.ParseUint(w, 10, 16)
			if err != nil || n == 0 {
				return errors.New("must be ports from 1 to 65535, separated by commas")
			}
			*to = append(*to, uint16(n))
		}
		return nil
	}}
}

// connectionNumber is the number of one connection.
func connectionNumber(to *uint64) *option {
	return &option{"N", func(s string) error {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil || n == 0 {
			return errors.New("must be the number of one connection, from 1")
		}
		*to = n
		return nil
	}}
}

// maxChosen bounds how many connections can be chosen by number: each costs
// memory, and a huge range is easily typed.
const maxChosen = 1_000_000

// connectionNumbers are numbers and ranges of connections.
func connectionNumbers(to *map[uint64]bool) *option {
	wrong := fmt.Errorf("must be numbers from 1 or ranges, separated by commas, such as 3,7-9; at most %d of them", maxChosen)
	return &option{"N[,N-N]", func(s string) error {
		if *to == nil {
			*to = map[uint64]bool{}
		}
		for w := range strings.SplitSeq(s, ",") {
			from, until, isRange := strings.Cut(w, "-")
			first, err := strconv.ParseUint(from, 10, 64)
			last := first
			if err == nil && isRange {
				last, err = strconv.ParseUint(until, 10, 64)
			}
			if err != nil || first == 0 || last < first || last-first >= maxChosen {
				return wrong
			}
			for n := first; ; n++ {
				(*to)[n] = true
				if n == last {
					break
				}
			}
			if len(*to) > maxChosen {
				return wrong
			}
		}
		return nil
	}}
}

// names are words separated by commas, each once.
func names(to *[]string) *option {
	return &option{"NAME[,NAME]", func(s string) error {
		for w := range strings.SplitSeq(s, ",") {
			if w == "" {
				return errors.New("must be names, separated by commas")
			}
			if !slices.Contains(*to, w) {
				*to = append(*to, w)
			}
		}
		return nil
	}}
}

// snaplen is how many octets of a packet are kept; 0 is the maximum.
func snaplen(to *int) *option {
	return &option{"N", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n != 0 && (n < live.MinSnaplen || n > live.MaxSnaplen) {
			return fmt.Errorf("must be 0 or a whole number from %d to %d", live.MinSnaplen, live.MaxSnaplen)
		}
		*to = n
		return nil
	}}
}

// binaryUnits are the units that octetCount accepts after a number, whole or by their first
// letter, in any case.
var binaryUnits = []struct {
	name string
	size int
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}

// octetCount is a number of octets, optionally with a unit. A high of math.MaxInt is no
// bound.
func octetCount(to *int, low, high int) *option {
	bounds := "from " + live.InUnits(low)
	if high < math.MaxInt {
		bounds += " to " + live.InUnits(high)
	}
	return &option{"OCTETS", func(s string) error {
		digits, unit := s, 1
		for _, u := range binaryUnits {
			for _, name := range []string{u.name, u.name[:1]} {
				if n := len(s) - len(name); n > 0 && strings.EqualFold(s[n:], name) {
					digits, unit = s[:n], u.size
				}
			}
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 || n > high/unit || n*unit < low {
			return fmt.Errorf("must be a number of octets %s, with or without a unit as in 1MiB or 1M", bounds)
		}
		*to = n * unit
		return nil
	}}
}

// amount is a number of things.
func amount(n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.FormatUint(n, 10) + " " + noun
}

// quoted is a word quoted for a POSIX shell.
func quoted(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+,:@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
