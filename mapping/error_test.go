package mapping_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
)

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  *mapping.Error
		want string
	}{
		{mapping.Errorf(404, "no user %d", 7), `{"status":404,"title":"Not Found","detail":"no user 7"}`},
		{&mapping.Error{Status: 404, RequestID: "r-1"}, `{"status":404,"title":"Not Found","requestId":"r-1"}`},
		{&mapping.Error{Status: 409, Title: "Taken"}, `{"status":409,"title":"Taken"}`},
		{&mapping.Error{Status: 499}, `{"status":499,"title":"Client Error"}`},
		{&mapping.Error{Status: 599}, `{"status":599,"title":"Server Error"}`},
		{&mapping.Error{}, `{"status":500,"title":"Internal Server Error"}`},
		{&mapping.Error{Status: 600}, `{"status":500,"title":"Internal Server Error"}`},
		{mapping.Errorf(400, "<a> & 'b' \"c\"\\\r\n\t\x00 한글 \xff"), `{"status":400,"title":"Bad Request","detail":"<a> & 'b' \"c\"\\\r\n\t\u0000 한글 ` + "�" + `"}`},
		{mapping.Errorf(400, "%s", strings.Repeat("é", 2048)+"x"), `{"status":400,"title":"Bad Request","detail":"` + strings.Repeat("é", 2048) + `…"}`},
		{mapping.Errorf(400, "x%s", strings.Repeat("é", 2048)), `{"status":400,"title":"Bad Request","detail":"x` + strings.Repeat("é", 2047) + `…"}`},
	} {
		require.Equal(t, tt.want, strings.ReplaceAll(tt.err.Error(), `\ufffd`, "�"))
		require.True(t, json.Valid([]byte(tt.err.Error())))
	}
}

func TestErrorfWraps(t *testing.T) {
	require.NoError(t, mapping.Errorf(400, "plain").Unwrap())
	missing := mapping.Errorf(404, "no file: %w", fs.ErrNotExist)
	require.ErrorIs(t, missing, fs.ErrNotExist)
	require.Equal(t, "no file", missing.Detail, "a cause is never sent")
	two := mapping.Errorf(404, "%w and %w", fs.ErrNotExist, fs.ErrClosed)
	require.ErrorIs(t, two, fs.ErrNotExist)
	require.ErrorIs(t, two, fs.ErrClosed)
}

// TestRuntime looks at what aws-lambda-go makes of our errors: it serves one
// invocation to the library's own loop. That loop can only end together with the
// process, so its next request is left waiting and the server open.
func TestRuntime(t *testing.T) {
	failure := make(chan []byte, 1)
	invocations := make(chan struct{}, 1)
	invocations <- struct{}{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		<-invocations
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "r-7")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", "32503680000000")
		fmt.Fprint(w, `{}`)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/r-7/error", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		failure <- body
	})
	srv := httptest.NewServer(mux)
	t.Setenv("AWS_LAMBDA_RUNTIME_API", strings.TrimPrefix(srv.URL, "http://"))

	go lambda.Start(mapping.New(func(context.Context, struct{}) (int, error) {
		return 0, mapping.Errorf(404, "no user %q\nat all", "한글 </p>")
	}))
	var reported struct{ ErrorMessage, ErrorType string }
	require.NoError(t, json.Unmarshal(<-failure, &reported))
	require.Equal(t, "Error", reported.ErrorType)
	require.Equal(t, `{"status":404,"title":"Not Found","detail":"no user \"한글 </p>\"\nat all","requestId":"r-7"}`, reported.ErrorMessage)
	requireMatch(t, true, mapping.SelectionPattern(404), reported.ErrorMessage)
}

func requireMatch(t *testing.T, want bool, pattern, text string) {
	t.Helper()
	full := regexp.MustCompile(`^(?:` + pattern + `)$`)
	prefix := regexp.MustCompile(`^(?:` + pattern + `)`)
	part := regexp.MustCompile(pattern)
	require.Equal(t, want, full.MatchString(text), "full match of %q with %s", text, pattern)
	if pattern != mapping.UnhandledPattern { // [^{] matches somewhere in almost any text
		require.Equal(t, want, part.MatchString(text), "match of a part of %q with %s", text, pattern)
	}
	require.Equal(t, want, prefix.MatchString(text), "match of a prefix of %q with %s", text, pattern)
}

