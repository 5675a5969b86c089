"""The desktop program: Python's poplib. Reads {port, user, password, delete} as JSON, writes what it collected."""

import base64
import json
import poplib
import sys

task = json.load(sys.stdin)
pop = poplib.POP3("127.0.0.1", task["port"], timeout=60)
pop.user(task["user"])
pop.pass_(task["password"])
count, octets = pop.stat()
uidls = [line.split()[1].decode() for line in pop.uidl()[1]]
sizes = [int(line.split()[1]) for line in pop.list()[1]]
messages = []
for number in range(1, count + 1):
    _, lines, _ = pop.retr(number)
    messages.append(base64.b64encode(b"".join(line + b"\r\n" for line in lines)).decode())
    if task.get("delete"):
        pop.dele(number)
pop.quit()
json.dump({"count": count, "octets": octets, "uidls": uidls, "sizes": sizes, "messages": messages}, sys.stdout)
