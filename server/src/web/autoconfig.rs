//! What mail programs ask for before they ask their user: where to collect and where to hand in.
//!
//! Thunderbird's config-v1.1, Microsoft's Autodiscover (POX) and Apple's configuration profile. All three say what the
//! Programs page says, to anybody: it is no secret, and names no account.

use crate::web::state::Web;
use app::{ProgramSettings, Security};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use mail::Address;
use serde::Deserialize;
use std::fmt::Write;
use std::sync::Arc;

/// Octets of what Outlook asks.
const QUESTION: usize = 16 * 1024;
const XML: &str = "application/xml; charset=utf-8";

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/.well-known/autoconfig/mail/config-v1.1.xml", get(thunderbird))
        .route("/mail/config-v1.1.xml", get(thunderbird))
        .route("/autodiscover/autodiscover.xml", post(outlook))
        .route("/Autodiscover/Autodiscover.xml", post(outlook))
        .route("/apple.mobileconfig", get(apple))
        .layer(DefaultBodyLimit::max(QUESTION))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    emailaddress: String,
}

async fn thunderbird(State(web): State<Arc<Web>>, Query(asked): Query<Asked>) -> Response {
    let domain = Address::parse(asked.emailaddress.trim()).map(|address| address.domain().to_string());
    let domain = domain.unwrap_or_else(|_| web.programs.host.clone());
    answer(XML, config_v1_1(&web.programs, &domain))
}

async fn outlook(State(web): State<Arc<Web>>, body: String) -> Response {
    let named = body.split_once("<EMailAddress>").and_then(|(_, rest)| rest.split_once("</EMailAddress>"));
    match named.and_then(|(address, _)| Address::parse(address.trim()).ok()) {
        Some(address) => answer(XML, autodiscover(&web.programs, &address)),
        None => (StatusCode::BAD_REQUEST, "An EMailAddress is missing.\n").into_response(),
    }
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    address: String,
}

async fn apple(State(web): State<Arc<Web>>, Query(whose): Query<Whose>) -> Response {
    let Ok(address) = Address::parse(whose.address.trim()) else {
        return (StatusCode::BAD_REQUEST, "An address is missing: ?address=bob@example.org\n").into_response();
    };
    let mut response = answer("application/x-apple-aspen-config", profile(&web.programs, &address));
    let name = axum::http::HeaderValue::from_static("attachment; filename=\"mail.mobileconfig\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    response
}

fn answer(media_type: &'static str, text: String) -> Response {
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], text).into_response()
}

/// <https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat>
fn config_v1_1(programs: &ProgramSettings, domain: &str) -> String {
    let (host, domain) = (escaped(&programs.host), escaped(domain));
    let server = |port: u16, security: Security| {
        let socket = match security {
            Security::Tls => "SSL",
            Security::StartTls => "STARTTLS",
            Security::None => "plain",
        };
        format!(
            "      <hostname>{host}</hostname>\n      <port>{port}</port>\n      <socketType>{socket}</socketType>\n      \
             <authentication>password-cleartext</authentication>\n      <username>%EMAILADDRESS%</username>\n"
        )
    };
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\">\n  <emailProvider id=\"{domain}\">\n    \
         <domain>{domain}</domain>\n    <displayName>{domain}</displayName>\n    \
         <displayShortName>{domain}</displayShortName>\n"
    );
    if programs.pop3_port != 0 {
        let server = server(programs.pop3_port, programs.pop3_tls);
        let _ = write!(
            text,
            "    <incomingServer type=\"pop3\">\n{server}      \
             <pop3><leaveMessagesOnServer>true</leaveMessagesOnServer></pop3>\n    </incomingServer>\n"
        );
    }
    if programs.submission_port != 0 {
        let server = server(programs.submission_port, programs.submission_tls);
        let _ = write!(text, "    <outgoingServer type=\"smtp\">\n{server}    </outgoingServer>\n");
    }
    text + "  </emailProvider>\n</clientConfig>\n"
}

/// MS-OXDSCLI §3.1.5.2, as far as POP3 and SMTP go.
fn autodiscover(programs: &ProgramSettings, address: &Address) -> String {
    let (host, login) = (escaped(&programs.host), escaped(&address.to_string()));
    let protocol = |kind: &str, port: u16, security: Security| {
        let (ssl, encryption) = match security {
            Security::Tls => ("on", "SSL"),
            Security::StartTls => ("on", "TLS"),
            Security::None => ("off", "None"),
        };
        format!(
            "      <Protocol>\n        <Type>{kind}</Type>\n        <Server>{host}</Server>\n        <Port>{port}</Port>\n        \
             <LoginName>{login}</LoginName>\n        <DomainRequired>off</DomainRequired>\n        <SPA>off</SPA>\n        \
             <SSL>{ssl}</SSL>\n        <Encryption>{encryption}</Encryption>\n        \
             <AuthRequired>on</AuthRequired>\n      </Protocol>\n"
        )
    };
    let mut protocols = String::new();
    if programs.pop3_port != 0 {
        protocols += &protocol("POP3", programs.pop3_port, programs.pop3_tls);
    }
    if programs.submission_port != 0 {
        protocols += &protocol("SMTP", programs.submission_port, programs.submission_tls);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n  \
         <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">\n    \
         <Account>\n      <AccountType>email</AccountType>\n      <Action>settings</Action>\n{protocols}    \
         </Account>\n  </Response>\n</Autodiscover>\n"
    )
}

