package escape

import (
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Text makes text that comes from outside (a capture, a file name) safe to
// show: control characters (C0, DEL, C1), characters that reorder or hide text
// and invalid UTF-8 become visible escapes (\x1b, \u202e). Everything else
// stays as it is. A backslash is not doubled: the result is for reading.
func Text(s string) string {
	if IsClean(s) {
		return s
	}
	return string(Append(nil, []byte(s)))
}

func IsClean[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Append appends s as Text returns it.
func Append(b, s []byte) []byte {
	if IsClean(s) {
		return append(b, s...)
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = AppendByte(b, s[i])
		case !Hidden(r):
			b = append(b, s[i:i+n]...)
		case r < 0x100:
			b = AppendByte(b, byte(r))
		default:
			b = AppendRune(b, r)
		}
		i += n
	}
	return b
}

func AppendByte(b []byte, c byte) []byte {
	return append(b, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
}

// AppendRune appends r as \uXXXX, or as \UXXXXXXXX beyond the BMP.
func AppendRune(b []byte, r rune) []byte {
	shift := 12
	if r > 0xffff {
		shift = 28
		b = append(b, '\\', 'U')
	} else {
		b = append(b, '\\', 'u')
	}
	for ; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[r>>shift&15])
	}
	return b
}

// Hidden reports whether r could move the cursor, reorder or hide text:
// controls, format characters (category Cf: soft hyphen, zero width joiners,
// bidirectional embeddings, overrides and isolates, tags), line and paragraph
// separators, private use, surrogates, unassigned code points, and those that
// nothing shows (Unicode's Default_Ignorable_Code_Point: fillers, the grapheme
// joiner, variation selectors).
func Hidden(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// asciiForms are the plain forms of the characters that this program itself
// writes.
var asciiForms = map[rune]string{
	'→': "->", '←': "<-", '✓': "ok", '✗': "WRONG", '–': "-", '·': "|", '…': "...", 'µ': "u", '§': "section ",
	'\u00a0': "\u00a0", '×': "x", '≠': "!=", '≥': ">=", '≤': "<=", '─': "-",
}

// AppendASCII appends s with every character beyond ASCII in a plain form.
func AppendASCII(b []byte, s []byte) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r < 0x80 {
			b = append(b, byte(r))
		} else if form, ok := asciiForms[r]; ok {
			b = append(b, form...)
		} else {
			b = AppendRune(b, r)
		}
		i += n
	}
	return b
}

// AppendMarkdown appends escaped text so that Markdown shows it literally:
// nothing in it ends a table cell, opens a tag, a link or emphasis.
func AppendMarkdown(b []byte, s []byte) []byte {
	for _, c := range s {
		switch c {
		case '|', '\\', '`', '*', '_', '<', '>', '[', ']', '~', '#', '&', '!':
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return b
}
