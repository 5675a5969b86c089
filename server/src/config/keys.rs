//! The table of keys: name, what it is, what it may be, and how it is set.

use super::checks;
use super::values::{
    between, duration, https_url, list, listener, name_server, next_hops, number, on_or_off, positive_duration,
    separator, size, smarthosts, tls_policies, web_url,
};
use super::{AcmeChallenge, Config, LogFormat, PlaintextAuth, Pop3Deletes};
use mail::{Address, Domain};
use std::path::PathBuf;
use std::time::Duration;

pub struct Key {
    /// As it stands in the file; a flag has hyphens for underscores.
    pub name: &'static str,
    pub what: &'static str,
    pub may_be: &'static str,
    /// None: the value is not one this key may have.
    pub set: fn(&mut Config, &str) -> Option<()>,
}

const LISTENER: &str = "an address with a port, as 127.0.0.1:2525 (port 0: any free one), or off";
const TIME: &str = "a length of time above 0 and of 36500d at most, as 500ms, 30s, 5m, 4h or 5d";
const SIZE: &str = "a size, as 262144, 256KiB, 25MiB or 2GiB";
const FLAG: &str = "true or false";
const AGAINST: &str = "refuse, or junk";
const COUNT: &str = "a whole number from 1";
const LIMIT: &str = "a whole number; 0: no limit";

/// A row of the table.
const fn key(
    name: &'static str,
    what: &'static str,
    may_be: &'static str,
    set: fn(&mut Config, &str) -> Option<()>,
) -> Key {
    Key { name, what, may_be, set }
}

/// Puts a value that could be read in its place.
fn put<T>(place: &mut T, value: Option<T>) -> Option<()> {
    *place = value?;
    Some(())
}

