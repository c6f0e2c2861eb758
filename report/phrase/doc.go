// Package phrase says in words what the record of a connection shows: phrases that more
// than one text has, as the story of a connection and the list of those that deserve a
// look. They begin in lower case and have no full stop; one that only continues a sentence
// begins with its blank or comma. What must not be broken over two lines is held together by
// prose.NBSP; text from the capture is escaped. The result is "" where there is nothing to
// say. Times are in nanoseconds.
package phrase
