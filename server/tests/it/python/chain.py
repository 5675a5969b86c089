"""Checks the ARC chain of a message with dkimpy. RECORDS has a line for each key: its name and its text."""

import os
import sys

import dkim

records = dict(line.split(" ", 1) for line in os.environ["RECORDS"].splitlines())


def text(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode()


cv, results, why = dkim.arc_verify(sys.stdin.buffer.read(), dnsfunc=text)
print(cv.decode(), len(results))
