package dynamotest

import "strings"

// An expressionText is one expression member of a request.
type expressionText struct {
	member string // "FilterExpression"
	text   *string
}

// bindPlaceholders checks that the maps of placeholders are there only if an
// expression is, and then the maps themselves. A projection takes no values.
func bindPlaceholders(names map[string]string, values item, expressions ...expressionText) (*placeholders, *fault) {
	used, usedByValues := false, false
	var takers []string
	for _, e := range expressions {
		used = used || e.text != nil
		if e.member != "ProjectionExpression" {
			takers = append(takers, e.member)
			usedByValues = usedByValues || e.text != nil
		}
	}
	if names != nil && !used {
		return nil, validation("ExpressionAttributeNames can only be specified when using expressions")
	}
	if values != nil && !usedByValues {
		verb := "is"
		if len(takers) > 1 {
			verb = "are"
		}
		return nil, validation("ExpressionAttributeValues can only be specified when using expressions: %s %s null",
			strings.Join(takers, " and "), verb)
	}
	return newPlaceholders(names, values)
}

// optionalProjection parses a ProjectionExpression if there is one.
func optionalProjection(text *string, holders *placeholders) (*projection, *fault) {
	if text == nil {
		return nil, nil
	}
	paths, f := parseProjection(*text, holders)
	if f != nil {
		return nil, f
	}
	return project(paths), nil
}
