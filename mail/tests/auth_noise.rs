//! Whatever stands in somebody's DNS or header: the checks come to an end, and nobody's octets get lost.

use mail::Domain;
use mail::auth::findings::Findings;
use mail::auth::lookup::{Failure, Family, Lookup};
use mail::auth::results::{forged, stamp};
use mail::auth::spf::{Asked, SpfResult, check_host};
use mail::auth::survey::Survey;
use mail::auth::verdict::Verdict;
use proptest::prelude::*;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// Every name has the same text, itself as its exchange, and one address.
struct Everywhere {
    text: Vec<u8>,
    asked: AtomicUsize,
}

impl Everywhere {
    fn count(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }
}

impl Lookup for Everywhere {
    async fn txt(&self, _name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        self.count();
        Ok(vec![self.text.clone()])
    }

    async fn addresses(&self, _name: &str, _family: Family) -> Result<Vec<IpAddr>, Failure> {
        self.count();
        Ok(vec![IpAddr::from([198, 51, 100, 1])])
    }

    async fn exchanges(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.count();
        Ok(vec![name.to_owned(); 10])
    }

    async fn pointers(&self, _address: IpAddr) -> Result<Vec<String>, Failure> {
        self.count();
        Ok(vec!["a.far.test".to_owned(); 100])
    }
}

fn asked_about(text: &[u8]) -> (SpfResult, usize) {
    let dns = Everywhere { text: text.to_vec(), asked: AtomicUsize::new(0) };
    let asked = Asked {
        ip: IpAddr::from([192, 0, 2, 7]),
        domain: "far.test",
        sender: "lisa@far.test",
        helo: "mx.far.test",
        receiver: "mail.comentum.test",
        now: 0,
    };
    let answer = match pin!(check_host(&dns, asked)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a table answers at once"),
    };
    (answer.result, dns.asked.into_inner())
}

/// RFC 7208 §4.6.4: ten terms that ask; the dearest is an MX with ten hosts. And one question for the policy.
const MOST_QUESTIONS: usize = 150;

#[test]
fn a_policy_that_includes_itself_or_asks_for_everything_comes_to_an_end() {
    for text in [
        "v=spf1 include:far.test -all".to_owned(),
        "v=spf1 redirect=far.test".to_owned(),
        format!("v=spf1 {} -all", "mx ".repeat(1000)),
        format!("v=spf1 {} -all", "ptr:x.test ".repeat(50)),
        format!("v=spf1 {} -all", "exists:%{p}.%{s}.x.test ".repeat(50)),
        "v=spf1 mx include:%{s}%{s}%{s}%{s}.far.test include:far.test -all".to_owned(),
    ] {
        let (result, asked) = asked_about(text.as_bytes());
        assert!(asked <= MOST_QUESTIONS, "{asked} questions for {text}");
        assert_ne!(result, SpfResult::Fail, "the end was never reached: {text}");
    }
}

proptest! {
    #[test]
    fn any_policy_is_judged_within_the_limit(text in "v=spf1( [-+~?]?(a|mx|ptr|ip4|ip6|include|exists|redirect|exp|all)?[:=/%{}a-z0-9.]{0,20}){0,12}") {
        let (_, asked) = asked_about(text.as_bytes());
        prop_assert!(asked <= MOST_QUESTIONS);
    }

    #[test]
    fn any_header_can_be_surveyed_and_stamped(header in prop::collection::vec(prop_oneof![
        Just("Authentication-Results: mail.comentum.test; spf=pass\r\n".to_owned()),
        Just("Authentication-Results: other.test; none\r\n".to_owned()),
        "[A-Za-z-]{1,12}: ?[ -~]{0,40}\r\n( [ -~]{0,20}\r\n)?",
        "\\PC{0,30}\r?\n",
    ], 0..12)) {
        let ours = Domain::parse("mail.comentum.test").unwrap();
        let raw = header.concat().into_bytes();
        let _ = Survey::of(&raw);
        let places = forged(&raw, &ours);
        let mut expected = b"stamp\r\n".to_vec();
        let mut from = 0;
        for place in &places {
            prop_assert!(from <= place.start && place.end <= raw.len());
            expected.extend_from_slice(&raw[from..place.start]);
            from = place.end;
        }
        expected.extend_from_slice(&raw[from..]);
        let mut stamped = raw.clone();
        stamp(&mut stamped, 0, "stamp\r\n", &places);
        prop_assert_eq!(&stamped, &expected);
    }

    #[test]
    fn whatever_is_kept_can_be_read(text in "[a-z-]{0,8}:?[a-z,-]{0,20} ([a-z]{1,8}=[ -~]{0,30} ?){0,6}") {
        let _ = Verdict::parse(&text);
        let once = Findings::parse(&text).to_text();
        prop_assert_eq!(Findings::parse(&once).to_text(), once);
    }
}
