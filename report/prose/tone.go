package prose

// Tone is the meaning of a colour. It only emphasises what the words say.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Good
	Doubt // inferred, incomplete, repeated
	Bad
	Quiet
	Strong
)

// escapes are the terminal codes (ECMA-48 §8.3.117) of each tone. They use the
// terminal's eight basic colours, and of these only such as are readable on light and
// dark backgrounds: yellow and cyan are not readable on white.
var escapes = [...]string{Plain: "", Good: "\x1b[32m", Doubt: "\x1b[35m", Bad: "\x1b[31m", Quiet: "\x1b[2m", Strong: "\x1b[1m"}

// ColorEnd takes the tone away that Paint has put on.
const ColorEnd = "\x1b[0m"

// Paint puts a tone around finished text when colour is asked for.
func (s *Style) Paint(t Tone, text string) string {
	if !s.Color || t == Plain || text == "" {
		return text
	}
	return escapes[t] + text + ColorEnd
}

// AppendPainted appends what Paint returns.
func (s *Style) AppendPainted(b []byte, t Tone, text string) []byte {
	if !s.Color || t == Plain || text == "" {
		return append(b, text...)
	}
	return append(append(append(b, escapes[t]...), text...), ColorEnd...)
}
