package labtext

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
)

// Conclusion is the summary of a finished lesson.
type Conclusion struct {
	At  time.Duration
	Why string
	// Words explain the rest; Notes say why others occurred.
	Words []string
	Notes map[string]string
	// Reached, Shortened and Differs are sentences, "" if there is nothing to say:
	// where a requested state was reached, which waits are shorter than elsewhere,
	// why states differ.
	Reached, Shortened, Differs string
	// Kept is the common prefix of the names of the kept files; "" if there are none.
	Kept string

	// Compared counts the states that were compared with a kernel's, Equal those
	// that were the same, NoSocket those for which the kernel had no socket.
	Compared, Equal, NoSocket int
	// For client and server: what the link counted, and what the kernel did
	// (TcpRetransSegs). Crossed are the SYNs repeated by a SYN-ACK, which the
	// link counts and no kernel does.
	Sent, Lost, Damaged, Held, Copied, Again, Crossed, KernelAgain [2]uint64

	// Unexpected says where the story deviated from what was expected; "" if it did
	// not.
	Unexpected string
}

// Conclude writes the conclusion after the story.
func (l *Story) Conclude(c *Conclusion) {
	l.write(bytes.NewBufferString("\n"))
	l.sentence("WHY", c.Why)
	l.meanings("", c.Words, nil)
	others := slices.DeleteFunc(slices.Clone(l.words), func(w string) bool { return slices.Contains(c.Words, w) })
	l.meanings("ALSO SEEN", others, c.Notes)
	for _, s := range [][2]string{{"REACHED", c.Reached}, {"SHORTENED", c.Shortened}, {"DIFFERS", c.Differs}, {"CHECKED", c.checked()}, {"KEPT", c.kept()}} {
		if s[1] != "" {
			l.sentence(s[0], s[1])
		}
	}
}

// kept names the files.
func (c *Conclusion) kept() string {
	if c.Kept == "" {
		return ""
	}
	return escape.Text(c.Kept) + ".*: what the client saw (.snd.pcap) and the server (.rcv.pcap), beside each what happened to every packet " +
		"(.truth.tsv: what its sender did; .link.tsv: what the link did), and both kernels' counters (.json)"
}

// checked says how reliable the story is.
func (c *Conclusion) checked() string {
	text := "no states, for there is no connection"
	if c.Compared > 0 {
		text = fmt.Sprintf("%d of %d states are those of the kernels", c.Equal, c.Compared)
		if c.NoSocket > 0 {
			text += fmt.Sprintf(", which have no socket for %d more", c.NoSocket)
		}
		text += fmt.Sprintf("; segments sent again: %d by the link's own count", c.Again[0]+c.Again[1])
		if crossed := c.Crossed[0] + c.Crossed[1]; crossed > 0 {
			text += fmt.Sprintf(" (%d of them SYNs that a SYN-ACK repeats, which no kernel counts)", crossed)
		}
		text += fmt.Sprintf(", %d by the kernels' (TcpRetransSegs)", c.KernelAgain[0]+c.KernelAgain[1])
	}
	if c.Unexpected != "" {
		text += "; not as expected, as where the machine is busy: " + c.Unexpected
	}
	return text
}

// AppendEnding appends the conclusion of a lesson as a JSON object and a line end.
func AppendEnding(b []byte, scenario string, c *Conclusion) []byte {
	j := begin(b, scenario, c.At, "end")
	j.Text("why", c.Why)
	j.Open("words", '{')
	for _, w := range c.Words {
		j.Text(w, prose.Unglue(meaning(w)))
	}
	j.Close('}')
	for _, s := range [][2]string{{"reached", c.Reached}, {"shortened", c.Shortened}, {"differs", c.Differs}, {"kept", c.Kept}} {
		if s[1] == "" {
			j.Null(s[0])
		} else {
			j.Text(s[0], s[1])
		}
	}
	j.Uint("states_compared", uint64(c.Compared))
	j.Uint("states_equal", uint64(c.Equal))
	j.Uint("states_without_socket", uint64(c.NoSocket))
	for i, side := range []string{"client", "server"} {
		j.Open(side, '{')
		j.Uint("sent", c.Sent[i])
		j.Uint("lost", c.Lost[i])
		j.Uint("damaged", c.Damaged[i])
		j.Uint("held", c.Held[i])
		j.Uint("copied", c.Copied[i])
		j.Uint("sent_again", c.Again[i])
		j.Uint("sent_again_in_syn_ack", c.Crossed[i])
		j.Uint("sent_again_by_kernel", c.KernelAgain[i])
		j.Close('}')
	}
	j.Bool("as_expected", c.Unexpected == "")
	if c.Unexpected == "" {
		j.Null("unexpected")
	} else {
		j.Text("unexpected", c.Unexpected)
	}
	j.Close('}')
	return append(j.Plain, '\n')
}
