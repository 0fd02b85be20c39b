"""OpenDocument files: the package around content and styles, and texts written safely into XML.

Written here rather than by a library, so that the same paper gives the same bytes and a table of
thousands of rows costs milliseconds; the tests read every file back with another program's reader.
Source: OASIS OpenDocument 1.2 (Permenkominfo 7/2013 makes it the office format).
"""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from html import escape

TEXT = "application/vnd.oasis.opendocument.text"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_MEDIA = {"xml": "text/xml", "png": "image/png", "svg": "image/svg+xml"}


def write_package(
    media_type: str, parts: Mapping[str, str], files: Mapping[str, bytes], title: str, made_at: datetime
) -> bytes:
    """Return an OpenDocument file.

    Args:
        parts: the inner XML of `content` and `styles`, without the root element.
        files: pictures by their path in the package.
    """
    xml = {f"{name}.xml": _wrap(f"document-{name}", inner) for name, inner in parts.items()}
    xml["meta.xml"] = _wrap("document-meta", _write_meta(title, made_at))
    entries = {name: text.encode() for name, text in xml.items()} | dict(files)
    entries["META-INF/manifest.xml"] = _write_manifest(media_type, entries).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        stamp = made_at.timetuple()[:6]
        # The media type comes first and unpacked, so that other programs know the file by its first bytes.
        package.writestr(zipfile.ZipInfo("mimetype", stamp), media_type)
        for name, content in entries.items():
            package.writestr(zipfile.ZipInfo(name, stamp), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def write_text(text: str) -> str:
    """Return a text as the inside of a paragraph: line ends and runs of spaces kept, markup signs escaped.

    >>> write_text("a <b>\\n  c")
    'a &lt;b&gt;<text:line-break/><text:s text:c="2"/>c'
    """
    escaped = escape(_drop_unwritable(text), quote=False)
    spaced = re.sub(r"(?:^|(?<=\n)) +| {2,}", lambda run: f'<text:s text:c="{len(run[0])}"/>', escaped)
    return spaced.replace("\n", "<text:line-break/>")


def write_attribute(text: str) -> str:
    """Return a text as the value of an attribute in double quotes."""
    return escape(_drop_unwritable(text), quote=True).replace("\n", "&#10;")


def _drop_unwritable(text: str) -> str:
    """Replace what XML can't hold by the replacement character."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _wrap(root: str, inner: str) -> str:
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMES.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{root} {names} office:version="1.2">{inner}</office:{root}>'
    )


def _write_meta(title: str, made_at: datetime) -> str:
    return (
        f"<office:meta><meta:generator>Simpul</meta:generator><dc:title>{write_text(title)}</dc:title>"
        f"<dc:language>id-ID</dc:language><dc:date>{made_at.replace(microsecond=0).isoformat()}</dc:date></office:meta>"
    )


def _write_manifest(media_type: str, entries: Mapping[str, bytes]) -> str:
    listed = {"/": media_type} | {name: _MEDIA[name.rsplit(".", 1)[1]] for name in entries}
    lines = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in listed.items()
    )
    name = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="{name}" manifest:version="1.2">{lines}</manifest:manifest>'
