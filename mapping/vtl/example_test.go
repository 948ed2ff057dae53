package vtl_test

import (
	"fmt"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

func ExampleParse() {
	_, err := vtl.Parse("get.vtl", "{\n  \"id\": \"$input.params('id')\"\n#if($input.body)\n}")
	fmt.Println(err)
	// Output: get.vtl:4:2: unexpected end of template, want #end
}

func ExampleTemplate_Render() {
	t, err := vtl.Parse("post.vtl", `#set($in = $input.path('$'))
{
  "id": "$input.params('id')",
  "tags": [#foreach($t in $in.tags)"$util.escapeJavaScript($t)"#if($foreach.hasNext), #end#end],
  "raw": $input.json('$.tags')
}
#set($context.requestOverride.header.X-Count = "$in.tags.size()")
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := t.Render(vtl.Input{
		Body: []byte(`{"tags": ["red", "light \"blue\""]}`),
		Path: map[string]string{"id": "7"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", out.Body)
	fmt.Println(out.RequestOverride["header"])
	// Output:
	// {
	//   "id": "7",
	//   "tags": ["red", "light \"blue\""],
	//   "raw": ["red","light \"blue\""]
	// }
	// map[X-Count:2]
}
