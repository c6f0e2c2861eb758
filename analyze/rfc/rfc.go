// Package rfc knows which sections there are in the RFCs that this project cites,
// so that tests can hold every clause, and every citation in a text, against it.
//
// It promises that a section it knows is a heading of that RFC, or a numbered
// paragraph of RFC 6298. It does not promise to know all of an RFC.
package rfc

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Has reports whether an RFC has a section, spelled without "§"; "" asks for an
// RFC that has no numbered sections, or that is cited as a whole.
func Has(number int, section string) bool {
	all, known := contents[number]
	if section == "" {
		return known && all == ""
	}
	return slices.Contains(strings.Fields(all), section)
}

// citation is a part of a text that cites: an RFC, a section, or a figure.
var citation = regexp.MustCompile(`RFC (\d+)|§([0-9A-Z][0-9.]*)|figure (\d+)`)

// figures are those of RFC 9293 with the sections that they stand in.
var figures = map[string]string{
	"5": "3.3.2", "6": "3.5", "7": "3.5", "8": "3.5", "9": "3.5.1", "10": "3.5.1", "11": "3.5.1", "12": "3.6", "13": "3.6",
}

// Wrong returns what a text cites that is not known: "RFC 9293 §3.5.1, figure 10,
// and §3.6" cites two sections and a figure of one RFC. A figure must stand in the
// section cited before it.
func Wrong(text string) (wrong []string) {
	number, section := 0, ""
	for _, at := range citation.FindAllStringSubmatchIndex(text, -1) {
		group := func(i int) string { return text[max(at[2*i], 0):max(at[2*i+1], 0)] }
		switch {
		case group(1) != "":
			number, _ = strconv.Atoi(group(1)) // one that does not fit is no RFC
			section = ""
			if !strings.HasPrefix(text[at[1]:], " §") && !Has(number, "") {
				wrong = append(wrong, group(0))
			}
		case group(2) != "":
			section = strings.TrimRight(group(2), ".")
			if !Has(number, section) {
				wrong = append(wrong, "RFC "+strconv.Itoa(number)+" §"+section)
			}
		case number != 9293 || figures[group(3)] != section || section == "":
			wrong = append(wrong, "RFC "+strconv.Itoa(number)+" §"+section+", "+group(0))
		}
	}
	return wrong
}

// contents lists the sections of each RFC by its table of contents, of some only those
// that are cited; for RFC 9293 also the headings below §3.8.6, §3.9.1, §3.9.2 and §3.10.7,
// which the table leaves out.
var contents = map[int]string{
	768:  "",
	791:  "1 1.1 1.2 1.3 1.4 2 2.1 2.2 2.3 2.4 3 3.1 3.2 3.3",
	919:  "1 2 3 4 5 6 7 8",
	1122: "4.1.3 4.1.3.1 4.2.1 4.2.2 4.2.2.17 4.2.2.20 4.2.3 4.2.3.6",
	1191: "4 6 6.1 6.2 6.3 6.4 6.5 6.6",
	1337: "1 2 3 4",
	2018: "1 2 3 4 5 6 7 8",
	2385: "1 2 3 4 4.1 4.2 4.3 4.4 4.5 5 6",
	2525: "1 2 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 2.13 2.14 2.15 2.16 2.17 2.18 3 4 5 6",
	2883: "1 2 3 4 4.1 4.2 5",
	2923: "1 2 2.1 2.2 2.3",
	3168: "1 2 3 4 5 5.1 5.2 5.3 6 6.1 6.1.1 6.1.2 6.1.3 6.1.4 6.1.5 6.1.6 7 8",
	3522: "1 2 3 3.1 3.2 3.3 3.4 4 5",
	4015: "1 1.1 2 3 3.1 3.2 3.3 3.4 3.5 3.6 4 5 6 7 7.1 7.2",
	4443: "3.1 3.2 3.3 3.4",
	4648: "4",
	4821: "7 7.6 7.7",
	4987: "1 2 2.1 2.2 3 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 4 5 6 7",
	5681: "1 2 3 3.1 3.2 4 4.1 4.2 4.3 5 6 7 8 9 9.1 9.2",
	5682: "1 1.1 2 2.1 2.2 3 3.1 3.2 4 5 6 7",
	5925: "7.3",
	5927: "4 4.1",
	5961: "1 1.1 1.2 1.3 2 3 3.1 3.2 4 4.1 4.2 5 5.1 5.2 6 7 8 9 9.1 9.2 9.3 10 11 12 13 13.1 13.2",
	6191: "1 2 3 4 5 6 7",
	6298: "1 2 2.1 2.2 2.3 2.4 2.5 3 4 5 5.1 5.2 5.3 5.4 5.5 5.6 5.7 6 7 8 9 9.1 9.2 A",
	6528: "1 2 3 4",
	6582: "3 3.1 3.2 4 5",
	6675: "1 2 3 4 5 5.1 6 7 8 9 10 11 11.1 11.2",
	6864: "1 2 3 3.1 3.2 4 4.1 4.2 4.3 5 5.1 5.2 5.3 5.3.1 5.3.2 5.4 5.5 5.5.1 6 6.1 6.2 6.3 7 8 8.1 8.2 9",
	7323: "1 1.1 1.2 1.3 1.4 2 2.1 2.2 2.3 2.4 3 3.1 3.2 4 4.1 4.2 4.3 5 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8 6 7",
	7413: "1 2 3 4 4.1 4.1.1 4.1.2 4.1.3 4.2 4.2.1 4.2.2 5 6 7",
	8201: "5.4",
	8305: "1 1.1 2 3 3.1 4 5 6 7 7.1 7.2 7.3 8 9 9.1 9.2 9.3 10 11 12 12.1 12.2",
	8684: "3 3.1 3.2 3.3 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 3.3.6 3.3.7 3.3.8",
	8985: "1 2 3 3.1 3.2 3.3 3.3.1 3.3.2 3.4 3.5 4 5 5.1 5.2 5.3 5.4 6 6.1 6.2 6.3 7 7.1 7.2 7.3 7.4 7.4.1 7.4.2 8 9",
	9293: "1 2 2.1 2.2 3 3.1 3.2 3.2.1 3.2.2 3.3 3.3.1 3.3.2 3.4 3.4.1 3.4.2 3.4.3 3.5 3.5.1 3.5.2 3.5.3 " +
		"3.6 3.6.1 3.7 3.7.1 3.7.2 3.7.3 3.7.4 3.7.5 3.8 3.8.1 3.8.2 3.8.3 3.8.4 3.8.5 3.8.6 3.8.6.1 3.8.6.2 " +
		"3.8.6.2.1 3.8.6.2.2 3.8.6.3 3.9 3.9.1 3.9.1.1 3.9.1.2 3.9.1.3 3.9.1.4 3.9.1.5 3.9.1.6 3.9.1.7 3.9.1.8 " +
		"3.9.2 3.9.2.1 3.9.2.2 3.9.2.3 3.10 3.10.1 3.10.2 3.10.3 3.10.4 3.10.5 3.10.6 3.10.7 " +
		"3.10.7.1 3.10.7.2 3.10.7.3 3.10.7.4 3.10.8 4 5 6 7 8 8.1 8.2 A A.1 A.1.1 A.1.2 A.2 A.3 A.4 B",
	9768: "3 3.1 3.1.1 3.1.2 3.1.3 3.2 3.2.2 3.2.3",
}
