package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What the commands do alike with their arguments.

// newFlags is the flag set of a command; about is the first part of its help text.
func newFlags(name, about string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("lambdarest "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "%s\n\nFlags:\n", about)
		flags.PrintDefaults()
	}
	return flags
}

// parse parses the flags of a command that takes up to n arguments, before, between and after them; done with a code means
// that there is nothing more to do.
func parse(flags *flag.FlagSet, args []string, n int) (code int, done bool) {
	help, output := flags.Usage, flags.Output()
	flags.Usage = func() {} // after an error it would only hide it
	flags.SetOutput(io.Discard)
	err := parseAll(flags, args)
	flags.SetOutput(output)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help()
		return exitOK, true
	case err != nil:
		fmt.Fprintf(output, "%s: %v\n\"%[1]s -h\" lists the flags.\n", flags.Name(), err)
		return exitUsage, true
	}
	if flags.NArg() > n {
		fmt.Fprintf(flags.Output(), "%s: unexpected argument %q\n", flags.Name(), flags.Arg(n))
		return exitUsage, true
	}
	return exitOK, false
}

// parseAll parses flags wherever they stand; "--" ends them.
func parseAll(flags *flag.FlagSet, args []string) error {
	var arguments, rest []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, rest = args[:i], args[i+1:]
	}
	for {
		if err := flags.Parse(args); err != nil {
			return err
		}
		if flags.NArg() == 0 {
			return flags.Parse(slices.Concat([]string{"--"}, arguments, rest))
		}
		arguments, args = append(arguments, flags.Arg(0)), flags.Args()[1:]
	}
}

// templateFile returns the template that a command is given: the file, the one in a folder, or the one in this folder where
// nothing is given, by the names that SAM's CLI looks for.
func templateFile(given string) string {
	if info, err := os.Stat(given); given != "" && (err != nil || !info.IsDir()) {
		return given
	}
	for _, name := range []string{"template.yaml", "template.yml", "template.json"} {
		if name = filepath.Join(given, name); isFile(name) {
			return name
		}
	}
	return filepath.Join(given, "template.yaml")
}

// misused says how a command was called wrongly.
func misused(stderr io.Writer, name, message string) int {
	_, _ = io.WriteString(stderr, "lambdarest "+name+": "+message+"; -h helps\n")
	return exitUsage
}

// pairs is a flag NAME=VALUE that may be given more than once.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return errors.New("expected NAME=VALUE")
	}
	p[name] = value
	return nil
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return "" }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// outputFlag adds -o, whose only value is "json"; what says what it prints then.
func outputFlag(flags *flag.FlagSet, o *string, what string) {
	flags.Func("o", what, func(s string) error {
		if *o = s; s != "json" {
			return errors.New("expected json")
		}
		return nil
	})
}

// text returns what the value of a flag stands for: itself, what is in the file of @FILE, or for @- what stdin has.
func text(value string) ([]byte, error) {
	switch name, isFile := strings.CutPrefix(value, "@"); {
	case !isFile:
		return []byte(value), nil
	case name == "-":
		return io.ReadAll(os.Stdin)
	default:
		return os.ReadFile(name)
	}
}
