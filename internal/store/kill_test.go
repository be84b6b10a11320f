package store

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// childEnv makes the test binary load runs into the archive it names until it
// is killed.
const childEnv = "PROFREPORT_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		child(path)
	}
	os.Exit(m.Run())
}

func child(path string) {
	text := requestLines(30_000)
	for i := 0; ; i++ {
		db, err := Open(context.Background(), path)
		if err != nil {
			panic(err)
		}
		if _, err := db.Load(context.Background(), streamed(strconv.Itoa(i), reader(text)), LoadOptions{}); err != nil {
			panic(err)
		}
		if err := db.Close(); err != nil {
			panic(err)
		}
	}
}

// TestKilledLoad kills a process that loads, at random moments; each run must
// be there as a whole or not at all. PROFREPORT_KILLS is how often, 10 unless
// told.
func TestKilledLoad(t *testing.T) {
	kills := 10
	if v, err := strconv.Atoi(os.Getenv("PROFREPORT_KILLS")); err == nil {
		kills = v
	} else if testing.Short() {
		kills = 3
	}
	path := filepath.Join(t.TempDir(), "a.db")
	start := time.Now()
	kill(t, path, func() {
		for deadline := start.Add(time.Minute); time.Now().Before(deadline) && countRuns(path) < 2; {
			time.Sleep(time.Millisecond)
		}
	})
	usual := time.Since(start) // of two loads on this machine, as busy as it is
	whole, hot := 0, 0
	for range kills {
		kill(t, path, func() { time.Sleep(rand.N(usual * 2)) })
		if _, err := os.Stat(path + "-journal"); err == nil {
			hot++
		}
		// The next to look may well be a reader.
		s, err := OpenSession(context.Background(), path, SessionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := rows(t, s, "select run, (select count(*) from requests q where q.run = r.run) n, "+
			"(select count(*) from sources q where q.run = r.run) f from runs r where n <> 30000 or f <> 1 or sha256 = ''"); got != "" {
			t.Fatalf("half a run: %s", got)
		}
		whole, _ = strconv.Atoi(rows(t, s, "select count(*) from runs"))
		if got := rows(t, s, "select count(*) - (select count(*) from requests) from stored_requests"); got != "0" {
			t.Fatalf("%s requests without a run", got)
		}
		s.Close()
	}
	v, err := Verify(context.Background(), path, nil)
	if err != nil || !v.OK() {
		t.Fatalf("%v %v", v, err)
	}
	if whole < 2 || hot == 0 && kills >= 10 {
		t.Errorf("%d kills, %d in a transaction, %d whole runs: the test shows nothing", kills, hot, whole)
	}
	t.Logf("%d kills, %d in a transaction, %d whole runs", kills, hot, whole)
}

// kill starts a child and kills it after wait.
func kill(t *testing.T, path string, wait func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
}

// countRuns is the number of runs that another process has stored so far.
func countRuns(path string) int {
	s, err := OpenSession(context.Background(), path, SessionOptions{})
	if err != nil {
		return 0
	}
	defer s.Close()
	names, err := s.ResolveRuns(context.Background(), nil)
	if err != nil {
		return 0
	}
	return len(names)
}
