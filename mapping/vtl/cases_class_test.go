package vtl

// classCases are methods by the class of the value and of the arguments: which overload takes a number, which static method
// a value lends, where Java compares characters and where units. What they give was taken from the reference.
var classCases = []renderCase{
	{`#set($b=99999999999999999999)#set($n=$b.valueOf(255))$n.toString(16)|$n.toString(99)|$n.max($b)|$n.min($b)|$n.divide($n.valueOf(2))|$b.class.valueOf(-1).toString(36)`, `ff|255|99999999999999999999|255|127|-1`, false},
	{`#set($n=99999999999999999999)$n.valueOf(0)|$n.valueOf(3000000000)|$n.valueOf(1.5)|$n.valueOf($n)|$n.valueOf('1')|$n.class.valueOf(7)`, `0|3000000000||||7`, false},
	{`#set($n=99999999999999999999)$n.toString('x')`, ``, true},
	{`#set($n=99999999999999999999)$n.class.abs()`, ``, true},
	{`#set($b=99999999999999999999)#set($d=1.5)[$d.valueOf($b)$d.max(1,$b)$d.sum($b,1)$d.toHexString($b)$d.class.valueOf($b)]$d.valueOf(3000000000)`, `[]3.0E9`, false},
	{`#set($b=99999999999999999999)#set($d=1.5)$d.isNaN($b)`, ``, true},
	{`#set($b=99999999999999999999)#set($d=1.5)$d.toString($b)`, ``, true},
	{`#set($n=3000000000)$n.toString(35,36)|$n.toString($n,16)`, `z|b2d05e00`, false},
	{`#set($n=3000000000)$n.toString($n,$n)`, ``, true},
	{`#set($d=99999999999999999999+1.5)$d.valueOf(7)|$d.valueOf(2.50)|$d.valueOf(7,3)|$d.valueOf(7,-9)|$d.valueOf(1.0e30)|$d.valueOf('7')`, `7|2.5|0.007|7E+9|1.0E+30|`, false},
	{`#set($d=99999999999999999999+1.5)$d.signum()|$d.abs()|$d.negate()|$d.max($d.valueOf(2))|$d.min($d.valueOf(2))`, `1|100000000000000000000.5|-100000000000000000000.5|100000000000000000000.5|2`, false},
	{`#set($d=99999999999999999999+1.5)$d.add($d)|$d.subtract($d)|$d.multiply($d.valueOf(-2))|$d.divide($d.valueOf(1,-3))|$d.divide($d.valueOf(-64))`, `200000000000000000001.0|0.0|-200000000000000000001.0|100000000000000000.0005|-1562500000000000000.0078125`, false},
	{`#set($d=99999999999999999999+1.5)#set($e=$d.valueOf(1.000))$e.divide($d.valueOf(50,2))|$e.valueOf(0,3).divide($e)|$e.valueOf(100,4).divide($e.valueOf(4))|$e.valueOf(10,3).max($e.valueOf(1,2))`, `2|0.00|0.0025|0.010`, false},
	{`#set($d=99999999999999999999+1.5)$d.divide($d.valueOf(3))`, `33333333333333333333.5`, false},
	{`#set($d=99999999999999999999+1.5)$d.divide($d.valueOf(0))`, ``, true},
	{`#set($d=99999999999999999999+1.5)$d.divide($d.valueOf(7))`, ``, true},
	{`#set($d=99999999999999999999+1.5)$d.valueOf(1,2147483647).multiply($d)`, ``, true},
	{`#set($d=99999999999999999999+1.5)$d.abs(1)`, ``, true},
	{`#set($d=99999999999999999999+1.5)$d.class.add($d)`, ``, true},
	{`#set($d=99999999999999999999+1.5)[$d.add(1)$d.valueOf($d)$d.class.valueOf('1')]$d.class.valueOf(4)`, `[]4`, false},
	{`#set($b=true)$b.toString(false)|$b.compare(true,false)|$b.class.toString(true)|$b.valueOf('TRUE')|$b.compare(true,1)`, `false|1|true|true|`, false},
	{`#set($b=true)$b.toString(1)`, ``, true},
	{`#set($s='ab')#set($c=$s.charAt(0))$c.valueOf($c)|$c.toString($c)|$c.toString(98)|$c.toString(128640)|$c.compare($c,$s.charAt(1))|$c.class.valueOf($c)`, `a|a|b|🚀|-1|a`, false},
	{`#set($s='ab')#set($c=$s.charAt(0))$c.toString(-1)`, ``, true},
	{`#set($s='ab')#set($c=$s.charAt(0))$c.class.charValue()`, ``, true},
	{`#set($s="ü🚀")$s.compareToIgnoreCase("𝄞")|$s.compareToIgnoreCase("Ü🚁")`, `-118818|-1`, false},
	{`#set($s="Ā🚀")$s.compareToIgnoreCase("𝄞")|$s.compareToIgnoreCase("Ā🚁")|$s.compareToIgnoreCase("ü🚀")|$s.compareToIgnoreCase("aĀ")|$s.compareToIgnoreCase("ā")`, `-118813|-1|5|160|2`, false},
	{`#set($s="𐐀")$s.compareToIgnoreCase("𐐨x")|$s.compareToIgnoreCase("𐐩")|$s.compareToIgnoreCase("a")|$s.compareTo("𐐨")|$s.equalsIgnoreCase("𐐨")`, `-1|-1|55200|-40|true`, false},
	{`#set($d=1.5)$d.parseDouble('0x1.fep7')|$d.valueOf('0x.8p1d')|$d.parseDouble('-0X1P-2F')|$d.parseDouble('NaN')|$d.parseDouble('-Infinity')|$d.parseDouble('+Infinity')|$d.parseDouble(' 1.f ')|$d.parseDouble('1e400')`, `255.0|1.0|-0.25|NaN|-Infinity|Infinity|1.0|Infinity`, false},
	{`#set($d=1.5)$d.parseDouble('1dd')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('0x1f')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('0x.p1')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('nan')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('inf')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('Infinityd')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('1_0')`, ``, true},
	{`#set($d=1.5)$d.parseDouble('d')`, ``, true},
	{`#set($s="x𝄞y")$s.codePointAt(0)|$s.codePointAt(1)|$s.codePointAt(2)|$s.codePointAt(3)`, `120|119070|56606|121`, false},
	{`#set($s="x𝄞y")#set($s=$s.substring(0,2))$s.codePointAt(1)`, `55348`, false},
}

