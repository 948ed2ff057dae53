package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

type User struct {
	ID    int    `json:"id"    dynamodbav:"id"   dynamo:"partition"`
	Name  string `json:"name"  dynamodbav:"name"`
	Email string `json:"email" dynamodbav:"email"`
}

// newUsers gives a repository on a table in this process. A deployed program
// gives dynamodb.NewFromConfig(cfg) in place of the engine.
func newUsers() *dynamo.Repository[User] {
	users, err := dynamo.New[User](dynamotest.New(dynamotest.TableFor[User]("ausg")), "ausg")
	if err != nil {
		panic(err)
	}
	return users
}

func ExampleNew() {
	db := dynamotest.New(dynamotest.TableFor[User]("ausg")) // or dynamodb.NewFromConfig(cfg)
	users, err := dynamo.New[User](db, "ausg")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	fmt.Println(users.Put(ctx, User{ID: 1, Name: "Kim"}))
	fmt.Println(users.Get(ctx, dynamo.KeyOf(1)))

	type Wrong struct {
		ID bool `dynamo:"partition"`
	}
	_, err = dynamo.New[Wrong](db, "ausg")
	fmt.Println(err)
	// Output:
	// <nil>
	// {1 Kim } <nil>
	// dynamo: new: type dynamo_test.Wrong: field ID: type bool cannot be a key: it is stored as none of S, N and B
}

func ExampleCreateTableInput() {
	in, err := dynamo.CreateTableInput[User]("ausg")
	if err != nil {
		fmt.Println(err)
		return
	}
	key := in.AttributeDefinitions[0]
	fmt.Println(*in.TableName, *key.AttributeName, key.AttributeType, in.BillingMode)
	// Output: ausg id N PAY_PER_REQUEST
}

func ExampleRepository_Put() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"}, dynamo.IfNotExists())
	err := users.Put(ctx, User{ID: 1, Name: "Lee"}, dynamo.IfNotExists())
	fmt.Println(err, errors.Is(err, dynamo.ErrConditionFailed))
	var failed *dynamo.ConditionError[User]
	if errors.As(err, &failed) {
		fmt.Println("in the way:", failed.Old.Name)
	}
	// Output:
	// dynamo: put ausg: condition failed true
	// in the way: Kim
}

func ExampleRepository_Get() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim", Email: "kim@example.com"})
	fmt.Println(users.Get(ctx, dynamo.KeyOf(1), dynamo.Consistent(), dynamo.Project("name")))
	_, err := users.Get(ctx, dynamo.KeyOf(2))
	fmt.Println(err, errors.Is(err, dynamo.ErrNotFound))
	_, err = users.Get(ctx, dynamo.KeyOf("1"))
	fmt.Println(err)
	// Output:
	// {1 Kim } <nil>
	// dynamo: get ausg: item not found true
	// dynamo: get ausg: key attribute "id" (field ID): want a value for int (N), got string
}

func ExampleRepository_Delete() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"})
	isLee := dynamo.If(expression.Name("name").Equal(expression.Value("Lee")))
	fmt.Println(users.Delete(ctx, dynamo.KeyOf(1), isLee))
	fmt.Println(users.Delete(ctx, dynamo.KeyOf(1)))
	// Output:
	// dynamo: delete ausg: condition failed
	// <nil>
}

func ExampleRepository_Scan() {
	users, ctx := newUsers(), context.Background()
	for id := range 5 {
		_ = users.Put(ctx, User{ID: id, Name: "user"})
	}
	var ids []int
	for user, err := range users.Scan(ctx, dynamo.Filter(expression.Name("id").GreaterThan(expression.Value(1)))) {
		if err != nil {
			fmt.Println(err) // the last thing that comes
			return
		}
		ids = append(ids, user.ID)
	}
	slices.Sort(ids) // a scan has no order
	fmt.Println(ids)
	// Output: [2 3 4]
}

func ExampleRepository_All() {
	users, ctx := newUsers(), context.Background()
	all, err := users.All(ctx)
	fmt.Println(all, all == nil, err)
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"})
	fmt.Println(users.All(ctx, dynamo.Limit(10)))
	// Output:
	// [] false <nil>
	// [{1 Kim }] <nil>
}

func ExampleRepository_ScanPage() {
	users, ctx := newUsers(), context.Background()
	for id := range 5 {
		_ = users.Put(ctx, User{ID: id, Name: "user"})
	}
	cursor := "" // from the client's query string
	for {
		page, err := users.ScanPage(ctx, cursor, 2, dynamo.Scope("kim"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(page.Items), page.Next != "")
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	_, err := users.ScanPage(ctx, "made up", 2, dynamo.Scope("kim"))
	fmt.Println(errors.Is(err, dynamo.ErrCursor))
	// Output:
	// 2 true
	// 2 true
	// 1 false
	// true
}
