package words

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// jargon are words that people who only want to stay signed in need not know. The folds may have them, and the hints
// beside a form's fields, which say what a provider calls a thing.
var jargon = regexp.MustCompile(`(?i)\b(tokens?|grants?|scopes?|oauth|oidc|openid|pkce|client[_ ](id|secret)s?|clients?|` +
	`endpoints?|redirects?( ur[il]s?)?|callbacks?|issuers?|bearer|nonces?|jwts?|consents?|rotations?|invalid_\w+|` +
	`https?|40[0-9]|d-?bus|refresh[_ ]tokens?|idle limit|daemons?|stdin|json|toml)\b`)

// blame are ways to speak that we do not have.
var blame = regexp.MustCompile(`(?i)something went wrong|oops|sorry|you (must|failed|forgot|should)|unfortunately|` +
	`invalid|illegal|fatal|!`)

// openPlaces are what texts leave open, commandFlags the command line's.
var (
	openPlaces   = regexp.MustCompile(`\{\w+\}`)
	commandFlags = regexp.MustCompile(`--[a-z-]+`)
)

// firstLevel are all texts that people meet without asking for more, by where they are.
func firstLevel() map[string]string {
	texts := map[string]string{}
	for id, s := range read().States {
		texts["states/"+id] = s.Word
	}
	problems := func(where string, p problem) {
		texts[where+" title"], texts[where+" detail"] = p.Title, p.Detail
	}
	for state, reasons := range read().Problems {
		for reason, p := range reasons {
			problems(state+"/"+reason, p)
		}
	}
	for code, p := range read().Machine {
		problems("machine/"+code, p)
	}
	for id, a := range read().Actions {
		texts["actions/"+id] = a.Label
	}
	for id, n := range read().Notices {
		texts["notices/"+id+" title"], texts["notices/"+id+" body"] = n.Title, n.Body
	}
	for id, p := range read().Pages {
		texts["pages/"+id+" title"], texts["pages/"+id+" lead"], texts["pages/"+id+" action"] = p.Title, p.Lead, p.Action
	}
	for id, c := range read().Counts {
		texts["counts/"+id+" one"], texts["counts/"+id+" many"] = c.One, c.Many
	}
	for _, s := range sections {
		for id, text := range read().texts[s] {
			texts[string(s)+"/"+id] = text
		}
	}
	return texts
}

func TestFirstLevelIsPlain(t *testing.T) {
	for where, text := range firstLevel() {
		if where == "notices/check_off body" {
			text = strings.ReplaceAll(text, "check_url", "X") // the setting's name
		}
		if strings.HasPrefix(where, string(Advice)+"/") || strings.HasPrefix(where, string(SignIn)+"/") {
			text = parentheses.ReplaceAllString(text, "")
		}
		if strings.HasPrefix(where, string(Errors)+"/") {
			text = commandFlags.ReplaceAllString(text, "X") // programs and terminals read these
		}
		if found := jargon.FindString(openPlaces.ReplaceAllString(text, "X")); found != "" {
			t.Errorf("%s says %q: %s", where, found, text)
		}
		if found := blame.FindString(text); found != "" {
			t.Errorf("%s says %q: %s", where, found, text)
		}
		if strings.ContainsAny(text, "%\n\t`\"") || strings.Contains(text, "  ") || text != strings.TrimSpace(text) {
			t.Errorf("%s: %q", where, text)
		}
	}
}

// Every problem has a short title, a detail that ends with what to do, and an action that the table has; those of
// sessions name theirs once.
func TestProblems(t *testing.T) {
	used := map[string]bool{}
	check := func(where string, p problem) {
		t.Helper()
		used[p.Action] = true
		if _, ok := read().Actions[p.Action]; !ok {
			t.Errorf("%s: there is no action %q", where, p.Action)
		}
		if n := len([]rune(p.Title)); n == 0 || n > 48 || strings.HasSuffix(p.Title, ".") {
			t.Errorf("%s: the title is %q", where, p.Title)
		}
		if n := len([]rune(p.Detail)); n == 0 || n > 200 || !strings.HasSuffix(p.Detail, ".") {
			t.Errorf("%s: the detail is %q (%d)", where, p.Detail, n)
		}
		if p.More != "" && !strings.HasSuffix(p.More, ".") && !strings.Contains(p.More, ": ") {
			t.Errorf("%s: more is %q", where, p.More)
		}
	}
	for state, reasons := range read().Problems {
		for reason, p := range reasons {
			check(state+"/"+reason, p)
			if strings.Count(p.Detail, "“{name}”") != 1 || strings.Count(p.Detail, "{") != 1 || strings.Contains(p.Title, "{") {
				t.Errorf("%s/%s: want “{name}” once in %q and nothing else", state, reason, p.Detail)
			}
		}
	}
	for code, p := range read().Machine {
		check("machine/"+code, p)
	}
	for id := range read().Actions {
		if !used[id] {
			t.Errorf("nobody has the action %q", id)
		}
	}
}

