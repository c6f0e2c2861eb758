package keep

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// names makes the names of files that follow each other: NAME_TIME_NUMBER.EXT,
// with the time of the first packet in UTC and a number that grows. They sort in
// the order of their making, also where the packets' clock runs backwards.
//
// A name with conversions of strftime(3) is treated as by tcpdump -G: they are
// filled in, in local time, and a file of the same name is overwritten. Only if
// two consecutive files would have the same name does the second get a number.
type names struct {
	stem, ext string
	pattern   bool
	number    int
	latest    int64 // the latest time in a name
	last      string
}

// conversions maps the conversions of strftime(3) that file names use to
// layouts of package time.
var conversions = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'j': "002",
	'F': "2006-01-02", 'T': "15:04:05", 'b': "Jan", 'a': "Mon", 'z': "-0700", 'Z': "MST", 'I': "03", 'p': "PM",
}

func newNames(name string) (*names, error) {
	stem, form, compression := split(name)
	n := &names{stem: stem, ext: form + compression}
	if !strings.Contains(filepath.Base(name), "%") {
		return n, nil
	}
	n.pattern = true
	_, err := expand(name, time.Time{})
	return n, err
}

// next is the name of a file whose first packet has time t, in nanoseconds.
func (n *names) next(t int64) string {
	n.number++
	if n.number == 1 || t > n.latest {
		n.latest = t
	}
	if !n.pattern {
		at := time.Unix(0, n.latest).UTC().Format("20060102T150405Z")
		return fmt.Sprintf("%s_%s_%05d%s", n.stem, at, n.number, n.ext)
	}
	at := time.Unix(0, t)
	stem, _ := expand(n.stem, at) // tried by newNames
	ext, _ := expand(n.ext, at)
	name := stem + ext
	if name == n.last {
		return fmt.Sprintf("%s_%05d%s", stem, n.number, ext)
	}
	n.last = name
	return name
}

// expand fills in the conversions of a pattern.
func expand(pattern string, t time.Time) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' {
			b.WriteByte(pattern[i])
			continue
		}
		if i++; i == len(pattern) {
			return "", fmt.Errorf("%q ends in the middle of a conversion: a percent sign is %%%%", pattern)
		}
		switch layout := conversions[pattern[i]]; {
		case pattern[i] == '%':
			b.WriteByte('%')
		case pattern[i] == 's':
			fmt.Fprint(&b, t.Unix())
		case layout != "":
			b.WriteString(t.Format(layout))
		default:
			return "", fmt.Errorf("%%%c is not a conversion that can be filled in: %%Y %%m %%d %%H %%M %%S %%s %%F %%T and some more of strftime(3)", pattern[i])
		}
	}
	return b.String(), nil
}
