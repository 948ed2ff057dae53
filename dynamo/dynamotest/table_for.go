package dynamotest

import (
	"github.com/lambdarest/lambdarest/dynamo"
)

// TableFor declares the table that items of type T live in, with the key that
// T's tags give it, as dynamo.New reads them. It panics where they are wrong,
// as dynamo.New would return an error: that is a mistake in the program.
func TableFor[T any](name string) Table {
	in, err := dynamo.CreateTableInput[T](name)
	if err != nil {
		panic("dynamotest: " + err.Error())
	}
	t := Table{Name: name}
	for i, k := range in.KeySchema {
		for _, a := range in.AttributeDefinitions {
			if *a.AttributeName != *k.AttributeName {
				continue
			}
			attr := Attr{Name: *a.AttributeName, Type: string(a.AttributeType)}
			if i == 0 {
				t.Partition = attr
			} else {
				t.Sort = attr
			}
		}
	}
	return t
}
