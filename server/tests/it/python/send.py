"""Sends to Bob as programs written in Python do: three messages arrive."""

import os
import smtplib
import ssl
from email.message import EmailMessage


def server(name):
    host, port = os.environ[name].rsplit(":", 1)
    return host, int(port)


message = EmailMessage()
message["From"] = "Lisa <lisa@otherisp.test>"
message["To"] = "bob@comentum.test"
message["Subject"] = "Grüße aus Python"
message.set_content("Hallo Bob,\n.\n..\nbis bald\n")
message.add_attachment(bytes(range(256)) * 40, maintype="application", subtype="octet-stream", filename="bytes.bin")

# A stranger at port 25.
with smtplib.SMTP(*server("SMTP"), local_hostname="client.example.test") as smtp:
    smtp.ehlo()
    assert smtp.has_extn("size") and smtp.has_extn("8bitmime") and smtp.has_extn("pipelining"), smtp.esmtp_features
    assert not smtp.has_extn("auth")
    assert smtp.send_message(message, "lisa@far.test", ["bob@comentum.test"]) == {}
    # One recipient is refused, the other gets it.
    refused = smtp.send_message(message, "lisa@far.test", ["bob@comentum.test", "nobody@comentum.test"])
    assert list(refused) == ["nobody@comentum.test"] and refused["nobody@comentum.test"][0] == 550, refused
    try:
        smtp.send_message(message, "lisa@far.test", ["friend@elsewhere.test"])
        raise SystemExit("relayed")
    except smtplib.SMTPRecipientsRefused as error:
        assert error.recipients["friend@elsewhere.test"][0] == 550, error.recipients

# Lisa's program under TLS.
with smtplib.SMTP(*server("SUBMISSION"), local_hostname="client.example.test") as smtp:
    smtp.starttls(context=ssl._create_unverified_context())
    smtp.login("lisa@otherisp.test", os.environ["PASSWORD"])
    assert smtp.send_message(message) == {}
    assert smtp.sock.version() in ("TLSv1.2", "TLSv1.3"), smtp.sock.version()

# Lisa's own program.
with smtplib.SMTP(*server("SUBMISSION"), local_hostname="client.example.test") as smtp:
    try:
        smtp.login("lisa@otherisp.test", "wrong")
        raise SystemExit("a wrong password was taken")
    except smtplib.SMTPAuthenticationError as error:
        assert error.smtp_code == 535, error
    smtp.login("lisa@otherisp.test", os.environ["PASSWORD"])
    assert smtp.send_message(message) == {}
    try:
        smtp.send_message(message, "bob@comentum.test", ["bob@comentum.test"])
        raise SystemExit("sent as somebody else")
    except smtplib.SMTPSenderRefused as error:
        assert error.smtp_code == 553, error
