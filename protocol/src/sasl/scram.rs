//! SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side: the client proves that it knows the password, the server that
//! it has what was derived from it, and neither sends it.
//!
//! Four messages, three types: [`ClientFirst`] is read, [`Challenge`] is sent, and verifying its answer gives the
//! server's own proof. Channel binding is not offered (no -PLUS).

use super::SaslError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};
use std::fmt;
use std::num::NonZeroU32;

/// Octets of SHA-256.
const LENGTH: usize = 32;

/// What is kept of a password (RFC 5802 §3). It lets a server check proofs, and whoever steals it play that server; it
/// never shows in `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramCredentials {
    pub salt: Vec<u8>,
    pub iterations: u32,
    pub stored_key: [u8; LENGTH],
    pub server_key: [u8; LENGTH],
    /// Stored and server key of each other password of the user, made with the same salt: a program may have one of its
    /// own, and which one is meant shows only in the proof.
    pub others: Vec<([u8; LENGTH], [u8; LENGTH])>,
}

impl ScramCredentials {
    /// From a password. It is taken as it is: what SASLprep (RFC 4013) would change in it, the caller changes first.
    pub fn derive(password: &str, salt: Vec<u8>, iterations: NonZeroU32) -> ScramCredentials {
        let mut salted = [0; LENGTH];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &mut salted);
        let stored_key = hash(&keyed_hash(&salted, "Client Key"));
        let server_key = keyed_hash(&salted, "Server Key");
        ScramCredentials { salt, iterations: iterations.get(), stored_key, server_key, others: Vec::new() }
    }
}

impl fmt::Debug for ScramCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramCredentials(…)")
    }
}

/// The client's first message: who it is, and a nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFirst {
    user: String,
    nonce: String,
    /// `n,,`: what of channel binding the client knows. It must say the same again at the end.
    header: String,
    /// All after that.
    bare: String,
}

/// What the server asks, and what it needs to judge the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    user: String,
    header: String,
    nonce: String,
    client_first: String,
    server_first: String,
    credentials: ScramCredentials,
}

impl ClientFirst {
    /// Reads the base64 line.
    ///
    /// # Errors
    /// Any `SaslError`. `y` (a client that would bind, and believes that we cannot) is as good as `n`, since we do not
    /// offer it (RFC 5802 §6); `p` asks for what is not there.
    pub fn decode(line: &str) -> Result<ClientFirst, SaslError> {
        let text = super::decode_text(line)?;
        let mut parts = text.splitn(3, ',');
        let (Some(flag), Some(acting_as), Some(bare)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SaslError::Malformed);
        };
        if !matches!(flag, "n" | "y") {
            return Err(SaslError::Malformed);
        }
        // RFC 5802 §5.1: `m=` is an extension that must be understood, and there is none.
        let mut fields = bare.split(',');
        let user = fields.next().and_then(|field| field.strip_prefix("n=")).ok_or(SaslError::Malformed)?;
        let nonce = fields.next().and_then(|field| field.strip_prefix("r=")).ok_or(SaslError::Malformed)?;
        if !is_nonce(nonce) {
            return Err(SaslError::Malformed);
        }
        let user = name(user)?;
        if let Some(other) = acting_as.strip_prefix("a=") {
            if name(other)? != user {
                return Err(SaslError::OtherIdentity);
            }
        } else if !acting_as.is_empty() {
            return Err(SaslError::Malformed);
        }
        let header = format!("{flag},{acting_as},");
        Ok(ClientFirst { user, nonce: nonce.to_owned(), header, bare: bare.to_owned() })
    }

    /// Who wants to sign in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// `nonce`: ours, of chance, printable and without commas. For a user who is not here give credentials made up from
    /// the name, always the same: what is asked must not tell who is.
    pub fn challenge(self, nonce: &str, credentials: ScramCredentials) -> Challenge {
        let nonce = format!("{}{nonce}", self.nonce);
        let salt = STANDARD.encode(&credentials.salt);
        let server_first = format!("r={nonce},s={salt},i={}", credentials.iterations);
        let ClientFirst { user, header, bare: client_first, .. } = self;
        Challenge { user, header, nonce, client_first, server_first, credentials }
    }
}

