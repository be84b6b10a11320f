package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"profreport": func() {
			os.Exit(run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// TestScripts runs the command lines of testdata/script: what they print,
// where, and how they exit. $DATA is the folder of recorded inputs, empty
// where it is not beside this checkout; scripts that need it skip then.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			wd, err := os.Getwd()
			if err != nil {
				return err
			}
			data := wd + "/../../../shared/data"
			if _, err := os.Stat(data); err != nil {
				data = ""
			}
			env.Setenv("DATA", data)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("SOURCE_DATE_EPOCH", "1700000000")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "data" {
				_, err := os.Stat("../../../shared/data")
				return err == nil, nil
			}
			return false, nil
		},
	})
}