// operatorCases are JSONPath filters with operators in odd places.
var operatorCases = []renderCase{
	{`$input.json('$.items[?(@.qty<1 ||| @.gift==true)]')`, ``, true},
	{`$input.json('$.items[?(@.qty<1 &&& @.gift==true)]')`, ``, true},
	{`$input.json('$.items[?(@.qty<1 |||| @.gift==true)]')`, ``, true},
	{`$input.json('$.items[?(@.qty<1 | @.gift==true)].sku')`, ``, true},
	{`$input.json('$.items[?(@.qty<1 || | @.gift==true)].sku')`, `["B2"]`, false},
	{`$input.json('$.items[?(@.qty<1 || &@.gift==true)].sku')`, `["B2"]`, false},
	{`$input.json('$.items[?(|| @.gift==true)].sku')`, ``, true},
	{`$input.json('$.items[?(@.gift==true &&)].sku')`, ``, true},
	{`$input.json('$.items[?(@.gift==true && || @.qty)].sku')`, ``, true},
}

// blockTextCases are where Velocity renders the text of a #define without printing it, and where not: #stop tells.
var blockTextCases = []renderCase{
	{`#define($v)a#stop b#end[#if(('a'%2)==$v)y#end]`, `[`, false},
	{`#define($v)a#stop b#end[#if($v!=('a'%2))y#end]`, `[`, false},
	{`#define($v)a#stop b#end[#set($x=$v==$null)]`, `[`, false},
	{`#define($v)a#stop b#end[#set($x=[$v])#if($x)y#end]`, `[`, false},
	{`#define($v)a#stop b#end[#set($x={'k':$v})#if(!$x)y#end]`, `[`, false},
	{`#define($v)a#stop b#end#define($w)c#end[#if($v==$w)y#end#if($v==$v)z#end]`, `[z]`, false},
	{`#define($v)a#stop b#end#set($j=$input.path('$.tags'))#set($x=$j.add($v))[#if($j)$j#end]`, `[["red","green","blue",{}]]`, false},
	{`#define($v)a#stop b#end[#set($x=[$v,$v])#set($x=$x.hashCode())]`, `[]`, false},
	{`#define($v)a#stop b#end[#if(('a'%2)<$v)y#end#set($x=$v+1)#foreach($e in [$v])$foreach.count#end]`, `[1]`, false},
	{`#define($v)a$v#end#if(('a'%2)==$v)y#{else}n#end`, `n`, false},
}
