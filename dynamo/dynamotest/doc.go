// Package dynamotest is DynamoDB inside a Go process: for unit tests of code
// that uses DynamoDB, and for running such code on a laptop. It needs no
// container, no Java and no network, and starts in microseconds.
//
//	func TestSignUp(t *testing.T) {
//		db := dynamotest.New(dynamotest.TableFor[User]("users"))
//		users, err := dynamo.New[User](db, "users")
//		if err != nil {
//			t.Fatal(err)
//		}
//		if err := signUp(t.Context(), users, "kim@example.com"); err != nil {
//			t.Fatal(err)
//		}
//		if got := db.Count("Scan"); got != 0 {
//			t.Errorf("%d scans, want none", got)
//		}
//	}
//
// # One engine, three doors
//
//   - [DB] itself has the methods of an SDK client. It is the fastest, and
//     returns the SDK's error types.
//   - [DB.Client] is an SDK client without a socket: the SDK's serializers,
//     retries and deserializers run.
//   - [DB.Handler] is the wire protocol, for other processes and languages, and
//     for DynamoDB Streams.
//
// All three lead to the same tables, and may be used at once.
//
// # How true it is
//
// Expressions, numbers, item sizes, pages, batches and transactions follow
// DynamoDB, with its validation messages. One behaviour suite runs through
// every door and against DynamoDB Local; RunClient of the package conformance runs
// it against any client. GAPS.md in this folder says what is
// missing; a request for any of it fails, rather than doing something else.
//
// Where DynamoDB leaves the answer open, this engine is strict: every read is
// strongly consistent, indexes follow their table at once, tables are ACTIVE at
// once (but see [DB.SetDelay]), items expire when their time has come by the
// DB's clock (see [DB.SetClock]), nothing is ever throttled, and writes are
// never left unprocessed.
//
// # When things go wrong
//
// [DB.Inject] makes calls fail: throttling and outages, answers that get lost after a write was applied,
// connections that break in mid-body, bodies that are damaged, batches that are left undone in part.
//
//	db.Inject(dynamotest.Fault{Operation: "PutItem", Effect: dynamotest.InternalError, Applied: true})
//	db.Inject(dynamotest.Fault{Chance: 0.2, Seed: 1, Effect: dynamotest.Throttled})
//
// # When not to use it
//
// It has no accounts, roles or regions, and no capacity that could run out: what IAM refuses and what
// throttles under load shows on AWS only. It is no database for production: all that it holds is in memory,
// and nothing saves it but a call of [DB.Save].
//
// # Cost
//
// A new DB takes less than a microsecond, a GetItem of 1 KB by Go call some three, and an item of 1 KB takes
// 2.2 KB of memory. Through an SDK client or over HTTP it does several times the operations that DynamoDB
// Local does. No function links it.
//
// # Between runs
//
// [DB.Save] writes everything to a file, and [Load] makes a DB of it.
//
// # What was called
//
// [DB.Calls] tells what was called, and after [DB.Record] with what, and what was
// answered.
package dynamotest
