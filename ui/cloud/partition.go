package cloud

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sessionkeeper/session/provider"
)

// partition is a part of AWS with names and accounts of its own.
type partition struct {
	id     string // as ARNs name it
	prefix string // of its regions
	suffix string // of its hosts
	region string // whose STS is asked where nobody names one
}

// partitions are AWS's, the one without a prefix of its own last. Source: the partitions file of AWS's own SDKs.
var partitions = []partition{
	{"aws-cn", "cn-", "amazonaws.com.cn", "cn-north-1"},
	{"aws-us-gov", "us-gov-", "amazonaws.com", "us-gov-west-1"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "us-iso-east-1"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "us-isob-east-1"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "eu-isoe-west-1"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "us-isof-south-1"},
	{"aws-eusc", "eusc-", "amazonaws.eu", "eusc-de-east-1"},
	{"aws", "", "amazonaws.com", "us-east-1"},
}

var (
	roleForm   = form(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/[\x21-\x7e]{1,1000}$`)
	regionForm = form(`^[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$`)
)

// role is a role's ARN, taken apart.
type role struct {
	arn       string
	partition partition
	account   string
}

func parseRole(arn string) (role, error) {
	m := roleForm().FindStringSubmatch(arn)
	if m == nil {
		return role{}, errors.New(`the role must be an ARN like "arn:aws:iam::123456789012:role/NAME"`)
	}
	for _, p := range partitions {
		if p.id == m[1] {
			return role{arn: arn, partition: p, account: m[2]}, nil
		}
	}
	return role{}, fmt.Errorf("there is no AWS partition %q; correct the role's ARN", m[1])
}

// of says to which partition a region belongs.
func partitionOf(region string) partition {
	i := 0
	for !strings.HasPrefix(region, partitions[i].prefix) {
		i++
	}
	return partitions[i]
}

// stsAddress is where the STS of a region answers; region "" is the first of the role's partition.
func (r role) stsAddress(region string) (string, error) {
	if region == "" {
		region = r.partition.region
	}
	if !regionForm().MatchString(region) {
		return "", fmt.Errorf(`%.60q is no region of AWS; name one like "eu-central-1"`, region)
	}
	p := partitionOf(region)
	if p.id != r.partition.id {
		return "", fmt.Errorf("the region %s is not in the role's part of AWS (%s); name one that is", region, r.partition.id)
	}
	return "https://sts." + region + "." + p.suffix + "/", nil
}

// checkEndpoint makes sure that a token may be sent to an address: https anywhere, http to this machine alone.
func checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || !provider.Secure(u) || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return errors.New("the endpoint must be an https address (http only on this machine)")
	}
	return nil
}
