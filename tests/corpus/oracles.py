# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks an oracle about many cases, on all cores: each core has an oracle and an upstream of its own."""

import multiprocessing
import os
import signal

from upstream import Upstream

CHUNK = 8

_oracle = None          # of a worker


def _begin(make, best, *arguments):
    global _oracle
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _oracle = make(Upstream(best.again()), *arguments)


def _judge(question):
    return _oracle.judge(*question)


def ask(make, best, questions, *arguments):
    """Returns the status and reason that an oracle, made by `make(upstream, *arguments)`, gives each
    question. A question is a name, a type and the responses that are not genuine."""
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count(), _begin, (make, best, *arguments)) as pool:
        return list(pool.imap(_judge, questions, CHUNK))
