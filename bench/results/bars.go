package main

// The peers that cannot be measured: the public module proxy gives no version of them.
const notToBeHad = "github.com/aquasecurity/lmdrouter and github.com/akrylysov/algnhsa cannot be had from the module proxy"

// Why bars of several rows are missed, where they are.
const (
	codeAndTables  = "two fifths of it are the linker's tables of 430 functions, not code; decoding from the wire and encoding to it, checks of what arrives, templates and key schemas are together about as large as the excess"
	frontDoor      = "net/http's server and the kernel take more than three quarters of the processor time of a request; the table below has net/http alone"
	processesAlone = "the function's process, which is aws-lambda-go's loop around net/http, takes the greater part of the processor time; the table below has the same processes without a gateway, fed by one thread around epoll, and its requests a second are the most that a gateway could reach here"
	kernelSlices   = "the clients' thread has one of the two processors, so that the gateway's threads, and its functions' processes, wait for each other on the second for a slice of the kernel's scheduler, 3 ms"
)

// bars are the promises of the issues, in the order of RESULTS.md.
var bars = []bar{
	{"router", "a REST event of 3 KB to a text answer, 48 routes: against lambda.NewHandler with the events struct and no router", atLeast(7, "×"), "router", times("Text/no-router", "Text/lambdarest"), "Text/lambdarest", ""},
	{"router", "the same: against aws-lambda-go-api-proxy with chi", atLeast(9, "×"), "router", times("Text/api-proxy-chi", "Text/lambdarest"), "Text/api-proxy-chi", ""},
	{"router", "a path value, a small JSON body, a JSON answer: against no router", atLeast(5, "×"), "router", times("JSON/no-router", "JSON/lambdarest"), "JSON/lambdarest", ""},
	{"router", "the same: against aws-lambda-go-api-proxy with chi", atLeast(6, "×"), "router", times("JSON/api-proxy-chi", "JSON/lambdarest"), "JSON/api-proxy-chi", ""},
	{"router", "allocations of the two: at most 8 and 20", passes, "router's tests", value("TestAllocations", "passes"), "", ""},
	{"router", "through Proxy, events structs in and out: against chi behind api-proxy", atLeast(1, "×"), "router", times("Text/api-proxy-chi", "Text/lambdarest-Proxy"), "Text/lambdarest-Proxy", ""},
	{"router", "dispatch alone, GitHub's 203 routes: against httprouter", atLeast(1, "×"), "dispatch", times("Dispatch/github_api/httprouter", "Dispatch/github_api/lambdarest"), "Dispatch/github_api/lambdarest", ""},
	{"router", "dispatch alone, Google+: against httprouter", atLeast(1, "×"), "dispatch", times("Dispatch/gplus_api/httprouter", "Dispatch/gplus_api/lambdarest"), "Dispatch/gplus_api/lambdarest", ""},
	{"router", "dispatch alone, Parse: against httprouter", atLeast(1, "×"), "dispatch", times("Dispatch/parse_api/httprouter", "Dispatch/parse_api/lambdarest"), "Dispatch/parse_api/lambdarest", ""},
	{"router", "dispatch alone, static files: against httprouter", atLeast(1, "×"), "dispatch", times("Dispatch/static_routes/httprouter", "Dispatch/static_routes/lambdarest"), "Dispatch/static_routes/lambdarest", ""},
	{"router", "dispatch alone, GitHub's routes: allocations", atMost(0, "allocations"), "dispatch", value("Dispatch/github_api/lambdarest", "allocs/op"), "", ""},
	{"router", "time when an event's size doubles, up to 6 MB: the worst step", atMost(2.2, "×"), "size of events", worst(
		ratio("EventSize/768KB", "EventSize/384KB", "ns/op"), ratio("EventSize/1536KB", "EventSize/768KB", "ns/op"), ratio("EventSize/3072KB", "EventSize/1536KB", "ns/op"),
		ratio("EventSize/6000KB", "EventSize/3072KB", "ns/op")), "", ""},
	{"router", "memory: at most 2.2 × when the event doubles, at the peak at most 4 × the event", passes, "router's tests", value("TestMemoryIsLinear", "passes"), "", ""},
	{"router", "a function with the router: more than aws-lambda-go's hello world", atMost(350_000, "bytes"), "sizes", more("Size/router", "Size/hello", "bytes"), "", ""},
	{"router", "package initialisation: more than hello world's, with mapping and warmup", atMost(0.1, "ms"), "cold starts", more("Init/all", "Init/hello", "ms"), "", ""},

	{"dynamo", "a Scan of 1 MB, 2,936 items, from the body to structs: against the SDK's Scan with attributevalue", atLeast(6, "×"), "dynamo", times("Scan/sdk", "Scan/lambdarest"), "Scan/sdk", ""},
	{"dynamo", "the same: against guregu/dynamo", atLeast(4, "×"), "dynamo", times("Scan/guregu", "Scan/lambdarest"), "Scan/guregu", ""},
	{"dynamo", "the same: allocations", atMost(15_000, "allocations"), "dynamo", value("Scan/lambdarest", "allocs/op"), "", ""},
	{"dynamo", "the same: bytes allocated, against the SDK's", atMost(0.25, "×"), "dynamo", ratio("Scan/lambdarest", "Scan/sdk", "B/op"), "", ""},
	{"dynamo", "decoding attribute values: against attributevalue", atLeast(2, "×"), "codec", times("codec:Decode/attributevalue", "codec:Decode/plan"), "codec:Decode/plan", ""},
	{"dynamo", "encoding to attribute values: against attributevalue", atLeast(1.5, "×"), "codec", times("codec:Encode/attributevalue", "codec:Encode/plan"), "codec:Encode/plan", ""},
	{"dynamo", "PutItem, the request's bytes included: against the raw SDK", atLeast(1, "×"), "dynamo", times("Put/sdk", "Put/lambdarest"), "Put/sdk", ""},
	{"dynamo", "the same: allocations more than the raw SDK's", atMost(-1, "allocations"), "dynamo", more("Put/lambdarest", "Put/sdk", "allocs/op"), "Put/lambdarest", ""},
	{"dynamo", "PutAll of 100,000 items: against a loop of BatchWriteItem, the server answers at once", atLeast(1.5, "×"), "bulk", times("PutAll/0s_away/by_hand", "PutAll/0s_away/dynamo"), "", ""},
	{"dynamo", "the same, the server is 1 ms away", atLeast(1.5, "×"), "bulk", times("PutAll/1ms_away/by_hand", "PutAll/1ms_away/dynamo"), "", ""},
	{"dynamo", "a scan in 4 segments on 2 cores: against one segment, the server in memory", atLeast(1.6, "×"), "parallel scan", times("ParallelScan/in_memory/lazy", "ParallelScan/in_memory/4_segments"), "", ""},
	{"dynamo", "the same, over the loopback: the two cores run the server as well", atLeast(1.6, "×"), "parallel scan", times("ParallelScan/loopback/lazy", "ParallelScan/loopback/4_segments"), "", ""},
	{"dynamo", "streaming a table of 1 GB: at most 64 MB above the start", passes, "dynamo's memory", value("TestMemoryIsConstantInTheTable", "passes"), "", ""},
	{"dynamo", "added to a function that uses ten operations of the SDK's client and goes on doing so", atMost(250_000, "bytes"), "sizes", more("Size/dynamobeside", "Size/dynamosdk", "bytes-of-sections"), "", codeAndTables},
	{"dynamo", "initialisation added to it", atMost(0.1, "ms"), "cold starts", more("Init/dynamo", "Init/dynamosdk", "ms"), "", ""},

	{"dynamotest", "GetItem through the HTTP door, operations a second: against DynamoDB Local", atLeast(5, "×"), "dynamotest", ratio("Engine/GetItem/HTTP-door", "Engine/GetItem/DynamoDB-Local", "ops/s"), "", ""},
	{"dynamotest", "PutItem, the same", atLeast(5, "×"), "dynamotest", ratio("Engine/PutItem/HTTP-door", "Engine/PutItem/DynamoDB-Local", "ops/s"), "", ""},
	{"dynamotest", "GetItem through the SDK's client without a socket: against DynamoDB Local through the SDK's client", atLeast(10, "×"), "dynamotest", ratio("Engine/GetItem/without-a-socket", "Engine/GetItem/DynamoDB-Local,-SDK's-client", "ops/s"), "", ""},
	{"dynamotest", "PutItem, the same", atLeast(10, "×"), "dynamotest", ratio("Engine/PutItem/without-a-socket", "Engine/PutItem/DynamoDB-Local,-SDK's-client", "ops/s"), "", ""},
	{"dynamotest", "start of an engine with a table", atMost(1, "ms"), "start of dynamotest", scaled("Start", "ns/op", 1e-6), "Start", ""},
	{"dynamotest", "1,000,000 items of 1 KB: memory from the system", atMost(2.5, "GB"), "a million items", value("Million/memory", "GB"), "", ""},
	{"dynamotest", "GetItem in 1,000,000 items: against 1,000 items, where linear would be 1,000 ×", atMost(6, "×"), "a million items", ratio("Million/GetItem/big", "Million/GetItem/small", "µs"), "", ""},
	{"dynamotest", "Query, the same", atMost(6, "×"), "a million items", ratio("Million/Query/big", "Million/Query/small", "µs"), "", ""},

	{"mapping", "the console's passthrough template, parsed before, a request of 1 KB", atMost(20, "µs"), "passthrough", scaled("vtl:Passthrough", "ns/op", 1e-3), "vtl:Passthrough", ""},
	{"mapping", "the same: against velocityjs", atLeast(5, "×"), "velocityjs", times("VelocityJS/velocityjs", "VelocityJS/vtl"), "", ""},

	{"warmup", "an event that is no ping, all recorded HTTP events: against lambda.NewHandler decoding it", atMost(0.5, "%"), "warmup", percent("PassThrough/warmup", "PassThrough/decoded", "ns/op"), "", ""},
	{"warmup", "the same: allocations", atMost(0, "allocations"), "warmup", value("PassThrough/warmup", "allocs/op"), "", ""},
	{"warmup", "hello world with router, mapping and warmup", atMost(6_630_000, "bytes"), "sizes", value("Size/all", "bytes"), "", ""},
	{"warmup", "its packages' initialisation", atMost(0.66, "ms"), "cold starts", value("Init/all", "ms"), "", ""},
	{"warmup", "memory of its packages' initialisation", atMost(49_000, "bytes"), "cold starts", value("Init/all", "bytes"), "", ""},
	{"warmup", "exec to the first next: against hello world", atMost(1.05, "×"), "cold starts", ratio("ColdStart/router", "ColdStart/hello-world-of-aws-lambda-go", "init-ms"), "", ""},
	{"warmup", "jsonscan and warmup added to hello world", atMost(60_000, "bytes"), "sizes", more("Size/warmup", "Size/hello", "bytes-of-sections"), "", ""},
	{"warmup", "router, after a ping that primes: the first invocation against later ones", atMost(2, "×"), "cold starts", value("ColdStart/router,-after-a-ping-that-primes", "first/later"), "", ""},
	{"warmup", "mapping, after a ping that primes: the first invocation against later ones", atMost(2, "×"), "cold starts", value("ColdStart/mapping,-after-a-ping-that-primes", "first/later"), "", ""},

	{"gateway", "requests a second, in process, 8 clients: against serverless-offline 13", atLeast(20, "×"), "gateway", perSecond("gateway,-in-process", 8), "", frontDoor},
	{"gateway", "the same, 50 clients", atLeast(20, "×"), "gateway", perSecond("gateway,-in-process", 50), "", frontDoor},
	{"gateway", "requests a second, through a bootstrap process, 8 clients: against serverless-offline 13", atLeast(5, "×"), "gateway", perSecond("gateway,-bootstrap", 8), "", processesAlone},
	{"gateway", "the same, 50 clients", atLeast(5, "×"), "gateway", perSecond("gateway,-bootstrap", 50), "", processesAlone},
	{"gateway", "the same, 8 clients: against no gateway, one thread around epoll that sends each of the same functions the same event", atLeast(0.6, "×"), "gateway", ratio(load("gateway,-bootstrap", 8), load("floor,-bootstrap", 8), "requests/s"), "", ""},
	{"gateway", "requests a second, through bootstrap processes of eight invocations at a time, 8 clients: against serverless-offline 13", atLeast(5, "×"), "gateway", perSecond("gateway,-8-a-bootstrap", 8), "", processesAlone},
	{"gateway", "the same, 50 clients", atLeast(5, "×"), "gateway", perSecond("gateway,-8-a-bootstrap", 50), "", processesAlone},
	{"gateway", "p99 in process, 8 clients: against the peer's p50", atMost(1, "×"), "gateway", tail("gateway,-in-process", 8), "", kernelSlices},
	{"gateway", "the same, 50 clients", atMost(1, "×"), "gateway", tail("gateway,-in-process", 50), "", ""},
	{"gateway", "p99 through a bootstrap process, 8 clients: against the peer's p50", atMost(1, "×"), "gateway", tail("gateway,-bootstrap", 8), "", kernelSlices},
	{"gateway", "the same, 50 clients", atMost(1, "×"), "gateway", tail("gateway,-bootstrap", 50), "", ""},
	{"gateway", "lambdarest start to its first answer, build excluded", atMost(300, "ms"), "gateway", value("GatewayStart/lambdarest", "ms"), "", ""},
	{"gateway", "memory without the functions, 50 clients", atMost(60, "MB"), "load on the gateway", value("GatewayLoad", "MB"), "", ""},
	{"gateway", "50 clients for a minute: no error, flat memory", passes, "load on the gateway", value("TestGatewayLoad", "passes"), "", ""},
}

// elsewhere are promises that campaigns hold, which take hours or assert what has no figure.
var elsewhere = [][2]string{
	{"1,000,000 hostile events of each source; 1,000,000 spoofed pings; 10,000 hostile connections", ".ci/campaign"},
	{"every fault × every operation; 200 seeds of scans under 20 % faults; batches of 100,000; 10,000 flipped bodies", ".ci/campaign-dynamo"},
	{"1,000,000 operations on the engine and on DynamoDB Local", ".ci/campaign-dynamotest"},
	{"200,000 templates against Apache Velocity 1.7", ".ci/campaign-vtl"},
}
