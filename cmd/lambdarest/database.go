package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// A database is where functions find DynamoDB: the embedded engine, or one that runs elsewhere.
type database struct {
	url    string
	made   map[string]map[string]any // requests of the tables that were made, or found, by name
	server *http.Server              // of the embedded engine
}

// startDatabase is the database at url, or a new one where url is "".
func startDatabase(url string) (*database, error) {
	db := &database{url: url, made: make(map[string]map[string]any)}
	if url == "" {
		l, err := listen(anyPort, false)
		if err != nil {
			return nil, err
		}
		db.url = "http://" + l.Addr().String()
		db.server = &http.Server{Handler: loopbackOnly(dynamotest.New().Handler()), ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = db.server.Serve(l) }() // ends with close
	}
	return db, nil
}

// makeTables makes the tables that are not there. What is there keeps its data, and its keys and indexes as well, which
// log is told where the template has others by now.
func (db *database) makeTables(ctx context.Context, tables []sam.Table, log io.Writer) error {
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &db.url, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "local"),
	})
	for _, table := range tables {
		if was, ok := db.made[table.Name]; ok {
			if !reflect.DeepEqual(was, table.Request) {
				fmt.Fprintf(log, "warning: table %s stays as it was made, with its data; start again for the definition that it has now\n", table.Name)
			}
			continue
		}
		if err := makeTable(ctx, client, table); err != nil {
			return fmt.Errorf("table %s at %s: %w", table.Name, db.url, err)
		}
		db.made[table.Name] = table.Request
	}
	return nil
}

// makeTable makes a table unless it is there.
func makeTable(ctx context.Context, client *dynamodb.Client, table sam.Table) error {
	request, err := json.Marshal(table.Request)
	if err != nil {
		return err
	}
	var in dynamodb.CreateTableInput // has the names of the wire
	if err := json.Unmarshal(request, &in); err != nil {
		return err
	}
	var exists *types.ResourceInUseException
	if _, err := client.CreateTable(ctx, &in); errors.As(err, &exists) {
		return nil
	} else if err != nil {
		return err
	}
	if err := dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &table.Name}, time.Minute); err != nil {
		return err
	}
	if table.TTL == "" {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: &table.Name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &table.TTL, Enabled: aws.Bool(true)},
	})
	return err
}

func (db *database) close() {
	if db.server != nil {
		_ = db.server.Close()
	}
}
