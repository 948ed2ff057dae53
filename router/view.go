package router

import "unsafe"

// view returns b as a string without copying it. A payload copies the event once,
// because the buffer that the Lambda runtime hands over is used again, and never
// writes to the copy; so its bytes can stand behind strings as those of a
// strings.Builder do. It is the only use of unsafe in this module, and worth it:
// every value that a handler asks for would be an allocation otherwise.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
