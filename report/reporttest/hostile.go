// Package reporttest holds what the tests of report and of the packages in its folder
// share. Only tests import it.
package reporttest

import "strings"

// Hostile is text that a capture or a file name might hold to harm a terminal,
// a document or a spreadsheet.
var Hostile = []string{
	"\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "a\r\nb", "\u009b31m", "\x9b31m", "bell\x07\x08\x7f", "\u202egnp.exe", "\u2066iso\u2069", "zero\u200bwidth",
	"pipe|pipe", "`code` ``` fence", "<script>alert(1)</script>", "[link](http://example.org)", "![x](y)", "# title", "**bold** _em_",
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\"quoted\",comma", "\xff\xfe", "\xed\xa0\x80", "\u2028line", "\ufeffbom", "back\\slash", "",
	strings.Repeat("long", 100),
}
