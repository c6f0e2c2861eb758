package phrase

import "tcpwatch/analyze/verdict"

// Verdict writes a verdict with the first pieces of its evidence, at most
// most: "SYN-LOST (likely): …; …".
func Verdict(v *verdict.Verdict, most int) string {
	b := append([]byte(v.ID.String()), " ("...)
	b = append(append(b, v.Confidence.String()...), "): "...)
	for i := range min(most, len(v.Evidence())) {
		if i > 0 {
			b = append(b, "; "...)
		}
		b = v.Items[i].Append(b)
	}
	return string(b)
}
