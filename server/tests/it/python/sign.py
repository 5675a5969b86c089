"""Signs a message with dkimpy, as s1 of far.test, with the key that RFC 8463 §A.2 publishes; prints the field."""

import sys

import dkim

SEED = b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

field = dkim.sign(
    sys.stdin.buffer.read(),
    b"s1",
    b"far.test",
    SEED,
    canonicalize=(b"relaxed", b"relaxed"),
    signature_algorithm=b"ed25519-sha256",
)
sys.stdout.buffer.write(field)
