package traffic

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Kind is a kind of traffic.
type Kind struct {
	Name  string
	About string // what it holds, in a sentence without its verb
	// Snaplen is how many octets of a frame are kept; 0: all.
	Snaplen int
	// atOneTime is how many connections take turns; another begins where one
	// ends.
	atOneTime int
	// script says what a connection does.
	script func(*talk)
	// sharedCounter makes every other host number the packets of all its
	// connections with one counter (IP ID), as Windows does.
	sharedCounter bool
	// live is, if it is not 0, how many connections are open from the start to
	// the end; script is not used then.
	live int
}

// cut keeps headers whole and files small.
const cut = 120

// kinds are those without a number in their name.
var kinds = []Kind{
	{
		Name: "mix", atOneTime: 200, script: mix,
		About: "whole frames of 678 octets on average, 23 packets a connection: transfers with loss and reordering, requests, idle connections with keep-alives, refused and unanswered ones",
	},
	{
		Name: "small", atOneTime: 50, script: small,
		About: "frames of 73 octets on average, 6.7 packets a connection: a small request and its answer, every fifth connection refused",
	},
	{
		Name: "long", Snaplen: cut, atOneTime: 200, script: long,
		About: "as mix, but hundreds of packets a connection, and cut to 120 octets, so that many fit on a disk",
	},
	{
		Name: "shared", Snaplen: cut, atOneTime: 200, script: long, sharedCounter: true,
		About: "as long, but every other host has one IP identification counter for all its connections",
	},
	{
		Name: "short", Snaplen: cut, atOneTime: 50, script: func(t *talk) { t.requests(1, 700) },
		About: "ten packets a connection: one request and one answer of up to 700 octets",
	},
	{
		Name: "open", atOneTime: 50, script: open,
		About: "five packets a connection, which then stays open and says no more",
	},
}

// Kinds returns the kinds without a number in their name.
func Kinds() []Kind { return kinds }

// Lossy returns traffic in which percent of the connections lose segments:
// transfers of 50 to 150 segments.
func Lossy(percent int) Kind {
	return Kind{
		Name: fmt.Sprintf("lossy-%d", percent), Snaplen: cut, atOneTime: 200,
		About: fmt.Sprintf("transfers of 50 to 150 segments; %d of 100 connections lose one in every fifth ten", percent),
		script: func(t *talk) {
			t.lossEvery = 0
			if t.r.IntN(100) < percent {
				t.lossEvery = 5
			}
			t.transfer(50 + t.r.IntN(100))
		},
	}
}

// Live returns traffic of connections that are all open from the start to the
// end. They take turns, each with a request and its answer, so that no packet
// belongs to a connection that is still in a cache.
func Live(connections int) Kind {
	return Kind{
		Name: fmt.Sprintf("live-%d", connections), live: connections,
		About: fmt.Sprintf("%d connections, all open to the end, that take turns", connections),
	}
}

// ByName finds a kind: those of Kinds, lossy-PERCENT and live-CONNECTIONS.
func ByName(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	word, number, _ := strings.Cut(name, "-")
	n, err := strconv.Atoi(number)
	switch {
	case word == "lossy" && err == nil && n >= 0 && n <= 100:
		return Lossy(n), nil
	case word == "live" && err == nil && n >= 1 && n <= mostLive:
		return Live(n), nil
	}
	return Kind{}, fmt.Errorf("%q is not a kind of traffic", name)
}

func mix(t *talk) {
	switch n := t.r.IntN(100); {
	case n < 6:
		t.transfer(30 + t.r.IntN(150))
	case n < 73:
		t.requests(1+t.r.IntN(3), 6500)
	case n < 78:
		t.idle(2 + t.r.IntN(6))
	case n < 90:
		t.refused()
	default:
		t.unanswered()
	}
}

func long(t *talk) {
	switch n := t.r.IntN(100); {
	case n < 12:
		t.transfer(200 + t.r.IntN(3000))
	case n < 80:
		t.requests(1+t.r.IntN(12), 4000)
	case n < 88:
		t.idle(2 + t.r.IntN(6))
	case n < 94:
		t.refused()
	default:
		t.unanswered()
	}
}

func small(t *talk) {
	if t.r.IntN(1000) < 220 {
		t.refused()
		return
	}
	t.lookup(30)
}

func open(t *talk) {
	t.open()
	t.wait(1e4)
	t.ask(20)
	t.wait(t.far)
	t.answer(200)
}

// Made is what a capture holds.
type Made struct {
	Packets, Connections int
	// Marks counts the segments that a label belongs to, by Mark.
	Marks [MarkCount]int
}

// Write writes a capture of a number of packets.
func (k Kind) Write(w io.Writer, packets int, seed uint64) (Made, error) {
	out, err := NewFrames(w, uint32(k.Snaplen))
	if err != nil {
		return Made{}, err
	}
	p := &printer{out: out, snaplen: k.Snaplen}
	r := rand.New(rand.NewPCG(seed, 0x7463707761746368))
	if k.live > 0 {
		err = k.turns(p, packets, r)
	} else {
		err = k.talks(p, packets, r)
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return p.made, err
}
