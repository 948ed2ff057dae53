package vtl_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

func ExampleParse() {
	_, err := vtl.Parse("get.vtl", "{\n  \"id\": \"$input.params('id')\"\n#if($input.body)\n}")
	fmt.Println(err)
	// Output: get.vtl:4:2: unexpected end of template, want #end
}

func ExampleTemplate_Name() {
	t, err := vtl.Parse("get.vtl", `{"id": "$input.params('id')"}`)
	fmt.Println(t.Name(), err)
	// Output: get.vtl <nil>
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

func ExampleExcerpt() {
	_, err := vtl.Parse("get.vtl", `{"id": "$input.params('id'"}`)
	fmt.Println(err)
	fmt.Print(vtl.Excerpt(err))
	// Output:
	// get.vtl:1:27: unexpected character "\""
	// {"id": "$input.params('id'"}
	//                           ^
}

func ExampleCoverage() {
	t, err := vtl.Parse("get.vtl", `#if($input.params('id') != "")one#{else}all#end`)
	if err != nil {
		fmt.Println(err)
		return
	}
	coverage := new(vtl.Coverage)
	out, err := t.Render(vtl.Input{Coverage: coverage})
	fmt.Printf("%s %v %v\n", out.Body, err, coverage.Missed(t))
	// Output:
	// all <nil> [{1 1 #if}]
}

func ExampleTemplate_RenderContext() {
	t, err := vtl.Parse("loop.vtl", `#foreach($i in [1..1000])#foreach($j in [1..1000])#set($x = $i * $j)#end#end`)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the client is gone
	_, err = t.RenderContext(ctx, vtl.Input{})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}
