//! Reports between providers: what others tell of our domains is kept, and what they want to know is sent.

use crate::harness::dns::Says;
use crate::harness::{BOB, Browser, House, Manner, PASSWORD, POSTMASTER, Remote, eventually, letter};
use mail_auth::report::tlsrpt::{DateRange, Policy, PolicyDetails, PolicyType, Summary, TlsReport};
use mail_auth::report::{ActionDisposition, DmarcResult, Record, Report};
use std::io::Write;
use std::net::Ipv4Addr;

const LISA: &str = "lisa@far.test";
/// As our DNS records say.
const TOLD: &str = "postmaster@comentum.test";

/// Mail of far.test may come from here, and goes to `remote`.
fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| {
        settings
            .outbound_port(port)
            .set("report_from", "\"reports@comentum.test\"")
            .set("report_period", "\"2s\"")
            .set("dkim_signing", "true")
    });
    house.dns.set("mx.far.test", &[Says::Address(Ipv4Addr::LOCALHOST)]);
    let spf = Says::Txt("v=spf1 ip4:127.0.0.1 -all".to_owned());
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), spf]);
    for other in ["otherwise.test", "nowhere.test"] {
        house.dns.set(other, &[Says::Mx(vec![(10, "mx.far.test")])]);
    }
    house
}

/// The letters that `to` got of us, as soon as `enough` says so of them.
fn told<T>(remote: &Remote, to: &str, read: impl Fn(&[u8]) -> Option<T>, enough: impl Fn(&[T]) -> bool) -> Vec<T> {
    crate::harness::within(std::time::Duration::from_secs(40), "reports", || {
        let taken = remote.taken();
        let all: Vec<T> = taken
            .iter()
            .filter(|one| one.recipients.iter().any(|who| who == to))
            .filter_map(|one| read(&one.bytes))
            .collect();
        enough(&all).then_some(all)
    })
}

#[test]
fn a_domain_that_asks_for_it_hears_what_dmarc_found_of_its_mail() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    // third.test does not say that it takes reports about far.test; fourth.test does.
    house.dns.txt(
        "_dmarc.far.test",
        "v=DMARC1; p=reject; rua=mailto:dmarc@far.test,mailto:x@third.test,mailto:y@fourth.test",
    );
    house.dns.mail_at("third.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house.dns.mail_at("fourth.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house.dns.txt("far.test._report._dmarc.fourth.test", "v=DMARC1");
    assert!(house.smtp().deliver(LISA, &[BOB], &letter(LISA, BOB, "right", "x")).is("250"));
    assert!(house.smtp().deliver(LISA, &[BOB], &letter(LISA, BOB, "right too", "x")).is("250"));
    let forged = house.smtp().deliver("evil@otherwise.test", &[BOB], &letter(LISA, BOB, "forged", "x"));
    assert!(forged.is("5"), "{:?}", forged.lines);
    let count = |reports: &[Report], disposition| -> u32 {
        let records = reports.iter().flat_map(Report::records);
        records.filter(|record| record.action_disposition() == disposition).map(Record::count).sum()
    };
    let read = |bytes: &[u8]| Report::parse_rfc5322(bytes, 1 << 20).ok();
    let reports = told(&far, "dmarc@far.test", read, |reports| {
        count(reports, ActionDisposition::None) >= 2 && count(reports, ActionDisposition::Reject) >= 1
    });
    assert_eq!(count(&reports, ActionDisposition::None), 2);
    assert_eq!(count(&reports, ActionDisposition::Reject), 1);
    for report in &reports {
        assert_eq!((report.domain(), report.email()), ("far.test", "reports@comentum.test"));
        assert_eq!(report.date_range_end() - report.date_range_begin(), 1, "a period of two seconds");
        for record in report.records() {
            assert_eq!(
                (record.source_ip().unwrap().to_string().as_str(), record.header_from()),
                ("127.0.0.1", "far.test")
            );
        }
    }
    let taken = far.taken();
    let all: Vec<&String> = taken.iter().flat_map(|one| &one.recipients).collect();
    assert!(all.iter().any(|who| *who == "y@fourth.test"), "{all:?}");
    assert!(!all.iter().any(|who| *who == "x@third.test"), "nobody asked for it there: {all:?}");
    let text = String::from_utf8_lossy(&taken[0].bytes).into_owned();
    assert!(text.contains("DKIM-Signature: ") && text.contains("d=comentum.test"), "{text}");
    assert!(taken[0].mail.starts_with("MAIL FROM:<>"), "{}", taken[0].mail);
}

