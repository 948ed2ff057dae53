package bench

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	guregu "github.com/guregu/dynamo/v2"

	"github.com/lambdarest/lambdarest/dynamo"
)

// account is an item as tables have them, of five to seven attributes.
type account struct {
	ID      int       `dynamodbav:"id" dynamo:"partition"`
	Name    string    `dynamodbav:"name"`
	Email   string    `dynamodbav:"email"`
	Created time.Time `dynamodbav:"created"`
	Balance float64   `dynamodbav:"balance"`
	Tags    []string  `dynamodbav:"tags,omitempty"`
	Address *address  `dynamodbav:"address,omitempty"`
}

type address struct {
	Street  string `dynamodbav:"street"`
	City    string `dynamodbav:"city"`
	Zip     string `dynamodbav:"zip"`
	Country string `dynamodbav:"country"`
	Note    string `dynamodbav:"note"`
}

// guregusAccount is the same with the tags of guregu/dynamo.
type guregusAccount struct {
	ID      int             `dynamo:"id"`
	Name    string          `dynamo:"name"`
	Email   string          `dynamo:"email"`
	Created time.Time       `dynamo:"created"`
	Balance float64         `dynamo:"balance"`
	Tags    []string        `dynamo:"tags,omitempty"`
	Address *guregusAddress `dynamo:"address,omitempty"`
}

type guregusAddress struct {
	Street  string `dynamo:"street"`
	City    string `dynamo:"city"`
	Zip     string `dynamo:"zip"`
	Country string `dynamo:"country"`
	Note    string `dynamo:"note"`
}

func accountOf(i int) account {
	a := account{
		ID:      i,
		Name:    fmt.Sprintf("Kim Minseo the %dth", i),
		Email:   fmt.Sprintf("kim.minseo.%d@example.com", i),
		Created: time.Unix(1_700_000_000+int64(i)*3600, 0).UTC(),
		Balance: float64(i) * 1.25,
	}
	if i%8 > 0 {
		a.Tags = []string{"newsletter", "beta tester", fmt.Sprint("group ", i%7), "invoice by post"}
	}
	if i%8 == 5 {
		a.Name = fmt.Sprintf("김민서 \"Min\" %d", i)
	}
	if i%16 > 0 {
		a.Address = &address{fmt.Sprint(i%200, " Sejong-daero"), "Seoul", fmt.Sprint(10000 + i), "KR", "Leave parcels with the guard at the gate, \"back door\" after six."}
	}
	return a
}

// guregus makes one of the other.
func (a account) guregus() guregusAccount {
	g := guregusAccount{ID: a.ID, Name: a.Name, Email: a.Email, Created: a.Created, Balance: a.Balance, Tags: a.Tags}
	if a.Address != nil {
		at := guregusAddress(*a.Address)
		g.Address = &at
	}
	return g
}

// accounts are as many as DynamoDB's page of 1 MB holds.
func accounts() (all []account) {
	for i := range 2936 {
		all = append(all, accountOf(i+1))
	}
	return all
}

// pageBody is the answer to a Scan of all accounts, as DynamoDB spells it.
func pageBody(all []account) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"Count":%d,"Items":[`, len(all))
	for i, a := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"created":{"S":%q},`, a.Created.Format(time.RFC3339))
		if a.Address != nil {
			fmt.Fprintf(&b, `"address":{"M":{"zip":{"S":%q},"note":{"S":%q},"city":{"S":%q},"street":{"S":%q},"country":{"S":%q}}},`, a.Address.Zip, a.Address.Note, a.Address.City, a.Address.Street, a.Address.Country)
		}
		if a.Tags != nil {
			fmt.Fprintf(&b, `"tags":{"L":[{"S":%q},{"S":%q},{"S":%q},{"S":%q}]},`, a.Tags[0], a.Tags[1], a.Tags[2], a.Tags[3])
		}
		fmt.Fprintf(&b, `"name":{"S":%q},"id":{"N":"%d"},"balance":{"N":"%v"},"email":{"S":%q}}`, a.Name, a.ID, a.Balance, a.Email)
	}
	fmt.Fprintf(&b, `],"ScannedCount":%d}`, len(all))
	return b.Bytes()
}

