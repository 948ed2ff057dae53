package mapping

import "fmt"

// SelectionPattern returns the selection pattern of the integration response for
// the status: a Java regular expression that matches the text of every [Error] of
// that status and of no other. It goes into the console's "Lambda error regex" or is
// a key of responses in x-amazon-apigateway-integration
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html).
//
// API Gateway matches the whole of errorMessage. The pattern ends in [\s\S]* because
// a dot would stop at a line break; our texts have none, but an intermediary may have
// made some. It means the same where only a prefix or a part of the text is matched:
// AWS does not say which it is, and a quotation mark within a detail is preceded by
// a backslash, so that the pattern's beginning occurs nowhere but at the start.
func SelectionPattern(status int) string {
	return fmt.Sprintf(`\{"status":%d,[\s\S]*`, status)
}

// UnhandledPattern is the selection pattern of errors that did not come from a
// handler of this package: timeouts, processes that ended and the like, whose texts
// begin with the request id, a time or a word. Without it API Gateway answers them
// with the default response.
const UnhandledPattern = `[^{][\s\S]*`
