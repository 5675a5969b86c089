//! "Where is my mail?": arrivals and refusals in one list, newest first, for the admin's page and the command line.

use mail::auth::findings::Findings;
use mail::auth::verdict::{Disposition, Verdict};
use store::{Arrival, Refused, Result, Store, TraceQuery};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    Junk,
    Deferred,
    Refused,
}

/// One line of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub at: i64,
    pub sender: String,
    pub recipient: String,
    pub peer: String,
    pub helo: String,
    pub reply: String,
    pub fate: Fate,
    /// A sentence; empty where the reply says all.
    pub why: String,
}

pub async fn search(store: &Store, query: &TraceQuery) -> Result<Vec<Found>> {
    let (arrivals, refusals) = tokio::join!(store.arrivals(query), store.refusals(query));
    let mut found: Vec<Found> = arrivals?.into_iter().map(arrived).chain(refusals?.into_iter().map(refused)).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(found)
}

fn arrived(arrival: Arrival) -> Found {
    let Arrival { at, peer, detail, recipient, verdict } = arrival;
    let (verdict, findings) = Verdict::parse(&verdict).unwrap_or((Verdict::ACCEPT, Findings::default()));
    let word = |before: &str| detail.split(' ').skip_while(|word| *word != before).nth(1);
    let sender = word("from").unwrap_or_default().trim_start_matches('<').trim_end_matches('>').to_owned();
    let reply = match word("id") {
        Some(id) => format!("250 2.0.0 Message accepted as {id}"),
        None => detail.clone(),
    };
    Found {
        at,
        sender,
        recipient,
        peer,
        helo: String::new(),
        reply,
        fate: if verdict.disposition == Disposition::Junk { Fate::Junk } else { Fate::Delivered },
        why: verdict.says(&findings).unwrap_or_default(),
    }
}

fn refused(refused: Refused) -> Found {
    let Refused { at, peer, helo, sender, recipient, reply, .. } = refused;
    let fate = if reply.starts_with('4') { Fate::Deferred } else { Fate::Refused };
    Found { at, sender, recipient, peer, helo, reply, fate, why: String::new() }
}

impl Fate {
    pub fn words(self) -> &'static str {
        match self {
            Fate::Delivered => "delivered",
            Fate::Junk => "in Junk",
            Fate::Deferred => "asked to try again",
            Fate::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_is_told_with_its_sender_its_reply_and_its_reason() {
        let found = arrived(Arrival {
            at: 1,
            peer: "192.0.2.7".into(),
            detail: "id k3 from <lisa@far.test> with ESMTPS".into(),
            recipient: "bob@comentum.test".into(),
            verdict: "junk:spf-fail spf=fail/mailfrom/far.test".into(),
        });
        assert_eq!(
            (found.sender.as_str(), found.reply.as_str()),
            ("lisa@far.test", "250 2.0.0 Message accepted as k3")
        );
        assert_eq!(
            (found.fate, found.why.as_str()),
            (Fate::Junk, "It came from a server that may not send mail for far.test.")
        );
        let later = arrived(Arrival {
            at: 1,
            peer: "queue".into(),
            detail: "from <> after 2 attempts".into(),
            recipient: String::new(),
            verdict: String::new(),
        });
        assert_eq!((later.sender.as_str(), later.reply.as_str()), ("", "from <> after 2 attempts"));
    }

    #[test]
    fn a_reply_of_4xx_is_not_yet_a_refusal() {
        let fate = |reply: &str| refused(Refused { reply: reply.into(), ..Refused::default() }).fate;
        assert_eq!(fate("451 4.4.3 later"), Fate::Deferred);
        assert_eq!(fate("550 5.1.1 never"), Fate::Refused);
    }
}
