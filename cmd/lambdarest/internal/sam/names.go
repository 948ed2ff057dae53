package sam

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// A property that nobody knows has no effect, and CloudFormation refuses it when the template is deployed: a warning
// says so, with the name that was probably meant. Only what this package reads is checked, and what stands beside it.
//
// The names are those of https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
// and, for tables, of https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html.

// A shape says which names a mapping may have, separated by spaces, and the shapes of what is below some of them; "*"
// stands for the members of a mapping that may have any names.
type shape struct {
	names string
	below map[string]shape
}

// shapes are those of Properties, by the type of the resource.
func shapes() map[string]shape {
	cors := shape{names: "AllowCredentials AllowHeaders AllowMethods AllowOrigins ExposeHeaders MaxAge"}
	identity := shape{names: "Context Header Headers QueryStrings ReauthorizeEvery StageVariables ValidationExpression"}
	auth := func(names, authorizer string) shape {
		return shape{"Authorizers DefaultAuthorizer " + names, map[string]shape{
			"Authorizers": {"", map[string]shape{"*": {authorizer, map[string]shape{"Identity": identity}}}},
		}}
	}
	return map[string]shape{
		typeFunction: {"Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties AutoPublishCodeSha256 " +
			"CapacityProviderConfig CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference Description DurableConfig Environment " +
			"EphemeralStorage EventInvokeConfig Events FileSystemConfigs FunctionName FunctionScalingConfig FunctionUrlConfig Handler ImageConfig " +
			"ImageUri InlineCode KmsKeyArn Layers LoggingConfig MemorySize PackageType PermissionsBoundary Policies PropagateTags " +
			"ProvisionedConcurrencyConfig PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role RolePath Runtime " +
			"RuntimeManagementConfig SnapStart SourceKMSKeyArn Tags TenancyConfig Timeout Tracing VersionDeletionPolicy VersionDescription VpcConfig",
			map[string]shape{
				"Environment":       {names: "Variables"},
				"FunctionUrlConfig": {"AuthType Cors InvokeMode", map[string]shape{"Cors": cors}},
				"Events":            {"", map[string]shape{"*": {names: "Properties Type"}}},
			}},
		typeAPI: {"AccessLogSetting AlwaysDeploy ApiKeySourceType Auth BinaryMediaTypes CacheClusterEnabled CacheClusterSize CanarySetting Cors " +
			"DefinitionBody DefinitionUri Description DisableExecuteApiEndpoint Domain EndpointConfiguration FailOnWarnings GatewayResponses " +
			"MergeDefinitions MethodSettings MinimumCompressionSize Mode Models Name OpenApiVersion Policy PropagateTags SecurityPolicy StageName " +
			"Tags TracingEnabled Variables",
			map[string]shape{
				"Auth": auth("AddApiKeyRequiredToCorsPreflight AddDefaultAuthorizerToCorsPreflight ApiKeyRequired InvokeRole ResourcePolicy UsagePlan",
					"AuthorizationScopes DisableFunctionDefaultPermissions FunctionArn FunctionInvokeRole FunctionPayloadType Identity UserPoolArn"),
				"Cors":             {names: "AllowCredentials AllowHeaders AllowMethods AllowOrigin MaxAge"},
				"GatewayResponses": {"", map[string]shape{"*": {names: "ResponseParameters ResponseTemplates StatusCode"}}},
			}},
		typeHTTPAPI: {"AccessLogSettings Auth CorsConfiguration DefaultRouteSettings DefinitionBody DefinitionUri Description " +
			"DisableExecuteApiEndpoint Domain FailOnWarnings Name PropagateTags RouteSettings StageName StageVariables Tags",
			map[string]shape{
				"Auth": auth("EnableIamAuthorizer", "AuthorizationScopes AuthorizerPayloadFormatVersion EnableFunctionDefaultPermissions "+
					"EnableSimpleResponses FunctionArn FunctionInvokeRole Identity IdentitySource JwtConfiguration"),
				"CorsConfiguration": cors,
			}},
		typePlainFunction: {"Architectures CapacityProviderConfig Code CodeSigningConfigArn DeadLetterConfig Description DurableConfig Environment " +
			"EphemeralStorage FileSystemConfigs FunctionName FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers LoggingConfig MemorySize " +
			"PackageType PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role Runtime RuntimeManagementConfig SnapStart Tags " +
			"TenancyConfig Timeout TracingConfig VpcConfig", map[string]shape{"Environment": {names: "Variables"}}},
		typeSimpleTable: {"PointInTimeRecoverySpecification PrimaryKey ProvisionedThroughput SSESpecification TableName Tags",
			map[string]shape{"PrimaryKey": {names: "Name Type"}}},
		typeTable: {"AttributeDefinitions BillingMode ContributorInsightsSpecification DeletionProtectionEnabled GlobalSecondaryIndexes " +
			"ImportSourceSpecification KeySchema KinesisStreamSpecification LocalSecondaryIndexes OnDemandThroughput " +
			"PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy SSESpecification StreamSpecification TableClass TableName Tags " +
			"TimeToLiveSpecification WarmThroughput", map[string]shape{"TimeToLiveSpecification": {names: "AttributeName Enabled"}}},
	}
}