// kept are the ways to say that nothing was lost, and toDo those to say what there is to do, or that there is nothing.
var (
	kept = regexp.MustCompile(`(nothing (here )?(is|was) (sent or )?(lost|changed)|settings are kept|no session is lost|` +
		`sessions (are safe|go on as before|will be here|have)|as before|left as it is|until then|is on the page)`)
	toDo = regexp.MustCompile(`(?i)(sign in|unlock|correct|check|start|stop|add|allow|resume|remove|set the|ask|install|make|` +
		`give|wait|use|open|log in|look at|finish|have it|by itself|in a moment|nothing you need to do)`)
)

// unlosing are the states and the faults in which there is nothing that could be lost.
var unlosing = []string{
	"active", "expiring", "paused", "signed_out", "open_files", "no_display", "no_dbus", "no_browser", "no_notifications", "no_tray",
}

// Whatever fails, people are told that nothing was lost, and at the end the one thing to do.
func TestFailuresSayWhatIsKept(t *testing.T) {
	check := func(where, of, detail string) {
		t.Helper()
		if !slices.Contains(unlosing, of) && !kept.MatchString(strings.ToLower(detail)) {
			t.Errorf("%s does not say that nothing is lost: %s", where, detail)
		}
		end := detail
		for _, cut := range []string{". ", ": "} {
			if i := strings.LastIndex(detail, cut); i >= 0 {
				end = detail[i+len(cut):]
				break
			}
		}
		if !toDo.MatchString(end) {
			t.Errorf("%s does not end with what to do: %s", where, detail)
		}
	}
	for state, reasons := range read().Problems {
		for reason, p := range reasons {
			check(state+"/"+reason, state, p.Detail)
		}
	}
	for code, p := range read().Machine {
		check("machine/"+code, code, p.Detail)
	}
	for id, text := range read().texts[Advice] {
		check("advice/"+id, id, text)
		words := parentheses.ReplaceAllString(text, "")
		if utf8.RuneCountInString(text) > 160 || strings.Count(text, ": ") != 1 || !strings.HasSuffix(text, ".") ||
			strings.ContainsAny(strings.TrimSuffix(text, "."), ".!?") {
			t.Errorf("advice/%s is no short sentence: %s", id, text)
		}
		if strings.ContainsAny(words, "()") || words != text && !strings.HasSuffix(text, ").") {
			t.Errorf("advice/%s: what stands in parentheses stands at the end: %s", id, text)
		}
	}
}

// endsOnAPage are the sentences on a sign-in that ended on a page, which says what to do.
var endsOnAPage = map[string]string{
	"denied": "denied", "fault": "exchange", "exchange": "exchange", "pushed": "exchange", "device_start": "exchange",
	"device_refused": "exchange", "not_kept": "exchange", "timeout": "timeout", "code_expired": "timeout",
	"given_up": "cancelled", "replaced": "cancelled", "stopped": "cancelled",
}

// Whatever becomes of a sign-in, people are told what to do: by the sentence itself or by the page that it stands on.
func TestSignInsSayWhatToDo(t *testing.T) {
	for id, p := range read().Pages {
		if p.Title == "" || len([]rune(p.Title)) > 48 || strings.HasSuffix(p.Title, ".") || !strings.HasSuffix(p.Lead, ".") ||
			p.Action != "" && !strings.HasSuffix(p.Action, ".") || !slices.Contains([]Tone{Good, Wait, Bad}, p.Tone) {
			t.Errorf("page %s is not finished: %+v", id, p)
		}
		if p.Tone != Good && p.Action == "" {
			t.Errorf("page %s does not say what to do", id)
		}
	}
	for id, text := range read().texts[SignIn] {
		if !strings.HasSuffix(text, ".") || utf8.RuneCountInString(text) > 200 {
			t.Errorf("sign_in/%s is no short sentence: %s", id, text)
		}
		if page, ok := endsOnAPage[id]; ok {
			if OfPage(page).Action == "" {
				t.Errorf("sign_in/%s ends on the page %q, which does not say what to do", id, page)
			}
			continue
		}
		if _, todo, _ := strings.Cut(text, ": "); !signInToDo.MatchString(todo) {
			t.Errorf("sign_in/%s does not say what to do: %s", id, text)
		}
	}
}

