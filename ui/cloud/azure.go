package cloud

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

// The managed identity of Azure's App Service, version 2019-08-01
// (https://learn.microsoft.com/azure/app-service/overview-managed-identity, section on the REST endpoint).

const appServiceVersion = "2019-08-01"

func (e *Endpoints) pointAzure() error {
	if e.o.Azure == nil {
		return nil
	}
	e.set("IDENTITY_ENDPOINT", e.address("/azure"))
	e.set("IDENTITY_HEADER", e.proof.Reveal())
	e.set("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
	e.drop = append(e.drop, "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET",
		"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH",
		"AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_USERNAME", "AZURE_PASSWORD", "AZURE_FEDERATED_TOKEN_FILE")
	return nil
}

func (e *Endpoints) managedIdentity(w http.ResponseWriter, r *http.Request) {
	if !asks(w, r, http.MethodGet) {
		return
	}
	fail := func(f refusal) {
		e.refuse(w, "azure", f)
		send(w, f.status, map[string]any{"statusCode": f.status, "code": f.code, "message": f.message})
	}
	if !shows(r, "X-IDENTITY-HEADER", e.proof) {
		fail(refusal{
			status: http.StatusUnauthorized, code: "unauthorized",
			message: "send IDENTITY_HEADER in the header X-IDENTITY-HEADER",
		})
		return
	}
	query := r.URL.Query()
	if got := query["api-version"]; len(got) != 1 || got[0] != appServiceVersion {
		fail(refusal{status: http.StatusBadRequest, code: "invalid_request", message: "use api-version=" + appServiceVersion})
		return
	}
	for _, other := range []string{"client_id", "mi_res_id", "msi_res_id", "object_id", "principal_id"} {
		if query.Get(other) != "" {
			fail(refusal{
				status: http.StatusBadRequest, code: "invalid_request",
				message: "there is one identity here, the session's; leave " + other + " out",
			})
			return
		}
	}
	resource := query["resource"]
	if len(resource) != 1 || resource[0] == "" {
		fail(refusal{status: http.StatusBadRequest, code: "invalid_request", message: "name one resource"})
		return
	}
	t, err := e.forResource(r, resource[0])
	if err != nil {
		fail(refusalOf(err))
		return
	}
	now := time.Now()
	send(w, http.StatusOK, map[string]string{
		"access_token": t.Access.Reveal(), "token_type": "Bearer", "resource": resource[0],
		"expires_on": strconv.FormatInt(now.Unix()+lifetime(t.ExpiresAt, now), 10),
	})
}

// forResource gives the token of the first session that has one for the resource.
func (e *Endpoints) forResource(r *http.Request, resource string) (client.Token, error) {
	var why error
	for _, one := range e.o.Azure.Sessions {
		if one.Resource != "" && !sameResource(one.Resource, resource) {
			continue
		}
		t, err := e.token(r.Context(), one.Session, client.TokenRequest{MinTTL: client.Duration(handOutTTL)})
		switch {
		case err != nil:
			why = errors.Join(why, err)
		case one.Resource != "" || helper.AzureResource(t.Scopes, resource):
			return t, nil
		}
	}
	if why != nil {
		return client.Token{}, why
	}
	return client.Token{}, &client.Problem{
		Status: http.StatusBadRequest, Code: "invalid_request",
		Detail: fmt.Sprintf("no session here has tokens for %.200q; name one that was given a scope of it", resource),
	}
}

func sameResource(a, b string) bool {
	plain := func(s string) string { return strings.TrimRight(strings.TrimSuffix(s, "/.default"), "/") }
	return strings.EqualFold(plain(a), plain(b))
}
