//! Addresses: what is one, what is none, and which are the same.

use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> String {
    Address::parse(text).unwrap().to_string()
}

#[test]
fn the_domain_is_lower_case_and_the_local_part_stays_as_written() {
    assert_eq!(parsed("Anna.Berg@Example.TEST"), "Anna.Berg@example.test");
    assert_eq!(Address::parse("Anna@Example.Test").unwrap().key(), "anna@example.test");
    assert_eq!(parsed("o'hara+tag=x@a-b.example"), "o'hara+tag=x@a-b.example");
}

#[test]
fn quotes_that_say_nothing_are_dropped_and_others_stay() {
    assert_eq!(parsed(r#""anna"@x.test"#), "anna@x.test");
    assert_eq!(parsed(r#""an\na"@x.test"#), "anna@x.test");
    assert_eq!(parsed(r#""anna berg"@x.test"#), r#""anna berg"@x.test"#);
    assert_eq!(parsed(r#""a@b"@x.test"#), r#""a@b"@x.test"#);
    assert_eq!(parsed(r#""a\"b\\"@x.test"#), r#""a\"b\\"@x.test"#);
    assert_eq!(parsed(r#"""@x.test"#), r#"""@x.test"#);
    assert_eq!(parsed(r#""a..b"@x.test"#), r#""a..b"@x.test"#);
}

#[test]
fn what_is_no_address_says_why() {
    use AddressError::*;
    for (text, why) in [
        ("", NoAt),
        ("anna", NoAt),
        (r#""anna""#, NoAt),
        (r#""anna"x@y.test"#, NoAt),
        ("@x.test", Local),
        (".anna@x.test", Local),
        ("anna.@x.test", Local),
        ("an..na@x.test", Local),
        ("an na@x.test", Local),
        ("anna\r\n@x.test", Local),
        ("anna\0@x.test", Local),
        ("<anna@x.test>", Local),
        (r#""anna@x.test"#, Local),
        ("\"an\tna\"@x.test", Local),
        ("\"an\\\nna\"@x.test", Local),
        ("anna@", Domain),
        ("anna@x.test.", Domain),
        ("anna@.test", Domain),
        ("anna@x..test", Domain),
        ("anna@-x.test", Domain),
        ("anna@x-.test", Domain),
        ("anna@x_y.test", Domain),
        ("anna@x.test@y.test", Domain),
        ("anna@[192.0.2.1]", Domain),
        ("anna@192.0.2.1", Domain),
        ("anna@x.test\n", Domain),
        ("anna@x.test ", Domain),
        ("@relay.test:anna@x.test", Local),
        ("anna%x.test@", Domain),
    ] {
        assert_eq!(Address::parse(text), Err(why), "{text:?}");
    }
}

#[test]
fn lengths_are_those_of_rfc_5321() {
    let ok = |local: usize, labels: &[usize]| {
        let domain = labels.iter().map(|n| "d".repeat(*n)).collect::<Vec<_>>().join(".");
        Address::parse(&format!("{}@{domain}", "l".repeat(local)))
    };
    assert!(ok(64, &[63]).is_ok());
    assert_eq!(ok(65, &[63]), Err(AddressError::TooLong));
    assert_eq!(ok(1, &[64]), Err(AddressError::TooLong));
    assert!(ok(64, &[63, 63, 61]).is_ok(), "254 octets and two brackets make 256");
    assert_eq!(ok(64, &[63, 63, 62]), Err(AddressError::TooLong));
    let labels = |n| vec!["d".repeat(63); n].join(".");
    assert!(Domain::parse(&labels(4)).is_ok(), "255 octets");
    assert_eq!(Domain::parse(&format!("{}.d", labels(4))), Err(AddressError::TooLong));
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,80}") {
        let _ = Address::parse(&text);
        let _ = Domain::parse(&text);
    }

    #[test]
    fn what_is_displayed_parses_to_the_same(local in "[ -~]{0,30}", domain in "[a-zA-Z0-9.-]{1,30}") {
        let quoted = format!("\"{}\"@{domain}", local.replace('\\', "\\\\").replace('"', "\\\""));
        for text in [format!("{local}@{domain}"), quoted] {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
            }
        }
    }
}

#[test]
fn a_name_may_be_written_in_any_letters() {
    for (written, kept, utf8) in [
        ("Grüße@Example.TEST", "Grüße@example.test", true),
        ("用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah", true),
        ("anna@MÜNCHEN.test", "anna@xn--mnchen-3ya.test", false),
        ("anna@münchen。test", "anna@xn--mnchen-3ya.test", false),
        ("anna@straße.test", "anna@xn--strae-oqa.test", false),
        ("anna@xn--mnchen-3ya.test", "anna@xn--mnchen-3ya.test", false),
        ("\"änna\"@x.test", "änna@x.test", true),
        ("\"än na\"@x.test", "\"än na\"@x.test", true),
        ("ইউনিকোড@x.test", "ইউনিকোড@x.test", true),
        ("کتاب‌ها@x.test", "کتاب\u{200C}ها@x.test", true),
    ] {
        let address = Address::parse(written).unwrap();
        assert_eq!((address.to_string().as_str(), address.needs_utf8()), (kept, utf8), "{written}");
    }
    assert_eq!(Domain::parse("münchen.test").unwrap().to_unicode(), "münchen.test");
    assert_eq!(Domain::parse("xn--a.test").unwrap().to_unicode(), "xn--a.test", "stands for nothing");
    assert_eq!(Domain::parse("plain.test").unwrap().to_unicode(), "plain.test");
}

#[test]
fn letters_composed_in_two_ways_are_one_name() {
    let key = |text: &str| Address::parse(text).unwrap().key();
    assert_eq!(key("REN\u{C9}E@x.test"), "renée@x.test");
    assert_eq!(key("Rene\u{301}e@X.test"), "renée@x.test");
    assert_eq!(key("ÅSA@x.test"), key("a\u{30A}sa@x.test"));
    assert_eq!(parsed("Rene\u{301}e@x.test"), "Rene\u{301}e@x.test", "what goes to others stays as it was written");
    assert_eq!(key("Anna@MÜNCHEN.test"), "anna@xn--mnchen-3ya.test");
}

#[test]
fn nothing_in_an_address_is_hidden_or_turns_the_text_around_it() {
    use AddressError::{Domain, Local};
    for (text, why) in [
        ("an\u{202E}na@x.test", Local),
        ("\u{2066}anna\u{2069}@x.test", Local),
        ("anna\u{200B}@x.test", Local),
        ("an\u{200D}na@x.test", Local),
        ("an\u{AD}na@x.test", Local),
        ("\u{FEFF}anna@x.test", Local),
        ("anna\u{85}@x.test", Local),
        ("anna\u{A0}b@x.test", Local),
        ("anna\u{2028}b@x.test", Local),
        ("\"än\u{202E}na\"@x.test", Local),
        ("\"än\u{7F}na\"@x.test", Local),
        ("\"än\nna\"@x.test", Local),
        ("ä\0@x.test", Local),
        ("ä b@x.test", Local),
        ("ä..b@x.test", Local),
        ("ä@", Domain),
        ("anna@mün chen.test", Domain),
        ("anna@mün_chen.test", Domain),
        ("anna@-ü.test", Domain),
        ("anna@ü..test", Domain),
        ("anna@ü.test.", Domain),
        ("anna@a\u{202E}ü.test", Domain),
        ("anna@１９２.０.２.１", Domain),
        ("anna@אa.test", Domain),
    ] {
        assert_eq!(Address::parse(text), Err(why), "{text:?}");
    }
}

#[test]
fn lengths_are_counted_in_octets_of_utf_8() {
    assert!(Address::parse(&format!("{}@x.test", "ü".repeat(32))).is_ok());
    assert_eq!(Address::parse(&format!("{}@x.test", "ü".repeat(33))), Err(AddressError::TooLong));
    // In lower case it has three octets, and no longer fits.
    assert_eq!(Address::parse(&format!("{}@x.test", "Ⱥ".repeat(32))), Err(AddressError::TooLong));
    assert_eq!(Address::parse(&format!("a@{}.test", "ü".repeat(80))), Err(AddressError::TooLong));
    assert_eq!(Address::parse(&format!("a@{}", "ü".repeat(2000))), Err(AddressError::TooLong));
}

proptest! {
    #[test]
    fn what_an_address_is_compared_by_is_an_address_and_compares_the_same(
        local in "[a-zA-Z\\. \"éÉßΣςİıſK;Ⱥ\u{300}\u{301}\u{338}<>\u{37E}用\u{200D}]{1,12}",
        quoted in any::<bool>(),
    ) {
        let local = if quoted { format!("\"{}\"", local.replace('"', "\\\"")) } else { local };
        if let Ok(address) = Address::parse(&format!("{local}@x.test")) {
            let key = address.key();
            prop_assert_eq!(Address::parse(&key).map(|same| same.key()), Ok(key));
        }
    }

    #[test]
    fn no_address_ends_a_line_or_breaks_a_command(text in "\\PC{0,40}", control in prop::char::range('\0', '\u{9F}')) {
        for place in [format!("{text}{control}a@x.test"), format!("a@x{control}{text}.test"), text] {
            if let Ok(address) = Address::parse(&place) {
                let written = address.to_string();
                prop_assert!(!written.chars().any(char::is_control), "{:?}", written);
                prop_assert_eq!(Address::parse(&written), Ok(address));
            }
        }
    }
}
