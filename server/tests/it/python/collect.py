"""Collects Bob's three messages as programs written in Python do."""

import os
import poplib
import ssl
from email import message_from_bytes

host, port = os.environ["POP3"].rsplit(":", 1)


def sign_in():
    pop = poplib.POP3(host, int(port), timeout=20)
    pop.user("bob@comentum.test")
    pop.pass_(os.environ["PASSWORD"])
    return pop


pop = sign_in()
assert "TOP" in pop.capa() and "UIDL" in pop.capa(), pop.capa()
count, octets = pop.stat()
assert count == 3, count
_, sizes, _ = pop.list()
assert sum(int(line.split()[1]) for line in sizes) == octets
_, first_ids, _ = pop.uidl()
for number in (1, 2, 3):
    _, lines, _ = pop.retr(number)
    raw = b"\r\n".join(lines) + b"\r\n"
    assert len(raw) == int(sizes[number - 1].split()[1]), (len(raw), sizes)
    message = message_from_bytes(raw)
    assert message["Subject"] == f"number {number}", message["Subject"]
    assert message["Return-Path"] == "<lisa@far.test>"
    assert lines[-2:] == [b".dot", "Grüße".encode()], lines
    _, head, _ = pop.top(number, 0)
    assert head == lines[: len(head)], head
pop.dele(2)
pop.quit()

# And under TLS.
pop = poplib.POP3(host, int(port), timeout=20)
pop.stls(context=ssl._create_unverified_context())
pop.user("bob@comentum.test")
pop.pass_(os.environ["PASSWORD"])
assert pop.stat()[0] == 2
pop.quit()

pop = sign_in()
_, ids, _ = pop.uidl()
assert [line.split()[1] for line in ids] == [first_ids[0].split()[1], first_ids[2].split()[1]], ids
try:
    pop.retr(3)
    raise SystemExit("a message that is not there")
except poplib.error_proto as error:
    assert str(error.args[0]).find("-ERR") >= 0, error
pop.quit()