impl Challenge {
    /// The server's first message as a base64 line.
    pub fn line(&self) -> String {
        super::encode_text(&self.server_first)
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    /// Judges the client's final message, a base64 line. Right: which of the user's passwords was proved (0 is the first,
    /// then the others), and the server's final message, a base64 line that proves the server to the client. None: the
    /// proof is wrong.
    ///
    /// # Errors
    /// `Base64` or `Malformed`; what answers another challenge than this is `Malformed`.
    pub fn verify(&self, line: &str) -> Result<Option<(usize, String)>, SaslError> {
        let text = super::decode_text(line)?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or(SaslError::Malformed)?;
        let mut fields = without_proof.split(',');
        let binding = fields.next().and_then(|field| field.strip_prefix("c=")).ok_or(SaslError::Malformed)?;
        let nonce = fields.next().and_then(|field| field.strip_prefix("r=")).ok_or(SaslError::Malformed)?;
        if binding != STANDARD.encode(&self.header) || nonce != self.nonce {
            return Err(SaslError::Malformed);
        }
        let proof = STANDARD.decode(proof).map_err(|_| SaslError::Base64)?;
        let proof: [u8; LENGTH] = proof.try_into().map_err(|_| SaslError::Malformed)?;

        let auth = format!("{},{},{without_proof}", self.client_first, self.server_first);
        let ScramCredentials { stored_key, server_key, others, .. } = &self.credentials;
        let all =
            std::iter::once((stored_key, server_key)).chain(others.iter().map(|(stored, server)| (stored, server)));
        // All of them are tried: how long it takes does not tell which one it was.
        let mut right = None;
        for (which, (stored_key, server_key)) in all.enumerate() {
            let mut client_key = keyed_hash(stored_key, &auth);
            client_key.iter_mut().zip(proof).for_each(|(byte, other)| *byte ^= other);
            if same(&hash(&client_key), stored_key) {
                right = Some((which, server_key));
            }
        }
        Ok(right.map(|(which, server_key)| {
            let signature = STANDARD.encode(keyed_hash(server_key, &auth));
            (which, super::encode_text(&format!("v={signature}")))
        }))
    }
}

/// RFC 5802 §7 printable: visible ASCII but the comma.
fn is_nonce(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}

/// RFC 5802 §5.1 saslname: `=2C` is a comma, `=3D` is `=`, and no other `=` may be in it.
fn name(text: &str) -> Result<String, SaslError> {
    let mut pieces = text.split('=');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (sign, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err(SaslError::Malformed),
        };
        name.push(sign);
        name.push_str(rest);
    }
    if name.is_empty() || name.contains('\0') { Err(SaslError::Malformed) } else { Ok(name) }
}

fn keyed_hash(key: &[u8], text: &str) -> [u8; LENGTH] {
    whole(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref())
}

fn hash(bytes: &[u8]) -> [u8; LENGTH] {
    whole(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn whole(bytes: &[u8]) -> [u8; LENGTH] {
    let mut all = [0; LENGTH];
    all.copy_from_slice(bytes);
    all
}

/// Takes the same time wherever they differ.
fn same(one: &[u8; LENGTH], other: &[u8; LENGTH]) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sasl::encode_text;

    /// RFC 7677 §3: user "user", password "pencil".
    const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
    const OUR_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    fn kept() -> ScramCredentials {
        ScramCredentials::derive("pencil", STANDARD.decode(SALT).unwrap(), NonZeroU32::new(4096).unwrap())
    }

    fn challenge() -> Challenge {
        let first = ClientFirst::decode(&encode_text("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")).unwrap();
        assert_eq!(first.user(), "user");
        first.challenge(OUR_NONCE, kept())
    }

    #[test]
    fn the_exchange_of_rfc_7677_comes_out_as_printed_there() {
        let challenge = challenge();
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        assert_eq!(challenge.line(), encode_text(&format!("r={nonce},s={SALT},i=4096")));
        let last = format!("c=biws,r={nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        let proof = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(challenge.verify(&encode_text(&last)), Ok(Some((0, encode_text(proof)))));
        let mut other = kept();
        other.others = vec![(other.stored_key, other.server_key)];
        other.stored_key = [0; LENGTH];
        let first = ClientFirst::decode(&encode_text("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")).unwrap();
        let challenge = first.challenge(OUR_NONCE, other);
        assert_eq!(
            challenge.verify(&encode_text(&last)),
            Ok(Some((1, encode_text(proof)))),
            "a program's own password"
        );
    }

    #[test]
    fn a_wrong_proof_is_wrong_and_an_answer_to_something_else_is_none() {
        let challenge = challenge();
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let wrong = format!("c=biws,r={nonce},p=AHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assert_eq!(challenge.verify(&encode_text(&wrong)), Ok(None));
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        for last in [
            format!("c=biws,r={OUR_NONCE},p={proof}"),
            // Who said `n` first and says `y` at the end has been tampered with.
            format!("c=eSws,r={nonce},p={proof}"),
            format!("c=biws,r={nonce}"),
            format!("r={nonce},c=biws,p={proof}"),
            format!("c=biws,r={nonce},p=AAAA"),
            String::new(),
        ] {
            assert_eq!(challenge.verify(&encode_text(&last)), Err(SaslError::Malformed), "{last}");
        }
        assert_eq!(challenge.verify("c=biws"), Err(SaslError::Base64));
    }

    #[test]
    fn a_first_message_names_a_user_and_asks_for_nothing_that_is_not_offered() {
        let read = |text: &str| ClientFirst::decode(&encode_text(text)).map(|first| first.user().to_owned());
        for (text, user) in [
            ("n,,n=bob@x.test,r=abc", "bob@x.test"),
            ("y,,n=bob,r=abc", "bob"),
            ("n,a=bob,n=bob,r=abc", "bob"),
            ("n,,n=a=2Cb=3Dc,r=abc", "a,b=c"),
            ("n,,n=jörg,r=abc,extension=1", "jörg"),
        ] {
            assert_eq!(read(text), Ok(user.to_owned()), "{text}");
        }
        assert_eq!(read("n,a=lisa,n=bob,r=abc"), Err(SaslError::OtherIdentity));
        for text in [
            "p=tls-unique,,n=bob,r=abc",
            "n,,m=x,n=bob,r=abc",
            "n,,n=bob",
            "n,,n=,r=abc",
            "n,,n=bob,r=",
            "n,,n=bob,r=a c",
            "n,,n=a=2cb,r=abc",
            "n,,n=a\0b,r=abc",
            "n,bob,n=bob,r=abc",
            "n=bob,r=abc",
            "",
        ] {
            assert_eq!(read(text), Err(SaslError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn what_is_kept_of_a_password_does_not_show() {
        assert_eq!(format!("{:?}", kept()), "ScramCredentials(…)");
    }
}
