package report

import (
	"strconv"
	"time"
)

// appendSeconds appends a duration in nanoseconds as seconds, exactly, without
// trailing zeros: 4468000 is 0.004468.
func appendSeconds(b []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/1e9, 10)
	frac := u % 1e9
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	start := len(b)
	b = appendPadded(b, frac, 9)
	for b[len(b)-1] == '0' && len(b) > start {
		b = b[:len(b)-1]
	}
	return b
}

// appendFixed appends nanoseconds as seconds with six decimals, rounded down.
func appendFixed(b []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		b = append(b, '-')
		u = -u
	}
	b = appendThousands(b, u/1e9)
	b = append(b, '.')
	return appendPadded(b, u%1e9/1e3, 6)
}

// appendPadded appends n with leading zeros to the given width.
func appendPadded(b []byte, n uint64, width int) []byte {
	var tmp [20]byte
	for i := width - 1; i >= 0; i-- {
		tmp[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, tmp[:width]...)
}

// appendThousands appends n with a comma between groups of three digits.
func appendThousands(b []byte, n uint64) []byte {
	var tmp [20]byte
	digits := strconv.AppendUint(tmp[:0], n, 10)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, d)
	}
	return b
}

// clock appends times; it remembers the second it wrote last, because the
// calendar costs more than everything else in a row.
type clock struct {
	second int64
	text   []byte
}

// appendTime appends nanoseconds since 1970 as RFC 3339 in UTC, always with
// nine decimals, so that text order is time order.
func (c *clock) appendTime(b []byte, ns int64) []byte {
	sec, frac := ns/1e9, ns%1e9
	if frac < 0 {
		sec, frac = sec-1, frac+1e9
	}
	if c.text == nil || sec != c.second {
		c.second = sec
		c.text = time.Unix(sec, 0).UTC().AppendFormat(c.text[:0], "2006-01-02T15:04:05.")
	}
	b = append(b, c.text...)
	b = appendPadded(b, uint64(frac), 9)
	return append(b, 'Z')
}

// durationUnits are the units of appendDuration with the length from which on
// each is used. Below two hours people still think in seconds and minutes.
var durationUnits = [...]struct {
	from, size float64
	name       string
}{
	{48 * 3600e9, 24 * 3600e9, " d"},
	{2 * 3600e9, 3600e9, " h"},
	{600e9, 60e9, " min"},
	{1e9, 1e9, " s"},
	{1e6, 1e6, " ms"},
	{1e3, 1e3, " µs"},
	{1, 1, " ns"},
}

// appendDuration appends a duration for people: the given number of
// significant figures and the unit that suits it ("4.52 ms").
func appendDuration(b []byte, ns int64, figures int) []byte {
	if ns == 0 {
		return append(b, "0 s"...)
	}
	x := float64(ns)
	if ns < 0 {
		b = append(b, '-')
		x = -x
	}
	for i, u := range durationUnits {
		// Rounding may carry into the next unit: 999.9 µs is 1.00 ms.
		if x < u.from && roundTo(x, figures) < u.from && i < len(durationUnits)-1 {
			continue
		}
		v := x / u.size
		whole := 1
		for t := roundTo(v, figures); t >= 10; t /= 10 {
			whole++
		}
		decimals := max(0, figures-whole)
		if u.size == 1 {
			decimals = 0 // a capture has no fractions of a nanosecond
		}
		b = strconv.AppendFloat(b, v, 'f', decimals, 64)
		return append(b, u.name...)
	}
	return b
}

// roundTo rounds x to so many significant figures.
func roundTo(x float64, figures int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', figures-1, 64), 64)
	if err != nil {
		return x
	}
	return r
}

// appendOctets appends an octet count for people. It stays exact below 10 MB,
// because the arithmetic of sequence numbers should be visible.
func appendOctets(b []byte, n uint64) []byte {
	if n < 10_000_000 {
		return append(appendThousands(b, n), " B"...)
	}
	x, units := float64(n), []string{" kB", " MB", " GB", " TB", " PB", " EB"}
	i := -1
	for roundTo(x, 3) >= 1000 && i < len(units)-1 {
		x /= 1000
		i++
	}
	b = strconv.AppendFloat(b, roundTo(x, 3), 'f', decimalsOf(x), 64)
	return append(b, units[i]...)
}

func decimalsOf(x float64) int {
	switch r := roundTo(x, 3); {
	case r < 10:
		return 2
	case r < 100:
		return 1
	}
	return 0
}
