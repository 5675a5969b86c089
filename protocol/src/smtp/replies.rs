//! Every reply this server gives, by name: first those a desk answers with, then those the session gives itself.

use super::Reply;

// To Question::Sender.
pub const SENDER_OK: Reply = Reply::new(250, (1, 0), "Sender ok");
/// The signed-in account may not send as this address.
pub const NOT_YOUR_ADDRESS: Reply = Reply::new(553, (7, 1), "This sender address is not one of yours");
pub const SENDER_DOMAIN_UNKNOWN: Reply = Reply::new(550, (1, 8), "The sender's domain does not exist");

// To Question::Recipient.
pub const RECIPIENT_OK: Reply = Reply::new(250, (1, 5), "Recipient ok");
pub const NO_SUCH_USER: Reply = Reply::new(550, (1, 1), "No such user here");
pub const NO_RELAYING: Reply = Reply::new(550, (7, 1), "We do not relay for strangers");
pub const MAILBOX_SUSPENDED: Reply = Reply::new(550, (2, 1), "This mailbox is suspended");
pub const MAILBOX_FULL: Reply = Reply::new(452, (2, 2), "This mailbox is full");

// To Question::Login.
pub const LOGIN_OK: Reply = Reply::new(235, (7, 0), "Welcome");
/// For an unknown account and for a wrong password: the same words.
pub const LOGIN_REFUSED: Reply = Reply::new(535, (7, 8), "Name or password is wrong");
pub const LOGIN_NOT_NOW: Reply = Reply::new(454, (7, 0), "Signing in is not possible now; try again later");

// To Question::Message.
pub const MESSAGE_ACCEPTED: Reply = Reply::new(250, (0, 0), "Message accepted");
/// Too many Received fields (RFC 5321 §6.3).
pub const MAIL_LOOP: Reply = Reply::new(554, (4, 6), "This message goes round in a loop");

// To any question.
pub const STORE_FULL: Reply = Reply::new(452, (3, 1), "No room now; try again later");
pub const STORE_BUSY: Reply = Reply::new(451, (3, 0), "Not possible now; try again later");
/// Closes the session, as any 421 does.
pub const SHUTTING_DOWN: Reply = Reply::new(421, (3, 2), "Closing for maintenance; try again later");

// The session's own: it goes well.
pub(super) const BYE: Reply = Reply::new(221, (0, 0), "Bye");
pub(super) const DONE: Reply = Reply::new(250, (0, 0), "Ok");
pub(super) const HELP: Reply = Reply::new(214, (0, 0), "See RFC 5321; people: postmaster");
pub(super) const NOT_VERIFIED: Reply = Reply::new(252, (5, 0), "Not verified here; send and see");
pub(super) const GO_AHEAD: Reply = Reply::plain(354, "Send the message, end with a dot on a line of its own");
pub(super) const START_TLS: Reply = Reply::new(220, (0, 0), "Ready to start TLS");
/// To BDAT without LAST (RFC 3030 §2).
pub(super) const CHUNK_TAKEN: Reply = Reply::new(250, (0, 0), "Chunk taken");
pub(super) const CONTINUE: Reply = Reply::plain(334, "");
/// `Username:` and `Password:` in base64: what programs that speak LOGIN compare with.
pub(super) const ASK_USERNAME: Reply = Reply::plain(334, "VXNlcm5hbWU6");
pub(super) const ASK_PASSWORD: Reply = Reply::plain(334, "UGFzc3dvcmQ6");

