package dynamotest

// read reads an item, such as the Item or Key of a request. As it replaces what it
// holds, the last of repeated members counts.
func (it *item) read(c *cursor) {
	switch c.peek() {
	case 'n': // null counts as absent
		c.raw()
		*it = nil
	case '{':
		*it = c.entries(0)
	default:
		c.fail(msgNotMap)
	}
}

// attributeNames are the ExpressionAttributeNames of a request.
type attributeNames map[string]string

// read reads the names; as with items, the last of repeated members counts.
func (n *attributeNames) read(c *cursor) {
	switch c.peek() {
	case 'n':
		c.raw()
		*n = nil
	case '{':
		*n = attributeNames{}
		for c.open(); c.more(); {
			key := c.string()
			if c.peek() == 'n' {
				c.raw()
				(*n)[key] = ""
				continue
			}
			(*n)[key] = c.textOf()
		}
	default:
		c.fail(msgNotMap)
	}
}
