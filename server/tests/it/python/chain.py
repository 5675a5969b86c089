"""Checks the ARC chain of a message with dkimpy: pass, fail or none. RECORDS has a line for each key: its name and its text."""

import os
import sys

import dkim

records = dict(line.split(" ", 1) for line in os.environ["RECORDS"].splitlines())


def text(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode()


result, _, reason = dkim.arc_verify(sys.stdin.buffer.read(), dnsfunc=text)
print(result.decode(), "" if result == dkim.CV_Pass else reason)
