package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/report/summary"
)

// wired is two namespaces joined by a veth pair with addresses of both families, of which
// the kernel may have one only.
func wired(t *testing.T) (client, server *lab.Net) {
	t.Helper()
	client, server = newNet(t, "link set lo up"), newNet(t, "link set lo up")
	err := client.IP(fmt.Sprintf(`link add name vc type veth peer name vs
link set vs netns %d
addr add 10.9.0.1/24 dev vc
link set vc up`, server.ID()))
	if err == nil {
		err = server.IP("addr add 10.9.0.2/24 dev vs\nlink set vs up")
	}
	if labtest.HasIPv6() {
		err = errors.Join(err, client.IP("addr add fd09::1/64 dev vc nodad"), server.IP("addr add fd09::2/64 dev vs nodad"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

// serve answers every connection with what it sends, and closes when it has.
func serve(t *testing.T, n *lab.Net, address string) net.Addr {
	t.Helper()
	var l net.Listener
	var err error
	for range 200 { // an address may need a moment
		if n.Do(func() { l, err = net.Listen("tcp", net.JoinHostPort(address, "0")) }); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	return l.Addr()
}

// ask makes a connection from a namespace, which is closed by the client first.
func ask(n *lab.Net, to net.Addr) error {
	var c net.Conn
	var err error
	n.Do(func() { c, err = (&net.Dialer{Timeout: 5 * time.Second}).Dial("tcp", to.String()) })
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err = c.Write([]byte("hello")); err == nil {
		if err = c.(*net.TCPConn).CloseWrite(); err == nil {
			_, err = io.Copy(io.Discard, c)
		}
	}
	return err
}

// startLive starts live in a namespace and ends it with the test.
func startLive(t *testing.T, n *lab.Net, args ...string) *beside {
	t.Helper()
	b, err := startBeside(n, program(append([]string{"live"}, args...)), capturing)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.cmd.Process.Kill() })
	return b
}

// records reads the connections of NDJSON.
func records(t *testing.T, b *beside) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.stdout.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, m)
	}
	return all
}

// TestLiveSockets: connections over a veth pair, at either end, on loopback, of
// both families, are complete and closed normally, none is missing or doubled.
func TestLiveSockets(t *testing.T) {
	client, server := wired(t)
	for _, c := range []struct {
		where *lab.Net
		on    string
	}{{client, "vc"}, {server, "vs"}, {client, "any"}, {server, "vs,lo"}} {
		b := startLive(t, c.where, "-i", c.on, "--view", "connections", "--format", "ndjson")
		want := 0
		for _, address := range labtest.Both(t, "10.9.0.2", "fd09::2") {
			to := serve(t, server, address)
			for range 3 {
				if err := ask(client, to); err != nil {
					t.Fatal(err)
				}
				want++
			}
		}
		if c.on == "vs,lo" {
			for _, address := range labtest.Both(t, "127.0.0.1", "::1") {
				if err := ask(server, serve(t, server, address)); err != nil {
					t.Fatal(err)
				}
				want++
			}
		}
		if err := b.stop(); err != nil {
			t.Errorf("%s: Ctrl-C ends with %v: %s", c.on, err, b.said())
		}
		got := records(t, b)
		if len(got) != want {
			t.Errorf("%s: %d connections, %d were made", c.on, len(got), want)
		}
		for _, m := range got {
			opening, closing := m["opening"].(map[string]any), m["closing"].(map[string]any)
			if opening["outcome"] != "complete" || closing["outcome"] != "normal" || closing["active_closer"] != "client" || m["client_state"] != "TIME-WAIT" {
				t.Errorf("%s: %v", c.on, m)
			}
		}
	}
}

