package main

import (
	"fmt"
	"math"
	"strings"
)

// line is what one program needed, by the size of what it read.
type line struct {
	name   string
	points []point
}

type point struct {
	x       float64
	seconds float64
	octets  float64
}

// Sizes of a plot in pixels: two panels side by side.
const (
	plotWidth, plotHeight = 860, 330
	panelWidth            = 330
	panelHeight           = 210
	panelTop              = 48
)

// plotStyle has colours that can be told from each other on white and on black,
// and lets text and ground follow the reader's choice.
const plotStyle = `<style>
text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.ground{fill:#fff}.grid{stroke:#ccc;stroke-width:.5}.frame{fill:none;stroke:#888}
.l0{stroke:#1f77b4;fill:#1f77b4}.l1{stroke:#e07b20;fill:#e07b20}.l2{stroke:#8c8c8c;fill:#8c8c8c}path{fill:none!important;stroke-width:2}
@media (prefers-color-scheme:dark){text{fill:#ddd}.ground{fill:#111}.grid{stroke:#444}}
</style>
`

// plot draws CPU time and memory against x, on logarithmic axes, as SVG.
func plot(title, xName string, lines []line) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight, title)
	b.WriteString(plotStyle)
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<text class="title" x="20" y="20">%s</text>`+"\n", title)
	panel(&b, 70, "CPU time", xName, lines, func(p point) float64 { return p.seconds }, seconds)
	panel(&b, 490, "memory", xName, lines, func(p point) float64 { return p.octets }, megabytes)
	for i, l := range lines {
		x := 20 + 190*i
		fmt.Fprintf(&b, `<path class="l%d" d="M%d %dh24"/><text x="%d" y="%d">%s</text>`+"\n", i, x, plotHeight-14, x+30, plotHeight-10, l.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// axis maps values to pixels by their logarithm, from whole powers of ten.
type axis struct {
	low, high float64 // logarithms
	from, to  float64 // pixels
}

func newAxis(values []float64, from, to float64) axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, math.Log10(v)), max(high, math.Log10(v))
	}
	a := axis{math.Floor(low + 1e-9), math.Ceil(high - 1e-9), from, to}
	if a.high <= a.low {
		a.high = a.low + 1
	}
	return a
}

func (a axis) at(v float64) float64 {
	return a.from + (math.Log10(v)-a.low)/(a.high-a.low)*(a.to-a.from)
}

// panel draws one of the two at x.
func panel(b *strings.Builder, left float64, name, xName string, lines []line, of func(point) float64, label func(float64) string) {
	var xs, ys []float64
	for _, l := range lines {
		for _, p := range l.points {
			if of(p) > 0 {
				xs, ys = append(xs, p.x), append(ys, of(p))
			}
		}
	}
	if len(xs) == 0 {
		return
	}
	const bottom = panelTop + panelHeight
	x, y := newAxis(xs, left, left+panelWidth), newAxis(ys, bottom, panelTop)
	fmt.Fprintf(b, `<text x="%.0f" y="%d">%s</text>`+"\n", left, panelTop-8, name)
	for e := x.low; e <= x.high; e++ {
		at := x.at(math.Pow(10, e))
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			at, at, panelTop, bottom, at, bottom+18, power(int(e)))
	}
	for e := y.low; e <= y.high; e++ {
		at := y.at(math.Pow(10, e))
		fmt.Fprintf(b, `<line class="grid" x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f"/><text x="%.0f" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left, left+panelWidth, at, at, left-6, at+4, label(math.Pow(10, e)))
	}
	fmt.Fprintf(b, `<rect class="frame" x="%.0f" y="%d" width="%d" height="%d"/>`+"\n", left, panelTop, panelWidth, panelHeight)
	fmt.Fprintf(b, `<text x="%.0f" y="%d" text-anchor="middle">%s</text>`+"\n", left+panelWidth/2, bottom+36, xName)
	for i, l := range lines {
		var path strings.Builder
		for _, p := range l.points {
			if v := of(p); v > 0 {
				fmt.Fprintf(&path, "L%.1f %.1f", x.at(p.x), y.at(v))
				fmt.Fprintf(b, `<circle class="l%d" cx="%.1f" cy="%.1f" r="3"/>`, i, x.at(p.x), y.at(v))
			}
		}
		if path.Len() > 0 {
			fmt.Fprintf(b, `<path class="l%d" d="M%s"/>`+"\n", i, path.String()[1:])
		}
	}
}

// power writes 10 to the power of e.
func power(e int) string {
	raised := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
	return "10" + raised.Replace(fmt.Sprint(e))
}

// seconds writes a time in the unit that suits it.
func seconds(s float64) string {
	switch {
	case s < 0.9995e-3:
		return fmt.Sprintf("%.3g µs", s*1e6)
	case s < 0.9995:
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g s", s)
}

func megabytes(octets float64) string {
	if octets < 0.9995e9 {
		return fmt.Sprintf("%.3g MB", octets/1e6)
	}
	return fmt.Sprintf("%.3g GB", octets/1e9)
}
