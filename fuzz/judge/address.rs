//! Any text as an address: whatever is one stays one, and can stand in a command, a header and a log.

use mail::{Address, Domain};

pub fn judge(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(address) = Address::parse(&text) {
        let written = address.to_string();
        assert!(!written.contains(|char: char| char.is_control()), "{written:?}");
        assert!(address.domain().as_str().is_ascii(), "{written:?}");
        assert_eq!(address.needs_utf8(), !written.is_ascii());
        assert_eq!(Address::parse(&written).as_ref(), Ok(&address));
        let key = address.key();
        let same = Address::parse(&key).unwrap_or_else(|error| panic!("{key:?} of {written:?}: {error}"));
        assert_eq!(same.key(), key, "{written:?}");
    }
    if let Ok(domain) = Domain::parse(&text) {
        assert_eq!(Domain::parse(domain.as_str()).as_ref(), Ok(&domain));
        assert!(!domain.to_unicode().contains(|char: char| char.is_control()));
    }
}
