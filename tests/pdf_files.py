"""PDF files written by hand, a line of text at a time, for the tests of their reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LEADING = 14
_TOP, _LEFT = 780, 60


def pdf(
    pages: Sequence[Sequence[str]],
    *,
    info: Mapping[str, str] | None = None,
    locked: bool = False,
) -> bytes:
    """A PDF whose pages have these lines; an empty line parts paragraphs.

    A line may begin with "x,y:" to stand elsewhere than below the one before. A `locked` one
    asks for a password that nothing opens.
    """
    count = len(pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(count))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< %s >>"
        % b" ".join(b"/%s (%s)" % (k.encode(), _escaped(v)) for k, v in (info or {}).items()),
    ]
    for number, lines in enumerate(pages):
        content = _content(lines)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 840] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    extra = b""
    if locked:
        lock = b"<%s>" % (b"41" * 32)
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >>" % (lock, lock))
        extra = b"/Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    return _file(objects, extra)


def _content(lines: Sequence[str]) -> bytes:
    shown, y = [], _TOP
    for line in lines:
        x = _LEFT
        place, colon, words = line.partition(":")
        if colon and place.replace(",", "").isdigit():
            x, y = map(int, place.split(","))
        else:
            words = line
        if words:
            shown.append(b"BT /F1 11 Tf %d %d Td (%s) Tj ET" % (x, y, _escaped(words)))
        y -= LEADING
    return b"\n".join(shown)


def _escaped(text: str) -> bytes:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return escaped.encode("cp1252")


def _file(objects: Sequence[bytes], extra: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + trailer % (len(objects) + 1, extra, start))