#[test]
fn a_domain_that_asks_for_it_hears_how_our_sessions_with_its_servers_were_encrypted() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.dns.txt("_smtp._tls.far.test", "v=TLSRPTv1; rua=mailto:tls@far.test");
    assert!(house.submission(BOB).deliver(BOB, &[LISA], &letter(BOB, LISA, "out", "x")).is("250"));
    let read = |bytes: &[u8]| TlsReport::parse_rfc5322(bytes, 1 << 20).ok();
    let reports = told(&far, "tls@far.test", read, |reports: &[TlsReport]| !reports.is_empty());
    let policy = &reports[0].policies[0];
    assert_eq!(
        (policy.policy.policy_domain.as_str(), policy.policy.policy_type),
        ("far.test", PolicyType::NoPolicyFound)
    );
    // The remote offers no TLS.
    assert_eq!((policy.summary.total_success, policy.summary.total_failure), (0, 1));
    assert_eq!(policy.failure_details[0].receiving_mx_hostname.as_deref(), Some("mx.far.test"));
    let text = String::from_utf8_lossy(&far.taken().last().unwrap().bytes).into_owned();
    assert!(text.contains("TLS-Report-Domain: far.test") && text.contains("tlsrpt"), "{text}");
}

fn about(domain: &str, id: &str) -> Vec<u8> {
    let record = Record::new()
        .with_source_ip("192.0.2.7".parse().unwrap())
        .with_count(7)
        .with_header_from(domain)
        .with_dmarc_dkim_result(DmarcResult::Pass);
    let bad = Record::new()
        .with_source_ip("198.51.100.9".parse().unwrap())
        .with_count(2)
        .with_header_from(domain)
        .with_action_disposition(ActionDisposition::Reject)
        .with_dmarc_dkim_result(DmarcResult::Fail)
        .with_dmarc_spf_result(DmarcResult::Fail);
    let report = Report::new()
        .with_org_name("Far Away Inc.")
        .with_report_id(id)
        .with_domain(domain)
        .with_date_range_begin(1_763_000_000)
        .with_date_range_end(1_763_086_399)
        .with_record(record)
        .with_record(bad);
    let mut bytes = Vec::new();
    report.write_rfc5322("far.test", LISA, std::iter::once(TOLD), &mut bytes).unwrap();
    bytes
}

#[test]
fn what_others_tell_of_our_domains_is_kept_once_and_the_admin_reads_it() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let list = || house.cli_ok(&["report", "list"]);
    let send = |message: &[u8]| assert!(house.smtp().deliver(LISA, &[TOLD], message).is("250"));
    send(&about("comentum.test", "1"));
    send(&about("comentum.test", "1"));
    send(&about("elsewhere.test", "2"));
    let said = list();
    assert_eq!(said.matches("Far Away Inc.").count(), 1, "{said}");
    assert!(said.contains("comentum.test") && said.contains("far.test") && !said.contains("elsewhere.test"), "{said}");
    let tls = TlsReport {
        organization_name: Some("Far Away Inc.".into()),
        date_range: DateRange::from_timestamps(1_763_000_000, 1_763_086_399),
        contact_info: None,
        report_id: "3".into(),
        policies: vec![Policy {
            policy: PolicyDetails::new(PolicyType::Sts, "comentum.test"),
            summary: Summary { total_success: 40, total_failure: 0 },
            failure_details: vec![],
        }],
    };
    let mut bytes = Vec::new();
    tls.write_rfc5322("comentum.test", "far.test", LISA, std::iter::once(TOLD), &mut bytes).unwrap();
    send(&bytes);
    assert!(list().contains("TLS"), "{}", list());
    let mut admin = Browser::new(house.ports.http);
    admin.sign_in(POSTMASTER, PASSWORD);
    let page = admin.get("/admin/reports?domain=comentum.test").text();
    let at = page.split("href=\"/admin/reports/").nth(2).expect("two reports").split('"').next().unwrap().to_owned();
    let one = admin.get(&format!("/admin/reports/{at}")).text();
    assert!(one.contains("198.51.100.9") && one.contains("reject") && one.contains("192.0.2.7"), "{one}");
    let mut bob = Browser::new(house.ports.http);
    bob.sign_in(BOB, PASSWORD);
    assert_eq!(bob.get("/admin/reports").status, 403);
    // The letters themselves are where letters are.
    assert_eq!(house.pop3(POSTMASTER).stat().0, 4);
}

#[test]
fn a_report_from_nobody_and_one_that_would_fill_the_memory_are_letters_and_no_more() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let nobody = |message: &[u8]| house.smtp().deliver("eve@nowhere.test", &[TOLD], message);
    assert!(nobody(&about("comentum.test", "1")).is("250"), "nobody vouches for it");
    let mut bomb = Vec::new();
    let mut gzip = flate2::write::GzEncoder::new(&mut bomb, flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    (0..300).for_each(|_| gzip.write_all(&zeros).unwrap());
    gzip.finish().unwrap();
    let body = {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&bomb);
        text.as_bytes()
            .chunks(76)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect::<Vec<_>>()
            .join("\r\n")
    };
    let message = format!(
        "From: <{LISA}>\r\nSubject: bomb\r\nMIME-Version: 1.0\r\nContent-Type: application/gzip; name=\"a.xml.gz\"\r\n\
         Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"a.xml.gz\"\r\n\r\n{body}\r\n"
    );
    assert!(house.smtp().deliver(LISA, &[TOLD], message.as_bytes()).is("250"));
    assert!(house.cli_ok(&["report", "list"]).contains("no report has come"));
    eventually("both letters", || (house.pop3(POSTMASTER).stat().0 == 2).then_some(()));
}
