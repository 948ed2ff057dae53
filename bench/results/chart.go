package main

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A chart is horizontal bars of medians, a bar for each contender, ours in colour.
type chart struct {
	area, file, title, unit string
	scale                   float64
	bars                    []chartBar
}

type chartBar struct{ label, figure, unit string }

func (c chartBar) ours() bool { return strings.HasPrefix(c.label, "lambdarest") }

var charts = []chart{
	{"router", "router", "A raw REST event of 3 KB to a text answer, 48 routes: less is better", "µs", 1e-3, []chartBar{
		{"lambdarest", "Text/lambdarest", "ns/op"}, {"lambdarest, through Proxy", "Text/lambdarest-Proxy", "ns/op"},
		{"aws-lambda-go, no router", "Text/no-router", "ns/op"}, {"api-proxy with ServeMux", "Text/api-proxy-servemux", "ns/op"}, {"api-proxy with chi", "Text/api-proxy-chi", "ns/op"}}},
	{"router", "dispatch", "All 203 routes of GitHub's API found once: less is better", "µs", 1e-3, []chartBar{
		{"lambdarest", "Dispatch/github_api/lambdarest", "ns/op"}, {"httprouter", "Dispatch/github_api/httprouter", "ns/op"}, {"chi", "Dispatch/github_api/chi", "ns/op"}}},
	{"dynamo", "scan", "A Scan of 1 MB, 2,936 items, from the body to structs: less is better", "ms", 1e-6, []chartBar{
		{"lambdarest", "Scan/lambdarest", "ns/op"}, {"SDK and attributevalue", "Scan/sdk", "ns/op"}, {"guregu/dynamo", "Scan/guregu", "ns/op"}}},
	{"dynamo", "scan-memory", "The same, bytes allocated: less is better", "MB", 1e-6, []chartBar{
		{"lambdarest", "Scan/lambdarest", "B/op"}, {"SDK and attributevalue", "Scan/sdk", "B/op"}, {"guregu/dynamo", "Scan/guregu", "B/op"}}},
	{"dynamotest", "engine", "GetItem, four clients: more is better", "thousand a second", 1e-3, []chartBar{
		{"lambdarest, without a socket", "Engine/GetItem/without-a-socket", "ops/s"}, {"lambdarest, HTTP", "Engine/GetItem/HTTP-door", "ops/s"},
		{"DynamoDB Local, HTTP", "Engine/GetItem/DynamoDB-Local", "ops/s"}, {"DynamoDB Local, SDK's client", "Engine/GetItem/DynamoDB-Local,-SDK's-client", "ops/s"}}},
	{"mapping", "mapping", "The console's passthrough template, a request of 1 KB: less is better", "µs", 1e-3, []chartBar{
		{"lambdarest", "VelocityJS/vtl", "ns/op"}, {"velocityjs", "VelocityJS/velocityjs", "ns/op"}}},
	{"warmup", "coldstart", "From exec to the first request for an invocation: less is better", "ms", 1, []chartBar{
		{"aws-lambda-go, hello world", "ColdStart/hello-world-of-aws-lambda-go", "init-ms"}, {"lambdarest: router, mapping, warmup", "ColdStart/router", "init-ms"},
		{"api-proxy with chi", "ColdStart/aws-lambda-go-api-proxy-with-chi", "init-ms"},
		{"lambdarest: dynamo", "ColdStart/dynamo,-one-Get", "init-ms"}, {"SDK and attributevalue", "ColdStart/the-SDK-and-attributevalue,-one-GetItem", "init-ms"}}},
	{"gateway", "gateway", "Requests a second, eight clients: more is better", "requests/s", 1, []chartBar{
		{"lambdarest, in process", load("gateway,-in-process", 8), "requests/s"}, {"lambdarest, a bootstrap", load("gateway,-bootstrap", 8), "requests/s"},
		{"no gateway, a bootstrap", load("floor,-bootstrap", 8), "requests/s"},
		{"lambdarest, 8 a bootstrap", load("gateway,-8-a-bootstrap", 8), "requests/s"},
		{"serverless-offline", load(offline, 8), "requests/s"}}},
}

