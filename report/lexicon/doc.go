// Package lexicon has the words that several texts share, each written once: the
// names of labels and flags, clauses, what the states mean, and what the question
// mark after an inferred one does; and the tones of outcomes, states and verdicts.
package lexicon
