"""Takes the network away from this process, for good and for all its threads: a kernel filter refuses every socket.

Linux on x86-64 and ARM64, without any privilege (seccomp). Elsewhere it says that it could not.
"""

import ctypes
import errno
import platform
import struct

_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS; linux/prctl.h
_FILTER, _ALL_THREADS = 1, 1  # SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC; linux/seccomp.h
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_LOAD, _IS, _FROM, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: ld word, jump if equal, jump if not below, return
_NUMBER_AT, _KIND_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000  # numbers of x86-64's second set of calls begin here

#: By machine: the kernel's name for it, the number of seccomp, and those of socket, socketpair, connect, bind, sendto
#: and io_uring_setup, which could open and use connections as well.
_MACHINES = {
    "x86_64": (0xC000003E, 317, (41, 53, 42, 49, 44, 425)),
    "aarch64": (0xC00000B7, 277, (198, 199, 203, 200, 206, 425)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def enforce() -> bool:
    """Refuse every further connection of this process. False where this system can't."""
    known = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or known is None:
        return False
    kind, seccomp, calls = known
    code = _code(kind, calls)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    libc.syscall.restype = ctypes.c_long
    done = libc.syscall(
        ctypes.c_long(seccomp), ctypes.c_uint(_FILTER), ctypes.c_uint(_ALL_THREADS), ctypes.byref(program)
    )
    return bool(done == 0)


def _code(kind: int, calls: tuple[int, ...]) -> bytes:
    """The filter: calls of another machine's set and these are refused, all others allowed."""
    refuse = len(calls) + 2  # steps from the first comparison to the refusal

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    steps = [
        step(_LOAD, _KIND_AT),
        step(_IS, kind, 0, refuse + 1),
        step(_LOAD, _NUMBER_AT),
        step(_FROM, _X32, refuse - 1),
    ]
    steps += [step(_IS, number, len(calls) - place) for place, number in enumerate(calls)]
    return b"".join([*steps, step(_RETURN, _ALLOW), step(_RETURN, _REFUSE)])
