package filter

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// kind is the class of a token.
type kind uint8

const (
	end     kind = iota
	keyword      // text is the keyword, an alias replaced by what it stands for
	symbol       // text is the operator or bracket
	number       // num is its value
	name         // any other word, or one after a backslash
	dotted       // two to four decimal numbers with dots: an IPv4 network or address
	address6
	ethernet // text is the address as written
)

type token struct {
	kind kind
	text string
	num  uint32
	at   int // offset of its first octet
}

// is reports whether t is this keyword or symbol.
func (t token) is(text string) bool {
	return (t.kind == keyword || t.kind == symbol) && t.text == text
}

func (t token) isAny(texts ...string) bool { return slices.ContainsFunc(texts, t.is) }

// describe names t in an error.
func (t token) describe() string {
	if t.kind == end {
		return "the end of the filter"
	}
	return quote(t.text)
}

// A word may hold "-", "_" and ".", but not end in "-" or "_". All other forms
// are distinguished after the longest word was taken. B and W are one or two
// and four hexadecimal digits.
var (
	wordShape   = onDemand(`^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?`)
	numberShape = onDemand(`^(?:[0-9]+|0[xX][0-9A-Fa-f]+)$`)
	dottedShape = onDemand(`^[0-9]+(?:\.[0-9]+){1,3}$`)
	macShape    = onDemand(`^(?:B:B:B:B:B:B|B-B-B-B-B-B|B\.B\.B\.B\.B\.B|W\.W\.W|WWW)$`)
	// brokenMAC is what libpcap takes for a mistyped Ethernet address.
	brokenMAC = onDemand(`^B:+(?:B:+)+`)
)

// onDemand returns a function that compiles a regular expression when first
// called: most runs have no filter, and startup should not pay for it.
func onDemand(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(strings.NewReplacer("B", "[0-9A-Fa-f]{1,2}", "W", "[0-9A-Fa-f]{4}").Replace(text))
	})
}

// operators, longest first.
var operators = []string{
	"&&", "||", ">=", "<=", "!=", "==", "<<", ">>",
	"+", "-", "*", "/", "%", ":", "[", "]", "!", "<", ">", "(", ")", "&", "|", "^", "=",
}

// operatorNames are operators that have another spelling.
var operatorNames = map[string]token{
	"&&": {kind: keyword, text: "and"}, "||": {kind: keyword, text: "or"}, "!": {kind: keyword, text: "not"},
	"==": {kind: symbol, text: "="},
}

// scan cuts text into tokens; the last one is of kind end.
func scan(text string) ([]token, *Error) {
	var tokens []token
	for i := 0; i < len(text); {
		if strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
			continue
		}
		t, n, reason := next(text[i:])
		if reason != "" {
			return nil, &Error{column(text, i), reason}
		}
		t.at = i
		tokens = append(tokens, t)
		i += n
	}
	return append(tokens, token{kind: end, at: len(text)}), nil
}

// next returns the first token of rest and its length, or what is wrong with
// it.
func next(rest string) (t token, n int, reason string) {
	word := wordShape().FindString(rest)
	if t, n := withColons(rest); n > len(word) {
		return t, n, ""
	}
	if m := brokenMAC().FindString(rest); len(m) > len(word) {
		return t, 0, quote(m) + " is not an Ethernet address"
	}
	if word != "" {
		t, reason = classify(word)
		return t, len(word), reason
	}
	if rest[0] == '\\' {
		n := strings.IndexAny(rest, " !()\n\t")
		if n < 0 {
			n = len(rest)
		}
		if n > 1 {
			return token{kind: name, text: rest[1:n]}, n, ""
		}
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			if t, ok := operatorNames[op]; ok {
				return t, len(op), ""
			}
			return token{kind: symbol, text: op}, len(op), ""
		}
	}
	if rest[0] == '$' {
		return t, 0, "ARCnet addresses ($) are not supported"
	}
	return t, 0, quote(rest[:1]) + " has no meaning in a filter"
}

// longestAddress is how long an address with colons can be (RFC 4291 §2.2 form
// 3 with six groups of four digits).
const longestAddress = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")

// withColons finds the longest IPv6 or Ethernet address with colons that rest
// begins with.
func withColons(rest string) (t token, n int) {
	for n < len(rest) && n < longestAddress && (strings.IndexByte(".:", rest[n]) >= 0 || isHex(rest[n])) {
		n++
	}
	for ; n >= 2; n-- {
		s := rest[:n]
		if !strings.Contains(s, ":") {
			break
		}
		if macShape().MatchString(s) {
			return token{kind: ethernet, text: s}, n
		}
		if _, err := netip.ParseAddr(s); err == nil {
			return token{kind: address6, text: s}, n
		}
	}
	return t, 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// classify says what a word without colons is.
func classify(word string) (t token, reason string) {
	if k, ok := keywords()[word]; ok {
		return token{kind: keyword, text: k}, ""
	}
	if n, ok := constants[word]; ok {
		return token{kind: number, num: n, text: word}, ""
	}
	switch {
	case macShape().MatchString(word):
		return token{kind: ethernet, text: word}, ""
	case numberShape().MatchString(word):
		n, reason := value(word)
		return token{kind: number, num: n, text: word}, reason
	case dottedShape().MatchString(word):
		return token{kind: dotted, text: word}, ""
	}
	return token{kind: name, text: word}, ""
}

// value reads a number in C notation: 0x is hexadecimal, a leading 0 octal.
func value(word string) (n uint32, reason string) {
	base, digits := 10, word
	switch {
	case strings.HasPrefix(word, "0x"), strings.HasPrefix(word, "0X"):
		base, digits = 16, word[2:]
	case len(word) > 1 && word[0] == '0':
		base, digits = 8, word[1:]
		if strings.ContainsAny(digits, "89") {
			return 0, quote(word) + " begins with 0 and so is octal, but has a digit above 7"
		}
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return 0, quote(word) + " does not fit into 32 bits"
	}
	return uint32(v), ""
}