pub const KEYS: &[Key] = &[
    key("data", "the directory that holds everything", "a path", |config, text| put(&mut config.data, some_path(text))),
    key(
        "hostname",
        "the name this server gives itself to others",
        "a domain name, as mail.example.com",
        |config, text| put(&mut config.hostname, Domain::parse(text).ok()),
    ),
    key("smtp", "where mail from other servers comes in", LISTENER, |config, text| {
        put(&mut config.smtp, listener(text))
    }),
    key("submission", "where mail programs hand in mail", LISTENER, |config, text| {
        put(&mut config.submission, listener(text))
    }),
    key("lmtp", "where programs of this house hand over mail for mailboxes here", LISTENER, |config, text| {
        put(&mut config.lmtp, listener(text))
    }),
    key("pop3", "where mail programs collect mail", LISTENER, |config, text| put(&mut config.pop3, listener(text))),
    key("http", "where the webmail is served", LISTENER, |config, text| put(&mut config.http, listener(text))),
    key(
        "submissions",
        "where mail programs hand in mail under TLS from the start, port 465",
        LISTENER,
        |config, text| put(&mut config.submissions, listener(text)),
    ),
    key("pop3s", "where mail programs collect mail under TLS from the start, port 995", LISTENER, |config, text| {
        put(&mut config.pop3s, listener(text))
    }),
    key("https", "where the webmail is served under TLS, port 443", LISTENER, |config, text| {
        put(&mut config.https, listener(text))
    }),
    key(
        "web_url",
        "what people type to reach the webmail",
        "a URL without a path, as https://mail.example.com",
        |config, text| put(&mut config.web_url, web_url(text).map(Some)),
    ),
    key(
        "proxy_protocol_from",
        "proxies before the mail ports, which must say whom they bring (PROXY protocol)",
        "IP addresses and networks, as 192.0.2.0/24, with commas between",
        |config, text| put(&mut config.proxy_protocol_from, list(text, |item| item.parse().ok())),
    ),
    key(
        "trusted_proxies",
        "HTTP proxies whose X-Forwarded-For is believed",
        "IP addresses with commas between",
        |config, text| put(&mut config.trusted_proxies, list(text, |item| item.parse().ok())),
    ),
    key(
        "allow_plaintext_auth",
        "where a password may be sent without TLS",
        "true, false, submission or pop3",
        |config, text| put(&mut config.plaintext_auth, plaintext_auth(text)),
    ),
    key(
        "tls_certificate",
        "the files with the certificate chains (PEM)",
        "paths with commas between",
        |config, text| put(&mut config.tls_certificate, list(text, some_path)),
    ),
    key(
        "tls_key",
        "the files with the certificates' private keys (PEM), in the same order",
        "paths with commas between",
        |config, text| put(&mut config.tls_key, list(text, some_path)),
    ),
    key(
        "acme_domains",
        "the names that certificates are fetched for; none: none are",
        "domain names with commas between, as mail.example.com",
        |config, text| put(&mut config.acme.domains, list(text, |item| Domain::parse(item).ok())),
    ),
    key("acme_directory", "the ACME authority", "an https URL", |config, text| {
        put(&mut config.acme.directory, https_url(text))
    }),
    key(
        "acme_contact",
        "whom the ACME authority writes to when something is wrong",
        "mail addresses with commas between",
        |config, text| put(&mut config.acme.contact, list(text, |item| Address::parse(item).ok())),
    ),
    key(
        "acme_challenge",
        "how the ACME authority sees that a name is ours: at https (port 443) or at http (port 80)",
        "tls-alpn-01 or http-01",
        |config, text| put(&mut config.acme.challenge, acme_challenge(text)),
    ),
    key("acme_root", "the root certificate (PEM) of an ACME authority of your own", "a path", |config, text| {
        put(&mut config.acme.root, some_path(text).map(Some))
    }),
    key(
        "dns",
        "the DNS servers to ask; none: the system's",
        "IP addresses, with a port if it is not 53, with commas between",
        |config, text| put(&mut config.dns, list(text, name_server)),
    ),
    key(
        "next_hop",
        "where mail for a domain goes, whatever DNS says",
        "domain=host:port, with commas between",
        |config, text| put(&mut config.next_hop, next_hops(text)),
    ),
    key("outbound_port", "the port of other servers", "a port number, 25 in earnest", |config, text| {
        put(&mut config.outbound_port, number(text, 1))
    }),
    key("outbound_destinations", "how many destinations are served at once", COUNT, |config, text| {
        put(&mut config.outbound_destinations, number(text, 1))
    }),
    key("outbound_connections", "connections to one destination at once", COUNT, |config, text| {
        put(&mut config.outbound_connections, number(text, 1))
    }),
    key("outbound_tls", "whether STARTTLS is used when another server offers it", FLAG, |config, text| {
        put(&mut config.outbound_tls, on_or_off(text))
    }),
    key("outbound_round", "how long mail is handed over to one destination in one go", TIME, |config, text| {
        put(&mut config.outbound_round, positive_duration(text))
    }),
    key(
        "outbound_tls_policy",
        "what is demanded of the TLS of a destination, whatever it says of itself; *: of all others",
        "domain=never, opportunistic, encrypted or verified, with commas between",
        |config, text| put(&mut config.outbound_tls_policy, tls_policies(text)),
    ),
    key(
        "smarthost",
        "the server that takes mail for a domain, or for all others (*), instead of those that DNS names",
        "domain=host:port or *=host:port, with commas between",
        |config, text| put(&mut config.smarthost, smarthosts(text)),
    ),
    key(
        "smarthost_passwords",
        "the file with what smarthosts are told to sign in",
        "a path; in the file a line for each: host user password",
        |config, text| put(&mut config.smarthost_passwords, some_path(text).map(Some)),
    ),
    key("mta_sts", "whether other domains' TLS policies (MTA-STS) are asked for and obeyed", FLAG, |config, text| {
        put(&mut config.mta_sts, on_or_off(text))
    }),
    key("mta_sts_port", "the port at which they are fetched", "a port number, 443 in earnest", |config, text| {
        put(&mut config.mta_sts_port, number(text, 1))
    }),
    key(
        "dane",
        "whether TLSA records that DNSSEC proves are asked for and obeyed; the DNS servers must pass on DNSSEC",
        FLAG,
        |config, text| put(&mut config.dane, on_or_off(text)),
    ),
    key(
        "dns_trust_anchor",
        "the file with the keys (DNSKEY records) that DNSSEC is trusted for; none: the root's",
        "a path",
        |config, text| put(&mut config.dns_trust_anchor, some_path(text).map(Some)),
    ),
    key(
        "outbound_roots",
        "the file with who may sign other servers' certificates (PEM); none: whom the system trusts",
        "a path",
        |config, text| put(&mut config.outbound_roots, some_path(text).map(Some)),
    ),
    key(
        "report_from",
        "whom DMARC and TLS reports to other domains are from; none: none are sent",
        "an address of one of your domains, as reports@example.com",
        |config, text| put(&mut config.report_from, Address::parse(text).ok().map(Some)),
    ),
    key("report_period", "what one report is about", TIME, |config, text| {
        put(&mut config.report_period, positive_duration(text))
    }),
    key("dkim_signing", "whether what leaves is signed, and new domains get keys for it", FLAG, |config, text| {
        put(&mut config.dkim_signing, on_or_off(text))
    }),
    key(
        "retry_schedule",
        "the waits before the first attempt to deliver, the second and so on; the last one repeats",
        "lengths of time with commas between, as 1m,5m,1h",
        |config, text| put(&mut config.retry_schedule, schedule(text)),
    ),
    key("delay_warning", "how late a message is when its sender is told; 0: never", TIME, |config, text| {
        put(&mut config.delay_warning, duration(text))
    }),
    key("expiry", "how long delivery is tried before a message is returned", TIME, |config, text| {
        put(&mut config.expiry, positive_duration(text))
    }),
    key("connect_timeout", "how long a connection to another server may take", TIME, |config, text| {
        put(&mut config.connect_timeout, positive_duration(text))
    }),
    key("reply_timeout", "how long another server may take for a reply", TIME, |config, text| {
        put(&mut config.reply_timeout, positive_duration(text))
    }),
    key(
        "message_size",
        "the largest message accepted",
        "a size from 64KiB, as 262144, 256KiB, 25MiB or 2GiB",
        |config, text| put(&mut config.message_size, size(text).filter(|size| *size >= 65536)),
    ),
    key("recipients", "the most recipients of one message", "a whole number from 100 (RFC 5321)", |config, text| {
        put(&mut config.recipients, number(text, 100))
    }),
    key("connections", "the most connections of one listener", COUNT, |config, text| {
        put(&mut config.connections, number(text, 1))
    }),
    key("connections_per_peer", "the most connections of one listener from one address", COUNT, |config, text| {
        put(&mut config.connections_per_peer, number(text, 1))
    }),
    key("connection_rate", "new connections of one address to one listener in a minute", COUNT, |config, text| {
        put(&mut config.connection_rate, number(text, 1))
    }),
    key(
        "peer_messages",
        "messages that one address may send to the SMTP listener in an hour",
        LIMIT,
        |config, text| put(&mut config.peer_messages, number(text, 0)),
    ),
    key("peer_recipients", "recipients that one address may name there in an hour", LIMIT, |config, text| {
        put(&mut config.peer_recipients, number(text, 0))
    }),
    key("command_timeout", "how long an SMTP client may take for a command", TIME, |config, text| {
        put(&mut config.command_timeout, positive_duration(text))
    }),
    key("data_timeout", "how long an SMTP client may pause in a message", TIME, |config, text| {
        put(&mut config.data_timeout, positive_duration(text))
    }),
    key("pop3_timeout", "how long a POP3 client may take for a command", TIME, |config, text| {
        put(&mut config.pop3_timeout, positive_duration(text))
    }),
    key("sign_in_timeout", "how long a mail program may take until it has signed in", TIME, |config, text| {
        put(&mut config.sign_in_timeout, positive_duration(text))
    }),
    key("session_timeout", "the longest a connection may last", TIME, |config, text| {
        put(&mut config.session_timeout, positive_duration(text))
    }),
    key("shutdown_timeout", "how long closing waits for sessions under way", TIME, |config, text| {
        put(&mut config.shutdown_timeout, positive_duration(text))
    }),
    key("spool_memory", "how much of a message is held in memory; more goes to a file", SIZE, |config, text| {
        put(&mut config.spool_memory, size(text).and_then(|size| usize::try_from(size).ok()))
    }),
    key(
        "address_separator",
        "the sign before the detail of an address, as in bob+news@example.com",
        "one of + - _ = . # or off",
        |config, text| put(&mut config.address_separator, separator(text)),
    ),
    key(
        "unknown_recipients_burst",
        "names that nobody has which one address may ask for at once",
        COUNT,
        |config, text| put(&mut config.unknown_recipients.burst, number(text, 1)),
    ),
    key("unknown_recipients_interval", "the time in which it may ask for one more of them", TIME, |config, text| {
        put(&mut config.unknown_recipients.interval, positive_duration(text))
    }),
    key("check_sender_domain", "whether a sender's domain must exist in DNS", FLAG, |config, text| {
        put(&mut config.check_sender_domain, on_or_off(text))
    }),
    key("spf", "whether the sender's domain is asked which servers may send for it (SPF)", FLAG, |config, text| {
        put(&mut config.checks.spf, on_or_off(text))
    }),
    key("dkim", "whether signatures are verified (DKIM)", FLAG, |config, text| {
        put(&mut config.checks.dkim, on_or_off(text))
    }),
    key("dmarc", "whether the domain in From is asked if it vouches for a message (DMARC)", FLAG, |config, text| {
        put(&mut config.checks.dmarc, on_or_off(text))
    }),
    key("arc", "whether seals of those who passed a message on are verified (ARC)", FLAG, |config, text| {
        put(&mut config.checks.arc, on_or_off(text))
    }),
    key("iprev", "whether the client's address must lead to a name and back", FLAG, |config, text| {
        put(&mut config.checks.iprev, on_or_off(text))
    }),
    key("helo", "what is done about the name in EHLO", "off, note, or refuse", |config, text| {
        put(&mut config.checks.helo, checks::helo(text))
    }),
    key("dmarc_reject", "what is done when a domain asks for refusal", AGAINST, |config, text| {
        put(&mut config.checks.dmarc_reject, checks::against(text))
    }),
    key("spf_fail", "what is done when SPF fails and no DMARC says what follows", AGAINST, |config, text| {
        put(&mut config.checks.spf_fail, checks::against(text))
    }),
    key("dnsbl", "lists of bad addresses to ask (RFC 5782)", "domain names with commas between", |config, text| {
        put(&mut config.checks.dnsbl, checks::domains(text))
    }),
    key("dnsbl_listed", "what is done about a client that is on a list", AGAINST, |config, text| {
        put(&mut config.checks.dnsbl_listed, checks::against(text))
    }),
    key(
        "arc_trusted",
        "domains that are believed when they pass mail on with a seal (ARC)",
        "domain names with commas between",
        |config, text| put(&mut config.checks.arc_trusted, checks::domains(text)),
    ),
    key("dns_failure", "what is done when DNS does not answer a check", "defer, or accept", |config, text| {
        put(&mut config.checks.dns_failure, checks::dns_failure(text))
    }),
    key("check_timeout", "how long the checks of a sender or a message may take", TIME, |config, text| {
        put(&mut config.checks.timeout, positive_duration(text))
    }),
    key("greylist", "whether senders who are not known are asked to come again", FLAG, |config, text| {
        put(&mut config.checks.greylist, on_or_off(text))
    }),
    key("greylist_delay", "how long they have to wait", TIME, |config, text| {
        put(&mut config.checks.greylist_delay, positive_duration(text))
    }),
    key(
        "trace_days",
        "days that refusals are kept for the trace; 0: for ever",
        "a whole number from 0 to 36500",
        |config, text| put(&mut config.checks.trace_days, between(text, 0, 36_500)),
    ),
    key(
        "argon2_memory",
        "the memory that hashing a password takes, in KiB",
        "a whole number from 8 to 4194304, 19456 in earnest",
        |config, text| put(&mut config.argon2.memory, between(text, 8, 4_194_304)),
    ),
    key(
        "argon2_iterations",
        "the rounds that hashing a password takes",
        "a whole number from 1 to 100",
        |config, text| put(&mut config.argon2.iterations, between(text, 1, 100)),
    ),
    key(
        "sign_in_burst",
        "wrong passwords that one address may send at once",
        "a whole number from 1 to 4294967295",
        |config, text| put(&mut config.sign_in.burst, number(text, 1)),
    ),
    key("sign_in_interval", "the time in which one more wrong password may be sent", TIME, |config, text| {
        put(&mut config.sign_in.interval, positive_duration(text))
    }),
    key(
        "sign_in_account_burst",
        "wrong passwords for one account at once, from wherever they come",
        COUNT,
        |config, text| put(&mut config.sign_in.account_burst, number(text, 1)),
    ),
    key(
        "sign_in_account_interval",
        "the time in which one more wrong password for one account may be sent",
        TIME,
        |config, text| put(&mut config.sign_in.account_interval, positive_duration(text)),
    ),
    key("daily_messages", "messages that an account may send in a day; more are held", LIMIT, |config, text| {
        put(&mut config.daily_messages, number(text, 0))
    }),
    key(
        "daily_new_recipients",
        "people whom an account may write to for the first time in a day; mail to more is held",
        LIMIT,
        |config, text| put(&mut config.daily_new_recipients, number(text, 0)),
    ),
    key("reveal_client", "whether Received tells where a sender's program sits", FLAG, |config, text| {
        put(&mut config.reveal_client, on_or_off(text))
    }),
    key("quota", "what a new account may hold; 0: no limit", SIZE, |config, text| put(&mut config.quota, size(text))),
    key("max_errors", "wrong commands and failed sign-ins after which a session is ended", COUNT, |config, text| {
        put(&mut config.max_errors, number(text, 1))
    }),
    key("carried_memory", "the most memory for large messages on their way to other servers", SIZE, |config, text| {
        put(&mut config.carried_memory, size(text).filter(|size| (1 << 20..1 << 40).contains(size)))
    }),
    key("incoming_memory", "the most memory for large messages that have come in", SIZE, |config, text| {
        put(&mut config.incoming_memory, size(text).filter(|size| (1 << 20..1 << 40).contains(size)))
    }),
    key(
        "sign_in_waiting",
        "sign-ins that may wait until their password can be looked at; more are put off",
        "a whole number from 1 to 100000",
        |config, text| put(&mut config.sign_in_waiting, between(text, 1, 100_000)),
    ),
    key("web_idle", "how long a webmail session lives without a request", TIME, |config, text| {
        put(&mut config.web_idle, positive_duration(text))
    }),
    key("web_session", "how long a webmail session lives in any case", TIME, |config, text| {
        put(&mut config.web_session, positive_duration(text))
    }),
    key("longest_rest", "the longest that a destination rests which cannot be reached", TIME, |config, text| {
        put(&mut config.longest_rest, positive_duration(text))
    }),
    key("http_header_timeout", "how long an HTTP client may take for the header of a request", TIME, |config, text| {
        put(&mut config.http_header_timeout, positive_duration(text))
    }),
    key("pop3_messages", "the most messages of one POP3 session; of more, the latest", COUNT, |config, text| {
        put(&mut config.pop3_messages, number(text, 1))
    }),
    key("pop3_deletes", "where mail goes that a POP3 program deletes", "trash, or forever", |config, text| {
        put(&mut config.pop3_deletes, pop3_deletes(text))
    }),
    key(
        "trash_days",
        "days that deleted mail stays in Trash; 0: for ever",
        "a whole number from 0 to 36500",
        |config, text| put(&mut config.trash_days, between(text, 0, 36_500)),
    ),
    key("disk_reserve", "free disk below which no mail is accepted", SIZE, |config, text| {
        put(&mut config.disk_reserve, size(text))
    }),
    key("readers", "database connections for reading", "a whole number from 1 to 64", |config, text| {
        put(&mut config.readers, between(text, 1, 64))
    }),
    key(
        "log",
        "what is logged",
        "error, warn, info, debug, trace, or a filter such as info,restante=debug",
        |config, text| put(&mut config.log, some_filter(text)),
    ),
    key("log_format", "how the log is written", "text or json", |config, text| {
        put(&mut config.log_format, log_format(text))
    }),
];

