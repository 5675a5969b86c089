//! How a connection was encrypted, as the ledger, the queue and the log tell it.

use std::fmt;

/// Why the other end's certificate proves nothing, in the words of RFC 8460 §4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    StartTlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,
    NotValid,
}

impl Failure {
    pub fn name(self) -> &'static str {
        match self {
            Failure::StartTlsNotSupported => "starttls-not-supported",
            Failure::CertificateHostMismatch => "certificate-host-mismatch",
            Failure::CertificateExpired => "certificate-expired",
            Failure::CertificateNotTrusted => "certificate-not-trusted",
            Failure::NotValid => "validation-failure",
        }
    }
}

/// On what ground it was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It was offered (RFC 7435).
    Opportunistic,
    /// The operator demands it.
    Setting,
    MtaSts,
    Dane,
}

/// A handshake that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub version: &'static str,
    pub cipher: String,
    pub ground: Ground,
    /// The certificate was judged and is not what it should be; it was taken all the same.
    pub failure: Option<Failure>,
    /// It was judged at all.
    pub judged: bool,
}

impl Sealed {
    /// The other end proved to be the server that was meant, and its name is not DNS's word alone (RFC 8689 §4.2.1).
    pub fn is_verified(&self) -> bool {
        self.judged && self.failure.is_none() && self.ground != Ground::Opportunistic
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ground = match self.ground {
            Ground::Opportunistic => "opportunistic",
            Ground::Setting => "by setting",
            Ground::MtaSts => "mta-sts",
            Ground::Dane => "dane",
        };
        let verified = match (self.judged, self.failure) {
            (false, _) => "not verified",
            (true, None) => "verified",
            (true, Some(failure)) => failure.name(),
        };
        write!(f, "{} {}, {ground}, {verified}", self.version, self.cipher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_is_told_in_one_line() {
        let sealed = Sealed {
            version: "TLSv1.3",
            cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
            ground: Ground::Dane,
            failure: None,
            judged: true,
        };
        assert_eq!(sealed.to_string(), "TLSv1.3 TLS13_AES_256_GCM_SHA384, dane, verified");
        assert!(sealed.is_verified());
        let weak = Sealed { ground: Ground::Opportunistic, ..sealed.clone() };
        assert!(!weak.is_verified(), "anybody in DNS could have named this server");
        let wrong = Sealed { failure: Some(Failure::CertificateExpired), ..sealed };
        assert!(wrong.to_string().ends_with("dane, certificate-expired") && !wrong.is_verified());
    }
}
