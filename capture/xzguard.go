package capture

import "io"

// newXZGuard stands in for the check of dictionary sizes.
func newXZGuard(src io.Reader) io.Reader { return src }