fn some_path(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.contains('\0')).then(|| PathBuf::from(text))
}

fn some_filter(text: &str) -> Option<String> {
    text.parse::<tracing_subscriber::filter::Targets>().ok().filter(|_| !text.is_empty()).map(|_| text.to_owned())
}

fn pop3_deletes(text: &str) -> Option<Pop3Deletes> {
    match text {
        "trash" => Some(Pop3Deletes::ToTrash),
        "forever" => Some(Pop3Deletes::ForEver),
        _ => None,
    }
}

fn acme_challenge(text: &str) -> Option<AcmeChallenge> {
    match text {
        "tls-alpn-01" => Some(AcmeChallenge::TlsAlpn),
        "http-01" => Some(AcmeChallenge::Http),
        _ => None,
    }
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// The last wait repeats: at none, the queue would spin.
fn schedule(text: &str) -> Option<Vec<Duration>> {
    list(text, duration).filter(|waits| waits.last().is_some_and(|last| !last.is_zero()))
}

fn plaintext_auth(text: &str) -> Option<PlaintextAuth> {
    match text {
        "true" | "on" | "yes" => return Some(PlaintextAuth { submission: true, pop3: true }),
        "false" | "off" | "no" => return Some(PlaintextAuth::default()),
        _ => {}
    }
    let mut allowed = PlaintextAuth::default();
    for door in list(text, |door| Some(door.to_owned()))? {
        match door.as_str() {
            "submission" => allowed.submission = true,
            "pop3" => allowed.pop3 = true,
            _ => return None,
        }
    }
    Some(allowed)
}
