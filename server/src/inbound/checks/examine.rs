//! What the checks need of a message, taken out of it while it is in memory. Questions to DNS are asked afterwards:
//! nobody's large message waits for somebody else's name server.

use mail::Domain;
use mail::auth::results::forged;
use mail::auth::survey::Survey;
use mail_auth::AuthenticatedMessage;
use std::ops::Range;

type BodyHashes = Vec<(mail_auth::dkim::Canonicalization, mail_auth::common::crypto::HashAlgorithm, u64, Vec<u8>)>;

/// A field that makes the library hash the body in the usual way.
const USUAL: &[u8] =
    b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=x; s=x; b=AAAA; bh=AAAA; h=from\r\n";

/// A message without its body.
pub struct Examined {
    pub survey: Survey,
    /// Authentication-Results that claim to be ours, from the message's start.
    pub forged: Vec<Range<usize>>,
    /// Empty where nothing is signed or sealed.
    header: Vec<u8>,
    body_hashes: BodyHashes,
}

impl Examined {
    /// `raw` is the message as it came, without the fields we put before it.
    pub fn of(raw: &[u8], authserv_id: &Domain) -> Examined {
        let survey = Survey::of(raw);
        let forged = forged(raw, authserv_id);
        let mut examined = Examined { survey, forged, header: Vec::new(), body_hashes: Vec::new() };
        let survey = &examined.survey;
        if (survey.signatures == 0 && !survey.arc.any()) || survey.is_too_large() {
            return examined;
        }
        // The hash that ARC may ask for without having named it is made together with the others.
        let usual = survey.arc.any().then_some(USUAL);
        if let Some(mut message) = AuthenticatedMessage::parse_with_opts(raw, usual, true) {
            examined.body_hashes = std::mem::take(&mut message.body_hashes);
            examined.header = raw.get(..message.body_offset()).unwrap_or(raw).to_vec();
        }
        examined
    }

    /// For the library: the header, with the hashes of the body that is not there any more.
    pub(super) fn message(&self) -> Option<AuthenticatedMessage<'_>> {
        let mut message = AuthenticatedMessage::parse(&self.header)?;
        let hashes = &self.body_hashes;
        // The library takes it for granted that the hash of every signature is there.
        let known = |body, kind, length| hashes.iter().any(|(b, k, l, _)| (*b, *k, *l) == (body, kind, length));
        message.dkim_headers.retain(|field| known(field.header.cb, field.header.a.into(), field.header.l));
        message.ams_headers.retain(|field| known(field.header.cb, field.header.a.into(), field.header.l));
        message.body_hashes.clone_from(hashes);
        Some(message)
    }
}
