"""Hands over mail by LMTP as programs written in Python do: two messages for Bob, one for Carol."""

import os
import smtplib
from email.message import EmailMessage

host, port = os.environ["LMTP"].rsplit(":", 1)

message = EmailMessage()
message["From"] = "Lisa <lisa@far.test>"
message["To"] = "bob@comentum.test"
message["Subject"] = "Grüße von Hand zu Hand"
message.set_content("Hallo Bob,\n.\n..\nbis bald\n")

with smtplib.LMTP(host, int(port), local_hostname="filter.example.test") as lmtp:
    assert lmtp.send_message(message, "lisa@far.test", ["bob@comentum.test"]) == {}
    refused = lmtp.send_message(message, "lisa@far.test", ["bob@comentum.test", "nobody@comentum.test"])
    assert list(refused) == ["nobody@comentum.test"] and refused["nobody@comentum.test"][0] == 550, refused
    assert lmtp.send_message(message, "", ["carol@comentum.test"]) == {}
    assert lmtp.has_extn("size") and lmtp.has_extn("smtputf8") and not lmtp.has_extn("auth"), lmtp.esmtp_features
