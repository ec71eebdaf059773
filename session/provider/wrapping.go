package provider

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"regexp"
	"sync"
	"unicode/utf16"
)

// maxUnpacked bounds what a packed body may grow to, in bytes.
const maxUnpacked = 256 << 10

// unwrapped takes off a body what servers and what stands before them put around it: gzip that no header names, UTF-16,
// a byte order mark, the guards against being run as a script, and a function's call.
func unwrapped(body []byte) []byte {
	body = utf8Of(unpacked(body))
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	for _, guard := range []string{")]}'", "while(1);", "for(;;);"} {
		if rest, ok := bytes.CutPrefix(body, []byte(guard)); ok {
			return bytes.TrimLeft(rest, ", \t\r\n")
		}
	}
	if m := scriptCall().FindSubmatch(body); m != nil {
		return m[1]
	}
	return body
}

// scriptCall is an object that is given to a function (JSONP).
var scriptCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^(?:/\*\*/)?\s*[A-Za-z_$][\w$.]{0,63}\s*\(\s*(\{.*\})\s*\)\s*;?$`)
})

// unpacked is what a body holds that begins like a gzip file (RFC 1952 section 2.3.1). Of one that is broken or grows
// too large the beginning is left.
func unpacked(body []byte) []byte {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	out, err := io.ReadAll(io.LimitReader(z, maxUnpacked))
	if err != nil && len(out) == 0 {
		return body
	}
	return out
}

// utf8Of is a body in UTF-8 that came in UTF-16, with a mark or, where it is JSON, without.
func utf8Of(body []byte) []byte {
	var order binary.ByteOrder
	switch {
	case len(body) < 4:
		return body
	case body[0] == 0xfe && body[1] == 0xff, body[0] == 0 && (body[1] == '{' || body[1] == '['):
		order = binary.BigEndian
	case body[0] == 0xff && body[1] == 0xfe, body[1] == 0 && (body[0] == '{' || body[0] == '['):
		order = binary.LittleEndian
	default:
		return body
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
