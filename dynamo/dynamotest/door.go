package dynamotest

import (
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// What stands before the operations on the wire, in DynamoDB's order: the method
// and the Content-Type, that the body is JSON, the target, and that the request is
// signed. What a signature says is not checked. The texts and their order are those
// that dynalite's tests recorded against DynamoDB.

const (
	jsonType    = "application/x-amz-json-1.0"
	plainType   = "application/json"
	notForUs    = "<UnknownOperationException/>\n"
	noAuth      = "Request is missing Authentication Token"
	doubleAuth  = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
	dateMissing = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
)

// answerType is the Content-Type to answer a request with; none for a request that
// does not speak this protocol. Without a body it need not say.
func answerType(r *http.Request, body []byte) (answer string, ok bool) {
	sent := r.Header["Content-Type"]
	if len(sent) == 1 && sent[0] == jsonType {
		return jsonType, r.Method == http.MethodPost
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(kind)
	if kind == jsonType {
		return jsonType, r.Method == http.MethodPost
	}
	return plainType, r.Method == http.MethodPost && (len(body) == 0 || kind == plainType)
}

// refuse answers what does not speak the protocol.
func refuse(w http.ResponseWriter) error {
	h := w.Header()
	h["X-Amz-Crc32"] = []string{strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(notForUs))), 10)}
	h["Content-Length"] = []string{strconv.Itoa(len(notForUs))}
	w.WriteHeader(http.StatusNotFound)
	_, err := io.WriteString(w, notForUs)
	return err
}

// route finds the operation of a signed request.
func (s *wire) route(r *http.Request, body []byte) (wireOperation, *fault) {
	target, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	op, known := s.services[target][name]
	f := (*fault)(nil)
	switch {
	case !known:
		f = &fault{kind: faultUnknownOperation}
	case !s.unsigned:
		f = checkSigned(r)
	}
	if f != nil && len(body) > 0 && !valid(body) {
		f = &fault{kind: faultSerialization} // which the operations say themselves
	}
	return op, f
}

// checkSigned checks that a signature is there, with all of its parts, in the
// header or in the query.
func checkSigned(r *http.Request) *fault {
	header := r.Header.Get("Authorization")
	inQuery := r.URL.RawQuery != "" && r.URL.Query().Has("X-Amz-Algorithm")
	switch {
	case header != "" && inQuery:
		return &fault{kind: faultTwiceSigned, message: doubleAuth}
	case inQuery:
		return checkSignedQuery(r)
	case !strings.HasPrefix(strings.TrimSpace(header), "AWS4-"):
		return &fault{kind: faultMissingAuth, message: noAuth}
	}
	var missing strings.Builder
	for _, part := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !hasParameter(header, part) {
			missing.WriteString("Authorization header requires '" + part + "' parameter. ")
		}
	}
	if r.Header.Get("X-Amz-Date") == "" && r.Header.Get("Date") == "" {
		missing.WriteString(dateMissing)
	}
	if missing.Len() == 0 {
		return nil
	}
	return &fault{kind: faultHalfSigned, message: missing.String() + "Authorization=" + header}
}

// hasParameter tells whether an Authorization header has a parameter, as "a=b, c=d"
// after the algorithm. DynamoDB takes spaces without commas too.
func hasParameter(header, name string) bool {
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ',' || r == ' ' }) {
		if key, value, _ := strings.Cut(part, "="); key == name && value != "" {
			return true
		}
	}
	return false
}

func checkSignedQuery(r *http.Request) *fault {
	query := r.URL.Query()
	var missing strings.Builder
	for _, name := range []string{"Algorithm", "Credential", "Signature", "SignedHeaders", "Date"} {
		if query.Get("X-Amz-"+name) == "" {
			missing.WriteString("AWS query-string parameters must include 'X-Amz-" + name + "'. ")
		}
	}
	if missing.Len() == 0 {
		return nil
	}
	return &fault{kind: faultHalfSigned, message: missing.String() + "Re-examine the query-string parameters."}
}
