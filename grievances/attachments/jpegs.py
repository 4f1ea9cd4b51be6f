"""What a JPEG tells beside its pixels: the segments before them.

Source of the layout: ITU-T T.81 (JPEG), annex B.
"""

_START, _SCAN = b"\xff\xd8", 0xDA
# APP1 (position, camera, XMP), APP13 (press data) and comments. Colours need APP0, APP2 and APP14.
_REMARKS = {0xE1, 0xED, 0xFE}


def without_remarks(jpeg: bytes) -> bytes:
    """The same picture without position, camera and comments; what is no JPEG comes back as it is."""
    if not jpeg.startswith(_START):
        return jpeg
    kept, at = [_START], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if jpeg[at + 1] not in _REMARKS:
            kept.append(jpeg[at:end])
        at = end
    return b"".join([*kept, jpeg[at:]])
