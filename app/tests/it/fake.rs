//! A mailbox and an admin's desk made up for the pages: letters of many kinds, and a note of what was asked.

use api::*;
use async_trait::async_trait;
use std::sync::Mutex;

/// Answers the pages, and remembers what they asked to change.
#[derive(Default)]
pub struct Fake {
    pub asked: Mutex<Vec<String>>,
    /// Every mailbox is empty.
    pub empty: bool,
    /// Lists take a moment, as they do where there is a disk.
    pub slow: bool,
}

pub const LONG_SUBJECT: &str = "Fwd: Re: Re: Minutes of the extraordinary general meeting of the allotment garden \
    association “Morgensonne 1921 e. V.”, including the annexes on the water supply, the hedge heights and the new shed rules";
pub const EVIL: &str = "</textarea><script>alert('quoted')</script>";

pub fn when(short: &str) -> When {
    let (long, iso) = match short.contains(':') {
        true => (format!("Thu 12 Nov 2026, {short}"), format!("2026-11-12T{short}:00+01:00")),
        false => ("Mon 9 Nov 2026, 08:12".to_owned(), "2026-11-09T08:12:00+01:00".to_owned()),
    };
    When { iso, short: short.to_owned(), long }
}

pub fn person(name: &str, address: &str) -> Person {
    Person { name: name.into(), address: address.into() }
}

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

fn line(id: i64, role: MailboxRole, name: &str, slug: &str, total: i64, unread: i64) -> MailboxLine {
    MailboxLine { id, role, name: name.into(), slug: slug.into(), total, unread }
}

pub fn mailboxes() -> Vec<MailboxLine> {
    use MailboxRole::*;
    vec![
        line(1, Inbox, "Inbox", "inbox", 12_431, 37),
        line(2, Drafts, "Drafts", "drafts", 2, 0),
        line(3, Sent, "Sent", "sent", 412, 0),
        line(4, Archive, "Archive", "archive", 3_208, 0),
        line(5, Junk, "Junk", "junk", 18, 18),
        line(6, Trash, "Trash", "trash", 64, 0),
        line(7, None, "Travel 2026: Lisbon, Porto and the islands", "7", 23, 2),
        line(8, None, "إيصالات", "8", 9, 0),
    ]
}

fn row(id: i64, who: &str, subject: &str, preview: &str, at: &str, flags: &str) -> Row {
    Row {
        id,
        who: who.into(),
        subject: subject.into(),
        preview: preview.into(),
        when: when(at),
        unread: flags.contains('u'),
        starred: flags.contains('s'),
        answered: flags.contains('r'),
        attachment: flags.contains('a'),
        draft: flags.contains('d'),
        mailbox: "inbox".into(),
    }
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            17,
            "Lisa Marsh",
            "Lunch on Thursday?",
            "I am in town for the trade show and free between twelve and two. The place by the river, or",
            "14:05",
            "u",
        ),
        row(
            18,
            "Deutsche Bahn",
            "Ihre Fahrkarte nach Hamburg Hbf",
            "Guten Tag, anbei erhalten Sie Ihre Fahrkarte. Bitte halten Sie diese bei der Kontrolle bereit.",
            "13:40",
            "uas",
        ),
        row(
            19,
            "Professor Wolfeschlegelsteinhausenberger-Dorff",
            LONG_SUBJECT,
            "Dear members, please find attached",
            "11:22",
            "a",
        ),
        row(
            20,
            "مكتبة الإسكندرية",
            "موعد إعادة الكتب المستعارة",
            "عزيزي القارئ، نذكركم بأن موعد إعادة الكتب المستعارة هو يوم الأحد القادم",
            "10:58",
            "u",
        ),
        row(
            21,
            "王小明",
            "关于下周会议的安排",
            "您好，下周三的会议改到下午三点，地点不变，请提前准备材料。",
            "09:30",
            "s",
        ),
        row(
            22,
            "Anna Kowalska",
            "Re: Keys for the flat",
            "They are with the neighbour on the second floor. Ring twice, she does not hear well. Love, A.",
            "12 Nov",
            "r",
        ),
        row(
            23,
            "City Library",
            "A book you reserved is ready",
            "“The Post Office Girl” by Stefan Zweig waits for you at the desk until 21 November.",
            "11 Nov",
            "",
        ),
        row(24, "", "", "", "11 Nov", "a"),
        row(
            25,
            "billing@hosting.example",
            "Invoice 2026-1187",
            "Your invoice for November is attached. It will be charged to the card that ends in 4410.",
            "10 Nov",
            "a",
        ),
        row(
            26,
            "Tom",
            "<script>alert('subject')</script> & other tests",
            "Does your webmail escape this? <img src=x onerror=alert(1)>",
            "10 Nov",
            "",
        ),
    ];
    let people = ["Maria Silva", "Jonas Weber", "Chess club", "Ida & Karl", "Weather service", "Dr. Ada Okafor"];
    let subjects =
        ["Photos from Sunday", "Minutes", "Pairings for round 4", "We are moving!", "Storm warning, coast", "Results"];
    for id in 27..67_i64 {
        let at = (id % 6) as usize;
        rows.push(row(
            id,
            people[at],
            subjects[at],
            "A few lines so that there is something to see in the list, as there always is.",
            "9 Nov",
            if id % 7 == 0 { "u" } else { "" },
        ));
    }
    rows
}