// signInToDo are the first words of what there is to do after a sign-in that failed.
var signInToDo = regexp.MustCompile(`^(all you typed|check|copy|correct|end that program|enter|finish|give it|` +
	`if this comes again, check|paste|register|sign in|start|type|use) `)

// parentheses hold what a provider or a specification calls a thing.
var parentheses = regexp.MustCompile(` \([^()]*\)`)

// failures is all that people can be shown for a failure, as they see it with a session called work.
func failures() string {
	var table strings.Builder
	say := func(where string, p Problem) {
		fmt.Fprintf(&table, "%s\n\t%s\n\t%s\n", where, p.Title, p.Detail)
		if p.More != "" {
			fmt.Fprintf(&table, "\t(%s)\n", p.More)
		}
		if todo := strings.TrimSpace(p.Action.Label + "  " + p.Action.Command); todo != "" {
			fmt.Fprintf(&table, "\t> %s\n", todo)
		}
	}
	for _, state := range slices.Sorted(maps.Keys(read().Problems)) {
		for _, reason := range slices.Sorted(maps.Keys(read().Problems[state])) {
			p, _ := Of(state, reason, "work")
			say(strings.TrimSpace("session "+state+" "+reason), p)
		}
	}
	asWritten := Values{}
	for _, word := range openPlaces.FindAllString(string(source), -1) {
		asWritten[strings.Trim(word, "{}")] = Safe("‹" + strings.Trim(word, "{}") + "›")
	}
	for _, code := range slices.Sorted(maps.Keys(read().Machine)) {
		p, _ := OfMachine(code, asWritten)
		say("machine "+code, p)
	}
	for _, id := range slices.Sorted(maps.Keys(read().Notices)) {
		n := read().Notices[id]
		fmt.Fprintf(&table, "notice %s\n\t%s\n\t%s\n", id, fill(n.Title, asWritten), fill(n.Body, asWritten))
	}
	for _, id := range slices.Sorted(maps.Keys(read().Pages)) {
		p := OfPage(id)
		fmt.Fprintf(&table, "page %s\n\t%s\n\t%s\n", id, p.Title, strings.TrimSpace(p.Lead+" "+p.Action))
	}
	for _, s := range []Section{Advice, SignIn, Errors, Reasons, Remote, Outcomes} {
		for _, id := range slices.Sorted(maps.Keys(read().texts[s])) {
			fmt.Fprintf(&table, "%s %s\n\t%s\n", s, id, Say(s, id, asWritten))
		}
	}
	return table.String()
}

// The whole of it stands in testdata/failures.txt, so that a change to it is read as people read it.
func TestFailuresTable(t *testing.T) {
	want, err := os.ReadFile("testdata/failures.txt")
	if err != nil {
		t.Fatal(err)
	}
	if table := failures(); string(want) != table {
		t.Errorf("testdata/failures.txt is not the table; read each sentence, then make it:\n%s", table)
	}
}

// The table has what this package knows, and nothing that it does not know.
func TestTableIsComplete(t *testing.T) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(source, &parts); err != nil {
		t.Fatal(err)
	}
	want := []string{"states", "problems", "machine", "actions", "notices", "pages", "counts", "fields"} // the page has fields
	for _, s := range sections {
		want = append(want, string(s))
	}
	for name := range parts {
		if !slices.Contains(want, name) {
			t.Errorf("nobody reads %q", name)
		}
	}
	for _, s := range sections {
		if len(read().texts[s]) == 0 {
			t.Errorf("%s is empty", s)
		}
	}
	for state, s := range read().States {
		if s.Word == "" || !slices.Contains([]Tone{Good, Wait, Bad, Off}, s.Tone) {
			t.Errorf("state %s: %+v", state, s)
		}
	}
	if _, err := parse([]byte("{}")); err == nil {
		t.Error("an empty table was read")
	}
	if _, err := parse([]byte("nonsense")); err == nil {
		t.Error("nonsense was read")
	}
}

