package dynamotest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// constraints collects the violations of a request's declared shape. DynamoDB
// checks these before all else and reports up to ten of them at once.
type constraints struct{ violations []string }

// fault is the collected violations as one ValidationException.
func (c *constraints) fault() *fault {
	n := len(c.violations)
	switch n {
	case 0:
		return nil
	case 1:
		return validation("1 validation error detected: %s", c.violations[0])
	}
	n = min(n, 10)
	return validation("%d validation errors detected: %s", n, strings.Join(c.violations[:n], "; "))
}

func (c *constraints) violate(value, member, constraint string) {
	if value != "null" {
		value = "'" + value + "'"
	}
	c.violations = append(c.violations, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, member, constraint))
}

// present is for a member that must be there.
func (c *constraints) present(member string, there bool) {
	if !there {
		c.violate("null", member, "Member must not be null")
	}
}

// tableName is for the name of a table or index that must be there. The
// operations on items take names from 1 character on, and ARNs of tables.
func (c *constraints) tableName(member string, name *string, least int) {
	if c.present(member, name != nil); name == nil || least == 1 && tableOfARN(name) != "" {
		return
	}
	if *name != "" && !isNameText(*name) {
		c.violate(*name, member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	c.length(member, *name, least, 255)
}

// length is for the length of a text.
func (c *constraints) length(member, text string, least, most int) {
	if len(text) < least {
		c.violate(text, member, "Member must have length greater than or equal to "+strconv.Itoa(least))
	}
	if len(text) > most {
		c.violate(text, member, "Member must have length less than or equal to "+strconv.Itoa(most))
	}
}

// indexName is for the name of an index, or another one that need not be there.
func (c *constraints) indexName(member string, name *string) {
	if name != nil {
		c.tableName(member, name, 3)
	}
}

// tables is for the names of tables that are the keys of a map.
func (c *constraints) tables(member string, names []string) {
	for _, name := range names {
		if !tableName.MatchString(name) {
			c.violate(name, member, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "+
				"Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]")
		}
	}
}

func isNameText(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r > 'z' || !isLetter(byte(r)) && !isDigit(byte(r)) && !strings.ContainsRune("_.-", r)
	}) < 0
}

// enum is for a member with a fixed set of values; empty means absent.
func (c *constraints) enum(member, value string, set ...string) {
	if value != "" && !slices.Contains(set, value) {
		c.violate(strings.TrimPrefix(value, emptyEnum), member, "Member must satisfy enum value set: ["+strings.Join(set, ", ")+"]")
	}
}

func (c *constraints) atLeast(member string, value *int32, least int) {
	if value != nil && int(*value) < least {
		c.violate(strconv.Itoa(int(*value)), member, "Member must have value greater than or equal to "+strconv.Itoa(least))
	}
}

func (c *constraints) atMost(member string, value *int32, most int) {
	if value != nil && int(*value) > most {
		c.violate(strconv.Itoa(int(*value)), member, "Member must have value less than or equal to "+strconv.Itoa(most))
	}
}

// count is for the length of a list or map that must not be empty.
func (c *constraints) count(member, shown string, n, most int) {
	if n < 1 {
		c.violate(shown, member, "Member must have length greater than or equal to 1")
	}
	if n > most {
		c.violate(shown, member, "Member must have length less than or equal to "+strconv.Itoa(most))
	}
}

// unseen is for the length of a list that the message does not show.
func (c *constraints) unseen(member string, n, most int) {
	bound := ""
	switch {
	case n < 1:
		bound = "greater than or equal to 1"
	case n > most:
		bound = "less than or equal to " + strconv.Itoa(most)
	default:
		return
	}
	c.violations = append(c.violations, fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must have length %s", member, bound))
}

// objects shows a list of objects as DynamoDB's messages do in the regions where
// they do not expand it: by type and identity. So no item is ever printed.
func objects(kind string, n int) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("com.amazonaws.dynamodb.v20120810.%s@%08x", kind, 0x483470e1+i*0x3c1)
	}
	return bracketed(texts)
}

func (c *constraints) consumed(value string) {
	c.enum("returnConsumedCapacity", value, "INDEXES", "TOTAL", "NONE")
}

func (c *constraints) metrics(value string) {
	c.enum("returnItemCollectionMetrics", value, "SIZE", "NONE")
}

func (c *constraints) returnValues(value string) {
	c.enum("returnValues", value, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
}

func (c *constraints) returnOnFailure(value string) {
	c.enum("returnValuesOnConditionCheckFailure", value, "ALL_OLD", "NONE")
}
