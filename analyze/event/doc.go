// Package event tells what happens to connections as it happens: one Event for
// each Moment of the analysis that is worth a line. Each kind is one
// declaration (Spec): its name, what it means, the sentence, the fields, the
// clauses and examples; tables, documents and explanations follow from it.
//
// Events agree with the records that come later. The last event about the
// opening of a connection that was not taken back is the outcome of its opening,
// and so with its close; every retransmission of a record is counted in a resent
// or told by a retry. What a later packet shows to have been wrong is taken back
// by an event of its own. One exception: who refused a connection is judged by
// what had been captured until then, and a record may know better.
//
// An Event holds nothing from a capture but numbers and addresses.
package event
