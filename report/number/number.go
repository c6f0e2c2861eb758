package number

import (
	"encoding/binary"
	"strconv"
	"time"
)

// Numbers are assembled three digits at a time, from tables of the numbers below 1000:
// padded has leading zeros, short has none, and the number of digits in its highest octet.
// The first digit is in the lowest octet, as on little-endian processors.
var padded, short = func() (padded, short [1000]uint32) {
	for i := range padded {
		n, width := uint32(i), 1
		padded[n] = '0' + n/100 | ('0'+n/10%10)<<8 | ('0'+n%10)<<16
		if n > 9 {
			width++
		}
		if n > 99 {
			width++
		}
		short[n] = padded[n]>>(8*(3-width)) | uint32(width)<<24
	}
	return padded, short
}()

// AppendUint is a strconv.AppendUint that is faster for the numbers in rows.
func AppendUint(b []byte, n uint64) []byte {
	switch {
	case n < 10:
		return append(b, '0'+byte(n))
	case n < 1e3:
		return appendShort(b, uint32(n))
	case n < 1e6:
		x := uint32(n)
		t := short[x/1e3]
		b = binary.LittleEndian.AppendUint64(b, uint64(t&(1<<24-1))|uint64(padded[x%1e3])<<(t>>24*8))
		return b[:len(b)-8+3+int(t>>24)]
	case n < 1e9:
		x := uint32(n)
		b = appendShort(b, x/1e6)
		b = binary.LittleEndian.AppendUint64(b, uint64(padded[x/1e3%1e3])|uint64(padded[x%1e3])<<24)
		return b[:len(b)-8+6]
	case n < 1e12:
		return appendNine(appendShort(b, uint32(n/1e9)), uint32(n%1e9))
	}
	return strconv.AppendUint(b, n, 10)
}

func AppendInt(b []byte, n int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	return AppendUint(b, uint64(n))
}

// appendShort appends a number below 1000: it writes three digits, then cuts unused ones.
func appendShort(b []byte, n uint32) []byte {
	t := short[n]
	b = binary.LittleEndian.AppendUint32(b, t)
	return b[:len(b)-4+int(t>>24)]
}

// appendTwo, appendThree and appendNine append a number with leading zeros to that width;
// it must not have more digits.
func appendTwo(b []byte, n uint32) []byte {
	t := padded[n] >> 8
	return append(b, byte(t), byte(t>>8))
}

func appendThree(b []byte, n uint32) []byte {
	t := padded[n]
	return append(b, byte(t), byte(t>>8), byte(t>>16))
}

func appendNine(b []byte, n uint32) []byte {
	x, y, z := padded[n/1e6], padded[n/1e3%1e3], padded[n%1e3]
	b = binary.LittleEndian.AppendUint64(b, uint64(x)|uint64(y)<<24|uint64(z)<<48)
	return append(b, byte(z>>16))
}

// AppendSeconds appends a duration in nanoseconds as seconds, exactly, without
// trailing zeros: 4468000 is 0.004468.
func AppendSeconds(b []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		b = append(b, '-')
		u = -u
	}
	if u < 1e9 {
		b = append(b, '0') // as most round trips and silences
	} else {
		b = AppendUint(b, u/1e9)
		u %= 1e9
	}
	if u == 0 {
		return b
	}
	b = appendNine(append(b, '.'), uint32(u))
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// AppendFixed appends nanoseconds as seconds with six decimals, rounded down.
func AppendFixed(b []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		b = append(b, '-')
		u = -u
	}
	b = AppendThousands(b, u/1e9)
	micros := uint32(u % 1e9 / 1e3)
	return appendThree(appendThree(append(b, '.'), micros/1e3), micros%1e3)
}

// AppendThousands appends n with a comma between groups of three digits.
func AppendThousands(b []byte, n uint64) []byte {
	if n < 1000 {
		return strconv.AppendUint(b, n, 10)
	}
	return appendThree(append(AppendThousands(b, n/1000), ','), uint32(n%1000))
}

// Clock appends times; it remembers the last second, since the next packet is often of the
// same, and the last day, because the calendar is the most expensive part of a row.
type Clock struct {
	second, day int64
	known       bool
	text        [len("2006-01-02T15:04:05.")]byte
}

// AppendTime appends nanoseconds since 1970 as RFC 3339 in UTC, always with
// nine decimals, so that text order is time order.
func (c *Clock) AppendTime(b []byte, ns int64) []byte {
	second, left := floor(ns, 1e9)
	if !c.known || second != c.second {
		c.turn(second)
	}
	return append(appendNine(append(b, c.text[:]...), uint32(left)), 'Z')
}

// turn makes the clock show a second.
func (c *Clock) turn(second int64) {
	day, left := floor(second, 24*3600)
	if b := c.text[:0]; !c.known || day != c.day {
		time.Unix(second, 0).UTC().AppendFormat(b, "2006-01-02T15:04:05.")
	} else {
		of := uint32(left)
		b = appendTwo(b[:len("2006-01-02T")], of/3600)
		b = appendTwo(append(b, ':'), of/60%60)
		appendTwo(append(b, ':'), of%60)
	}
	c.second, c.day, c.known = second, day, true
}

// floor divides towards minus infinity.
func floor(n, by int64) (quotient, left int64) {
	if quotient, left = n/by, n%by; left < 0 {
		quotient, left = quotient-1, left+by
	}
	return quotient, left
}

// durationUnits are the units of AppendDuration, each with the least duration
// it is used for. Below two hours, minutes and seconds are easier to read.
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

// AppendDuration appends a duration for people: the given number of
// significant figures and the unit that suits it ("4.52 ms").
func AppendDuration(b []byte, ns int64, figures int) []byte {
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
		if !reaches(x, u.from, figures) && i < len(durationUnits)-1 {
			continue
		}
		v := x / u.size
		whole := 1
		for limit := 10.0; reaches(v, limit, figures); limit *= 10 {
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

// reaches reports whether x, or its rounded value, is at least limit. Rounding
// never doubles a number, and costs more than the comparison.
func reaches(x, limit float64, figures int) bool {
	return x >= limit || x >= limit/2 && roundTo(x, figures) >= limit
}

// roundTo rounds x to a number of significant figures.
func roundTo(x float64, figures int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', figures-1, 64), 64)
	if err != nil {
		return x
	}
	return r
}

// AppendOctets appends an octet count for people. It stays exact below 10 MB,
// because the arithmetic of sequence numbers should be visible.
func AppendOctets(b []byte, n uint64) []byte {
	if n < 10_000_000 {
		return append(AppendThousands(b, n), " B"...)
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