fn text(depth: u8, text: &str) -> TextBlock {
    TextBlock { depth, pieces: vec![Piece::Text(text.into())] }
}

pub fn message(id: i64) -> MessageView {
    let row = rows().into_iter().find(|row| row.id == id);
    let subject = row.as_ref().map_or_else(|| "Lunch on Thursday?".to_owned(), |row| row.subject.clone());
    let body = match id {
        18 => Body::Html { height: 420, remote_blocked: 3 },
        24 => Body::Empty,
        _ => Body::Text(vec![
            text(0, "Dear Bob,\n\nI am in town for the trade show and free between twelve and two on Thursday. The place by the river, or somewhere nearer to the station? The map is here: "),
            TextBlock { depth: 0, pieces: vec![
                Piece::Link { text: "https://www.example.org/map?at=river".into(), href: "https://www.example.org/map?at=river".into() },
                Piece::Text("\nWrite to me or to ".into()),
                Piece::Link { text: "anna@otherisp.test".into(), href: "mailto:anna@otherisp.test".into() },
                Piece::Text(", she keeps my calendar.\n\nI have to be back at the stand at half past two, and then again until the doors close at seven. Bring an umbrella.\n\nLisa\n\n".into()),
            ]},
            text(1, "Will you be at the fair this year?\nIt would be good to see you again, after all this time.\n"),
            text(2, "The programme is out: halls 3 and 4 are ours.\n"),
            text(1, "Bob\n"),
        ]),
    };
    let file = |part, name: &str, size: &str| Attachment {
        part,
        name: name.into(),
        media_type: "application/pdf".into(),
        size: size.into(),
    };
    let attachments = match id {
        18 => vec![file(2, "Fahrkarte-Hamburg-Hbf.pdf", "184 KB")],
        19 => vec![
            file(2, "Minutes 2026-11-10 final (2) signed by the whole board and the auditors.docx", "2.1 MB"),
            file(3, "IMG_2231.jpeg", "640 KB"),
        ],
        _ => vec![],
    };
    MessageView {
        id,
        mailbox: match id {
            26 => line(5, MailboxRole::Junk, "Junk", "junk", 9, 2),
            _ => line(1, MailboxRole::Inbox, "Inbox", "inbox", 12_431, 37),
        },
        subject,
        from: (id != 24).then(|| person("Lisa Marsh", "lisa@otherisp.test")),
        to: if id == 25 {
            vec![person("", "readers@list.example")]
        } else {
            vec![person("Bob Miller", "BOB@comentum.test")]
        },
        cc: if id == 19 {
            vec![person("", "board@morgensonne.example"), person("Ida", "ida@example.org")]
        } else {
            vec![]
        },
        reply_to: vec![],
        when: when("14:05"),
        size: "4 KB".into(),
        starred: id == 18,
        unread: false,
        body,
        attachments,
        malformed: id == 24,
        vouching: match id {
            17 => Some(Vouching {
                stand: Stand::Passed,
                says: vec![
                    "otherisp.test signed it, and the signature is genuine.".into(),
                    "The server it came from may send mail for otherisp.test.".into(),
                ],
                junk: None,
            }),
            26 => Some(Vouching {
                stand: Stand::Failed,
                says: vec!["bank.example does not vouch for it and asks others to put such mail into Junk.".into()],
                junk: Some("It says that it comes from bank.example, but bank.example does not vouch for it.".into()),
            }),
            24 => Some(Vouching { stand: Stand::Unverified, says: vec![], junk: None }),
            _ => None,
        },
        newer: Some(16),
        older: Some(id + 1),
    }
}

