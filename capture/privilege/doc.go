// Package privilege takes away from the process what it does not need once its
// sockets are open: every capability, and access to the file system except for
// the directories that it writes to. What is parsed after that comes from
// untrusted sources.
//
// It promises to fail softly: what the kernel does not support is reported,
// never fatal. It acts on all threads of the process, so a test must call it in
// a process of its own.
package privilege
