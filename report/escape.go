package report

import (
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Escape makes text that comes from outside (a capture, a file name) safe to
// show: control characters (C0, DEL, C1), characters that reorder or hide text
// and invalid UTF-8 become visible escapes (\x1b, \u202e). Everything else
// stays as it is. A backslash is not doubled: the result is for reading.
func Escape(s string) string {
	if isClean(s) {
		return s
	}
	return string(appendEscaped(nil, []byte(s)))
}

func isClean[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// appendEscaped appends s as Escape returns it.
func appendEscaped(b, s []byte) []byte {
	if isClean(s) {
		return append(b, s...)
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendHexByte(b, s[i])
		case !hidden(r):
			b = append(b, s[i:i+n]...)
		case r < 0x100:
			b = appendHexByte(b, byte(r))
		default:
			b = appendRuneEscape(b, r)
		}
		i += n
	}
	return b
}

func appendHexByte(b []byte, c byte) []byte {
	return append(b, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
}

// appendRuneEscape appends r as \uXXXX, or as \UXXXXXXXX beyond the BMP.
func appendRuneEscape(b []byte, r rune) []byte {
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

// hidden reports whether r could move the cursor, reorder or hide text:
// controls, format characters (category Cf: soft hyphen, zero width joiners,
// bidirectional embeddings, overrides and isolates, tags), line and paragraph
// separators, private use, surrogates, unassigned code points, and those that
// nothing shows (Unicode's Default_Ignorable_Code_Point: fillers, the grapheme
// joiner, variation selectors).
func hidden(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// asciiForms are the plain forms of the characters that this package itself
// writes.
var asciiForms = map[rune]string{
	'→': "->", '←': "<-", '✓': "ok", '✗': "WRONG", '–': "-", '·': "|", '…': "...", 'µ': "u", '§': "section ",
	'\u00a0': nbsp, '×': "x", '≠': "!=", '≥': ">=", '≤': "<=", '─': "-",
}

// toASCII appends s with every character beyond ASCII in a plain form.
func toASCII(b []byte, s []byte) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r < 0x80 {
			b = append(b, byte(r))
		} else if form, ok := asciiForms[r]; ok {
			b = append(b, form...)
		} else {
			b = appendRuneEscape(b, r)
		}
		i += n
	}
	return b
}

// appendMarkdown appends escaped text so that Markdown shows it literally:
// nothing in it ends a table cell, opens a tag, a link or emphasis.
func appendMarkdown(b []byte, s []byte) []byte {
	for _, c := range s {
		switch c {
		case '|', '\\', '`', '*', '_', '<', '>', '[', ']', '~', '#', '&', '!':
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return b
}
