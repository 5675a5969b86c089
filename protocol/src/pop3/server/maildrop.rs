//! The maildrop as it was at sign-in, and what of it is marked as deleted (RFC 1939 §5).

/// One message of the maildrop. Its number is its place, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The store's id, handed back in questions.
    pub id: i64,
    /// Octets with CRLF line ends, exactly as RETR will send them before dot-stuffing.
    pub size: u64,
    /// 1 to 70 characters `!` to `~`, unique in the maildrop for ever (RFC 1939 §7).
    pub uidl: String,
}

#[derive(Debug)]
pub(super) struct Maildrop {
    entries: Vec<Entry>,
    deleted: Vec<bool>,
    /// Of what is not deleted.
    count: usize,
    octets: u64,
}

impl Maildrop {
    pub(super) fn new(entries: Vec<Entry>) -> Maildrop {
        let mut maildrop = Maildrop { deleted: Vec::new(), entries, count: 0, octets: 0 };
        maildrop.reset();
        maildrop
    }

    /// How many messages, and how many octets they have.
    pub(super) fn stat(&self) -> (usize, u64) {
        (self.count, self.octets)
    }

    /// The message of this number, unless it is deleted.
    pub(super) fn entry(&self, number: usize) -> Option<&Entry> {
        let at = number.checked_sub(1)?;
        self.entries.get(at).filter(|_| !self.deleted[at])
    }

    /// The first message from this number on that is not deleted.
    pub(super) fn entry_from(&self, number: usize) -> Option<(usize, &Entry)> {
        (number..=self.entries.len()).find_map(|number| self.entry(number).map(|entry| (number, entry)))
    }

    /// False: there is no such message.
    pub(super) fn delete(&mut self, number: usize) -> bool {
        let Some(size) = self.entry(number).map(|entry| entry.size) else { return false };
        self.deleted[number - 1] = true;
        self.count -= 1;
        self.octets -= size;
        true
    }

    pub(super) fn reset(&mut self) {
        self.deleted = vec![false; self.entries.len()];
        self.count = self.entries.len();
        self.octets = self.entries.iter().map(|entry| entry.size).sum();
    }

    pub(super) fn deleted_ids(&self) -> Vec<i64> {
        let marked = self.entries.iter().zip(&self.deleted).filter(|(_, deleted)| **deleted);
        marked.map(|(entry, _)| entry.id).collect()
    }
}
