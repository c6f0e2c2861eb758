package main

import (
	"encoding/csv"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestStoryNumbers wants the relative numbers in the closes of the stories to
// be those of the view packets, in every capture compiled from a script.
func TestStoryNumbers(t *testing.T) {
	t.Setenv("COLUMNS", "220")
	t.Setenv("LC_ALL", "C.UTF-8")
	files, err := filepath.Glob("../../testdata/pcaps/script/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	compared := 0
	for i, file := range files {
		if testing.Short() && i%4 > 0 {
			continue
		}
		numbers := packetNumbers(t, file)
		for packet, got := range storyNumbers(printed(t, "read", "--view", "story", file)) {
			compared++
			if strings.HasPrefix(got[0], "-") && numbers[packet] == [2]string{"0", got[1]} {
				continue // before an ISN that was captured later: a row of packets cannot know it
			}
			if want := numbers[packet]; got != want {
				t.Errorf("%s: packet %s: the story has seq and ack %v, the packets %v", filepath.Base(file), packet, got, want)
			}
		}
	}
	if compared < 20 {
		t.Errorf("%d rows were compared", compared)
	}
}

func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaints strings.Builder
	if status := run(args, strings.NewReader(""), &out, &complaints); status != exitOK {
		t.Fatalf("%v: exit status %d: %s", args, status, complaints.String())
	}
	return out.String()
}

// packetNumbers are seq and ack by packet; "" where there is no ack.
func packetNumbers(t *testing.T, file string) map[string][2]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(printed(t, "read", "--view", "packets", "--format", "csv", file)))
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	packet, seq, ack := slices.Index(head, "packet"), slices.Index(head, "seq"), slices.Index(head, "ack")
	numbers := map[string][2]string{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return numbers
		}
		if err != nil {
			t.Fatal(err)
		}
		numbers[row[packet]] = [2]string{row[seq], row[ack]}
	}
}

// storyNumbers reads the tables that have relative numbers.
func storyNumbers(story string) map[string][2]string {
	numbers := map[string][2]string{}
	seq, ack := -1, -1 // where these columns end
	for line := range strings.Lines(story) {
		if strings.HasPrefix(line, "  PACKET") {
			seq, ack = ending(line, "REL SEQ"), ending(line, "REL ACK")
			continue
		}
		if seq < 0 || !strings.HasPrefix(line, "   ") || len(line) < ack || strings.Fields(line)[0][0] > '9' {
			seq = -1
			continue
		}
		last := func(end int) string {
			words := strings.Fields(string([]rune(line)[:end]))
			return strings.ReplaceAll(strings.TrimPrefix(words[len(words)-1], "–"), ",", "")
		}
		numbers[strings.Fields(line)[0]] = [2]string{last(seq), last(ack)}
	}
	return numbers
}

// ending is the column after a heading, -1 where there is none.
func ending(line, heading string) int {
	if i := strings.Index(line, heading); i >= 0 {
		return i + len(heading)
	}
	return -1
}
