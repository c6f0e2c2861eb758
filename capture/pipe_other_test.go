//go:build !unix

package capture

import "errors"

func makePipe(string) error { return errors.New("needs named pipes") }
