"""Decide how a received text is encoded, and hash it on the way, without holding it in memory.

UTF-8 first; Windows-1252 when UTF-8 fails (spreadsheets on Windows write it); anything else is refused.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from typing import IO

from midcourse.exchange.findings import Finding

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What one pass over the bytes tells.

    Parameters
    ----------
    encoding : str or None
        A Python codec name; None when the bytes are no text we can read.
    has_bom : bool
        True when a UTF-8 byte-order mark opens the file.
    sha256 : str
        Hash of the bytes as received.
    size : int
        Number of bytes.
    """

    encoding: str | None
    has_bom: bool
    sha256: str
    size: int


def examine_text(stream: IO[bytes]) -> TextFacts:
    """Read `stream` to its end once and decide its encoding.

    Examples
    --------
    >>> import io
    >>> examine_text(io.BytesIO("Zoë".encode("cp1252"))).encoding
    'cp1252'
    """
    digest = hashlib.sha256()
    decoders = {"utf-8": codecs.getincrementaldecoder("utf-8")(), "cp1252": codecs.getincrementaldecoder("cp1252")()}
    size, opening, has_nul = 0, b"", False
    while chunk := stream.read(CHUNK):
        opening = opening or chunk[:4]
        digest.update(chunk)
        size += len(chunk)
        has_nul = has_nul or b"\0" in chunk
        _drop_failing(decoders, chunk, final=False)
    _drop_failing(decoders, b"", final=True)
    has_bom = opening.startswith(codecs.BOM_UTF8)
    # A NUL byte means UTF-16 or no text at all: cp1252 would read it, into nonsense.
    encoding = None if has_nul else next(iter(decoders), None)
    if encoding == "utf-8" and has_bom:
        encoding = "utf-8-sig"
    return TextFacts(encoding, has_bom, digest.hexdigest(), size)


def _drop_failing(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    for name in tuple(decoders):
        try:
            decoders[name].decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


def report_encoding(file: str, facts: TextFacts) -> tuple[Finding, ...]:
    """Say what a data manager should know about the encoding of `file`."""
    if facts.encoding is None:
        return (
            Finding(
                "E_ENCODING",
                file,
                None,
                None,
                None,
                "This file is not text we can decode, so none of it was read.",
                "Export it again as CSV in UTF-8.",
            ),
        )
    findings = []
    if facts.has_bom:
        findings.append(
            Finding(
                "W_BOM",
                file,
                None,
                None,
                None,
                "The file begins with a byte-order mark, an invisible sign some programs add. It was passed over.",
                "Nothing is lost. If your export offers “UTF-8 without BOM”, choose it.",
            )
        )
    if facts.encoding == "cp1252":
        findings.append(
            Finding(
                "W_ENCODING",
                file,
                None,
                None,
                None,
                "The file is not UTF-8; it was read as Windows-1252. Look at names with accents before you go on.",
                "Export as UTF-8 (in Excel: “CSV UTF-8”).",
            )
        )
    return tuple(findings)
