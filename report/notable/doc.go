// Package notable picks the connections of a capture that deserve a look: those that did not
// work first, then those that ended badly, then those that were slow, then those of which
// something was not captured. Which these are is heuristic; what is said of them is not.
// It remembers a bounded number of them, whatever the capture.
package notable
