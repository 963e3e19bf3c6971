"""Unpacks the compressed RTF of Outlook (MS-OXRTFCP). Never gives more than the size that the caller allows."""

import struct

from triage.reading.findings import Damaged

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New Roman"
    b"Courier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpacked(data: bytes, *, most: int) -> bytes:
    """The RTF. Raises `Damaged` where the data is damaged."""
    if len(data) < 16:
        raise Damaged("compressed text is too short")
    size, kind = struct.unpack_from("<I4s", data, 4)
    if kind == b"MELA":
        return data[16 : 16 + min(size, most)]
    if kind != b"LZFu":
        raise Damaged("compressed text of an unknown kind")
    window = bytearray(_START.ljust(4096, b"\0"))
    place = len(_START)
    out = bytearray()
    index = 16
    while index < len(data) and len(out) < min(size, most):
        flags = data[index]
        index += 1
        for bit in range(8):
            if flags >> bit & 1:
                if index + 2 > len(data):
                    return bytes(out)
                pair = data[index] << 8 | data[index + 1]
                index += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == place:
                    return bytes(out)
                for step in range(length):
                    value = window[(offset + step) % 4096]
                    window[place] = value
                    place = (place + 1) % 4096
                    out.append(value)
            else:
                if index >= len(data):
                    return bytes(out)
                window[place] = data[index]
                out.append(data[index])
                place = (place + 1) % 4096
                index += 1
    return bytes(out[:size])
