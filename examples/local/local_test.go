package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/examples/users"
)

// A counter is a client that counts Scan requests.
type counter struct {
	dynamo.Client
	scans atomic.Int64
}

func (c *counter) Scan(ctx context.Context, in *dynamodb.ScanInput, options ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.scans.Add(1)
	return c.Client.Scan(ctx, in, options...)
}

// onEachEngine runs a test against the API on the embedded engine, and on DynamoDB
// Local where CI has started one.
func onEachEngine(t *testing.T, test func(t *testing.T, url string, c *counter)) {
	for name, endpoint := range map[string]string{"embedded": "", "DynamoDB Local": os.Getenv("DYNAMODB_LOCAL_URL")} {
		t.Run(name, func(t *testing.T) {
			if name != "embedded" {
				if endpoint == "" {
					t.Skip("DYNAMODB_LOCAL_URL is not set: the API is not tried on AWS's own DynamoDB Local; .ci/run does that")
				}
				t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
				t.Setenv("TABLE_NAME", fmt.Sprintf("users-%d", time.Now().UnixNano()))
			}
			client, _, err := table(t.Context(), endpoint)
			require.NoError(t, err)
			c := &counter{Client: client}
			repository, err := users.Open(c)
			require.NoError(t, err)
			api, err := newAPI(repository, nil)
			require.NoError(t, err)
			srv := httptest.NewServer(api)
			defer srv.Close()
			test(t, srv.URL, c)
		})
	}
}

// call sends a request and returns status, headers and body.
func call(t *testing.T, method, url, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, string(answer)
}

func TestAPI(t *testing.T) {
	const kim, lee = `{"id":1,"name":"Kim","email":"kim@example.com"}`, `{"id":2,"name":"이 \"Lee\" O'Neil","email":"lee@example.com"}`
	onEachEngine(t, func(t *testing.T, url string, _ *counter) {
		for _, tt := range []struct {
			method, path, body string
			status             int
			want               string // a part of the answer
		}{
			{"GET", "/users", "", 200, `[]`},
			{"POST", "/users", kim, 200, kim},
			{"GET", "/users", "", 200, `[` + kim + `]`},
			{"GET", "/users/1", "", 200, kim},
			{"PUT", "/users/1", `{"name":"K","email":"k"}`, 200, `{"id":1,"name":"K","email":"k"}`},
			{"GET", "/users/1", "", 200, `"name":"K"`},
			{"POST", "/users", kim, 409, `"status":409`},
			{"GET", "/users/999", "", 404, `"title":"Not Found"`},
			{"POST", "/users", `{"id":1`, 400, `"pointer":"/id"`},
			{"POST", "/users", `{"id":"1"}`, 400, `"pointer":"/id"`},
			{"POST", "/users", `{"name":"x"}`, 400, `id must be`},
			{"DELETE", "/nowhere/at/all", "", 200, `"proxy":"nowhere/at/all"`},
			{"PATCH", "/users", `{}`, 405, `"status":405`},
			{"GET", "/x/a%2Fb/c%20d+e/%ED%95%9C", "", 200, `"path":"/x/a/b/c d+e/한"`},
			{"GET", "/welcome", "", 200, "reader"},
			{"POST", "/welcome", "", 200, "writer"},
			{"POST", "/nonproxy/users", lee, 200, lee},
			{"POST", "/nonproxy/users", lee, 409, `{"status":409,"title":"Conflict"`},
			{"POST", "/nonproxy/users", `{}`, 400, `id must be`},
			{"POST", "/nonproxy/users", `{"id":"2"}`, 400, `body.id`},
			{"POST", "/nonproxy/users", `{"id":`, 400, ``},
			{"GET", "/users/2", "", 200, lee},
			{"DELETE", "/users/1", "", 204, ""},
			{"GET", "/nonproxy/users", "", 200, `[` + lee + `]`},
		} {
			status, header, got := call(t, tt.method, url+tt.path, tt.body, "Content-Type", "application/json")
			require.Equal(t, tt.status, status, "%s %s: %s", tt.method, tt.path, got)
			require.Contains(t, got, tt.want, "%s %s", tt.method, tt.path)
			if status >= 400 && got != `{"message":"Could not process payload"}` { // API Gateway's own
				require.Equal(t, "application/problem+json", header.Get("Content-Type"), "%s %s", tt.method, tt.path)
			}
		}
		_, header, _ := call(t, "PATCH", url+"/users", "")
		require.Equal(t, "GET, HEAD, OPTIONS, POST", header.Get("Allow"))
	})
}

func TestPreflight(t *testing.T) {
	onEachEngine(t, func(t *testing.T, url string, _ *counter) {
		for _, path := range []string{"/users", "/nonproxy/users"} {
			status, header, _ := call(t, "OPTIONS", url+path, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST")
			require.Equal(t, 204, status, path)
			require.Equal(t, "*", header.Get("Access-Control-Allow-Origin"), path)
			require.Contains(t, header.Get("Access-Control-Allow-Methods"), "POST", path)
		}
		_, header, _ := call(t, "GET", url+"/users/999", "", "Origin", "https://app.example.com")
		require.Equal(t, "*", header.Get("Access-Control-Allow-Origin"), "an error without CORS is unreadable for the page")
	})
}

// 5,000 items of about 1 KB are several pages of 1 MB.
func TestManyUsers(t *testing.T) {
	const n = 5000
	onEachEngine(t, func(t *testing.T, url string, c *counter) {
		ids := make(chan int)
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				for id := range ids {
					body := fmt.Sprintf(`{"id":%d,"name":%q,"email":"e"}`, id, strings.Repeat("n", 900))
					if status, _, answer := call(t, "POST", url+"/users", body); status != 200 {
						t.Errorf("%d: %d %s", id, status, answer)
					}
				}
			})
		}
		for id := 1; id <= n; id++ {
			ids <- id
		}
		close(ids)
		workers.Wait()
		for _, path := range []string{"/users", "/nonproxy/users"} {
			before := c.scans.Load()
			status, _, answer := call(t, "GET", url+path, "")
			require.Equal(t, 200, status, path)
			var all []users.User
			require.NoError(t, json.Unmarshal([]byte(answer), &all))
			seen := make(map[int]int)
			for _, u := range all {
				seen[u.ID]++
			}
			require.Len(t, all, n, path)
			require.Len(t, seen, n, path)
			require.Greater(t, c.scans.Load()-before, int64(4), path)
		}
	})
}

// run is the whole program: it says where it listens, answers there, and stops.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "")
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, "127.0.0.1:0", in, nil)
		in.CloseWithError(err) // or the test would wait for what run has to say
		done <- err
	}()
	usage := make([]byte, 4096)
	n, err := out.Read(usage)
	require.NoError(t, err)
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(string(usage[:n]))
	require.NotEmpty(t, url, "%s", usage[:n])
	require.Contains(t, string(usage[:n]), "curl -i "+url+"/users -d")
	status, _, answer := call(t, "GET", url+"/users", "")
	require.Equal(t, 200, status)
	require.Equal(t, "[]", answer)
	cancel()
	require.NoError(t, <-done)
	require.ErrorContains(t, run(t.Context(), "256.0.0.1:0", io.Discard, nil), "256.0.0.1")
}
