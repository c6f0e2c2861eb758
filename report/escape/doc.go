// Package escape makes text harmless and plain. What comes from a capture or a
// file name reaches no output but through it: what a terminal would obey, or a
// reader would not see, becomes visible escapes.
//
// Functions that append allocate nothing else.
package escape
