// Package prose writes text for people as a terminal can show it: in a Style, with
// tones, and broken between words so that no line is wider than requested. Colour
// is never the only carrier of a meaning: a Tone emphasises what the words say.
//
// A number and its unit are joined by NBSP until lines have been broken; Unglue
// then makes it a space. What comes from outside must have been through package
// escape.
package prose
