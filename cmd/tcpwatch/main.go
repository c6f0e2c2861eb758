// Command tcpwatch tells the story of every TCP connection in a capture.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
