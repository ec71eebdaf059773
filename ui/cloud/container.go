package cloud

import (
	"cmp"
	"net/http"
	"time"

	"sessionkeeper/ui/api/client"
)

// The container credential provider of AWS's libraries
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).

// pointAWS leads AWS's libraries to the container endpoint, past whatever other identity they would find before it: the
// shared configuration files come first for most, and an instance's own role last.
func (e *Endpoints) pointAWS() error {
	if e.o.AWS == nil {
		return nil
	}
	role, err := parseRole(e.o.AWS.Request.RoleARN)
	if err != nil {
		return err
	}
	asked := e.o.AWS.Request.Region
	config, err := e.write("aws-config", "[default]\nregion = "+cmp.Or(asked, role.partition.region)+"\n")
	if err != nil {
		return err
	}
	none, err := e.write("aws-credentials", "")
	if err != nil {
		return err
	}
	e.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", e.address("/aws"))
	e.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", e.proof.Reveal())
	e.set("AWS_CONFIG_FILE", config)
	e.set("AWS_SHARED_CREDENTIALS_FILE", none)
	e.set("AWS_EC2_METADATA_DISABLED", "true")
	if asked != "" {
		e.set("AWS_REGION", asked)
		e.set("AWS_DEFAULT_REGION", asked)
	}
	e.drop = append(e.drop, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
		"AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
	return nil
}

func (e *Endpoints) container(w http.ResponseWriter, r *http.Request) {
	if !asks(w, r, http.MethodGet) {
		return
	}
	fail := func(f refusal) {
		e.refuse(w, "aws", f)
		send(w, f.status, map[string]string{"code": f.code, "message": f.message})
	}
	if !shows(r, "Authorization", e.proof) {
		fail(refusal{
			status: http.StatusUnauthorized, code: "unauthorized",
			message: "send AWS_CONTAINER_AUTHORIZATION_TOKEN in the header Authorization",
		})
		return
	}
	ask := e.o.AWS.Request
	ask.Wait, ask.MinTTL = client.Duration(containerWait), client.Duration(defaultTTL)
	c, err := e.o.Source.AWS(r.Context(), e.o.AWS.Session, ask)
	if err != nil {
		fail(refusalOf(err))
		return
	}
	send(w, http.StatusOK, struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		Token           string
		Expiration      time.Time
		AccountID       string `json:"AccountId,omitempty"`
	}{
		c.AccessKeyID, c.SecretKey.Reveal(), c.SessionToken.Reveal(),
		told(c.ExpiresAt, time.Now()).UTC().Truncate(time.Second), c.AccountID,
	})
}
