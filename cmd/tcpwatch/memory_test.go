package main

import (
	"path/filepath"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/bench/traffic"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// restOctets is what package flow says that a connection takes that is over and
// remembered: of a request and an answer, ten packets with timestamps over IPv4.
const restOctets = 450

// TestConnectionMemory measures the memory of the connections of generated traffic
// in what is allocated for them, what is free of it included.
func TestConnectionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 400,000 packets")
	}
	path := filepath.Join(t.TempDir(), "short.pcap")
	short, err := traffic.ByName("short")
	if err != nil {
		t.Fatal(err)
	}
	writeGenerated(t, path, short, 400_000)
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	a := analyze.New(analyze.Config{})
	dec := capture.NewDecoder(capture.DecoderOptions{})
	var p capture.Packet
	var seg wire.Segment
	for src.Next(&p) == nil {
		if dec.Decode(&p, &seg) == wire.Segmented {
			a.Segment(&seg)
		}
	}
	live := a.Stats().Live
	if live < 39_000 {
		t.Fatalf("%d connections are remembered", live)
	}
	// What is at work is a constant: 512 connections, a spare chunk of each kind.
	const working = 5 << 20
	each := (a.Memory() - working) / live
	t.Logf("%d octets for %d connections: %d each beyond %d", a.Memory(), live, each, working)
	if each > restOctets {
		t.Errorf("a connection takes %d octets, more than %d", each, restOctets)
	}
}
