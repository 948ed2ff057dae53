package gwevent

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"
)

// clf is a time as requestTime and time show it in request contexts.
type clf struct{ time.Time }

const clfLayout = "02/Jan/2006:15:04:05 -0700"

// MarshalJSON is for the events that encoding/json writes.
func (t clf) MarshalJSON() ([]byte, error) { return t.append(nil), nil }

func (t clf) append(b []byte) []byte { return append(t.AppendFormat(append(b, '"'), clfLayout), '"') }

// AccountID and APIID are those of API Gateway's events where the options name none.
const AccountID, APIID = "123456789012", "a1b2c3d4e5"

// input is one request with every option filled in; the events are made from it.
type input struct {
	Options
	r       *http.Request
	body    []byte
	method  string
	rawPath string // percent-encoded, as the client sent it, without stage and base path
	host    string
	proto   string

	few [16]pair // room for headers
}

func newInput(r *http.Request, opt Options, body []byte) *input {
	in := &input{Options: opt, r: r, body: body}
	in.fill()
	return in
}

// fill fills in what follows from the request and the options.
func (in *input) fill() {
	r := in.r
	in.method, in.rawPath, in.host, in.proto = r.Method, r.URL.EscapedPath(), r.Host, r.Proto
	orElse(&in.method, http.MethodGet)
	orElse(&in.proto, "HTTP/1.1")
	if !strings.HasPrefix(in.rawPath, "/") {
		in.rawPath = "/" + in.rawPath
	}
	if in.Time.IsZero() {
		in.Time = time.Now()
	}
	in.Time = in.Time.UTC()
	in.fillIDs()
	orElse(&in.host, r.URL.Host)
	orElse(&in.host, in.DomainName)
}

func (in *input) fillIDs() {
	if in.RequestID == "" {
		in.RequestID = NewRequestID()
	}
	if in.TraceID == "" {
		in.TraceID = in.madeTraceID()
	}
	if in.SourceIP == "" {
		in.SourceIP, _, _ = net.SplitHostPort(in.r.RemoteAddr)
		orElse(&in.SourceIP, "127.0.0.1")
	}
	const urlID, latticeID, balancerID = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", "local-0123456789abcdef0", "local-1234567890"
	proto, port, account, api, domain := "https", "443", AccountID, APIID, APIID+".execute-api.us-east-1.amazonaws.com"
	switch in.Source {
	case REST:
		orElse(&in.Stage, "prod")
	case HTTPAPI, HTTPAPIv1:
		orElse(&in.Stage, "$default")
	case FunctionURL:
		in.Stage = "$default"
		in.StageVariables = nil
		account, api, domain = "anonymous", urlID, urlID+".lambda-url.us-east-1.on.aws"
	case Lattice:
		api, domain = latticeID, latticeID+".vpc-lattice-svcs.us-east-1.on.aws"
		orElse(&in.TargetGroupARN, latticeARN+"targetgroup/tg-0123456789abcdef0")
	default:
		proto, port = "http", "80"
		api, domain = balancerID, balancerID+".us-east-1.elb.amazonaws.com"
		orElse(&in.TargetGroupARN, "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/local/0123456789abcdef")
	}
	orElse(&in.ForwardedProto, proto)
	orElse(&in.ForwardedPort, port)
	orElse(&in.AccountID, account)
	orElse(&in.APIID, api)
	if in.APIID != api {
		domain = in.APIID + domain[len(api):]
	}
	orElse(&in.DomainName, domain)
	orElse(&in.RouteKey, "$default")
}

// madeTraceID makes a header X-Amzn-Trace-Id of the time and the request id.
func (in *input) madeTraceID() string {
	var few [40]byte
	b := append(few[:0], "Root=1-"...)
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint32(few[32:32], uint32(in.Time.Unix())))
	b = append(b, '-')
	sum := in.derive("trace")
	return string(hex.AppendEncode(b, sum[:12]))
}

// derive returns bytes that depend on the request id alone, for the ids that no option gives.
func (in *input) derive(label string) [32]byte { return hashOf(label, in.RequestID) }

func hashOf(a, b string) [32]byte {
	var few [128]byte
	return sha256.Sum256(append(append(append(few[:0], a...), 0), b...))
}

var lowerBase32 = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv")

// IDs returns the ids of a resource and of the deployment, which are the same for every request of an API.
func IDs(apiID, resource string) (resourceID, deploymentID string) {
	orElse(&apiID, APIID)
	return idOf(apiID, "resource "+resource), idOf(apiID, "deployment")
}

func idOf(apiID, label string) string {
	sum := hashOf(apiID, label)
	var text [8]byte
	lowerBase32.Encode(text[:], sum[:5])
	return string(text[:6])
}

// extendedID returns an id in the form of x-amz-apigw-id: 11 bytes in Base64.
func (in *input) extendedID() string {
	sum := in.derive("extended")
	var text [16]byte
	base64.StdEncoding.Encode(text[:], sum[:11])
	return string(text[:])
}

// base returns the path of a custom domain's mapping as a prefix: "" or "/pay".
func (in *input) base() string { return strings.TrimRight(in.BasePath, "/") }

func (in *input) domainPrefix() string {
	prefix, _, _ := strings.Cut(in.DomainName, ".")
	return prefix
}

// NewRequestID returns a random UUID (version 4), the form of request ids. Nobody has to be kept from guessing it.
func NewRequestID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], rand.Uint64())
	binary.BigEndian.PutUint64(b[8:], rand.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	const digits = "0123456789abcdef"
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	at := 0
	for _, c := range b {
		if text[at] == '-' {
			at++
		}
		text[at], text[at+1] = digits[c>>4], digits[c&15]
		at += 2
	}
	return string(text[:])
}

func orElse(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

func orNil[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

func stringOrNil(s string) *string {
	if s == "" {
		return nil
	}
	text := s // s itself would be moved to the heap, empty or not
	return &text
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// marshal is json.Marshal without the escaping of <, > and &, which no service does.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("gwevent: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
