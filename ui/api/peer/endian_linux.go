package peer

import "encoding/binary"

// littleEndian is the machine's order of bytes.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
