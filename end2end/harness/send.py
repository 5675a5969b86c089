"""Another program that sends: Python's smtplib. Reads {port, mails: [{from, to, base64}], login?} as JSON."""

import base64
import json
import smtplib
import sys

task = json.load(sys.stdin)
with smtplib.SMTP("127.0.0.1", task["port"], local_hostname="mx.otherisp.test", timeout=60) as smtp:
    smtp.ehlo()
    if task.get("login"):
        smtp.login(*task["login"])
    for mail in task["mails"]:
        refused = smtp.sendmail(mail["from"], mail["to"], base64.b64decode(mail["base64"]))
        if refused:
            sys.exit(f"refused: {refused}")
