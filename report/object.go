package report

// jsonRow is the object of a row, with the members that have parts.
type jsonRow struct{ objectRow }

// jsonText is any other object, with the members that have parts.
type jsonText struct{ plainObject }