var hostileDetails = []string{
	"", "plain", "two\nlines", "\r\n\u0085\u2028\u2029", `"quoted"`, `\`, `\"`, `{}`, `}`, `{"status":404,`, `{"status":404,"title":"x"}`,
	"\n{\"status\":404,\"title\":\"x\"}", `","status":404,"x":"`, "한글", "\x00\x1b[31m", "\xff\xfe", "$input.body", "#set($x=1)", "</script>",
	`\{"status":404,[\s\S]*`, strings.Repeat("a", 1<<16), strings.Repeat(`\`, 4095), strings.Repeat(`"`, 1<<13),
}

// TestSelectionPattern puts every status with every hostile text against the
// patterns of all statuses.
func TestSelectionPattern(t *testing.T) {
	require.Equal(t, `\{"status":404,[\s\S]*`, mapping.SelectionPattern(404))
	patterns := make(map[int]string)
	for _, status := range []int{400, 401, 403, 404, 405, 409, 412, 422, 429, 499, 500, 503, 504, 599} {
		patterns[status] = mapping.SelectionPattern(status)
	}
	for status := range patterns {
		for _, detail := range hostileDetails {
			for _, e := range []*mapping.Error{
				{Status: status, Detail: detail},
				{Status: status, Title: detail},
				{Status: status, RequestID: detail},
			} {
				for other, pattern := range patterns {
					requireMatch(t, other == status, pattern, e.Error())
				}
				requireMatch(t, false, mapping.UnhandledPattern, e.Error())
			}
		}
	}
	for _, bogus := range []int{40, 4, 4040, 4, -404, 0, 200} {
		requireMatch(t, false, patterns[404], (&mapping.Error{Status: bogus}).Error())
	}
}

func TestUnhandledPattern(t *testing.T) {
	for _, text := range []string{
		"2026-05-04T10:00:00.000Z 8f5b1c2d Task timed out after 3.00 seconds",
		"RequestId: 8f5b1c2d Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
		"boom",
	} {
		requireMatch(t, true, mapping.UnhandledPattern, text)
		requireMatch(t, false, mapping.SelectionPattern(500), text)
	}
}

func FuzzError(f *testing.F) {
	for _, detail := range hostileDetails {
		f.Add(404, "", detail)
		f.Add(500, detail, "x")
	}
	f.Fuzz(func(t *testing.T, status int, title, detail string) {
		e := &mapping.Error{Status: status, Title: title, Detail: detail}
		text := e.Error()
		require.True(t, json.Valid([]byte(text)))
		require.True(t, utf8.ValidString(text))
		require.NotContains(t, text, "\n")
		if status < 400 || status > 599 {
			status = 500
		}
		requireMatch(t, true, mapping.SelectionPattern(status), text)
		requireMatch(t, false, mapping.SelectionPattern(status+1), text)
		requireMatch(t, false, mapping.SelectionPattern(status/10), text)
	})
}

var (
	errNotFound = errors.New("not found in secret-table")
	errConflict = errors.New("condition failed")
)

func failing(err error) lambda.Handler {
	return mapping.New(func(context.Context, struct{}) (int, error) { return 0, err })
}

// outside wraps the errors of a handler made by New.
type outside struct{ lambda.Handler }

func (h outside) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	_, err := h.Handler.Invoke(ctx, event)
	return nil, fmt.Errorf("%w: %w", errNotFound, err)
}

