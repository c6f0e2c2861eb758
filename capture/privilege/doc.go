// Package privilege takes from the process what it does not need once its
// sockets are open: every capability, and the file system but for the folders
// that it writes to. What is parsed after that comes from strangers.
//
// It promises to fail softly: what the kernel does not have is reported, never
// fatal. It acts on all threads of the process, so that a test must call it in a
// process of its own.
package privilege