// drawn reports whether there is a figure for every bar of a chart.
func (r *report) drawn(c chart) bool {
	return !slices.ContainsFunc(c.bars, func(b chartBar) bool {
		_, err := r.all.of(b.figure, b.unit)
		return err != nil
	})
}

func (r *report) drawCharts(dir string) error {
	for _, c := range charts {
		if !r.drawn(c) {
			continue
		}
		if err := r.draw(c, filepath.Join(dir, c.file+".svg")); err != nil {
			return fmt.Errorf("chart %s: %w", c.file, err)
		}
	}
	return nil
}

var (
	ink       = color.RGBA{0x24, 0x29, 0x2f, 0xff}
	ourselves = color.RGBA{0x0b, 0x6e, 0x99, 0xff}
	peer      = color.RGBA{0xb6, 0xbe, 0xc7, 0xff}
	sans      = font.Font{Typeface: "Liberation", Variant: "Sans"}
)

// draw writes a chart: the first bar on top, its value at its end, no axis that says it again.
func (r *report) draw(c chart, file string) error {
	p := plot.New()
	p.BackgroundColor = nil
	p.Title.Text = c.title
	p.Title.TextStyle = style(13, ink)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = text.XCenter, text.YTop
	p.Title.Padding = vg.Points(8)
	p.HideX()
	labels := make([]string, len(c.bars))
	most := 0.0
	for i, b := range c.bars {
		values, _ := r.all.of(b.figure, b.unit) // drawn has looked
		v := summarize(values).median * c.scale
		at := float64(len(c.bars) - 1 - i)
		labels[len(c.bars)-1-i] = b.label
		most = max(most, v)
		if err := addBar(p, b, at, v, number(v)+" "+c.unit); err != nil {
			return err
		}
	}
	p.NominalY(labels...)
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width, p.Y.Tick.Length = 0, 0, 0
	p.Y.Tick.Label = style(11, ink)
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	p.Y.Padding = vg.Points(6)
	p.X.Min, p.X.Max = 0, most*1.25 // room for the values
	p.Y.Min, p.Y.Max = -0.6, float64(len(c.bars))-0.4
	return save(p, vg.Points(640), vg.Points(62+28*float64(len(c.bars))), file)
}

// save writes a plot with a margin, on white, in a font that machines without the font of the plot
// have something like.
func save(p *plot.Plot, width, height vg.Length, file string) error {
	const margin = 12
	svg := vgsvg.New(width, height)
	canvas := draw.New(svg)
	canvas.SetColor(color.White)
	canvas.Fill(canvas.Rectangle.Path())
	p.Draw(draw.Crop(canvas, margin, -margin, margin, -margin))
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		return err
	}
	named := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif"))
	return os.WriteFile(file, named, 0o644)
}

func addBar(p *plot.Plot, b chartBar, at, v float64, label string) error {
	drawn, err := plotter.NewBarChart(plotter.Values{v}, vg.Points(18))
	if err != nil {
		return err
	}
	drawn.Horizontal, drawn.XMin, drawn.LineStyle.Width, drawn.Color = true, at, 0, peer
	if b.ours() {
		drawn.Color = ourselves
	}
	values, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: v, Y: at}}, Labels: []string{label}})
	if err != nil {
		return err
	}
	values.TextStyle[0] = style(11, ink)
	values.TextStyle[0].YAlign = text.YCenter
	values.Offset = vg.Point{X: vg.Points(5), Y: vg.Points(1.5)} // where the middle of the bar is
	p.Add(drawn, values)
	return nil
}

func style(size float64, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.From(sans, vg.Points(size)), Handler: plot.DefaultTextHandler}
}
