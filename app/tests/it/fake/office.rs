//! The admin's half of the made-up house: accounts, domains, the queue; and the programs of one account.

use super::{EVIL, Fake, when};
use api::*;
use async_trait::async_trait;

fn report(id: i64, about: ReportAbout) -> ReportLine {
    ReportLine {
        id,
        about,
        domain: "comentum.test".into(),
        reporter: "Example <Mail> Inc.".into(),
        proved: "example.test".into(),
        begins: when("9 Nov"),
        ends: when("9 Nov"),
        passed: 1_234,
        failed: 5,
    }
}

fn account(id: i64, address: &str, name: &str) -> AccountLine {
    AccountLine {
        id,
        address: address.into(),
        name: name.into(),
        role: if id == 1 { Role::Admin } else { Role::User },
        active: id != 4,
        receives: Receives::default(),
        used: "412 MB".into(),
        quota: (id != 1).then(|| "1 GB".into()),
        quota_mib: if id == 1 { 0 } else { 1024 },
        percent: (id != 1).then_some(41),
        created: when("9 Nov"),
        last_sign_in: (id != 4).then(|| when("13:02")),
    }
}

fn accounts() -> Vec<AccountLine> {
    vec![
        account(1, "postmaster@comentum.test", "Post Master"),
        account(2, "bob@comentum.test", "Bob Miller"),
        account(3, "lisa@otherisp.test", "Lisa Marsh"),
        account(
            4,
            "professor.wolfeschlegelsteinhausenberger@comentum.test",
            "Professor Wolfeschlegelsteinhausenberger-Dorff",
        ),
        account(5, "xiaoming@comentum.test", "王小明"),
    ]
}

#[async_trait]
impl Addresses for Fake {
    async fn domain(&self, name: String) -> Result<DomainView, Refusal> {
        if name != "comentum.test" {
            return Err(Refusal::NotFound);
        }
        Ok(DomainView {
            id: 1,
            name,
            active: true,
            receives: true,
            accounts: 4,
            aliases: if self.empty { 0 } else { 2 },
            quota_sum: "4 GB".into(),
            names: vec!["comentum.example".into()],
            catch_all: Some("bob@comentum.test".into()),
            separator: None,
            usual_separator: "+".into(),
            limits: DomainLimits { most_accounts: Some(10), most_quota_mib: Some(51_200), ..DomainLimits::default() },
            created: when("9 Nov"),
        })
    }

    async fn set_domain_limits(&self, domain: i64, limits: DomainLimits) -> Result<(), Refusal> {
        self.note(format!("Limits {domain} {:?} {:?}", limits.most_accounts, limits.message_size_mib));
        Ok(())
    }

    async fn set_domain_receives(&self, domain: i64, receives: bool) -> Result<(), Refusal> {
        self.note(format!("DomainReceives {domain} {receives}"));
        Ok(())
    }

    async fn set_separator(&self, domain: i64, sign: String) -> Result<(), Refusal> {
        self.note(format!("Separator {domain} {sign}"));
        Ok(())
    }

    async fn set_catch_all(&self, domain: i64, target: String) -> Result<(), Refusal> {
        if target == "nobody@comentum.test" {
            return Err(Refusal::Loop);
        }
        self.note(format!("CatchAll {domain} {target:?}"));
        Ok(())
    }

    async fn add_domain_name(&self, domain: i64, name: String) -> Result<(), Refusal> {
        self.note(format!("AddName {domain} {name}"));
        Ok(())
    }

    async fn remove_domain_name(&self, name: String, confirm: String) -> Result<(), Refusal> {
        if confirm != name {
            return Err(Refusal::NotConfirmed);
        }
        self.note(format!("RemoveName {name}"));
        Ok(())
    }

    async fn aliases(&self, ask: AliasesAsk) -> Result<AliasesPage, Refusal> {
        let line = |address: &str, targets: &[&str]| AliasLine {
            address: address.into(),
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            created: when("9 Nov"),
        };
        let all = vec![
            line("info@comentum.test", &["xiaoming@comentum.test"]),
            line("sales@comentum.test", &["anna@otherisp.test", "bob@comentum.test", EVIL]),
        ];
        let found = |line: &AliasLine| !self.empty && line.address.contains(&ask.search);
        Ok(AliasesPage {
            aliases: all.into_iter().filter(found).collect(),
            next: (ask.cursor.is_empty() && ask.search.is_empty() && !self.empty)
                .then(|| "sales@comentum.test".to_owned()),
        })
    }

    async fn add_alias(&self, address: String, targets: String) -> Result<(), Refusal> {
        if targets.contains(&address) {
            return Err(Refusal::Loop);
        }
        self.note(format!("AddAlias {address} {targets:?}"));
        Ok(())
    }

    async fn set_alias(&self, address: String, targets: String) -> Result<(), Refusal> {
        self.note(format!("SetAlias {address} {targets:?}"));
        Ok(())
    }

    async fn remove_alias(&self, address: String) -> Result<(), Refusal> {
        self.note(format!("RemoveAlias {address}"));
        Ok(())
    }

