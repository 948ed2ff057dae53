// Uses the engine of dynamotest through the AWS SDK for JavaScript: creates a
// table with indexes, writes, queries, pages, and meets the errors that a program
// branches on. The endpoint comes from AWS_ENDPOINT_URL_DYNAMODB.
import assert from 'node:assert/strict'
import {
	BatchWriteItemCommand, CreateTableCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand, QueryCommand,
	TransactWriteItemsCommand, UpdateItemCommand, UpdateTableCommand, UpdateTimeToLiveCommand,
	paginateQuery, paginateScan, waitUntilTableExists, waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb'

const db = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
const TableName = 'orders'
const send = (Command, input) => db.send(new Command({ TableName, ...input }))
const waiting = { client: db, maxWaitTime: 60, minDelay: 1 }

await send(CreateTableCommand, {
	BillingMode: 'PAY_PER_REQUEST',
	AttributeDefinitions: ['user', 'id', 'city', 'total'].map((name) => ({ AttributeName: name, AttributeType: name === 'total' ? 'N' : 'S' })),
	KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }, { AttributeName: 'id', KeyType: 'RANGE' }],
	GlobalSecondaryIndexes: [{
		IndexName: 'byCity', Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
		KeySchema: [{ AttributeName: 'city', KeyType: 'HASH' }, { AttributeName: 'total', KeyType: 'RANGE' }],
	}],
})
await waitUntilTableExists(waiting, { TableName })

const order = (i) => ({
	user: { S: `user-${i % 7}` }, id: { S: `order-${String(i).padStart(4, '0')}` }, city: { S: i % 2 ? 'Seoul' : 'Busan' },
	total: { N: String(i % 10) }, note: { S: `note ${i} – ü` }, secret: { B: new Uint8Array([0, 255, i % 256]) },
})
for (let from = 0; from < 100; from += 25) {
	const put = Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: order(from + i) } }))
	const out = await db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: put } }))
	assert.deepEqual(out.UnprocessedItems, {})
}

const inSeoul = {
	TableName, IndexName: 'byCity', KeyConditionExpression: 'city = :c AND #t BETWEEN :low AND :high',
	ExpressionAttributeNames: { '#t': 'total' }, ExpressionAttributeValues: { ':c': { S: 'Seoul' }, ':low': { N: '3' }, ':high': { N: '7' } },
}
const seen = []
let pages = 0
for await (const page of paginateQuery({ client: db, pageSize: 4 }, { ...inSeoul, ScanIndexForward: false })) {
	pages++
	seen.push(...page.Items)
}
assert.equal(seen.length, 30)
assert.equal(pages, 8)
assert.deepEqual(seen.map((it) => Number(it.total.N)), seen.map((it) => Number(it.total.N)).sort((a, b) => b - a))
assert.deepEqual(Object.keys(seen[0]).sort(), ['city', 'id', 'note', 'total', 'user'])

let scanned = 0
for await (const page of paginateScan({ client: db, pageSize: 9 }, { TableName })) scanned += page.Count
assert.equal(scanned, 100)

const key = { user: { S: 'user-1' }, id: { S: 'order-0001' } }
const updated = await send(UpdateItemCommand, {
	Key: key, UpdateExpression: 'SET note = :n ADD #t :one', ExpressionAttributeNames: { '#t': 'total' },
	ExpressionAttributeValues: { ':n': { S: 'new' }, ':one': { N: '1' } }, ReturnValues: 'UPDATED_NEW', ReturnConsumedCapacity: 'INDEXES',
})
assert.deepEqual(updated.Attributes, { note: { S: 'new' }, total: { N: '2' } })
assert.equal(updated.ConsumedCapacity.GlobalSecondaryIndexes.byCity.CapacityUnits, 2)
const { Item } = await send(GetItemCommand, { Key: key, ConsistentRead: true })
assert.deepEqual(Item.secret.B, new Uint8Array([0, 255, 1]))

await assert.rejects(send(PutItemCommand, { Item: order(1), ConditionExpression: 'attribute_not_exists(#u)', ExpressionAttributeNames: { '#u': 'user' } }), { name: 'ConditionalCheckFailedException' })
await assert.rejects(send(QueryCommand, { ...inSeoul, ConsistentRead: true }), { name: 'ValidationException', message: 'Consistent reads are not supported on global secondary indexes' })
await assert.rejects(db.send(new TransactWriteItemsCommand({
	TransactItems: [
		{ Put: { TableName, Item: order(500) } },
		{ ConditionCheck: { TableName, Key: key, ConditionExpression: 'attribute_not_exists(id)' } },
	],
})), (err) => err.name === 'TransactionCanceledException' && err.CancellationReasons.map((r) => r.Code).join() === 'None,ConditionalCheckFailed')

await send(UpdateTimeToLiveCommand, { TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } })
await send(PutItemCommand, { Item: { ...order(600), until: { N: String(Math.floor(Date.now() / 1000) - 60) } } })
assert.equal((await send(GetItemCommand, { Key: { user: order(600).user, id: order(600).id } })).Item, undefined)
await send(UpdateTableCommand, { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byCity' } }] })
await waitUntilTableExists(waiting, { TableName })
await assert.rejects(send(QueryCommand, inSeoul), { message: 'The table does not have the specified index: byCity' })
await send(DeleteTableCommand, {})
await waitUntilTableNotExists(waiting, { TableName })
assert.deepEqual((await db.send(new ListTablesCommand({}))).TableNames, [])
console.log(`node-sdk: the AWS SDK for JavaScript wrote 100 items and read them back in ${pages} pages of an index`)
