package report

import "tcpwatch/report/object"

// jsonRow is the object of a row, with the members that have parts.
type jsonRow struct{ object.Row }
