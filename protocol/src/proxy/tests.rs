//! Headers as HAProxy's specification has them, and those that are none.

use super::*;
use proptest::prelude::*;

fn from(source: &str, destination: &str) -> Origin {
    Origin::Client { source: source.parse().unwrap(), destination: destination.parse().unwrap() }
}

/// A version 2 header.
fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE.as_slice(), &[command, family], &length, rest].concat()
}

const FOUR: &[u8] = &[192, 0, 2, 1, 198, 51, 100, 2, 0x30, 0x39, 0, 25];

fn six() -> Vec<u8> {
    let [source, destination]: [Ipv6Addr; 2] = ["2001:db8::1", "2001:db8::25"].map(|text| text.parse().unwrap());
    [source.octets().as_slice(), &destination.octets(), &[0x30, 0x39, 0, 25]].concat()
}

#[test]
fn a_line_of_version_1_names_the_client() {
    for (line, origin) in [
        ("PROXY TCP4 192.0.2.1 198.51.100.2 12345 25\r\n", from("192.0.2.1:12345", "198.51.100.2:25")),
        (
            "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
            from("255.255.255.255:65535", "255.255.255.255:65535"),
        ),
        ("PROXY TCP6 2001:db8::1 2001:db8::25 12345 25\r\n", from("[2001:db8::1]:12345", "[2001:db8::25]:25")),
        ("PROXY TCP4 192.0.2.1 198.51.100.2 0 0\r\n", from("192.0.2.1:0", "198.51.100.2:0")),
        ("PROXY UNKNOWN\r\n", Origin::Itself),
        ("PROXY UNKNOWN ffff::1 what ever 65536\r\n", Origin::Itself),
    ] {
        assert_eq!(read(line.as_bytes()), Ok(Progress::Whole(origin, line.len())), "{line}");
        let more = format!("{line}EHLO client.test\r\n");
        assert_eq!(read(more.as_bytes()), Ok(Progress::Whole(origin, line.len())), "what follows is the client's");
    }
}

#[test]
fn what_is_no_line_of_version_1_is_refused() {
    for line in [
        "EHLO client.test\r\n",
        "PROXY  TCP4 192.0.2.1 198.51.100.2 12345 25\r\n",
        "proxy TCP4 192.0.2.1 198.51.100.2 12345 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 12345 25\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 12345\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 12345 25 \r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 12345 65536\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 012345 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 +1 25\r\n",
        "PROXY TCP4 192.0.02.1 198.51.100.2 1 25\r\n",
        "PROXY TCP4 2001:db8::1 2001:db8::25 12345 25\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.2 12345 25\r\n",
        "PROXY TCP5 192.0.2.1 198.51.100.2 12345 25\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.2 12345 25\r\n",
    ] {
        assert_eq!(read(line.as_bytes()), Err(NoHeader), "{line:?}");
    }
    let endless = format!("PROXY UNKNOWN {}", "x".repeat(200));
    assert_eq!(read(endless.as_bytes()), Err(NoHeader));
}

#[test]
fn a_header_of_version_2_names_the_client_and_its_tlvs_are_skipped() {
    let tlv = [FOUR, &[0x02, 0, 4], b"mail", &[0x04, 0, 1, 0]].concat();
    let unix = [0u8; 216];
    for (header, origin) in [
        (v2(0x21, 0x11, FOUR), from("192.0.2.1:12345", "198.51.100.2:25")),
        (v2(0x21, 0x11, &tlv), from("192.0.2.1:12345", "198.51.100.2:25")),
        (v2(0x21, 0x21, &six()), from("[2001:db8::1]:12345", "[2001:db8::25]:25")),
        (v2(0x21, 0x31, &unix), Origin::Itself),
        (v2(0x21, 0x00, b""), Origin::Itself),
        (v2(0x21, 0x00, b"whatever"), Origin::Itself),
        (v2(0x20, 0x00, b""), Origin::Itself),
        (v2(0x20, 0x11, FOUR), Origin::Itself),
        (v2(0x20, 0x12, b""), Origin::Itself),
        (v2(0x21, 0x11, &[FOUR, &[0; 524]].concat()), from("192.0.2.1:12345", "198.51.100.2:25")),
    ] {
        let whole = [header.as_slice(), b"EHLO x\r\n"].concat();
        assert_eq!(read(&whole), Ok(Progress::Whole(origin, header.len())), "{header:?}");
    }
}

#[test]
fn what_is_no_header_of_version_2_is_refused() {
    for header in [
        v2(0x11, 0x11, FOUR),
        v2(0x22, 0x11, FOUR),
        v2(0x21, 0x12, FOUR),
        v2(0x21, 0x41, FOUR),
        v2(0x21, 0x11, &FOUR[..11]),
        v2(0x21, 0x21, FOUR),
        v2(0x21, 0x31, FOUR),
        v2(0x21, 0x00, &[0; 537]),
        b"\r\n\r\n\0\r\nQUIT\r\n\0\0\0".to_vec(),
    ] {
        assert_eq!(read(&header), Err(NoHeader), "{header:?}");
    }
}

fn header() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"PROXY TCP4 192.0.2.1 198.51.100.2 12345 25\r\n".to_vec()),
        Just(b"PROXY UNKNOWN\r\n".to_vec()),
        Just(v2(0x21, 0x21, &six())),
        prop::collection::vec(any::<u8>(), 12..100).prop_map(|mut rest| {
            rest[..12].copy_from_slice(FOUR);
            v2(0x21, 0x11, &rest)
        }),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|rest| [SIGNATURE.as_slice(), &rest].concat()),
        prop::collection::vec(any::<u8>(), 0..120).prop_map(|rest| [b"PROXY ".as_slice(), &rest].concat()),
    ]
}

proptest! {
    /// Reading what it needs and no more ends exactly where the header ends, with the same word as reading all at once.
    #[test]
    fn asking_for_more_never_asks_for_what_is_not_the_headers(header in header(), behind in "[ -~]{0,20}") {
        let all = [header.as_slice(), behind.as_bytes()].concat();
        let mut taken = 0;
        let last = loop {
            match read(&all[..taken]) {
                Ok(Progress::Needs(more)) => {
                    prop_assert!(more > 0 && taken + more <= FIXED + LONGEST_REST);
                    if taken + more > all.len() {
                        return Ok(());
                    }
                    taken += more;
                }
                Ok(Progress::Whole(origin, length)) => {
                    prop_assert_eq!(length, taken);
                    break Ok(origin);
                }
                Err(error) => break Err(error),
            }
        };
        match last {
            Ok(origin) => prop_assert_eq!(read(&all), Ok(Progress::Whole(origin, taken))),
            Err(error) => prop_assert_eq!(read(&all), Err(error)),
        }
    }

    #[test]
    fn anything_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let _ = read(&bytes);
    }
}
