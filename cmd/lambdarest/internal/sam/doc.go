// Package sam reads AWS SAM templates and OpenAPI definitions as far as it takes to run what they describe: functions,
// their APIs and events, and DynamoDB tables. It deploys nothing and asks nobody: what a template refers to outside of
// itself is an error.
//
// A template is read in three steps. files.go parses YAML (and JSON, which is YAML) and remembers where each node
// stands. resolve.go evaluates intrinsic functions, subtree by subtree, when they are needed. The other files read
// resources from the result. Every problem is an [Error] with file, line and what was expected; they are collected, so
// that one run shows all.
package sam