// eventShapes are those of the Properties of events, by their type.
func eventShapes() map[string]shape {
	return map[string]shape{
		"Api": {"Auth Method Path RequestModel RequestParameters ResponseTransferMode RestApiId TimeoutInMillis",
			map[string]shape{"Auth": {names: "ApiKeyRequired AuthorizationScopes Authorizer InvokeRole OverrideApiAuth ResourcePolicy"}}},
		"HttpApi": {"ApiId Auth Method Path PayloadFormatVersion RouteSettings TimeoutInMillis",
			map[string]shape{"Auth": {names: "AuthorizationScopes Authorizer"}}},
		"Schedule": {names: "DeadLetterConfig Description Enabled Input Name RetryPolicy Schedule State"},
		"ScheduleV2": {names: "DeadLetterConfig Description EndDate FlexibleTimeWindow GroupName Input KmsKeyArn Name OmitName PermissionsBoundary " +
			"RetryPolicy RoleArn ScheduleExpression ScheduleExpressionTimezone StartDate State"},
	}
}

const (
	templateNames = "AWSTemplateFormatVersion Conditions Description Globals Hooks Mappings Metadata Outputs Parameters Resources Rules Transform"
	resourceNames = "Condition Connectors CreationPolicy DeletionPolicy DependsOn IgnoreGlobals Metadata Properties Type UpdatePolicy UpdateReplacePolicy"
	samTypes      = "AWS::Serverless::Api AWS::Serverless::Application AWS::Serverless::CapacityProvider AWS::Serverless::Connector " +
		"AWS::Serverless::Function AWS::Serverless::GraphQLApi AWS::Serverless::HttpApi AWS::Serverless::LayerVersion " +
		"AWS::Serverless::SimpleTable AWS::Serverless::StateMachine AWS::Serverless::WebSocketApi"
)

// checkNames warns of names in the template as it is written, before Globals are merged.
func (t *template) checkNames() {
	t.checkShape(value{&t.problems, t.root, ""}, shape{names: templateNames})
	all, events := shapes(), eventShapes()
	for kind, section := range globalsOf {
		t.checkShape(t.section("Globals").get(section), all[kind])
	}
	for _, r := range t.resources {
		path := "Resources." + r.id
		t.checkShape(value{&t.problems, r.node, path}, shape{names: resourceNames})
		if strings.HasPrefix(r.kind, "AWS::Serverless::") {
			t.checkName(value{&t.problems, r.node, path}.get("Type").n, path+".Type", r.kind, samTypes)
		}
		props := value{&t.problems, r.props, path + ".Properties"}
		t.checkShape(props, all[r.kind])
		if r.kind != typeFunction || !props.isMap() || !props.get("Events").isMap() {
			continue
		}
		for _, ev := range props.get("Events").all() {
			if ev.isMap() {
				t.checkEventType(ev.get("Type"))
				t.checkShape(ev.get("Properties"), events[ev.get("Type").text()])
			}
		}
	}
}

// eventTypes are those of the events of a function.
const eventTypes = "AlexaSkill Api CloudWatchEvent CloudWatchLogs Cognito DocumentDB DynamoDB EventBridgeRule HttpApi IoTRule Kinesis MQ MSK " +
	"S3 SNS SQS Schedule ScheduleV2 SelfManagedKafka"

func (t *template) checkEventType(v value) {
	if !v.isScalar() || v.n.Value == "" { // which is reported where the event is read
		return
	}
	if name, _ := intrinsic(v.n); name == "" {
		t.checkName(v.n, v.path, v.n.Value, eventTypes)
	}
}

// checkShape warns of names that a mapping cannot have. What is no mapping is somebody else's to report.
func (t *template) checkShape(v value, s shape) {
	if !v.isMap() || s.names == "" && s.below == nil {
		return
	}
	if name, _ := intrinsic(v.n); name != "" {
		return
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		key := v.n.Content[i]
		child := value{&t.problems, v.n.Content[i+1], strings.TrimPrefix(v.path+"."+key.Value, ".")}
		if s.names != "" {
			t.checkName(key, child.path, key.Value, s.names)
		}
		if below, ok := s.below[key.Value]; ok {
			t.checkShape(child, below)
		}
		if below, ok := s.below["*"]; ok {
			t.checkShape(child, below)
		}
	}
}

func (t *template) checkName(n *yaml.Node, path, name, known string) {
	if strings.HasPrefix(name, "Fn::") {
		return // a transform that puts something here
	}
	best, least := "", 3
	for candidate := range strings.FieldsSeq(known) {
		if candidate == name {
			return
		}
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	if best != "" {
		t.warn(n, path, "%q is not known here; did you mean %s?", name, best)
		return
	}
	t.warn(n, path, "%q is not known here; it has no effect", name)
}

// distance is how many letters to change, to insert, to leave out, or to swap with their neighbours make one word of the
// other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	var above, before []int // the rows above
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
