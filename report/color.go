package report

import "tcpwatch/report/escape"

// escapes are the terminal codes (ECMA-48 §8.3.117) of each tone. They use the
// terminal's eight basic colours, and of these only such as are readable on light and
// dark backgrounds: yellow and cyan are not readable on white.
var escapes = [...]string{Plain: "", Good: "\x1b[32m", Doubt: "\x1b[35m", Bad: "\x1b[31m", Quiet: "\x1b[2m", Strong: "\x1b[1m"}

const escapeEnd = "\x1b[0m"

// paint puts a tone around finished text when colour is asked for.
func (e *env) paint(t Tone, s string) string {
	if !e.Color || t == Plain || s == "" {
		return s
	}
	return escapes[t] + s + escapeEnd
}

// appendPainted appends what paint returns.
func (e *env) appendPainted(b []byte, t Tone, s string) []byte {
	if !e.Color || t == Plain || s == "" {
		return append(b, s...)
	}
	return append(append(append(b, escapes[t]...), s...), escapeEnd...)
}

// plain returns text as the terminal can show it.
func (e *env) plain(s string) string {
	if !e.ASCII {
		return s
	}
	return string(escape.AppendASCII(nil, []byte(s)))
}
