//! From where a password may be used: addresses and networks.

use std::fmt;
use std::net::IpAddr;

/// None at all means: from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// `192.0.2.7, 198.51.100.0/24, 2001:db8::/32`.
    pub fn parse(text: &str) -> Option<Networks> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Option<Vec<_>>>().map(Networks)
    }

    pub fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| within(address, *network))
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

fn within(address: IpAddr, (network, bits): (IpAddr, u8)) -> bool {
    let (one, other, width) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(one.to_bits()), u128::from(other.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    // Shifting by all of the width is not a shift.
    (one ^ other).checked_shr(width - u32::from(bits)).unwrap_or(0) == 0
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(|(address, bits)| format!("{address}/{bits}")).collect();
        f.write_str(&all.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_within_its_networks_alone() {
        let networks = Networks::parse("192.0.2.7, 198.51.100.0/24,2001:db8::/32").unwrap();
        let has = |text: &str| networks.has(text.parse().unwrap());
        assert!(has("192.0.2.7") && has("198.51.100.200") && has("2001:db8:1::9") && has("::ffff:192.0.2.7"));
        assert!(!has("192.0.2.8") && !has("198.51.101.1") && !has("2001:db9::1") && !has("::"));
        assert_eq!(Networks::parse(&networks.to_string()).unwrap(), networks);
    }

    #[test]
    fn none_is_anywhere_and_everything_is_a_network_too() {
        let anywhere = Networks::parse("").unwrap();
        assert!(anywhere.has("192.0.2.7".parse().unwrap()));
        let all = Networks::parse("0.0.0.0/0").unwrap();
        assert!(all.has("192.0.2.7".parse().unwrap()) && !all.has("2001:db8::1".parse().unwrap()));
        for wrong in ["192.0.2", "192.0.2.1/33", "192.0.2.1/x", "home"] {
            assert_eq!(Networks::parse(wrong), None, "{wrong}");
        }
    }
}
