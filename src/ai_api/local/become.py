"""Gives up root and becomes another program. Run by path: `python -I -S become.py UID GID 0|1 PROGRAM ARGUMENTS…`.

Postgres refuses to be root, and the user it runs as instead often cannot pass through root's own folders. Opening those
to everybody would outlive us; keeping the one Linux capability to look past folder permissions (the third argument)
ends with the process. Standard library only, and no import of this package: the path may not lead to it.
"""

import ctypes
import os
import sys

_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def main(arguments: list[str]) -> None:
    """Becomes `arguments[3:]` as user `arguments[0]` and group `arguments[1]`; never returns.

    Raises OSError when the system refuses any step: going on with more rights than asked for is not an option.
    """
    user, group, may_look_past = int(arguments[0]), int(arguments[1]), arguments[2] == "1"
    libc = ctypes.CDLL(None, use_errno=True)
    if may_look_past:
        _call(libc.prctl, _PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # initdb asks `access()` whether it may run its neighbour, and that leaves capabilities aside without this bit. Where
        # it may not be set, a program folder that is open to the user still works.
        libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    if may_look_past:
        only = 1 << _CAP_DAC_READ_SEARCH
        sets = (_Sets * 2)(_Sets(only, only, only), _Sets(0, 0, 0))
        _call(libc.capset, ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets)
        _call(libc.prctl, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0)
    os.execv(arguments[3], arguments[3:])  # noqa: S606 -- the program we were started to become


def _call(function: "ctypes._NamedFuncPointer", *arguments: object) -> None:
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
