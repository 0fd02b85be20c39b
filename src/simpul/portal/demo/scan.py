"""Draws the page that stands for a signed scan in the sample data."""


def draw_scan(*lines: str) -> bytes:
    """Return a one-page PDF (A4) that says it is no scan of a real paper, and the given lines (Latin-1 text)."""
    shown = ["CONTOH - BUKAN NASKAH DINAS", "Halaman ini menggantikan pindaian bertanda tangan.", *lines]
    moves = "".join(f"({_escape(line)}) Tj 0 -24 Td " for line in shown)
    stream = f"BT /F1 14 Tf 72 740 Td {moves}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _write(objects)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _write(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects, numbered from 1, with its table of their places."""
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(written))
    )
