package vtl

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCoverage(t *testing.T) {
	tpl, err := Parse("t", `#if($input.params('a') == 'x')1#elseif($input.params('a') == 'y')2#{else}3#end
#foreach($i in $input.path('$.l'))#if($i)$i#end#end
#set($s = "#if($i)a#{else}b#end")`)
	require.NoError(t, err)
	c := new(Coverage)
	render := func(a, body string) []Branch {
		_, err := tpl.Render(Input{Query: map[string]string{"a": a}, Body: []byte(body), Coverage: c})
		require.NoError(t, err)
		return c.Missed(tpl)
	}
	require.Equal(t, []Branch{
		{1, 1, "#if"}, {1, 32, "#elseif"}, {1, 67, "#else"}, {2, 1, "#foreach"}, {2, 35, "#if"}, {2, 35, "#if, if nothing of it holds"}, {3, 12, "#if"}, {3, 20, "#else"},
	}, c.Missed(tpl))
	require.Equal(t, []Branch{{1, 32, "#elseif"}, {1, 67, "#else"}, {2, 35, "#if, if nothing of it holds"}, {3, 20, "#else"}}, render("x", `{"l":[1]}`))
	require.Equal(t, []Branch{{1, 67, "#else"}, {3, 20, "#else"}}, render("y", `{"l":[false]}`))
}

func TestExcerpt(t *testing.T) {
	_, err := Parse("get.vtl", "{\r\n\t\"é\": \"$input.params('id'\"\r\n}")
	require.EqualError(t, err, "get.vtl:2:26: "+err.(*SyntaxError).Msg)
	require.Equal(t, "\t\"é\": \"$input.params('id'\"\n\t                        ^\n", Excerpt(err))
	_, err = renderString("a\n$input.body.charAt(99)", Input{})
	require.Equal(t, "$input.body.charAt(99)\n            ^\n", Excerpt(errors.Join(errors.New("x"), err)))
	require.Empty(t, Excerpt(errors.New("x")))
}

// A rendering ends soon after its context.
func TestRenderContext(t *testing.T) {
	tpl, err := Parse("t", "#foreach($i in [1..1000])#foreach($j in [1..1000])#set($x = $i * $j)#end#end")
	require.NoError(t, err)
	_, err = tpl.RenderContext(t.Context(), Input{})
	require.NoError(t, err)
	cause := errors.New("the client is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err = tpl.RenderContext(ctx, Input{})
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "t:1:1: rendering was stopped: the client is gone")

	timed, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	big, err := Parse("t", "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..4])x#end#end#end")
	require.NoError(t, err)
	_, err = big.RenderContext(timed, Input{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
