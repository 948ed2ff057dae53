package dynamotest

import "strings"

// An expressionText is one expression member of a request.
type expressionText struct {
	member string // "FilterExpression"
	text   *string
}

// checkPlaceholders checks that the maps of placeholders are there only if an
// expression is. A projection takes no values. What is in them comes after the
// values of the request: see [newPlaceholders].
func checkPlaceholders(names map[string]string, values item, expressions ...expressionText) *fault {
	if names == nil && values == nil {
		return nil
	}
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
		return validation("ExpressionAttributeNames can only be specified when using expressions")
	}
	if values != nil && !usedByValues {
		verb := "is"
		if len(takers) > 1 {
			verb = "are"
		}
		return validation("ExpressionAttributeValues can only be specified when using expressions: %s %s null",
			strings.Join(takers, " and "), verb)
	}
	return nil
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
