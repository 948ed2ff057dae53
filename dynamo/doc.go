// Package dynamo keeps typed items in DynamoDB tables, over the AWS SDK's own
// client.
//
//	type User struct {
//		ID    int    `dynamodbav:"id"    dynamo:"partition"`
//		Name  string `dynamodbav:"name"`
//		Email string `dynamodbav:"email"`
//	}
//
//	users, err := dynamo.New[User](dynamodb.NewFromConfig(cfg), "ausg")
//	err = users.Put(ctx, User{ID: 1, Name: "Kim"}, dynamo.IfNotExists())
//	user, err := users.Get(ctx, dynamo.KeyOf(1))
//	user, err = users.Update(ctx, dynamo.KeyOf(1), expression.Set(expression.Name("name"), expression.Value("Lee")))
//	for user, err := range users.Scan(ctx) { … }
//	page, err := users.ScanPage(ctx, cursor, 25) // page.Next is the next cursor; "" begins
//
// Tags declare sort keys, indexes, templated keys, versions and times as well;
// see [New]. [Repository.Query] and [Repository.QueryPage] read by key or by [Index]:
//
//	for order, err := range orders.Query(ctx, expression.Key("customer").Equal(expression.Value("kim"))) { … }
//
// [New] reads the tags once and refuses what it does not understand. A
// [Repository] is safe for concurrent use. Conditions and filters are those of
// feature/dynamodb/expression; names always go over the wire as placeholders,
// so reserved words and dots are of no concern.
//
// # What can be relied on
//
//   - What DynamoDB would refuse for its form never leaves the program: a key of
//     the wrong type, NaN, an empty set, an empty key. Nor does text that is not
//     UTF-8, which the SDK would change.
//   - A scan gives every item once and ends, or gives an error. It never ends
//     early in silence: an answer without a body, or without Items, is
//     [ErrCorruptResponse].
//   - A conditional write whose answer is lost does not come back as a failed
//     condition; see [Repository.Put]. A counter is never increased twice; see
//     [Repository.Update] and [Once]. An outcome that cannot be known is
//     [ErrUnknownOutcome].
//   - With a version, of two writers that have read the same item one succeeds and
//     the other learns of it, and a deleted item stays deleted.
//   - Two items never get one templated key.
//   - A batch of any size writes every item or returns exactly those that it did
//     not write, in a [BatchError].
//   - A transaction is repeated with one token until there is an answer, and says
//     of each operation what stood in its way.
//   - A limit counts items returned, and a cursor continues after the last of
//     them. A cursor that was tampered with, or made for something else, is
//     [ErrCursor].
//   - Error messages name operation, table and attribute, and never hold a key
//     or a value of an item, or a name inside a map, as far as this package and
//     its checks go; the text of DynamoDB's own errors follows, except for the values
//     in it.
//
// # Items
//
// Items are encoded and decoded as by feature/dynamodb/attributevalue with its
// defaults, dynamodbav tags and the interfaces Marshaler and Unmarshaler
// included, but several times faster, by plans that New makes of the types. It
// differs where attributevalue is wrong:
//
//   - Marshaler methods on pointer receivers are called, also for an item that
//     is not given as a pointer.
//   - A number in a field of an interface type becomes attributevalue.Number,
//     which keeps all digits, not float64. An integer may be spelled 1E3.
//     big.Int and big.Float are stored as N.
//   - Of attributes that differ in case only, the exact match wins, at every
//     level; without one, the first in the order of their names.
//   - Two fields with the same attribute name are an error of New, where
//     attributevalue would drop both; so are omitempty and nullempty together.
//   - What a pointer to an interface holds is stored, not dropped. An Unmarshaler
//     in a set gets each member, not the whole set again and again.
//   - Two keys of a map that have one name are an error, where attributevalue
//     would drop one of them.
//   - Bytes that do not fit into an array, NaN as a number, and a map where a time
//     should be, are errors; and what makes attributevalue panic is one.
//   - Decode errors are a [DecodeError] that names the attribute and both types.
//
// With the SDK's client, scans, queries and Get decode the body of an answer
// straight into T, once it has arrived whole: a body that ends early, or whose
// CRC32 is wrong, is asked for again as the client's Retryer has it, and is an
// [ErrCorruptResponse] in the end. A proxy or a fake may leave the header out;
// then nothing is compared. The other calls, clients that are not the SDK's own (a
// wrapper is not), and clients with middleware or interceptors that see items (see
// [PassiveMiddleware]) give attribute values, which are decoded by the same plans.
//
// Items are the caller's to keep and to change; nothing in them aliases a buffer.
// Strings up to 512 bytes share blocks of 8 KB with those of their neighbors, and
// small lists of strings and what pointers point to are made 16 at a time. So one
// value that is kept keeps some KB in memory, never a page.
//
// # When not to use it
//
// A Repository keeps items of one type: a Query that reads a customer together with its orders, of two
// types under one key, is the SDK's business; templated keys keep such types apart in one table. Tables are
// administered with the SDK as well; [CreateTableInput] is all there is. And a client with
// middleware that has to see items, to encrypt them say, works, but at the SDK's speed.
//
// # Cost
//
// A Scan takes a seventh of the time of the SDK with attributevalue, and a fortieth of the
// allocations; items are encoded twice and decoded three times as fast. One page is held at a time,
// two with [Prefetch]. Nothing runs in the background. What costs capacity beyond the call itself is
// said where it is: a conditional write whose answer got lost is followed by a consistent read, [Once]
// is a transaction, [Consistent] doubles a read. "Figures" in the repository's README has how to
// measure.
//
// # Beside others
//
// What libraries of this kind do, by their documentation: guregu/dynamo 2 (G),
// AWS's entitymanager, not released (E), the SDK's attributevalue, expression and
// paginators (S), fogfish/dynamo (F), the Java Enhanced Client (J), ElectroDB (L),
// dynamodb-toolbox 2 (T), OneTable (O), PynamoDB (P), Dynamoose (D) and
// EfficientDynamoDb (N). Y is yes, p partly, raw by hand.
//
//	                              here G   E   S   F   J   L   T   O   P   D   N
//	typed CRUD, Query, Scan       Y    p   Y   –   p   Y   Y   Y   Y   Y   Y   Y
//	lazy iteration                Y    p   p   –   –   Y   –   –   –   Y   –   Y
//	auto-pagination               Y    Y   Y   p   –   Y   Y   Y   Y   Y   Y   Y
//	managed parallel scan         Y    Y   –   –   –   p   –   p   p   p   Y   Y
//	string cursor                 Y    –   –   –   p   –   Y   –   –   –   –   Y
//	signed cursor                 Y    –   –   –   –   –   –   –   –   –   –   –
//	limit of matches and of reads Y    Y   –   –   –   –   Y   p   p   Y   –   –
//	batches: chunks, backoff      Y    Y   p   –   –   –   p   p   p   Y   p   Y
//	transactions                  Y    Y   –   raw –   Y   Y   Y   Y   Y   Y   Y
//	transaction token             Y    Y   –   raw –   p   p   Y   p   Y   –   p
//	condition with the old item   Y    Y   p   raw p   Y   p   p   p   p   –   p
//	optimistic lock, delete too   Y    –   –   –   p   –   –   –   –   Y   –   Y
//	atomic counters               Y    p   Y   p   p   Y   Y   Y   p   Y   p   p
//	times and time to live        Y    p   p   p   –   p   p   Y   Y   Y   Y   p
//	key templates (1)             p    –   –   –   p   –   Y   p   Y   –   –   –
//	schema, CreateTable from T    Y    Y   Y   –   –   Y   –   p   Y   Y   Y   –
//	stream image into T           Y    –   –   p   –   –   p   p   Y   –   p   –
//	consumed capacity             Y    Y   –   raw –   Y   p   Y   Y   p   –   Y
//	error taxonomy                Y    p   –   p   Y   p   Y   Y   p   Y   p   p
//	decode error with its path    Y    –   –   –   –   p   p   Y   p   p   p   –
//	in-memory engine              Y    –   –   –   –   –   –   p   –   –   –   –
//	wire straight into T          Y    –   –   –   –   –   –   –   –   –   –   Y
//
// (1) Templates, but no collections: a Query reads items of one type.
package dynamo
