package keychain

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// A record lies in the keychain as text, because some keychains keep nothing else: its first item, the head, is
// headMark and the base64 of the fixed fields below and as much of the data as fits; what does not fit lies in further
// items, each partMark and base64. The digit in the marks is the format's version.
const (
	headMark = "sk1 "
	partMark = "sk1+"

	headSize = 8 + 4 + 2 + 1 + sha256.Size

	// maxRecord bounds a record's data in bytes. Grants with three large tokens stay under 64 KiB.
	maxRecord = 1 << 20
)

var itemText = base64.RawStdEncoding.Strict()

// head describes a record. The data's parts after the first lie in one of two slots, of which the record before it used
// the other, so that writing never touches what the stored head points to.
type head struct {
	generation uint64
	size       uint32 // of the data, in bytes
	parts      uint16 // items in all, the head included
	slot       byte   // 'a' or 'b'
	sum        [sha256.Size]byte
}

// check is the digest of everything that a record says, and of the key that it lies under.
func (h head) check(key string, data []byte) [sha256.Size]byte {
	d := sha256.New()
	d.Write([]byte(key))
	d.Write([]byte{0})
	d.Write(h.fields())
	d.Write(data)
	return [sha256.Size]byte(d.Sum(nil))
}

func (h head) fields() []byte {
	b := binary.BigEndian.AppendUint64(nil, h.generation)
	b = binary.BigEndian.AppendUint32(b, h.size)
	b = binary.BigEndian.AppendUint16(b, h.parts)
	return append(b, h.slot)
}

// encode gives the items of a record, the head first, none longer than limit bytes. limit is 200 or more.
func encode(key string, r Record, slot byte, limit int) [][]byte {
	room := itemText.DecodedLen(limit - len(headMark))
	first := r.Data[:min(len(r.Data), room-headSize)]
	rest := slices.Collect(slices.Chunk(r.Data[len(first):], room))
	h := head{
		generation: r.Generation,
		size:       uint32(len(r.Data)),   //nolint:gosec // at most maxRecord
		parts:      uint16(1 + len(rest)), //nolint:gosec // at most maxRecord over the room of an item
		slot:       slot,
	}
	h.sum = h.check(key, r.Data)
	items := [][]byte{itemOf(headMark, slices.Concat(h.fields(), h.sum[:], first))}
	for _, chunk := range rest {
		items = append(items, itemOf(partMark, chunk))
	}
	return items
}

func itemOf(mark string, raw []byte) []byte {
	return itemText.AppendEncode([]byte(mark), raw)
}

// contents takes an item's text apart: ErrForeign where the mark is another, ErrDamaged where the rest is not base64.
func contents(mark string, item []byte) ([]byte, error) {
	text, ours := bytes.CutPrefix(item, []byte(mark))
	if !ours {
		return nil, ErrForeign
	}
	raw, err := itemText.AppendDecode(nil, text)
	if err != nil {
		return nil, ErrDamaged
	}
	return raw, nil
}

// decodeHead reads a head item and gives the data that lies in it.
func decodeHead(item []byte) (head, []byte, error) {
	raw, err := contents(headMark, item)
	if err != nil {
		return head{}, nil, err
	}
	if len(raw) < headSize {
		return head{}, nil, ErrDamaged
	}
	h := head{
		generation: binary.BigEndian.Uint64(raw),
		size:       binary.BigEndian.Uint32(raw[8:]),
		parts:      binary.BigEndian.Uint16(raw[12:]),
		slot:       raw[14],
		sum:        [sha256.Size]byte(raw[15:headSize]),
	}
	if h.parts == 0 || h.slot != 'a' && h.slot != 'b' || h.size > maxRecord || len(raw)-headSize > int(h.size) {
		return head{}, nil, ErrDamaged
	}
	return h, raw[headSize:], nil
}

// record puts a record together from all its data and checks it.
func (h head) record(key string, data []byte) (Record, error) {
	if len(data) != int(h.size) || h.check(key, data) != h.sum {
		return Record{}, ErrDamaged
	}
	return Record{Generation: h.generation, Data: data}, nil
}