func TestMapError(t *testing.T) {
	both := func(h lambda.Handler) lambda.Handler {
		return mapping.MapError(mapping.MapError(h, errNotFound, 404), errConflict, 409)
	}
	for _, tt := range []struct {
		name   string
		h      lambda.Handler
		status int
		detail string
	}{
		{"the first", failing(errNotFound), 404, ""},
		{"the second", failing(errConflict), 409, ""},
		{"wrapped", failing(fmt.Errorf("get secret: %w", errNotFound)), 404, ""},
		{"both, the inner one decides", failing(errors.Join(errConflict, errNotFound)), 404, ""},
		{"another", failing(errors.New("secret")), 500, ""},
		{"a status of its own", failing(mapping.Errorf(410, "gone: %w", fmt.Errorf("%w", errGone))), 410, "gone"},
		{"a status of its own, 500", failing(&mapping.Error{Status: 500, Detail: "mine", Err: errNotFound}), 500, "mine"},
		{"a panic", mapping.New(func(context.Context, struct{}) (int, error) { panic(errNotFound) }), 500, ""},
		{"wrapped outside of New", outside{failing(errConflict)}, 404, ""},
		{"another handler", lambda.NewHandler(func() error { return errNotFound }), 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
			out, err := both(tt.h).Invoke(ctx, []byte(`{}`))
			require.Nil(t, out)
			e := requireError(t, err, tt.status, tt.detail)
			require.Equal(t, "r-1", e.RequestID)
			require.NotContains(t, err.Error(), "secret")
			if tt.status == 404 {
				require.ErrorIs(t, err, errNotFound)
			}
		})
	}
	out, err := both(failing(nil)).Invoke(t.Context(), []byte(`{}`))
	require.NoError(t, err)
	require.Equal(t, "0", string(out))
}

var errGone = errors.New("gone")

func TestMapErrorPanics(t *testing.T) {
	for want, f := range map[string]func(){
		"mapping: MapError: the handler is nil":                func() { mapping.MapError(nil, errGone, 404) },
		"mapping: MapError: the error is nil":                  func() { mapping.MapError(failing(nil), nil, 404) },
		"mapping: MapError: status 200 is not from 400 to 599": func() { mapping.MapError(failing(nil), errGone, 200) },
		"mapping: MapError: status 600 is not from 400 to 599": func() { mapping.MapError(failing(nil), errGone, 600) },
		"mapping: Log: the handler is nil":                     func() { mapping.Log(nil, slog.Default()) },
	} {
		require.PanicsWithValue(t, want, f)
	}
}

func TestLog(t *testing.T) {
	var buf bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&buf, nil))
	logged := func(h lambda.Handler) map[string]any {
		buf.Reset()
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
		_, want := h.Invoke(ctx, []byte(`{}`))
		_, err := mapping.Log(h, logger).Invoke(ctx, []byte(`{}`))
		if want != nil {
			require.EqualError(t, err, want.Error(), "Log changes nothing")
		}
		if buf.Len() == 0 {
			return nil
		}
		var m map[string]any
		require.NoError(t, json.Unmarshal(buf.Bytes(), &m))
		delete(m, "time")
		return m
	}

	require.Nil(t, logged(failing(nil)), "no error, no line")
	require.Equal(t, map[string]any{"level": "INFO", "msg": "request failed", "status": 404.0, "request_id": "r-1", "detail": "no user"},
		logged(failing(mapping.Errorf(404, "no user"))))
	require.Equal(t, map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "request_id": "r-1", "cause": "condition failed"},
		logged(failing(errConflict)))
	require.Equal(t, map[string]any{"level": "INFO", "msg": "request failed", "status": 409.0, "request_id": "r-1", "cause": "condition failed"},
		logged(mapping.MapError(failing(errConflict), errConflict, 409)))
	require.Equal(t, map[string]any{"level": "ERROR", "msg": "request failed", "status": 500.0, "request_id": "r-1", "cause": "condition failed"},
		logged(lambda.NewHandler(func() error { return errConflict })), "a handler that is not ours")

	line := logged(mapping.New(func(context.Context, struct{}) (int, error) { panic("boom") }))
	require.Equal(t, "panic: boom", line["cause"])
	require.Contains(t, line["stack"], "mapping_test.TestLog")

	h := failing(nil)
	require.Equal(t, fmt.Sprintf("%p", h), fmt.Sprintf("%p", mapping.Log(h, nil)), "silent")
}
