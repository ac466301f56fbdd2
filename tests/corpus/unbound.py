# SPDX-License-Identifier: GPL-2.0-or-later
"""The first oracle: Unbound's validator, from its library. Each response is judged in a context of its own, so
that nothing is left from earlier ones."""

import ctypes
import time


LIBRARY = "libunbound.so.8"

OPTIONS = {
    "module-config:": "validator iterator",
    "do-not-query-localhost:": "no",
    "do-ip6:": "no",
    "trust-anchor-signaling:": "no",
    "logfile:": "/dev/null",
    "edns-buffer-size:": "4096",
    # Do not ask again after a bogus answer: the upstream would give it again.
    "val-max-restart:": "0",
    # sealgate's own limit (RFC 9276, 3.2).
    "val-nsec3-keysize-iterations:": "1024 50 2048 50 4096 50",
    "msg-cache-slabs:": "1", "rrset-cache-slabs:": "1", "infra-cache-slabs:": "1",
    "key-cache-slabs:": "1",
    "outgoing-range:": "16", "num-queries-per-thread:": "8",
}


class _Result(ctypes.Structure):
    _fields_ = [
        ("qname", ctypes.c_char_p), ("qtype", ctypes.c_int), ("qclass", ctypes.c_int),
        ("data", ctypes.c_void_p), ("len", ctypes.c_void_p), ("canonname", ctypes.c_char_p),
        ("rcode", ctypes.c_int), ("answer_packet", ctypes.c_void_p), ("answer_len", ctypes.c_int),
        ("havedata", ctypes.c_int), ("nxdomain", ctypes.c_int), ("secure", ctypes.c_int),
        ("bogus", ctypes.c_int), ("why_bogus", ctypes.c_char_p),
        ("was_ratelimited", ctypes.c_int), ("ttl", ctypes.c_int)]


def _load():
    library = ctypes.CDLL(LIBRARY)
    library.ub_ctx_create.restype = ctypes.c_void_p
    for name, *arguments in (
            ("ub_ctx_delete", ctypes.c_void_p),
            ("ub_ctx_set_option", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p),
            ("ub_ctx_set_fwd", ctypes.c_void_p, ctypes.c_char_p),
            ("ub_ctx_add_ta_file", ctypes.c_void_p, ctypes.c_char_p),
            ("ub_resolve", ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int,
             ctypes.POINTER(ctypes.POINTER(_Result))),
            ("ub_resolve_free", ctypes.POINTER(_Result))):
        getattr(library, name).argtypes = arguments
    library.ub_ctx_delete.restype = None
    library.ub_resolve_free.restype = None
    return library


def obstacle():
    try:
        _load()
    except OSError as error:
        return str(error)
    return None


class Unbound:
    def __init__(self, upstream, anchor, now_s):
        self._library = _load()
        self._upstream = upstream
        self._anchor = anchor
        self._date = time.strftime("%Y%m%d%H%M%S", time.gmtime(now_s))

    def _check(self, error):
        if error:
            raise OSError(f"libunbound: error {error}")

    def _context(self):
        context = self._library.ub_ctx_create()
        options = {**OPTIONS, "val-override-date:": self._date}
        for option, value in options.items():
            self._check(self._library.ub_ctx_set_option(context, option.encode(), value.encode()))
        self._check(self._library.ub_ctx_set_fwd(
            context, f"127.0.0.1@{self._upstream.port}".encode()))
        self._check(self._library.ub_ctx_add_ta_file(context, self._anchor.encode()))
        return context

    def judge(self, name, rdtype, judged):
        """Asks for the name, with the responses of `judged` among the genuine ones. Returns the status, and
        details as text."""
        self._upstream.give(judged)
        said = self._judge(name, rdtype)
        # On a busy machine a query may have timed out.
        return self._judge(name, rdtype) if said[1].startswith("rcode") else said

    def _judge(self, name, rdtype):
        context = self._context()
        result = ctypes.POINTER(_Result)()
        try:
            self._check(self._library.ub_resolve(context, name.to_text().encode(), rdtype, 1,
                                                 ctypes.byref(result)))
            return self._status(result.contents)
        finally:
            if result:
                self._library.ub_resolve_free(result)
            self._library.ub_ctx_delete(context)

    @staticmethod
    def _status(result):
        why = (result.why_bogus or b"").decode(errors="replace")
        if result.bogus:
            return "refused", why
        if result.secure:
            return "secure", ""
        if result.rcode not in (0, 3, 6):
            return "refused", f"rcode {result.rcode}"
        return "insecure", ""