    async fn addresses_of(&self, account: i64) -> Result<Vec<String>, Refusal> {
        let named = accounts().into_iter().find(|line| line.id == account).ok_or(Refusal::NotFound)?.address;
        Ok(if account == 2 { vec![named, "b.miller@comentum.test".into()] } else { vec![named] })
    }

    async fn add_address(&self, account: i64, address: String) -> Result<(), Refusal> {
        if address == "sales@comentum.test" {
            return Err(Refusal::Taken);
        }
        self.note(format!("AddAddress {account} {address}"));
        Ok(())
    }

    async fn remove_address(&self, account: i64, address: String) -> Result<(), Refusal> {
        self.note(format!("RemoveAddress {account} {address}"));
        Ok(())
    }

    async fn set_receives(&self, account: i64, receives: Receives) -> Result<(), Refusal> {
        self.note(format!("Receives {account} {receives:?}"));
        Ok(())
    }
}

#[async_trait]
impl Admin for Fake {
    async fn overview(&self) -> Result<Overview, Refusal> {
        Ok(Overview { domains: 2, accounts: 5, suspended: 1, messages: 15_702, queued: 4, late: 3 })
    }

    async fn domains(&self) -> Result<Vec<DomainLine>, Refusal> {
        let line = |id, name: &str, accounts| DomainLine {
            id,
            name: name.into(),
            active: id != 3,
            accounts,
            created: when("9 Nov"),
        };
        Ok(vec![line(1, "comentum.test", 4), line(2, "otherisp.test", 1), line(3, "old-name.example", 0)])
    }

    async fn add_domain(&self, name: String) -> Result<DomainLine, Refusal> {
        if !name.contains('.') {
            return Err(Refusal::BadDomain);
        }
        self.note(format!("AddDomain {name}"));
        Ok(DomainLine { id: 9, name, active: true, accounts: 0, created: when("14:05") })
    }

    async fn set_domain_active(&self, domain: i64, active: bool) -> Result<(), Refusal> {
        self.note(format!("DomainActive {domain} {active}"));
        Ok(())
    }

    async fn remove_domain(&self, domain: i64, confirm: String) -> Result<(), Refusal> {
        if confirm != "old-name.example" {
            return Err(Refusal::NotConfirmed);
        }
        self.note(format!("RemoveDomain {domain}"));
        Ok(())
    }

    async fn accounts(&self, ask: AccountsAsk) -> Result<AccountsPage, Refusal> {
        let found: Vec<_> = accounts().into_iter().filter(|account| account.address.contains(&ask.search)).collect();
        Ok(AccountsPage {
            total: found.len() as i64,
            next: (found.len() == 5).then(|| "k5".to_owned()),
            accounts: found,
        })
    }

    async fn account(&self, id: i64) -> Result<AccountLine, Refusal> {
        accounts().into_iter().find(|account| account.id == id).ok_or(Refusal::NotFound)
    }

    async fn add_account(&self, new: NewAccount) -> Result<NewSecret, Refusal> {
        Ok(NewSecret { id: 6, address: new.address, password: Some("harbour-lantern-42".into()) })
    }

    async fn set_account_active(&self, account: i64, active: bool) -> Result<(), Refusal> {
        self.note(format!("AccountActive {account} {active}"));
        Ok(())
    }

    async fn set_password(&self, id: i64, _: String) -> Result<NewSecret, Refusal> {
        Ok(NewSecret { id, address: "bob@comentum.test".into(), password: Some("harbour-lantern-42".into()) })
    }

    async fn set_quota(&self, account: i64, quota_mib: i64) -> Result<(), Refusal> {
        self.note(format!("Quota {account} {quota_mib}"));
        Ok(())
    }

    async fn remove_account(&self, _: i64, confirm: String) -> Result<(), Refusal> {
        if confirm == "bob@comentum.test" { Ok(()) } else { Err(Refusal::NotConfirmed) }
    }

    async fn reports(&self, ask: ReportsAsk) -> Result<ReportsPage, Refusal> {
        if self.empty {
            return Ok(ReportsPage { reports: vec![], next: None });
        }
        let more = ask.cursor.is_empty().then(|| "17".to_owned());
        Ok(ReportsPage { reports: vec![report(18, ReportAbout::Dmarc), report(17, ReportAbout::Tls)], next: more })
    }

    async fn report(&self, id: i64) -> Result<ReportView, Refusal> {
        let line = |source: &str, passed, what: &str| ReportedLine {
            source: source.into(),
            count: 12,
            what: what.into(),
            about: "comentum.test, DKIM pass, SPF fail".into(),
            passed,
        };
        let lines = vec![line("192.0.2.7", true, "none"), line("198.51.100.9", false, "reject")];
        Ok(ReportView { line: report(id, ReportAbout::Dmarc), report_id: "2026.17".into(), lines })
    }