// constant answers every request with one body, without a network.
type constant struct {
	body   []byte
	header http.Header
}

func newConstant(body []byte) constant {
	return constant{body, http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)},
		"X-Amzn-Requestid": {"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123"},
	}}
}

func (c constant) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	return &http.Response{
		StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.header.Clone(), ContentLength: int64(len(c.body)), Body: io.NopCloser(bytes.NewReader(c.body)), Request: req,
	}, nil
}

func (c constant) client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{Region: "eu-north-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""), HTTPClient: c})
}

// must has a contender prove that it does its work, and measures it.
func must(b *testing.B, name string, f func(context.Context) (int, error), want int) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		before := cpuTime(b)
		for b.Loop() {
			if n, err := f(b.Context()); err != nil || n != want {
				b.Fatal(n, err)
			}
		}
		b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
	})
}

// BenchmarkScan reads a page of 1 MB, from the body to the structs.
func BenchmarkScan(b *testing.B) {
	all := accounts()
	wire := newConstant(pageBody(all))
	client := wire.client()
	b.Logf("%d items, %d bytes", len(all), len(wire.body))
	own, err := dynamo.New[account](client, "accounts")
	if err != nil {
		b.Fatal(err)
	}
	must(b, "lambdarest", func(ctx context.Context) (n int, err error) {
		for _, err := range own.Scan(ctx) {
			if err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	}, len(all))
	must(b, "sdk", func(ctx context.Context) (int, error) {
		out, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("accounts")})
		if err != nil {
			return 0, err
		}
		var items []account
		err = attributevalue.UnmarshalListOfMaps(out.Items, &items)
		return len(items), err
	}, len(all))
	table := guregu.NewFromIface(client).Table("accounts")
	must(b, "guregu", func(ctx context.Context) (int, error) {
		var items []guregusAccount
		err := table.Scan().All(ctx, &items)
		return len(items), err
	}, len(all))
}

// fake gives attribute values, as a fake or another foreign client does.
type fake struct {
	dynamo.Client
	items []map[string]types.AttributeValue
}

func (f fake) Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return &dynamodb.ScanOutput{Items: f.items, Count: int32(len(f.items))}, nil
}

// BenchmarkDecode decodes the same page from attribute values.
func BenchmarkDecode(b *testing.B) {
	all := accounts()
	f := fake{}
	for _, a := range all {
		m, err := attributevalue.MarshalMap(a)
		if err != nil {
			b.Fatal(err)
		}
		f.items = append(f.items, m)
	}
	own, err := dynamo.New[account](f, "accounts")
	if err != nil {
		b.Fatal(err)
	}
	must(b, "lambdarest", func(ctx context.Context) (n int, err error) {
		for _, err := range own.Scan(ctx) {
			if err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	}, len(all))
	must(b, "attributevalue", func(context.Context) (int, error) {
		var items []account
		err := attributevalue.UnmarshalListOfMaps(f.items, &items)
		return len(items), err
	}, len(all))
	must(b, "guregu", func(context.Context) (int, error) {
		items := make([]guregusAccount, len(f.items))
		for i, m := range f.items {
			if err := guregu.UnmarshalItem(m, &items[i]); err != nil {
				return 0, err
			}
		}
		return len(items), nil
	}, len(all))
}

// BenchmarkPut puts an item, from the struct to the request's bytes.
func BenchmarkPut(b *testing.B) {
	a := accountOf(6)
	client := newConstant([]byte("{}")).client()
	own, err := dynamo.New[account](client, "accounts")
	if err != nil {
		b.Fatal(err)
	}
	must(b, "lambdarest", func(ctx context.Context) (int, error) { return 1, own.Put(ctx, a) }, 1)
	must(b, "sdk", func(ctx context.Context) (int, error) {
		m, err := attributevalue.MarshalMap(a)
		if err != nil {
			return 0, err
		}
		_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("accounts"), Item: m})
		return 1, err
	}, 1)
	table := guregu.NewFromIface(client).Table("accounts")
	must(b, "guregu", func(ctx context.Context) (int, error) { return 1, table.Put(a.guregus()).Run(ctx) }, 1)
}
