package cloud_test

import (
	"os"
	"strings"
	"testing"

	"sessionkeeper/ui/cloud"
)

// sample is the sample answer of AWS's reference of AssumeRoleWithWebIdentity, with a secret of the documented form.
func sample(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile("testdata/assumed.xml")
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func TestParseCredentials(t *testing.T) {
	c, err := cloud.ParseCredentials([]byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	if c.AccessKeyID != "ASIAIOSFODNN7EXAMPLE" || c.AccountID != "123456789012" ||
		c.ExpiresAt.Format("2006-01-02T15:04:05Z") != "2014-10-24T23:00:23Z" {
		t.Errorf("got %+v", c)
	}
	if c.SecretKey.Reveal() != "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" || !strings.HasPrefix(c.SessionToken.Reveal(), "AQoDYXdzEE0a8ANXXX") {
		t.Error("the secrets are others")
	}
}

func TestParseCredentialsRefuses(t *testing.T) {
	good := sample(t)
	for name, bad := range map[string]string{
		"nothing":        "",
		"a page":         "<html></html>",
		"another name":   strings.ReplaceAll(good, "AssumeRoleWithWebIdentityResponse", "AssumeRoleResponse"),
		"no namespace":   strings.Replace(good, ` xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`, "", 1),
		"cut":            good[:len(good)-20],
		"something else": good + "<more/>",
		"no key":         strings.Replace(good, "AccessKeyId", "Access", 2),
		"two keys":       strings.Replace(good, "<AccessKeyId>", "<AccessKeyId>AKIA0000000000000000</AccessKeyId><AccessKeyId>", 1),
		"two results": strings.Replace(good, "</AssumeRoleWithWebIdentityResult>",
			"</AssumeRoleWithWebIdentityResult><AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResult>", 1),
		"a line in the secret": strings.Replace(good, "wJalr", "wJ&#10;alr", 1),
		"an empty secret":      strings.Replace(good, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 1),
		"no time":              strings.Replace(good, "2014-10-24T23:00:23Z", "soon", 1),
		"an entity":            `<!DOCTYPE x [<!ENTITY e "x">]>` + strings.Replace(good, "wJalr", "&e;", 1),
	} {
		if c, err := cloud.ParseCredentials([]byte(bad)); err == nil {
			t.Errorf("%s is taken: %+v", name, c)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(sample(f)))
	f.Add([]byte(`<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if c, err := cloud.ParseCredentials(body); err == nil {
			for _, s := range []string{c.AccessKeyID, c.SecretKey.Reveal(), c.SessionToken.Reveal()} {
				if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
					t.Errorf("%q is taken", s)
				}
			}
		}
		if e, ok := cloud.ParseError(body); ok && len(cloud.CodeOf(e)) > 64 {
			t.Errorf("the code %q is taken", cloud.CodeOf(e))
		}
	})
}

func TestSTSAddress(t *testing.T) {
	const role = ":iam::123456789012:role/Dev"
	for _, c := range []struct{ partition, region, want string }{
		{"aws", "", "https://sts.us-east-1.amazonaws.com/"},
		{"aws", "eu-central-1", "https://sts.eu-central-1.amazonaws.com/"},
		{"aws", "ap-southeast-5", "https://sts.ap-southeast-5.amazonaws.com/"},
		{"aws-cn", "", "https://sts.cn-north-1.amazonaws.com.cn/"},
		{"aws-cn", "cn-northwest-1", "https://sts.cn-northwest-1.amazonaws.com.cn/"},
		{"aws-us-gov", "us-gov-east-1", "https://sts.us-gov-east-1.amazonaws.com/"},
		{"aws-iso", "", "https://sts.us-iso-east-1.c2s.ic.gov/"},
		{"aws-iso-b", "us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/"},
		{"aws-eusc", "", "https://sts.eusc-de-east-1.amazonaws.eu/"},
		{"aws", "us-gov-east-1", ""},
		{"aws-cn", "us-east-1", ""},
		{"aws", "us-east-1.evil.example", ""},
		{"aws", "us-east-1/", ""},
		{"aws", "EU-CENTRAL-1", ""},
	} {
		got, err := cloud.STSAddress("arn:"+c.partition+role, c.region)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s in %q: %q, %v; want %q", c.partition, c.region, got, err, c.want)
		}
	}
}

func TestRoleSessionName(t *testing.T) {
	for name, want := range map[string]string{
		"work": "sessionkeeper-work", "a b/ä": "sessionkeeper-a-b--",
		strings.Repeat("x", 90): "sessionkeeper-" + strings.Repeat("x", 50),
	} {
		if got := cloud.RoleSessionName(name); got != want {
			t.Errorf("%q: %q; want %q", name, got, want)
		}
	}
}
