"""Checks each DKIM signature of a message with dkimpy. RECORDS has a line for each key: its name and its text."""

import os
import sys

import dkim

records = dict(line.split(" ", 1) for line in os.environ["RECORDS"].splitlines())


def text(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode()


message = sys.stdin.buffer.read()
signatures = message.lower().split(b"\r\n\r\n")[0].count(b"dkim-signature:")
print(*[dkim.DKIM(message).verify(idx=index, dnsfunc=text) for index in range(signatures)])