    async fn trace(&self, ask: TraceAsk) -> Result<Vec<TraceLine>, Refusal> {
        let line = |fate, sender: &str, recipient: &str, reply: &str, why: &str| TraceLine {
            when: when("14:05"),
            sender: sender.into(),
            recipient: recipient.into(),
            peer: "192.0.2.7".into(),
            helo: "mx.far.example".into(),
            reply: reply.into(),
            fate,
            why: why.into(),
        };
        if self.empty || ask.sender == "nothing" {
            return Ok(vec![]);
        }
        Ok(vec![
            line(
                TraceFate::Delivered,
                "lisa@otherisp.test",
                "bob@comentum.test",
                "250 2.0.0 Message accepted as k3",
                "",
            ),
            line(
                TraceFate::Junk,
                "offers@far.example",
                "bob@comentum.test",
                "250 2.0.0 Message accepted as k2",
                "It came from a server that may not send mail for far.example.",
            ),
            line(TraceFate::Deferred, "", "bob@comentum.test", "451 4.4.3 Who vouches cannot be looked up", ""),
            line(
                TraceFate::Refused,
                "a-name-that-is-much-longer-than-any-column-of-a-table-on-a-telephone@far.example",
                "nobody@comentum.test",
                "550 5.1.1 No such user here",
                "",
            ),
        ])
    }

    async fn queue(&self) -> Result<Vec<QueueLine>, Refusal> {
        let line = |id, recipient: &str, attempts, last: &str| QueueLine {
            id,
            sender: if id == 3 { String::new() } else { "bob@comentum.test".into() },
            recipient: recipient.into(),
            destination: recipient.rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default(),
            attempts,
            queued: when("9 Nov"),
            next: when("15:40"),
            last: last.into(),
            size: "12 KB".into(),
            held: id == 3,
            tls: if id == 1 { "TLSv1.3 TLS13_AES_256_GCM_SHA384, opportunistic, verified".into() } else { "".into() },
        };
        Ok(vec![
            line(1, "lisa@otherisp.example", 7, "451 4.7.1 Greylisted, please try again in 300 seconds"),
            line(
                2,
                "info@does-not-answer.example",
                9,
                "connect to mx1.does-not-answer.example[192.0.2.7]:25: timed out",
            ),
            line(3, "sender@elsewhere.example", 0, ""),
        ])
    }

    async fn retry(&self, recipient: i64) -> Result<(), Refusal> {
        self.note(format!("Retry {recipient}"));
        Ok(())
    }

    async fn cancel(&self, recipient: i64) -> Result<(), Refusal> {
        self.note(format!("Cancel {recipient}"));
        Ok(())
    }

    async fn zone(&self, domain: String) -> Result<ZonePage, Refusal> {
        let line = |purpose: &str, value: &str, state, found: &[&str]| ZoneLine {
            purpose: purpose.into(),
            why: "why it is wanted".into(),
            name: domain.clone(),
            kind: "TXT".into(),
            value: value.into(),
            line: format!("{domain}. IN TXT \"{value}\""),
            state,
            found: found.iter().map(|text| text.to_string()).collect(),
        };
        let lines = vec![
            line("SPF", "v=spf1 mx -all", ZoneState::Other, &["v=spf1 <b>-all</b>"]),
            line("DMARC", "v=DMARC1; p=quarantine", ZoneState::Right, &[]),
        ];
        Ok(ZonePage { domain: domain.clone(), lines })
    }

    async fn rotate_keys(&self, domain: String) -> Result<(), Refusal> {
        self.note(format!("RotateKeys {domain}"));
        Ok(())
    }
}

#[async_trait]
impl Programs for Fake {
    async fn programs(&self) -> Result<Vec<ProgramLine>, Refusal> {
        let line = |id, name: &str, last: Option<&str>, place: &str| ProgramLine {
            id,
            name: name.into(),
            collects: id != 3,
            sends: true,
            made: when("9 Nov"),
            last_used: last.map(when),
            last_place: place.into(),
            only_from: if id == 3 { "192.0.2.0/24".into() } else { String::new() },
            until: None,
        };
        if self.empty {
            return Ok(Vec::new());
        }
        Ok(vec![
            line(1, "Thunderbird at home", Some("14:05"), "2001:db8:85a3::8a2e:370:7334"),
            line(2, "<b>Phone</b> of Bob", None, ""),
            line(3, "Der Drucker im zweiten Stock neben der Kaffeemaschine", Some("9 Nov"), "192.0.2.17"),
        ])
    }

    async fn revoke(&self, program: i64) -> Result<(), Refusal> {
        if program > 3 {
            return Err(Refusal::NotFound);
        }
        self.note(format!("Revoke {program}"));
        Ok(())
    }
}

#[async_trait]
impl HeldMail for Fake {
    async fn held(&self) -> Result<Vec<HeldLine>, Refusal> {
        let line = |id, recipients| HeldLine {
            id,
            sender: "bob@comentum.test".into(),
            recipient: "friend@far.example".into(),
            recipients,
            size: "12 KB".into(),
            since: when("14:05"),
        };
        Ok(if self.empty { Vec::new() } else { vec![line(41, 1), line(42, 250)] })
    }

    async fn release(&self, message: i64) -> Result<(), Refusal> {
        self.note(format!("Release {message}"));
        Ok(())
    }

    async fn send_back(&self, message: i64) -> Result<(), Refusal> {
        self.note(format!("SendBack {message}"));
        Ok(())
    }
}
