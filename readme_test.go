package lambdarest_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/mapping/mappingtest"
	"github.com/lambdarest/lambdarest/mapping/vtl"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// The code of README.md and of docs/warmup.md, in their order: TestCode compares. What has no Output would not come to
// an end, or needs AWS: it is compiled only.

type User struct {
	ID   int    `json:"id" dynamodbav:"id" dynamo:"partition"`
	Name string `json:"name" dynamodbav:"name"`
}

type Order struct {
	Customer string `json:"customer" dynamodbav:"customer" dynamo:"partition"`
	Number   int    `json:"number" dynamodbav:"number" dynamo:"sort"`
	State    string `json:"state" dynamodbav:"state"`
}

type visit struct {
	Name string `path:"name"`
}

func hello(_ context.Context, v visit) (string, error) { return "Hello, " + v.Name, nil }

func Example() {
	r := router.New()
	r.Get("/hello/{name}", router.JSON(hello))
	lambda.Start(r)
}

// table returns users in this process.
func table() *dynamo.Repository[User] {
	users, err := dynamo.New[User](dynamotest.New(dynamotest.TableFor[User]("users")), "users")
	if err != nil {
		panic(err)
	}
	return users
}

func Example_router() {
	users, mux := table(), http.NewServeMux()
	r := router.New(router.Log(slog.Default()), router.MapError(dynamo.ErrNotFound, 404), router.Recover())
	r.Get("/users/{id}", router.JSON(func(ctx context.Context, in struct {
		ID int `path:"id"`
	}) (User, error) {
		return users.Get(ctx, dynamo.KeyOf(in.ID))
	}))
	r.Handle("/{proxy+}", router.FromHTTP(mux)) // any net/http handler
	lambda.Start(r)
}

func TestReadmeRouter(t *testing.T) {
	r := router.New()
	r.Get("/users/1", router.JSON(func(context.Context, struct{}) (User, error) { return User{1, "Kim"}, nil }))
	routertest.Do(t, r, routertest.Get("/users/1").From(router.HTTP)).Expect(200).JSON(`{"id":1,"name":"Kim"}`)
}

func Example_dynamo() {
	ctx, cfg := context.Background(), aws.Config{}
	users, err := dynamo.New[User](dynamodb.NewFromConfig(cfg), "users")
	if err != nil {
		log.Fatal(err)
	}
	if err = users.Put(ctx, User{ID: 1, Name: "Kim"}, dynamo.IfNotExists()); err != nil {
		log.Fatal(err)
	}
	for user, err := range users.Scan(ctx) {
		if err != nil { // at most one, and last
			log.Fatal(err)
		}
		fmt.Println(user)
	}
}

func TestReadmeOrders(t *testing.T) {
	ctx, cursor := t.Context(), ""
	orders, err := dynamo.New[Order](dynamotest.New(dynamotest.TableFor[Order]("orders")), "orders")
	if err != nil {
		t.Fatal(err)
	}
	order, err := orders.Update(ctx, dynamo.KeyOf("kim", 7), expression.Set(expression.Name("state"), expression.Value("paid")))
	if err != nil || order != (Order{"kim", 7, "paid"}) {
		t.Errorf("got %v, %v", order, err)
	}
	page, err := orders.QueryPage(ctx, expression.Key("customer").Equal(expression.Value("kim")), cursor, 25) // page.Next is the next cursor
	if err != nil || len(page.Items) != 1 || page.Next != "" {
		t.Errorf("got %v, %v", page, err)
	}
}

func Example_dynamotest() {
	ctx := context.Background()
	db := dynamotest.New(dynamotest.TableFor[User]("users"))
	users, err := dynamo.New[User](db, "users")
	fmt.Println(err, users.Put(ctx, User{ID: 1, Name: "Kim"}), db.Count("PutItem"))
	// Output: <nil> <nil> 1
}

