package keychain

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	var pipe bytes.Buffer
	sent := []request{
		{Version: protocol, ID: 1, Op: opSet, User: "home/abc/0", Value: []byte("\x00\xff\n")},
		{Version: protocol, ID: 2, Op: opUnlock},
	}
	for _, q := range sent {
		if err := writeFrame(&pipe, q); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range sent {
		var got request
		if err := readFrame(&pipe, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if err := readFrame(&pipe, &request{}); !errors.Is(err, io.EOF) || errors.Is(err, errFrame) {
		t.Errorf("at the end: got %v; want io.EOF alone", err)
	}
	if err := writeFrame(&pipe, request{Value: make([]byte, maxFrame)}); !errors.Is(err, errFrame) {
		t.Errorf("a frame that is too long: got %v", err)
	}
}

func TestServeAnswersWhatItDoesNotKnow(t *testing.T) {
	// Of another version: nothing is asked of the keychain.
	var in, out bytes.Buffer
	if err := writeFrame(&in, request{Version: protocol + 1, ID: 7, Op: opGet}); err != nil {
		t.Fatal(err)
	}
	if code := serve(&in, &out); code != 0 {
		t.Errorf("got exit code %d; want 0", code)
	}
	var a answer
	for a.ID == 0 { // hints may come first
		if err := readFrame(&out, &a); err != nil {
			t.Fatalf("reading the answer: %v", err)
		}
	}
	if a.ID != 7 || a.Fault != faultVersion {
		t.Errorf("got %+v; want the fault %q", a, faultVersion)
	}
	if code := serve(strings.NewReader("\xff\xff\xff\xff"), &out); code != 1 {
		t.Errorf("after nonsense: got exit code %d; want 1", code)
	}
}

func FuzzReadFrame(f *testing.F) {
	var whole bytes.Buffer
	if err := writeFrame(&whole, answer{ID: 3, Fault: faultLocked, Cause: "c", Value: []byte("v")}); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:6])
	f.Add([]byte{0, 0, 0, 2, '{', '}'})
	f.Add([]byte{0, 0, 0, 4, 'n', 'u', 'l', 'l'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		for {
			var a answer
			err := readFrame(r, &a)
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, errFrame) {
					t.Errorf("got %v; want io.EOF or errFrame", err)
				}
				return
			}
			var again bytes.Buffer
			if err := writeFrame(&again, a); err != nil && !errors.Is(err, errFrame) {
				t.Errorf("writing what was read: %v", err)
			}
		}
	})
}
