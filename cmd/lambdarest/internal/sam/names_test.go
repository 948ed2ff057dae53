package sam

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMisspelt: a name that nobody knows is a warning with its place, and with what was probably meant.
func TestMisspelt(t *testing.T) {
	app := mustLoad(t, `Transfrom: AWS::Serverless-2016-10-31
Globals:
  Function: {Timout: 5}
Resources:
`+fn("F", `      MemorySzie: 256
      Enviroment: {Variables: {A: b}}
      FunctionUrlConfig: {AuthType: NONE, Cros: {}, Cors: {AllowOrigin: ["*"]}}
      Whatever: 1
      Events:
        E: {Type: Api, Properties: {Path: /x, Method: get, Auth: {Authoriser: NONE}}, Propertys: 1}
        Q: {Type: SQS, Properties: {Anything: goes}}
        H: {Type: HttpAPI}
    DependOn: T
`)+`  T: {Type: AWS::Serverless::SimpleTabel}
  D: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: [{AttributeName: a, AttributeType: S}], BilingMode: x}}
  A:
    Type: AWS::Serverless::Api
    Properties:
      StageName: x
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: none}}
      Auth: {Authorizers: {L: {FunctionArn: !GetAtt F.Arn, Idenity: {Headers: [A]}}}}
      GatewayResponses: {DEFAULT_4XX: {statusCode: 400}}
  Other: {Type: Custom::Thing, Properties: {AnyName: 1}}
`)
	for _, want := range []string{
		`template.yaml:1:1: Transfrom: "Transfrom" is not known here; did you mean Transform?`,
		`template.yaml:3:14: Globals.Function.Timout: "Timout" is not known here; did you mean Timeout?`,
		`template.yaml:10:7: Resources.F.Properties.MemorySzie: "MemorySzie" is not known here; did you mean MemorySize?`,
		`template.yaml:11:7: Resources.F.Properties.Enviroment: "Enviroment" is not known here; did you mean Environment?`,
		`template.yaml:12:43: Resources.F.Properties.FunctionUrlConfig.Cros: "Cros" is not known here; did you mean Cors?`,
		`template.yaml:12:60: Resources.F.Properties.FunctionUrlConfig.Cors.AllowOrigin: "AllowOrigin" is not known here; did you mean AllowOrigins?`,
		`template.yaml:13:7: Resources.F.Properties.Whatever: "Whatever" is not known here; it has no effect`,
		`template.yaml:15:67: Resources.F.Properties.Events.E.Properties.Auth.Authoriser: "Authoriser" is not known here; did you mean Authorizer?`,
		`template.yaml:15:87: Resources.F.Properties.Events.E.Propertys: "Propertys" is not known here; did you mean Properties?`,
		`template.yaml:17:19: Resources.F.Properties.Events.H.Type: "HttpAPI" is not known here; did you mean HttpApi?`,
		`template.yaml:18:5: Resources.F.DependOn: "DependOn" is not known here; did you mean DependsOn?`,
		`template.yaml:19:13: Resources.T.Type: "AWS::Serverless::SimpleTabel" is not known here; did you mean AWS::Serverless::SimpleTable?`,
		`template.yaml:20:158: Resources.D.Properties.BilingMode: "BilingMode" is not known here; did you mean BillingMode?`,
		`template.yaml:26:60: Resources.A.Properties.Auth.Authorizers.L.Idenity: "Idenity" is not known here; did you mean Identity?`,
		`template.yaml:27:40: Resources.A.Properties.GatewayResponses.DEFAULT_4XX.statusCode: "statusCode" is not known here; did you mean StatusCode?`,
	} {
		require.Contains(t, shorten(app.Warnings), want)
	}
	require.Len(t, app.Warnings, 17, "the others are of events that do not come here, and of what is not run")
}

// TestMisspeltAndWrong: the warning that explains an error comes with it.
func TestMisspeltAndWrong(t *testing.T) {
	app, err := load(t, Options{}, "Resources:\n"+fn("F", "      Events: {E: {Type: Api, Properties: {Pth: /x, Method: get}}}\n"))
	require.ErrorContains(t, err, "expected Path and Method")
	require.Contains(t, shorten(app.Warnings)[0], `did you mean Path?`)
}

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"cors", "cors", 0}, {"cros", "cors", 1}, {"timout", "timeout", 1}, {"abc", "xyz", 3}, {"size", "szie", 1}} {
		require.Equal(t, row.want, distance(row.a, row.b), "%s %s", row.a, row.b)
		require.Equal(t, row.want, distance(row.b, row.a), "%s %s", row.b, row.a)
	}
}
