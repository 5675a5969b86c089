//! A mailbox and an admin's desk made up for the pages: letters of many kinds, and a note of what was asked.

use api::*;
use async_trait::async_trait;
use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

mod office;

/// Answers the pages, and remembers what they asked to change.
#[derive(Default)]
pub struct Fake {
    pub asked: Mutex<Vec<String>>,
    /// Every mailbox is empty.
    pub empty: bool,
    /// Answers come from another thread, as they do where there is a disk, each after another number of turns of a loop.
    pub turns: Option<AtomicU32>,
}

/// The most turns an answer takes: about as long as a page takes until it asks for it.
const MOST_TURNS: u32 = 30_000;

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

    async fn wait(&self) {
        if let Some(turns) = &self.turns {
            // A turn is a few nanoseconds: finer than any sleep.
            let turns = turns.fetch_add(97, Ordering::Relaxed) % MOST_TURNS;
            let turn = move || (0..turns).for_each(|_| std::hint::spin_loop());
            tokio::task::spawn_blocking(turn).await.unwrap();
        }
    }
}

#[async_trait]
impl Webmail for Fake {
    async fn mailboxes(&self) -> Result<Vec<MailboxLine>, Refusal> {
        self.wait().await;
        Ok(mailboxes())
    }

    async fn usage(&self) -> Result<Usage, Refusal> {
        self.wait().await;
        Ok(Usage { used: "412 MB".into(), quota: Some("1 GB".into()), percent: Some(41) })
    }

    async fn list(&self, ask: ListAsk) -> Result<ListPage, Refusal> {
        if ask.mailbox == "broken" {
            return Err(Refusal::Broken);
        }
        self.wait().await;
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
        let newer = (ask.page > 1).then(|| "b67".to_owned());
        let incomplete = ask.query.contains("old");
        Ok(ListPage { mailbox, rows, total, page: ask.page, first, next, newer, incomplete })
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
        self.wait().await;
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
