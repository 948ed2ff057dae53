package moving

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// withSwitch is the API by hand, for one kind of event.
func withSwitch(notes *notes) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	return func(_ context.Context, ev events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		text, isNote := strings.CutPrefix(ev.Path, "/notes/")
		if !isNote {
			return reply(http.StatusNotFound, map[string]string{"message": "not found"})
		}
		id, err := strconv.Atoi(text)
		if err != nil {
			return reply(http.StatusBadRequest, map[string]string{"message": "id must be an integer"})
		}
		switch ev.HTTPMethod {
		case http.MethodGet:
			note, err := notes.get(id)
			if err != nil {
				return reply(http.StatusNotFound, map[string]string{"message": err.Error()})
			}
			return reply(http.StatusOK, note)
		case http.MethodPut:
			body := []byte(ev.Body)
			if ev.IsBase64Encoded {
				if body, err = base64.StdEncoding.DecodeString(ev.Body); err != nil {
					return reply(http.StatusBadRequest, map[string]string{"message": "bad body"})
				}
			}
			var note Note
			if err := json.Unmarshal(body, &note); err != nil {
				return reply(http.StatusBadRequest, map[string]string{"message": err.Error()})
			}
			note.ID = id
			notes.put(note)
			return reply(http.StatusOK, note)
		}
		return reply(http.StatusMethodNotAllowed, map[string]string{"message": "method not allowed"})
	}
}

func reply(status int, v any) (events.APIGatewayProxyResponse, error) {
	body, err := json.Marshal(v)
	return events.APIGatewayProxyResponse{
		StatusCode: status, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(body),
	}, err
}
