// Package scenario holds the experiments by which tests compare what tcpwatch says
// of captures with what happened: links with losses, copies and delays, settings of
// the hosts, and the programs that run on them. The captures in
// testdata/pcaps/kernel are theirs. Those for people are in lab/lesson.
//
// It promises no numbers of packets: the kernel decides how it sends. On other
// systems than Linux it is empty, as the lab is.
package scenario
