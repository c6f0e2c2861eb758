// Command tcpwatch tells the story of every TCP connection in a capture: how it
// opened, what happened to its segments, how it closed and who is left in
// TIME-WAIT.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
