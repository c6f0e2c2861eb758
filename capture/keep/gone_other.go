//go:build !unix

package keep

import "os"

// gone: a file that is open keeps its name.
func gone(*output) bool { return false }

// removeEmpty removes a file that took nothing.
func removeEmpty(o *output) {
	if info, err := os.Stat(o.name); err == nil && o.regular && info.Size() == 0 {
		os.Remove(o.name)
	}
}