// TestLiveVLAN: connections in a VLAN, whose tags the kernel puts in and takes out,
// have it in their identity at the wire and none on the VLAN's own interface.
func TestLiveVLAN(t *testing.T) {
	client, server := wired(t)
	vlan := func(n *lab.Net, on, address string) error {
		return n.IP(fmt.Sprintf("link add link %s name v7 type vlan id 7\naddr add %s/24 dev v7\nlink set v7 up", on, address))
	}
	if err := errors.Join(vlan(client, "vc", "10.7.0.1"), vlan(server, "vs", "10.7.0.2")); err != nil {
		t.Skipf("needs VLAN interfaces (the module 8021q): %v", err)
	}
	for _, c := range []struct {
		where    *lab.Net
		on, want string
	}{{client, "vc", "vlan 7"}, {server, "vs", "vlan 7"}, {server, "v7", ""}} {
		b := startLive(t, c.where, "-i", c.on, "--view", "connections", "--format", "ndjson")
		if err := ask(client, serve(t, server, "10.7.0.2")); err != nil {
			t.Fatal(err)
		}
		if err := b.stop(); err != nil {
			t.Error(err)
		}
		got := records(t, b)
		if len(got) != 1 || got[0]["encapsulation"] != c.want {
			t.Errorf("%s: %v", c.on, got)
		}
	}
}