impl Fake {
    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }

    /// What the pages asked to change, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Webmail for Fake {
    async fn mailboxes(&self) -> Result<Vec<MailboxLine>, Refusal> {
        Ok(mailboxes())
    }

    async fn usage(&self) -> Result<Usage, Refusal> {
        Ok(Usage { used: "412 MB".into(), quota: Some("1 GB".into()), percent: Some(41) })
    }

    async fn list(&self, ask: ListAsk) -> Result<ListPage, Refusal> {
        if ask.mailbox == "broken" {
            return Err(Refusal::Broken);
        }
        if self.slow {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let mailbox = mailboxes().into_iter().find(|mailbox| mailbox.slug == ask.mailbox);
        if mailbox.is_none() && ask.query.is_empty() {
            return Err(Refusal::NotFound);
        }
        let rows = match (self.empty || ask.query == "nothing", ask.mailbox.as_str()) {
            (true, _) | (_, "trash") => vec![],
            (_, "drafts") => vec![
                row(5, "Lisa Marsh", "Re: Lunch on Thursday?", "Yes! The place by the river.", "14:20", "d"),
                row(6, "", "", "Dear Sir or Madam,", "9 Nov", "d"),
            ],
            _ => rows(),
        };
        let total = match ask.query.is_empty() {
            true => Some(if rows.is_empty() { 0 } else { 12_431 }),
            false => None,
        };
        let mailbox = mailbox.map(|mut mailbox| {
            if rows.is_empty() {
                (mailbox.total, mailbox.unread) = (0, 0);
            }
            mailbox
        });
        let first = if rows.is_empty() { 0 } else { i64::from(ask.page - 1) * 50 + 1 };
        let next = (rows.len() >= 50 && ask.page < 3).then(|| "k67".to_owned());
        let newer = (ask.page > 1 && ask.query.is_empty()).then(|| "n66".to_owned());
        let partial = ask.query == "half";
        Ok(ListPage { mailbox, rows, total, page: ask.page, first, next, newer, partial })
    }

    async fn open(&self, id: i64) -> Result<MessageView, Refusal> {
        if id > 1000 { Err(Refusal::NotFound) } else { Ok(message(id)) }
    }

    async fn act(&self, messages: Vec<i64>, act: Act) -> Result<i64, Refusal> {
        if messages.contains(&500) {
            return Err(Refusal::TryAgain);
        }
        if messages.contains(&501) {
            return Ok(0);
        }
        self.note(format!("{act:?} {messages:?}"));
        Ok(messages.len() as i64)
    }

    async fn move_to(&self, messages: Vec<i64>, mailbox: i64) -> Result<i64, Refusal> {
        self.note(format!("Move {messages:?} to {mailbox}"));
        Ok(messages.len() as i64)
    }

    async fn empty(&self, role: MailboxRole) -> Result<i64, Refusal> {
        self.note(format!("Empty {role:?}"));
        Ok(64)
    }

    async fn begin_draft(&self, _: Beginning) -> Result<i64, Refusal> {
        Ok(5)
    }

    async fn draft(&self, id: i64) -> Result<DraftView, Refusal> {
        if id > 1000 {
            return Err(Refusal::NotFound);
        }
        let reply = DraftText {
            to: "Lisa Marsh <lisa@otherisp.test>".into(),
            subject: "Re: Lunch on Thursday?".into(),
            text: format!(
                "Yes! The place by the river.\n\nOn Thu 12 Nov 2026, Lisa Marsh wrote:\n> I am in town for the trade show.\n> {EVIL}\n"
            ),
            ..DraftText::default()
        };
        let text = match id {
            6 => DraftText::default(),
            7 => DraftText { text: "\n\nOn Thu 12 Nov 2026, Lisa Marsh wrote:\n> Hello".into(), ..reply },
            _ => reply,
        };
        let file = Attachment {
            part: 2,
            name: "Map of the river.png".into(),
            media_type: "image/png".into(),
            size: "96 KB".into(),
        };
        Ok(DraftView {
            id,
            revision: 3,
            from: person("Bob Miller", "bob@comentum.test"),
            identities: if id == 7 {
                vec!["bob@comentum.test".into(), "b.miller@comentum.test".into()]
            } else {
                vec![]
            },
            text: DraftText { from: if id == 7 { "b.miller@comentum.test".into() } else { String::new() }, ..text },
            attachments: if id == 6 { vec![] } else { vec![file] },
            saved: when("14:20"),
            limit: "25 MB".into(),
        })
    }

    async fn save_draft(&self, draft: i64, revision: i64, text: DraftText) -> Result<Saved, Refusal> {
        self.note(format!("Save {draft} {revision} {}", text.subject));
        Ok(Saved { revision: revision + 1, when: when("14:21") })
    }

    async fn detach(&self, _: i64, _: i64) -> Result<(), Refusal> {
        Ok(())
    }

    async fn discard_draft(&self, _: i64) -> Result<(), Refusal> {
        Ok(())
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
