package warmup

import (
	"context"
	"log/slog"
)

// A Logger is what warmup needs of an [*slog.Logger]. That it is an interface keeps
// log/slog, 70 KB, out of functions that do not log.
type Logger interface {
	Log(ctx context.Context, level slog.Level, msg string, args ...any)
}

// An outcome is what became of a ping. It is logged as a group without a name, whose
// attributes handlers put into the line itself.
type outcome struct {
	*ping
	_                    incomparable
	instance             *Instance
	request              string // Lambda's id
	cold, dry            bool
	sent, primed         int
	fanoutErr, primerErr error
}

// LogValue implements slog.LogValuer. Only log/slog calls it, so it is not linked
// into functions that do not log either.
func (o *outcome) LogValue() slog.Value {
	action := "answered"
	switch {
	case o.dry:
		action = "dry-run"
	case o.total > 1 && !o.child:
		action = "fanned-out"
	}
	attrs := []slog.Attr{
		slog.String("action", action),
		slog.String("kind", o.shape.name()),
		slog.String("correlation_id", o.correlation),
		slog.String("request_id", o.request),
		slog.Int("n", o.n),
		slog.Int("total", o.total),
		slog.Bool("cold", o.cold),
		slog.String("init_type", o.instance.InitType()),
		slog.String("instance_id", o.instance.ID()),
	}
	if idle, ok := o.instance.Idle(); ok {
		attrs = append(attrs, slog.Float64("idle_seconds", idle.Seconds()))
	}
	if action == "fanned-out" {
		attrs = append(attrs, slog.Int("sent", o.sent))
	}
	for _, n := range []struct {
		key string
		n   int
	}{{"primed", o.primed}, {"elsewhere", o.elsewhere}, {"asked", o.asked()}} {
		if n.n > 0 {
			attrs = append(attrs, slog.Int(n.key, n.n))
		}
	}
	if o.fanoutErr != nil {
		attrs = append(attrs, slog.String("fanout_error", o.fanoutErr.Error()))
	}
	if o.primerErr != nil {
		attrs = append(attrs, slog.String("primer_error", o.primerErr.Error()))
	}
	return slog.GroupValue(attrs...)
}

// asked is the number of instances that a root asked for and does not get.
func (o *outcome) asked() int {
	if o.child || o.count <= o.total {
		return 0
	}
	return o.count
}
