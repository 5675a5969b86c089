//! From where a password may be used: addresses and networks.

use crate::network::Network;
use std::fmt;
use std::net::IpAddr;

/// None at all means: from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    all: Vec<Network>,
    /// As they were written.
    text: String,
}

impl Networks {
    /// `192.0.2.7, 198.51.100.0/24, 2001:db8::/32`.
    pub fn parse(text: &str) -> Option<Networks> {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let all = parts.iter().map(|part| part.parse().ok()).collect::<Option<Vec<Network>>>()?;
        Some(Networks { all, text: parts.join(",") })
    }

    pub fn has(&self, address: IpAddr) -> bool {
        self.all.is_empty() || self.all.iter().any(|network| network.contains(address))
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_within_its_networks_alone_and_none_is_anywhere() {
        let networks = Networks::parse("192.0.2.7, 198.51.100.0/24,2001:db8::/32").unwrap();
        let has = |text: &str| networks.has(text.parse().unwrap());
        assert!(has("192.0.2.7") && has("198.51.100.200") && has("2001:db8:1::9") && has("::ffff:192.0.2.7"));
        assert!(!has("192.0.2.8") && !has("198.51.101.1") && !has("2001:db9::1") && !has("::"));
        assert_eq!(Networks::parse(&networks.to_string()).unwrap(), networks);
        assert!(Networks::parse("").unwrap().has("192.0.2.7".parse().unwrap()));
        assert_eq!(Networks::parse("home"), None);
    }
}
