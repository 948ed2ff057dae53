package warmup

import "math/bits"

// A Shape is a kind of ping; shapes are joined with |.
type Shape uint16

// The shapes. Where one has a value of true, that is the literal: "true", "false"
// and 1 are something else, as is a key in other letter case.
const (
	// EventBridgeRule is the scheduled event of an EventBridge rule: source
	// "aws.events" and detail-type "Scheduled Event"
	// (https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-eventbridge-scheduled-events.html).
	EventBridgeRule Shape = 1 << iota
	// EventBridgeScheduler is the scheduled event of EventBridge Scheduler: source
	// "aws.scheduler" with the same detail-type; detail may be an object or a string.
	EventBridgeScheduler
	// LambdaWarmer is what lambda-warmer (JavaScript and Python) takes:
	// {"warmer":true, …}, from a schedule or from another instance, or an array of
	// nothing but such objects. It is also the shape to give a schedule as its input,
	// with "concurrency" and "token", and the one that instances send to each other.
	LambdaWarmer
	// PluginWarmup is serverless-plugin-warmup's
	// {"source":"serverless-plugin-warmup", …}, or a string that holds that object, or
	// a client context with that source under "custom" beside whatever object.
	PluginWarmup
	// Thundra is Thundra's string "#warmup" or "#warmup wait=200".
	Thundra
	// Vapor is Laravel Vapor's {"vaporWarmer":true, …} and {"vaporWarmerPing":true}.
	Vapor
	// OpenNext is OpenNext's {"type":"warmer","warmerId":…, …}.
	OpenNext
	// EmptyObject is {}, the default payload of consoles and of some warmers. A
	// function that clients reach through a mapping template should not ask for it.
	EmptyObject
	// Null is null, as EmptyObject.
	Null

	// pluginContext is a PluginWarmup that was found in the client context.
	pluginContext
)

// DefaultShapes are those that the zero Config answers.
const DefaultShapes = EventBridgeRule | EventBridgeScheduler | LambdaWarmer | PluginWarmup

// AllShapes are all of them.
const AllShapes = DefaultShapes | Thundra | Vapor | OpenNext | EmptyObject | Null

// name is that of a single shape, as it is logged.
func (s Shape) name() string {
	names := [...]string{
		"eventbridge-rule", "eventbridge-scheduler", "lambda-warmer", "serverless-plugin-warmup",
		"thundra", "vapor", "opennext", "empty-object", "null", "serverless-plugin-warmup",
	}
	return names[bits.TrailingZeros16(uint16(s))]
}
