package main

import "tcpwatch/bench/traffic"

// Sizes of the captures that the aims are set on: 472 MB each.
const (
	mixPackets   = 680_000
	smallPackets = 5_300_000
)

// named finds a kind whose name stands in this package.
func named(name string) traffic.Kind {
	k, err := traffic.ByName(name)
	if err != nil {
		panic(err) // a mistake of this package
	}
	return k
}

// peers lets every program read mix and small.
func (s *measurement) peers() (runs []run, err error) {
	for _, c := range []struct {
		kind    string
		packets int
	}{{"mix", mixPackets}, {"small", smallPackets}} {
		made, err := s.capture(named(c.kind), s.sized(c.packets))
		if err != nil {
			return runs, err
		}
		r, err := s.measure("peers", made, s.programs())
		if err != nil {
			return runs, err
		}
		runs = append(runs, r...)
	}
	return runs, nil
}

// growth lets captures grow in one way at a time.
func (s *measurement) growth() (runs []run, err error) {
	own := []program{tcpwatchRead}
	beside := []program{tcpwatchRead, capinfos}
	type step struct {
		series   string
		kind     traffic.Kind
		packets  int
		programs []program
	}
	var steps []step
	for n := 10_000; n <= 100_000_000; n *= 10 {
		steps = append(steps, step{"packets", named("long"), n, beside})
	}
	for n := 1_000; n <= 10_000_000; n *= 10 {
		// 6.68 packets a connection
		steps = append(steps, step{"connections", named("small"), n * 668 / 100, beside})
	}
	for n := 1_000; n <= 1_000_000; n *= 10 {
		steps = append(steps, step{"live", traffic.Live(max(1, int(float64(n)*s.scale))), 7_000_000, own})
	}
	for _, percent := range []int{0, 1, 10, 50} {
		steps = append(steps, step{"lossy", traffic.Lossy(percent), 2_000_000, own})
	}
	if s.shards {
		counts := []program{
			tcpwatchRead.with("--shards 1", "--shards", "1"), tcpwatchRead.with("--shards 2", "--shards", "2"), tcpwatchRead.with("--shards 4", "--shards", "4"),
		}
		steps = append(steps, step{"shards", named("mix"), mixPackets, counts}, step{"shards", named("small"), smallPackets, counts})
	}
	for _, st := range steps {
		c, err := s.capture(st.kind, s.sized(st.packets))
		if err != nil {
			return runs, err
		}
		r, err := s.measure(st.series, c, st.programs)
		if err != nil {
			return runs, err
		}
		runs = append(runs, r...)
		if st.series != "shards" {
			s.drop(c)
		}
	}
	return runs, nil
}

// rows asks for a row for each connection and for each packet.
func (s *measurement) rows() (runs []run, err error) {
	const packets = 2_000_000
	view := func(name, view, format string) program {
		p := tcpwatchRead
		p.args = []string{"tcpwatch", "read", "-q", "--view", view, "--format", format, "FILE"}
		p.name, p.packets, p.connections = name, "", ""
		return p
	}
	for _, kind := range []string{"mix", "small"} {
		c, err := s.capture(named(kind), s.sized(packets))
		if err != nil {
			return runs, err
		}
		connections := view("connections ndjson", "connections", "ndjson")
		connections.connections = `^\{"schema":"tcpwatch.connection`
		each := view("packets ndjson", "packets", "ndjson")
		each.packets = `^\{"schema":"tcpwatch.packet`
		table := view("connections csv", "connections", "csv")
		table.connections = `^\d`
		list := []program{connections, table, each}
		if s.shards {
			list = append(list, connections.with("connections ndjson, 1 shard", "--shards", "1"), each.with("packets ndjson, 1 shard", "--shards", "1"))
		}
		r, err := s.measure("rows", c, list)
		if err != nil {
			return runs, err
		}
		runs = append(runs, r...)
		s.drop(c)
	}
	return runs, nil
}
