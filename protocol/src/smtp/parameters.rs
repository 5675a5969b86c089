//! Parameters of MAIL and RCPT (RFC 5321 §4.1.1.11): what the extensions offered add to a path. Each may stand once.

use super::xtext::{self, LONGEST_ENVID};
use super::{Reply, replies};
use crate::smtp::server::Body;
use mail::envelope::{MessageWishes, Notify, RecipientWishes, Return};

/// What MAIL may carry beside the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfMail {
    /// Octets, as declared (RFC 1870).
    pub size: Option<u64>,
    pub body: Body,
    pub wishes: MessageWishes,
}

/// A parameter with its value, if it has one.
fn words(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    })
}

/// Keeps a value that could be read, of a parameter that was not there before.
fn once<T>(place: &mut Option<T>, value: Option<T>) -> Result<(), Reply> {
    match place.replace(value.ok_or(replies::BAD_PARAMETER)?) {
        None => Ok(()),
        Some(_) => Err(replies::BAD_PARAMETER),
    }
}

pub(super) fn of_mail(text: &str) -> Result<OfMail, Reply> {
    let (mut size, mut body, mut auth) = (None, None, None);
    let (mut ret, mut envid, mut utf8, mut require_tls) = (None, None, None, None);
    for (name, value) in words(text) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let flag = || value.is_none().then_some(());
        if is("SIZE") {
            once(&mut size, value.and_then(octets))?;
        } else if is("BODY") {
            once(&mut body, value.and_then(body_kind))?;
        } else if is("AUTH") {
            // RFC 4954 §5: who submitted it first. We trust nobody's word for that, as the RFC allows.
            once(&mut auth, value.filter(|who| !who.is_empty() && who.is_ascii()))?;
        } else if is("RET") {
            once(&mut ret, value.and_then(Return::parse))?;
        } else if is("ENVID") {
            let envid_text = value.filter(|id| (1..=LONGEST_ENVID).contains(&id.len())).and_then(xtext::decode);
            once(&mut envid, envid_text)?;
        } else if is("SMTPUTF8") {
            once(&mut utf8, flag())?;
        } else if is("REQUIRETLS") {
            once(&mut require_tls, flag())?;
        } else {
            return Err(replies::UNKNOWN_PARAMETER);
        }
    }
    let wishes = MessageWishes { ret, envid, utf8: utf8.is_some(), require_tls: require_tls.is_some() };
    Ok(OfMail { size, body: body.unwrap_or_default(), wishes })
}

pub(super) fn of_rcpt(text: &str) -> Result<RecipientWishes, Reply> {
    let mut wishes = RecipientWishes::default();
    for (name, value) in words(text) {
        if name.eq_ignore_ascii_case("NOTIFY") {
            once(&mut wishes.notify, value.and_then(Notify::parse))?;
        } else if name.eq_ignore_ascii_case("ORCPT") {
            once(&mut wishes.orcpt, value.and_then(xtext::decode_orcpt))?;
        } else {
            return Err(replies::UNKNOWN_PARAMETER);
        }
    }
    Ok(wishes)
}

/// RFC 1870 §4: 1 to 20 digits. What does not fit 64 bits is too big in any case.
fn octets(value: &str) -> Option<u64> {
    let digits = (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(u64::MAX))
}

/// BINARYMIME (RFC 3030 §3) is not offered: a message must be able to go on to a server without BDAT.
fn body_kind(value: &str) -> Option<Body> {
    if value.eq_ignore_ascii_case("8BITMIME") {
        Some(Body::EightBitMime)
    } else if value.eq_ignore_ascii_case("7BIT") {
        Some(Body::SevenBit)
    } else {
        None
    }
}