func Example_mapping() {
	users := table()
	h := mapping.New(func(ctx context.Context, in struct{ User User }) (User, error) { // template: {"User": $input.json('$')}
		return in.User, users.Put(ctx, in.User, dynamo.IfNotExists())
	})
	lambda.Start(mapping.MapError(h, dynamo.ErrConditionFailed, 409)) // pattern: mapping.SelectionPattern(409)
}

type getUser struct {
	ID     int    `path:"id"`
	Client string `context:"identity.sourceIp"`
}

func TestReadmeMapping(t *testing.T) {
	template, err := mapping.TemplateFor[getUser]() // strict JSON, whatever the client sends
	if err != nil {
		t.Fatal(err)
	}
	h := mapping.New(func(ctx context.Context, in getUser) (User, error) {
		return User{ID: in.ID, Name: "Kim"}, nil
	})
	event := []byte(`{"path":{"id":"7"},"context":{"identity.sourceIp":"192.0.2.1"}}`)
	if out, err := h.Invoke(t.Context(), event); err != nil || string(out) != `{"id":7,"name":"Kim"}` {
		t.Errorf("got %s, %v", out, err)
	}
	op, err := mapping.OperationFor[getUser](mapping.OperationConfig{URI: mapping.FunctionURI("UsersFunction"), Errors: []int{404}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vtl.Parse("template", template); err != nil || len(op.YAML()) == 0 {
		t.Error(err)
	}
}

func Example_vtl() {
	template, err := vtl.Parse("users.vtl", `{"id": $input.json('$.id')}`)
	if err != nil {
		log.Fatal(err)
	}
	event, err := template.Render(vtl.Input{Body: []byte(`{"id":7}`)}) // event.Body is {"id": 7}
	fmt.Println(string(event.Body), err)
	// Output: {"id": 7} <nil>
}

func TestReadmeTemplates(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("users.vtl", []byte(`{"id": $input.params('id')}`), 0o600); err != nil {
		t.Fatal(err)
	}
	template := mappingtest.Load(t, "users.vtl")
	template.Request(httptest.NewRequest("GET", "/users/7", nil), mappingtest.Resource("/users/{id}")).JSON(`{"id": 7}`)
	template.Covered() // every branch, or the test fails
}

func Example_warmup() {
	r := router.New()
	lambda.Start(warmup.Wrap(r, warmup.Config{})) // scheduled pings never reach r
}

func Example_gateway() {
	ctx, r := context.Background(), router.New()
	listener, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		log.Fatal(err)
	}
	orders := gateway.Function("./bootstrap", []string{"TABLE_NAME=orders"})
	defer orders.Close()
	api, err := gateway.New(gateway.Config{},
		gateway.Route{Path: "/users", Integration: gateway.Proxy(r)},
		gateway.Route{Method: "POST", Path: "/orders", Integration: gateway.Lambda(orders, gateway.Templates{})},
	)
	if err != nil {
		log.Fatal(err)
	}
	err = gateway.Serve(ctx, listener, api)
	fmt.Println(err)
}

func Example_warmupPrimers() {
	ctx, logger, r, users := context.Background(), slog.Default(), router.New(), table()
	primers := []*warmup.Primer{warmup.Certificates()}
	if err := warmup.Prime(ctx, primers...); err != nil { // once, at initialisation
		logger.Warn("priming", "error", err)
	}
	lambda.Start(warmup.Wrap(r, warmup.Config{
		Primers: []*warmup.Primer{
			warmup.Certificates(),
			warmup.Codec[[]User](),
			warmup.Connection("dynamodb", func(ctx context.Context) error {
				_, err := users.Get(ctx, dynamo.KeyOf(0))
				return err
			}, dynamo.ErrNotFound),
		},
		Log: logger,
	}))
	lambda.Start(warmup.Wrap(r, warmup.Config{
		Fanout: warmup.Fanout{Invoker: new(invoke.Client), Instances: 3}, // "…/warmup/invoke"
	}))
}
