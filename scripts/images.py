"""Whether bytes are a whole picture that a page can show: JPEG, PNG or WebP."""

from scripts.errors import RecordError

_JPEG_STARTS, _JPEG_SCAN, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"
_PNG_STARTS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND"
_WEBP_HEADER = 12  # RIFF, the length of what follows after eight bytes, WEBP


def require_picture(content: bytes) -> None:
    """Raises RecordError, saying what is there instead. What is inside is not decoded: only that it has its end."""
    if not content:
        raise RecordError("is empty")
    if content.startswith(_JPEG_STARTS):
        # Within the last scan itself the end's two bytes cannot occur; behind it a camera may have left its own.
        whole = content.rfind(_JPEG_ENDS) > content.rfind(_JPEG_SCAN) > 0
    elif content.startswith(_PNG_STARTS):
        whole = _PNG_ENDS in content[-32:]
    elif content.startswith(b"RIFF") and content[8:_WEBP_HEADER] == b"WEBP":
        whole = len(content) >= int.from_bytes(content[4:8], "little") + 8
    else:
        raise RecordError("is no picture (JPEG, PNG or WebP)")
    if not whole:
        raise RecordError("is a picture that ends in the middle")