// TestLiveEnds: what ends a capture, and with which status.
func TestLiveEnds(t *testing.T) {
	client, server := wired(t)
	to := serve(t, server, "10.9.0.2")
	for _, c := range []struct {
		name string
		args []string
		end  func(b *beside)
		want int
	}{
		{"Ctrl-C in silence", nil, func(b *beside) { b.cmd.Process.Signal(os.Interrupt) }, 0},
		{"SIGTERM", nil, func(b *beside) { b.cmd.Process.Signal(syscall.SIGTERM) }, 0},
		{"duration", []string{"--duration", "300ms"}, func(*beside) {}, 0},
		{"packets", []string{"-c", "12"}, nil, 0},
		{"connections", []string{"--for", "3"}, nil, 0},
	} {
		b := startLive(t, client, append([]string{"-i", "vc", "--view", "summary", "--format", "json"}, c.args...)...)
		began := time.Now()
		if c.end != nil {
			c.end(b)
		} else {
			for range 4 {
				if err := ask(client, to); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := b.status(); got != c.want {
			t.Errorf("%s: status %d: %s", c.name, got, b.said())
		}
		t.Logf("%s: ended after %v", c.name, time.Since(began).Round(time.Millisecond))
		var s struct {
			Packets     struct{ Total int }
			Connections struct{ Total int }
			Capture     struct{ Interrupted bool }
			Interfaces  []struct{ Dropped *int }
		}
		if err := json.Unmarshal(b.stdout.Bytes(), &s); err != nil {
			t.Fatalf("%s: %v: %s", c.name, err, b.stdout.String())
		}
		if s.Capture.Interrupted || len(s.Interfaces) != 1 || s.Interfaces[0].Dropped == nil || *s.Interfaces[0].Dropped != 0 {
			t.Errorf("%s: %+v", c.name, s)
		}
		if c.name == "packets" && s.Packets.Total != 12 || c.name == "connections" && s.Connections.Total < 3 {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

// TestLiveInterfaceDeleted: with traffic on it an interface goes away; what was
// seen is printed.
func TestLiveInterfaceDeleted(t *testing.T) {
	client, server := wired(t)
	to := serve(t, server, "10.9.0.2")
	b := startLive(t, client, "-i", "vc", "--view", "summary")
	for range 20 {
		if err := ask(client, to); err != nil {
			t.Fatal(err)
		}
	}
	var pending sync.WaitGroup
	pending.Go(func() { ask(client, to) }) // as far as it comes
	defer pending.Wait()
	if err := client.IP("link del vc"); err != nil {
		t.Fatal(err)
	}
	if got := b.status(); got != exitPartial {
		t.Errorf("status %d: %s", got, b.said())
	}
	if out := b.stdout.String(); !strings.Contains(out, "OPENED") || !strings.Contains(out, "CLOSED") {
		t.Errorf("%s", out)
	}
	if !strings.Contains(b.said(), "note: vc is gone\n") || !strings.Contains(b.said(), "no interface is left") {
		t.Errorf("%s", b.said())
	}
}

// TestLiveGivesUpPrivileges: while it captures no thread has a capability, and it
// goes on all the same, also when an interface comes back.
func TestLiveGivesUpPrivileges(t *testing.T) {
	client, server := wired(t)
	b := startLive(t, client, "-i", "vc,lo", "--view", "summary,connections", "-v")
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", b.cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		t.Fatal(tasks, err)
	}
	time.Sleep(20 * time.Millisecond) // the note comes last, a thread may just be born
	for _, path := range tasks {
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		for _, want := range []string{"CapEff:\t0000000000000000\n", "CapPrm:\t0000000000000000\n", "CapInh:\t0000000000000000\n", "NoNewPrivs:\t1\n"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: not %q: %s", path, want, text)
			}
		}
	}
	again := fmt.Sprintf("link del vc\nlink add name vc type veth peer name vs\nlink set vs netns %d\naddr add 10.9.0.1/24 dev vc\nlink set vc up", server.ID())
	if err := errors.Join(client.IP(again), server.IP("addr add 10.9.0.2/24 dev vs\nlink set vs up")); err != nil {
		t.Fatal(err)
	}
	to := serve(t, server, "10.9.0.2")
	for range 400 {
		if strings.Contains(b.said(), "captured again") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := ask(client, to); err != nil {
		t.Fatal(err)
	}
	if err := b.stop(); err != nil {
		t.Error(err)
	}
	if out := b.stdout.String(); !strings.Contains(out, "10.9.0.2:") || !strings.Contains(b.said(), "vc is back") {
		t.Errorf("%s\n%s", out, b.said())
	}
}

// TestLiveSpools: confined as it is, a report can still write its temporary file,
// and leaves none.
func TestLiveSpools(t *testing.T) {
	client, server := wired(t)
	folder := t.TempDir()
	cmd := program([]string{"live", "-i", "vs", "--view", "summary,packets", "--format", "json"}, "TMPDIR="+folder)
	b, err := startBeside(server, cmd, capturing)
	if err != nil {
		t.Fatal(err)
	}
	flood(t, client, "vc", 5000) // more than stays in memory
	b.settled()
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	var views struct {
		Packets []struct{ Packet int }
	}
	if err := json.Unmarshal(b.stdout.Bytes(), &views); err != nil || len(views.Packets) < 5000 {
		t.Errorf("%v, %d packets: %s", err, len(views.Packets), b.said())
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}

// TestLiveSaysDrops: what the program had no time to read at the end is not told as a
// want of room.
func TestLiveSaysDrops(t *testing.T) {
	for _, c := range []struct {
		dropped, abandoned uint64
		want               string
	}{
		{0, 0, ""},
		{9, 9, ""},
		{9, 0, "vs: there was no room for 9 packets (--ring-size)"},
		{9, 8, "vs: there was no room for 1 packet (--ring-size)"},
	} {
		var said strings.Builder
		r := liveRun{liveOptions: &liveOptions{}, stderr: &said}
		r.sayDrops(summary.Input{Interfaces: []summary.Interface{{Name: "vs", Dropped: c.dropped, Abandoned: c.abandoned}}})
		if got := said.String(); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestLiveUnprivileged: who may not capture learns what is missing and how to get
// it.
func TestLiveUnprivileged(t *testing.T) {
	needNobody(t)
	path := nobodysProgram(t, "tcpwatch it's")
	run := func(args ...string) (string, error) {
		out, err := asNobody(path, args...).CombinedOutput()
		return string(out), err
	}
	out, err := run("live", "-i", "lo", "-c", "1")
	var exit *exec.ExitError
	want := "tcpwatch: capturing needs the capability CAP_NET_RAW, which this process does not have\n" +
		"tcpwatch: to grant it to this program: sudo setcap cap_net_raw+ep " + quoted(path) + "\n"
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage || out != want {
		t.Errorf("%v:\n%swant\n%s", err, out, want)
	}
	if out, err := run("interfaces"); err != nil || !strings.Contains(out, "needs CAP_NET_RAW") {
		t.Errorf("%v: %s", err, out)
	}
	// The command does what it says.
	if lo, err := net.InterfaceByName("lo"); err != nil || lo.Flags&net.FlagUp == 0 {
		t.Log("lo is not up: the command is not tried")
	} else if setcap := exec.Command("sh", "-c", "setcap cap_net_raw+ep "+quoted(path)); setcap.Run() != nil {
		t.Log("without setcap, or on a file system without capabilities: the command is not tried")
	} else if out, err := run("live", "-i", "lo", "--duration", "200ms", "--format", "ndjson"); err != nil {
		t.Errorf("after setcap: %v: %s", err, out)
	}
}
