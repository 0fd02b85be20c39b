"""An encrypted file under a passphrase, written and read as a stream of any length in flat memory.

Form: `SIMPULBK`, version (1 byte), log2 of scrypt's N, r, p (1 byte each), salt (16), nonce prefix (7); then
chunks: length (4 bytes, big-endian) and AES-256-GCM text with its tag. A chunk's nonce is the prefix, its
number (4 bytes) and 1 for the last chunk, else 0: chunks can't be reordered, removed or cut off unseen. The
header is authenticated with each chunk.
Source: RFC 7914 (scrypt), NIST SP 800-38D (GCM), Hoang et al. 2015 (STREAM).
"""

import secrets
import struct
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from simpul.kernel.words import Words
from simpul.store.errors import BackupUnreadable

MAGIC = b"SIMPULBK"
VERSION = 1
CHUNK_BYTES = 1 << 20
LEAST_PASSPHRASE = 8
_SCRYPT = (16, 8, 1)  # log2(N), r, p: 64 MB and a fifth of a second
_TAG_BYTES = 16
_HEADER = struct.Struct(">8sBBBB16s7s")
_WHOLE = Words("Ambil kembali salinan berkas yang utuh.", "Fetch a whole copy of the file again.")


def write_sealed(pieces: Iterable[bytes], target: IO[bytes], passphrase: str) -> None:
    """Encrypt pieces of any size into `target`.

    Raises: BackupUnreadable where the passphrase is under 8 characters.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupUnreadable(
            Words("Frasa sandi terlalu pendek.", "The passphrase is too short."),
            hint=Words(f"Pakai sedikitnya {LEAST_PASSPHRASE} huruf.", f"Use at least {LEAST_PASSPHRASE} characters."),
        )
    salt, prefix = secrets.token_bytes(16), secrets.token_bytes(7)
    header = _HEADER.pack(MAGIC, VERSION, *_SCRYPT, salt, prefix)
    cipher = AESGCM(_derive_key(passphrase, salt, _SCRYPT))
    target.write(header)
    chunks = _regroup(pieces)
    chunk, number = next(chunks), 0
    for following in chunks:
        _write_chunk(target, cipher.encrypt(_nonce(prefix, number, last=False), chunk, header))
        chunk, number = following, number + 1
    _write_chunk(target, cipher.encrypt(_nonce(prefix, number, last=True), chunk, header))


def read_sealed(source: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """Decrypt chunk by chunk; each was whole and is authentic when it is given.

    Raises: BackupUnreadable: another kind of file, a wrong passphrase, a damaged or cut file (that one
        only at the place of the cut: read to the end before trusting the whole).
    """
    header = source.read(_HEADER.size)
    cipher, prefix = _open_header(header, passphrase)
    number, last = 0, False
    while not last:
        text = _read_chunk(source)
        try:
            chunk = cipher.decrypt(_nonce(prefix, number, last=False), text, header)
        except InvalidTag:
            chunk, last = _decrypt_last(cipher, prefix, number, text, header), True
        yield chunk
        number += 1
    if source.read(1):
        raise BackupUnreadable(
            Words("Ada sisa data sesudah akhir cadangan.", "There is data after the backup's end."), hint=_WHOLE
        )


def _open_header(header: bytes, passphrase: str) -> tuple[AESGCM, bytes]:
    if len(header) < _HEADER.size or not header.startswith(MAGIC):
        raise BackupUnreadable(
            Words("Berkas ini bukan cadangan Simpul.", "This file isn't a backup of Simpul."),
            hint=Words("Pilih berkas yang dibuat `./simpul backup`.", "Choose a file made by `./simpul backup`."),
        )
    _magic, version, power, r, p, salt, prefix = _HEADER.unpack(header)
    if version != VERSION or not (10 <= power <= 20 and r <= 16 and p <= 4):
        raise BackupUnreadable(
            Words("Cadangan ini dibuat versi hub yang lain.", "This backup was made by another version of the hub."),
            hint=Words("Pakai hub versi terbaru.", "Use the newest version of the hub."),
        )
    return AESGCM(_derive_key(passphrase, salt, (power, r, p))), prefix


def _decrypt_last(cipher: AESGCM, prefix: bytes, number: int, text: bytes, header: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(prefix, number, last=True), text, header)
    except InvalidTag:
        if number == 0:
            raise BackupUnreadable(
                Words(
                    "Frasa sandi salah, atau awal berkas rusak.",
                    "The passphrase is wrong, or the file's beginning is damaged.",
                ),
                hint=Words("Periksa frasa sandinya.", "Check the passphrase."),
            ) from None
        raise BackupUnreadable(Words("Berkas cadangan rusak.", "The backup file is damaged."), hint=_WHOLE) from None


def _read_chunk(source: IO[bytes]) -> bytes:
    length = int.from_bytes(source.read(4), "big")
    text = source.read(length) if _TAG_BYTES <= length <= CHUNK_BYTES + _TAG_BYTES else b""
    if not text or len(text) < length:
        raise BackupUnreadable(Words("Berkas cadangan terpotong.", "The backup file is cut off."), hint=_WHOLE)
    return text


def _write_chunk(target: IO[bytes], text: bytes) -> None:
    target.write(len(text).to_bytes(4, "big"))
    target.write(text)


def _regroup(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield chunks of CHUNK_BYTES, the last one shorter; one empty chunk where there is nothing."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    yield bytes(waiting)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _derive_key(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    power, r, p = cost
    return Scrypt(salt=salt, length=32, n=1 << power, r=r, p=p).derive(passphrase.encode())
