package prose

import (
	"math"
	"testing"
)

// TestColorsOnBothGrounds: each colour stands out from black and from white, by the
// contrast of WCAG 2 §1.4.3 and the colours that xterm has by itself.
func TestColorsOnBothGrounds(t *testing.T) {
	xterm := map[string][3]float64{
		"\x1b[31m": {205, 0, 0}, "\x1b[32m": {0, 205, 0}, "\x1b[33m": {205, 205, 0},
		"\x1b[34m": {0, 0, 238}, "\x1b[35m": {205, 0, 205}, "\x1b[36m": {0, 205, 205},
	}
	luminance := func(rgb [3]float64) (sum float64) {
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			c := rgb[i] / 255
			if c <= 0.03928 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	for tone, escape := range escapes {
		rgb, isColor := xterm[escape]
		if !isColor {
			continue // bold, faint or nothing
		}
		l := luminance(rgb)
		if onBlack, onWhite := (l+0.05)/0.05, 1.05/(l+0.05); onBlack < 2.1 || onWhite < 2.1 {
			t.Errorf("tone %d: contrast %.1f on black, %.1f on white", tone, onBlack, onWhite)
		}
	}
}