func TestOf(t *testing.T) {
	p, ok := Of("sign_in_needed", "revoked", "my work")
	want := Problem{
		Title: "Access was revoked", Detail: "Access for “my work” was taken back at the provider. Your settings are kept. Sign in again to go on.",
		More:   "By you, by an administrator, or by a change of the password.",
		Action: Action{ID: "sign_in_again", Label: "Sign in again", Command: "sessionkeeper login 'my work'"},
	}
	if !ok || p != want {
		t.Errorf("got %+v, %t; want %+v", p, ok, want)
	}
	if p, ok := Of("sign_in_needed", "a reason of tomorrow", "x"); !ok || p.Title != "Sign-in is needed" {
		t.Errorf("an unknown reason gave %+v, %t", p, ok)
	}
	for _, state := range []string{"active", "a state of tomorrow"} {
		if p, ok := Of(state, "", "x"); ok {
			t.Errorf("%s has a problem: %+v", state, p)
		}
	}
	if s := OfState("a state\x1b of tomorrow"); s.Word != "a state\uFFFD of tomorrow" || s.Tone != Wait {
		t.Errorf("an unknown state is %+v", s)
	}
	for skew, want := range map[time.Duration]string{-4 * time.Minute: "4 min behind", time.Hour: "1 h ahead of"} {
		p := OfClock(skew, "example.org")
		if !strings.HasPrefix(p.Detail, "This computer's clock is "+want+" that of example.org.") {
			t.Errorf("got %+v", p)
		}
	}
	if p, ok := OfMachine("nothing", nil); ok {
		t.Errorf("got %+v", p)
	}
	if got := OfKeychain("full").Title; got != "No room for what is new" {
		t.Errorf("got %q", got)
	}
	if got := OfKeychain("else").Title; got != "The keychain cannot be used" {
		t.Errorf("got %q", got)
	}
}

func TestSay(t *testing.T) {
	for got, want := range map[string]string{
		Reason("revoked"):                            "access was revoked",
		Outcome("timeout"):                           "nobody came back in time",
		Event("token.renewed"):                       "Renewed",
		Event("of.tomorrow\n"):                       "of.tomorrow\uFFFD",
		Label("later"):                               "Later",
		Count("sessions", 1):                         "1 session",
		Count("sessions", 3):                         "3 sessions",
		Say(Remote, "nothing", nil):                  "there was nothing to end at the provider",
		Say(Sentences, "ends", Values{}):             "Ends ",
		fill("{a}{b} {", Values{"a": "{b}"}):         "{b} {",
		string(Names([]string{"a", "b"})):            "a, b",
		string(Names(strings.Fields("a b c d"))):     "a, b, c, d",
		string(Names(strings.Fields("a b c d e f"))): "a, b, c, d and 2 more",
		string(Names(nil)):                           "",
	} {
		if got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

type vector struct {
	Seconds float64
	Text    string
}

func (v vector) duration() time.Duration {
	return time.Duration(math.Round(v.Seconds * float64(time.Second)))
}

// The page runs the same cases.
func TestSpans(t *testing.T) {
	source, err := os.ReadFile("spans.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases struct{ Spans, From, About []vector }
	if err := json.Unmarshal(source, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases.Spans) == 0 || len(cases.From) == 0 || len(cases.About) == 0 {
		t.Fatal("spans.json has no cases")
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range cases.Spans {
		if got := Span(c.duration()); got != c.Text {
			t.Errorf("a span of %v s is %q; want %q", c.Seconds, got, c.Text)
		}
	}
	for _, c := range cases.About {
		if got := About(c.duration()); got != c.Text {
			t.Errorf("about %v s is %q; want %q", c.Seconds, got, c.Text)
		}
	}
	for _, c := range cases.From {
		if got := From(now.Add(c.duration()), now); got != c.Text {
			t.Errorf("%v s from now is %q; want %q", c.Seconds, got, c.Text)
		}
	}
	if got := From(time.Time{}, now); got != "" {
		t.Errorf("no time is %q from now", got)
	}
	if got := Span(math.MaxInt64); got != "106751 days" {
		t.Errorf("the longest span is %q", got)
	}
}
