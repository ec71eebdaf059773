package helper

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func runKube(tb testing.TB, k Keeper, file, info string) ran {
	tb.Helper()
	i, _ := ParseInvocation([]string{"helper", "kubectl", "work"})
	var stdout, stderr bytes.Buffer
	exit := i.Run(tb.Context(), testHome(tb, file), k, Streams{
		Stdin: forbidden{tb}, Stdout: &stdout, Stderr: &stderr, Getenv: func(name string) string {
			return map[string]string{"KUBERNETES_EXEC_INFO": info}[name]
		},
	})
	return ran{exit: exit, stdout: stdout.String(), stderr: stderr.String()}
}

// forbidden is what must not be read.
type forbidden struct{ tb testing.TB }

func (f forbidden) Read([]byte) (int, error) {
	f.tb.Error("the helper read its stdin, which may be the user's terminal")
	return 0, nil
}

func TestKubectl(t *testing.T) {
	const spec = `,"spec":{"interactive":false,"cluster":{"server":"https://127.0.0.1","config":{"audience":"x"}}}}`
	const none = ""
	const noID = "[[helper]]\ntool = 'kubectl'\nsession = 'work'\noptions.id_token = false\n"
	k := newFakeKeeper("work")
	expires := k.sessions["work"].expiresAt.Add(-time.Minute).UTC().Format(time.RFC3339)
	answer := func(version, token string) string {
		return `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/` + version +
			`","status":{"expirationTimestamp":"` + expires + `","token":"` + token + `"}}` + "\n"
	}
	for _, c := range []struct{ what, file, info, want string }{
		{"v1", none, `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"` + spec, answer("v1", "id-of-work-7")},
		{"v1beta1", none, `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"` + spec, answer("v1beta1", "id-of-work-7")},
		{"by hand", none, "", answer("v1", "id-of-work-7")},
		{"the access token", noID, "", answer("v1", "access-of-work-7")},
		{"v1alpha1", none, `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}`, ""},
		{"another kind", none, `{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}`, ""},
		{"garbage", none, "\xff{", ""},
		{"without end", none, strings.Repeat("[", maxRequest+1), ""},
		{"a broken file", "[[helper]", "", ""},
	} {
		got := runKube(t, k, c.file, c.info)
		if got.stdout != c.want || (got.exit == 0) != (c.want != "") || (got.stderr == "") != (c.want != "") {
			t.Errorf("%s: %+v; want %s", c.what, got, c.want)
		}
	}
	k.sessions["work"].refusal = signInNeeded()
	got := runKube(t, k, none, "")
	if got.exit != ExitSignIn || got.stdout != "" || !strings.Contains(got.stderr, "sessionkeeper login work") {
		t.Errorf("a session that was revoked: %+v", got)
	}
}

// The end that a tool is told is never past the true one, and never so early that the token is over before its use.
func TestTold(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for life, want := range map[time.Duration]time.Duration{
		time.Hour: 59 * time.Minute, 4 * time.Minute: 3 * time.Minute, time.Minute: 45 * time.Second, 4 * time.Second: 3 * time.Second, 0: 0,
		-time.Second: -time.Second,
	} {
		if got := told(now.Add(life), now).Sub(now); got != want {
			t.Errorf("of a life of %v %v are told; want %v", life, got, want)
		}
	}
}

func FuzzKubeVersion(f *testing.F) {
	f.Add(`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}`)
	f.Add(`{"kind":1}`)
	f.Fuzz(func(t *testing.T, info string) {
		version, err := kubeVersion(info)
		if err == nil && info != "" {
			var asked struct{ APIVersion string }
			if json.Unmarshal([]byte(info), &asked) != nil || asked.APIVersion != version {
				t.Errorf("%q was answered with the version %q", info, version)
			}
		}
	})
}
