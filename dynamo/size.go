package dynamo

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxItemBytes is what an item may weigh ("Quotas in Amazon DynamoDB").
const maxItemBytes = 400 << 10

// checkSize refuses an item that is too large for a table.
func checkSize(m item) error {
	if n := itemSize(m); n > maxItemBytes {
		return errorf("the item has %d bytes with its attribute names, DynamoDB takes %d", n, maxItemBytes)
	}
	return nil
}

// itemSize is the weight of an item as DynamoDB counts it ("DynamoDB item sizes
// and formats"): UTF-8 bytes of names and text, a byte for two digits of a
// number, three bytes for a list or map and one for each of its elements. The
// formula for numbers is approximate there; here it errs on the small side, so
// that nothing is refused that DynamoDB would take.
func itemSize(m item) int {
	n := 0
	for name, av := range m {
		n += len(name) + valueSize(av)
	}
	return n
}

func valueSize(av types.AttributeValue) int {
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return numberSize(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberSS:
		return sum(v.Value, func(s string) int { return len(s) })
	case *types.AttributeValueMemberNS:
		return sum(v.Value, numberSize)
	case *types.AttributeValueMemberBS:
		return sum(v.Value, func(b []byte) int { return len(b) })
	case *types.AttributeValueMemberL:
		return 3 + len(v.Value) + sum(v.Value, valueSize)
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + itemSize(v.Value)
	}
	return 1
}

func sum[E any](list []E, size func(E) int) int {
	n := 0
	for _, e := range list {
		n += size(e)
	}
	return n
}

// numberSize is a byte, and one for two significant digits.
func numberSize(n string) int {
	digits, _, _ := strings.Cut(strings.ToUpper(n), "E")
	digits = strings.Trim(strings.Replace(strings.TrimLeft(digits, "+-"), ".", "", 1), "0")
	return 1 + (len(digits)+1)/2
}

// wireSize is what an item takes in a request, at most: JSON with the names of
// the types, text escaped, binary in base64.
func wireSize(m item) int {
	n := 2
	for name, av := range m {
		n += textSize(name) + 2 + wireValueSize(av)
	}
	return n
}

// wireValueSize counts {"BOOL":…} as the frame of every value.
func wireValueSize(av types.AttributeValue) int {
	const frame = len(`{"BOOL":false}`)
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return frame + textSize(v.Value)
	case *types.AttributeValueMemberN:
		return frame + len(v.Value)
	case *types.AttributeValueMemberB:
		return frame + base64.StdEncoding.EncodedLen(len(v.Value))
	case *types.AttributeValueMemberSS:
		return frame + sum(v.Value, textSize)
	case *types.AttributeValueMemberNS:
		return frame + sum(v.Value, func(n string) int { return len(n) + 3 })
	case *types.AttributeValueMemberBS:
		return frame + sum(v.Value, func(b []byte) int { return base64.StdEncoding.EncodedLen(len(b)) + 3 })
	case *types.AttributeValueMemberL:
		return frame + sum(v.Value, func(e types.AttributeValue) int { return wireValueSize(e) + 1 })
	case *types.AttributeValueMemberM:
		return frame + wireSize(v.Value)
	}
	return frame
}

// textSize is the length of s as a JSON string, with a comma. Control characters
// and the line separators U+2028 and U+2029 become \u and four digits.
func textSize(s string) int {
	n := len(s) + 3
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ':
			n += 5
		case c == '"', c == '\\':
			n++
		}
	}
	return n + 3*(strings.Count(s, "\u2028")+strings.Count(s, "\u2029"))
}
