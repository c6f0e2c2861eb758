package record

// Heuristics.
const (
	// tapNear: the tap is near the end to which no more than a tenth of the
	// round trip lies.
	tapNear = 10
	// tapLeast is the round trip below which the times are those of the hosts
	// rather than of the path, in nanoseconds.
	tapLeast = int64(500e3)
)

// TapAt returns where the tap is, given the round trips from it to the server and
// to the client in nanoseconds, -1 if unknown: "client", "server" or "between"; ""
// if they do not show it.
func TapAt(server, client int64) string {
	trip := server + client
	switch {
	case server < 0 || client < 0 || trip < tapLeast:
		return ""
	case client <= trip/tapNear:
		return "client"
	case server <= trip/tapNear:
		return "server"
	}
	return "between"
}
