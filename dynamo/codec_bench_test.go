package dynamo

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type benchItem struct {
	ID      int               `dynamodbav:"id"`
	Name    string            `dynamodbav:"name"`
	Email   string            `dynamodbav:"email"`
	Created time.Time         `dynamodbav:"created,unixtime"`
	Balance float64           `dynamodbav:"balance"`
	Tags    []string          `dynamodbav:"tags,omitempty"`
	Address map[string]string `dynamodbav:"address,omitempty"`
}

func benchValue() benchItem {
	return benchItem{7, "Kim Minseo", "kim.minseo@example.com", time.Unix(1_700_000_000, 0), 12.5,
		[]string{"newsletter", "beta tester"}, map[string]string{"city": "Seoul", "country": "KR"}}
}

// BenchmarkEncode makes attribute values of an item, beside attributevalue.
func BenchmarkEncode(b *testing.B) {
	v := benchValue()
	p, err := planOf(reflect.TypeFor[benchItem](), 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("plan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.encodeAV(reflect.ValueOf(&v).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("attributevalue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := attributevalue.Marshal(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDecode decodes an item from attribute values, beside attributevalue.
func BenchmarkDecode(b *testing.B) {
	v := benchValue()
	av, err := attributevalue.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	p, err := planOf(reflect.TypeFor[benchItem](), 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("plan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var got benchItem
			if err := p.decodeAV(av, reflect.ValueOf(&got).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("attributevalue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var got benchItem
			if err := attributevalue.UnmarshalMap(av.(*types.AttributeValueMemberM).Value, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}
