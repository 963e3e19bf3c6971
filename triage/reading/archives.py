"""Opens zip archives within limits: the real size of what is unpacked counts, not the size that is written there."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from triage.domain.document import UnreadableReason
from triage.reading.findings import Damaged, Findings, Locked, TooMuch

_BLOCK = 256 * 1024
_MOST_ENTRIES = 5_000


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive. Raises `Damaged` where it is damaged, `TooMuch` where it lists too many files."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, OverflowError) as error:
        raise Damaged("damaged archive") from error
    if len(archive.infolist()) > _MOST_ENTRIES:
        raise TooMuch(UnreadableReason.TOO_LARGE, f"an archive of more than {_MOST_ENTRIES} files")
    return archive


def entry(archive: zipfile.ZipFile, name: str, findings: Findings) -> bytes:
    """One file of an archive. Raises KeyError where it is absent, `TooMuch` and `Locked` like `files`."""
    return _content(archive, archive.getinfo(name), findings)


def has(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.NameToInfo


def check_expansion(archive: zipfile.ZipFile, findings: Findings) -> None:
    """Unpack everything without keeping it, so that a parser that unpacks by itself can be trusted with the file."""
    declared = sum(info.file_size for info in archive.infolist())
    if findings.expanded + declared > findings.limits.expanded_bytes:
        findings.expand(declared)
    for info in archive.infolist():
        for _ in _blocks(archive, info, findings):
            pass


def files(archive: zipfile.ZipFile, findings: Findings) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file. Raises `TooMuch` for a bomb, `Locked` for an encrypted entry."""
    declared = sum(info.file_size for info in archive.infolist())
    if findings.expanded + declared > findings.limits.expanded_bytes:
        findings.expand(declared)
    for info in archive.infolist():
        if not info.is_dir():
            yield info.filename.replace("\\", "/").strip("/"), _content(archive, info, findings)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, findings: Findings) -> bytes:
    return b"".join(_blocks(archive, info, findings))


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, findings: Findings) -> Iterator[bytes]:
    if info.flag_bits & 1:
        raise Locked("an encrypted archive")
    try:
        with archive.open(info) as stream:
            while block := stream.read(_BLOCK):
                findings.expand(len(block))
                yield block
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError) as error:
        raise Damaged("damaged archive") from error