/// Apple's configuration profile with one mail account. It asks for the password when it is installed.
fn profile(programs: &ProgramSettings, address: &Address) -> String {
    let (host, login) = (escaped(&programs.host), escaped(&address.to_string()));
    let encrypted = |security: Security| if security == Security::None { "<false/>" } else { "<true/>" };
    let (inner, outer) = (uuid("account", address), uuid("profile", address));
    let ProgramSettings { pop3_port, submission_port, pop3_tls, submission_tls, .. } = programs;
    let (pop3_tls, submission_tls) = (encrypted(*pop3_tls), encrypted(*submission_tls));
    let rows: String = [
        ("EmailAccountType", "<string>EmailTypePOP</string>".to_owned()),
        ("EmailAccountDescription", format!("<string>{login}</string>")),
        ("EmailAddress", format!("<string>{login}</string>")),
        ("IncomingMailServerAuthentication", "<string>EmailAuthPassword</string>".to_owned()),
        ("IncomingMailServerHostName", format!("<string>{host}</string>")),
        ("IncomingMailServerPortNumber", format!("<integer>{pop3_port}</integer>")),
        ("IncomingMailServerUseSSL", pop3_tls.to_owned()),
        ("IncomingMailServerUsername", format!("<string>{login}</string>")),
        ("OutgoingMailServerAuthentication", "<string>EmailAuthPassword</string>".to_owned()),
        ("OutgoingMailServerHostName", format!("<string>{host}</string>")),
        ("OutgoingMailServerPortNumber", format!("<integer>{submission_port}</integer>")),
        ("OutgoingMailServerUseSSL", submission_tls.to_owned()),
        ("OutgoingMailServerUsername", format!("<string>{login}</string>")),
        ("OutgoingPasswordSameAsIncomingPassword", "<true/>".to_owned()),
        ("PayloadType", "<string>com.apple.mail.managed</string>".to_owned()),
        ("PayloadVersion", "<integer>1</integer>".to_owned()),
        ("PayloadIdentifier", format!("<string>{host}.mail.{inner}</string>")),
        ("PayloadUUID", format!("<string>{inner}</string>")),
        ("PayloadDisplayName", format!("<string>{login}</string>")),
    ]
    .iter()
    .map(|(key, value)| format!("        <key>{key}</key>{value}\n"))
    .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n  <dict>\n    <key>PayloadContent</key>\n    <array>\n      <dict>\n{rows}      \
         </dict>\n    </array>\n    <key>PayloadType</key><string>Configuration</string>\n    \
         <key>PayloadVersion</key><integer>1</integer>\n    \
         <key>PayloadIdentifier</key><string>{host}.profile.{outer}</string>\n    \
         <key>PayloadUUID</key><string>{outer}</string>\n    \
         <key>PayloadDisplayName</key><string>{login}</string>\n  </dict>\n</plist>\n"
    )
}

/// The same for the same address, so that a second profile takes the first one's place (RFC 9562 §5.8, version 8).
fn uuid(what: &str, address: &Address) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&blake3::hash(format!("{what} {}", address.key()).as_bytes()).as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs() -> ProgramSettings {
        ProgramSettings {
            host: "mail.comentum.test".into(),
            pop3_port: 995,
            submission_port: 587,
            smtp_port: 25,
            pop3_tls: Security::Tls,
            submission_tls: Security::StartTls,
            pop3_deletes_for_ever: false,
        }
    }

    #[test]
    fn every_program_is_told_the_same_ports() {
        let bob = Address::parse("bob@comentum.test").unwrap();
        let thunderbird = config_v1_1(&programs(), "comentum.test");
        assert!(thunderbird.contains("<port>995</port>\n      <socketType>SSL</socketType>"), "{thunderbird}");
        assert!(thunderbird.contains("<port>587</port>\n      <socketType>STARTTLS</socketType>"), "{thunderbird}");
        let outlook = autodiscover(&programs(), &bob);
        assert!(outlook.contains("<Port>995</Port>") && outlook.contains("<Encryption>TLS</Encryption>"), "{outlook}");
        assert!(outlook.contains("<LoginName>bob@comentum.test</LoginName>"), "{outlook}");
        let apple = profile(&programs(), &bob);
        assert!(apple.contains("<key>IncomingMailServerPortNumber</key><integer>995</integer>"), "{apple}");
        let other = profile(&programs(), &Address::parse("Bob@Comentum.test").unwrap());
        assert_eq!(apple, other.replace("Bob@", "bob@"), "a second one takes the first one's place");
    }

    #[test]
    fn a_door_that_is_closed_is_not_named() {
        let closed = ProgramSettings { pop3_port: 0, ..programs() };
        assert!(!config_v1_1(&closed, "comentum.test").contains("incomingServer"));
        assert!(!autodiscover(&closed, &Address::parse("bob@comentum.test").unwrap()).contains("POP3"));
    }

    #[test]
    fn what_was_typed_stays_text() {
        let odd = Address::parse("\"<x>&'\"@comentum.test").unwrap();
        for text in [autodiscover(&programs(), &odd), profile(&programs(), &odd)] {
            assert!(!text.contains("<x>") && text.contains("&lt;x&gt;&amp;&apos;"), "{text}");
        }
    }
}