// Syntax (RFC 5321 §4.2.4, §4.3.2).
pub(super) const UNKNOWN_COMMAND: Reply = Reply::new(500, (5, 1), "Unknown command");
pub(super) const NOT_OFFERED: Reply = Reply::new(502, (5, 1), "Not offered here");
pub(super) const NOT_A_LINE: Reply = Reply::new(500, (5, 2), "A command is printable ASCII and ends in CRLF");
pub(super) const LINE_TOO_LONG: Reply = Reply::new(500, (5, 2), "Line too long");
pub(super) const BAD_ARGUMENT: Reply = Reply::new(501, (5, 4), "Syntax error in the argument");
pub(super) const NO_ARGUMENT_EXPECTED: Reply = Reply::new(501, (5, 4), "This command takes no argument");
pub(super) const BAD_HELLO: Reply = Reply::new(501, (5, 4), "A host name or an address in brackets is needed");
pub(super) const MAIL_SYNTAX: Reply = Reply::new(501, (5, 4), "Syntax: MAIL FROM:<address>");
pub(super) const RCPT_SYNTAX: Reply = Reply::new(501, (5, 4), "Syntax: RCPT TO:<address>");
pub(super) const BAD_SENDER: Reply = Reply::new(501, (1, 7), "The sender's address is not valid");
pub(super) const BAD_RECIPIENT: Reply = Reply::new(501, (1, 3), "The recipient's address is not valid");
/// RFC 6531 §3.5: UTF-8 that MAIL did not announce.
pub(super) const SENDER_NEEDS_UTF8: Reply = Reply::new(553, (6, 7), "This sender's address needs SMTPUTF8");
pub(super) const RECIPIENT_NEEDS_UTF8: Reply = Reply::new(553, (6, 7), "This recipient's address needs SMTPUTF8");
pub(super) const SENDER_ROUTE: Reply = Reply::new(553, (1, 7), "Source routes are not accepted");
pub(super) const RECIPIENT_ROUTE: Reply = Reply::new(553, (1, 3), "Source routes are not accepted");
pub(super) const UNKNOWN_PARAMETER: Reply = Reply::new(555, (5, 4), "Unknown parameter");
pub(super) const BAD_PARAMETER: Reply = Reply::new(501, (5, 4), "Parameter given twice or with a bad value");
/// How much belongs to the message is not known, so nothing that follows is obeyed.
pub(super) const BAD_CHUNK: Reply = Reply::new(501, (5, 4), "Syntax: BDAT octets [LAST]");

// Order.
pub(super) const HELLO_FIRST: Reply = Reply::new(503, (5, 1), "EHLO first");
pub(super) const MAIL_FIRST: Reply = Reply::new(503, (5, 1), "MAIL first");
pub(super) const SENDER_ALREADY: Reply = Reply::new(503, (5, 1), "Sender already given");
pub(super) const NO_RECIPIENTS: Reply = Reply::new(554, (5, 1), "No valid recipients");
/// The same in LMTP (RFC 2033 §4.2).
pub(super) const NO_RECIPIENTS_LMTP: Reply = Reply::new(503, (5, 1), "No valid recipients");
/// RFC 3030 §2: between BDATs of a message nothing else may come.
pub(super) const CHUNKS_ONLY: Reply = Reply::new(503, (5, 1), "BDAT or RSET is expected");
pub(super) const TLS_ALREADY: Reply = Reply::new(503, (5, 1), "TLS is already on");
pub(super) const LOGIN_ALREADY: Reply = Reply::new(503, (5, 1), "Already signed in");
pub(super) const NOT_NOW: Reply = Reply::new(503, (5, 1), "Not within a transaction");

// AUTH (RFC 4954 §4, §6).
pub(super) const LOGIN_REQUIRED: Reply = Reply::new(530, (7, 0), "Sign in first");
pub(super) const TLS_REQUIRED: Reply = Reply::new(538, (7, 11), "STARTTLS first: passwords travel encrypted only");
pub(super) const UNKNOWN_MECHANISM: Reply = Reply::new(504, (5, 4), "Mechanism not offered");
pub(super) const NOT_BASE64: Reply = Reply::new(501, (5, 2), "Not valid base64");
pub(super) const BAD_RESPONSE: Reply = Reply::new(501, (5, 2), "Not what this mechanism prescribes");
pub(super) const LOGIN_CANCELLED: Reply = Reply::new(501, (7, 0), "Signing in cancelled");

// Limits (RFC 5321 §4.5.3) and the end.
pub(super) const TOO_BIG: Reply = Reply::new(552, (3, 4), "Message too big");
pub(super) const TOO_MANY_RECIPIENTS: Reply = Reply::new(452, (5, 3), "Too many recipients; send the rest separately");
/// RFC 5321 §2.3.8: a CR or LF alone must not be sent.
pub(super) const BARE_NEWLINE: Reply = Reply::new(550, (6, 11), "Line ends must be CRLF; message refused");
/// RFC 9422 §4: as many transactions as were announced.
pub(super) const TOO_MANY_MESSAGES: Reply = Reply::new(421, (7, 0), "Enough for one connection; open another");
/// Said behind it, and then the connection ends.
pub(super) const UNCERTAIN_END: Reply = Reply::new(421, (7, 0), "Closing: where that message ended is not certain");
pub(super) const TOO_MANY_ERRORS: Reply = Reply::new(421, (7, 0), "Too many errors");
pub(super) const TOO_SLOW: Reply = Reply::new(421, (4, 2), "Too long without a word from you");
pub(super) const OVERLOADED: Reply = Reply::new(421, (3, 2), "Too many connections; try again later");
