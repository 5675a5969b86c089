//! Pages of a mailbox, of the drafts, and of what was found.

use super::{Desk, names};
use crate::web::refused::refused;
use api::{ListAsk, ListPage, Refusal, Row};
use store::{Draft, Flags, Keyset, Listed, Mailbox, Role};

/// Rows on a page.
const PAGE: i64 = 50;
/// Rows of a search that are passed over at most.
const FAR: i64 = 2000;
/// Before a cursor at which a page ends.
const NEWER: char = 'n';
/// Of a draft's text, for its row.
const PREVIEW: usize = 140;

impl Desk {
    pub(super) async fn list_page(&self, ask: ListAsk) -> Result<ListPage, Refusal> {
        let boxes = self.boxes().await?;
        let mailbox = match ask.mailbox.as_str() {
            "" => None,
            slug => Some(boxes.iter().find(|mailbox| names::slug(mailbox) == slug).ok_or(Refusal::NotFound)?),
        };
        let query = ask.query.trim();
        let total = if query.is_empty() { mailbox.map(|mailbox| mailbox.total) } else { None };
        let mut page = i64::from(ask.page.max(1));
        if let (Some(mailbox), "", Some(before)) =
            (mailbox.filter(|mailbox| mailbox.role != Role::Drafts), query, newer(&ask.cursor))
            && let Some(list) = self.newer_page(&boxes, mailbox, page, before).await?
        {
            return Ok(list);
        }
        // The top, should less than a page be newer.
        page = if newer(&ask.cursor).is_some() { 1 } else { page };
        let mut found = self.rows(&boxes, mailbox, query, page, keyset(&ask.cursor)).await?;
        // The last page has been emptied: the one that is last now. Of a search nobody counted the pages.
        if found.is_empty() && page > 1 {
            page = total.map_or(1, |total| (total - 1).max(0) / PAGE + 1);
            found = self.rows(&boxes, mailbox, query, page, None).await?;
        }
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let next = more.then(|| found.last().and_then(|(_, key)| key.map(cursor)).unwrap_or_default());
        let partial = !query.is_empty() && !self.store().search_is_complete().await.map_err(refused)?;
        let turns = query.is_empty() && page > 1;
        let newer = found.first().filter(|_| turns).and_then(|(row, key)| (!row.draft).then_some(*key)?).map(cursor);
        let rows: Vec<Row> = found.into_iter().map(|(row, _)| row).collect();
        Ok(ListPage {
            newer: newer.map(|key| format!("{NEWER}{key}")),
            partial,
            mailbox: mailbox.map(names::line),
            total,
            page: u32::try_from(page).unwrap_or(1),
            first: if rows.is_empty() { 0 } else { (page - 1) * PAGE + 1 },
            next,
            rows,
        })
    }

    /// The page that ends just before `before`. None: less than a page is newer.
    async fn newer_page(
        &self,
        boxes: &[Mailbox],
        mailbox: &Mailbox,
        page: i64,
        before: Keyset,
    ) -> Result<Option<ListPage>, Refusal> {
        let listed = self.store().page_before(self.id(), mailbox.id, before, PAGE + 1).await.map_err(refused)?;
        if (listed.len() as i64) < PAGE {
            return Ok(None);
        }
        let more = listed.len() as i64 > PAGE;
        let skip = usize::from(more);
        let found: Vec<_> = listed.into_iter().skip(skip).map(|listed| self.keyed_row(listed, boxes)).collect();
        let key = |found: Option<&(Row, Option<Keyset>)>| found.and_then(|(_, key)| *key).map(cursor);
        Ok(Some(ListPage {
            mailbox: Some(names::line(mailbox)),
            total: Some(mailbox.total),
            page: u32::try_from(page).unwrap_or(1),
            first: (page - 1) * PAGE + 1,
            next: key(found.last()),
            newer: key(found.first()).filter(|_| more).map(|key| format!("{NEWER}{key}")),
            partial: false,
            rows: found.into_iter().map(|(row, _)| row).collect(),
        }))
    }

    /// The rows of a page, and one more if there is another page.
    async fn rows(
        &self,
        boxes: &[Mailbox],
        mailbox: Option<&Mailbox>,
        query: &str,
        page: i64,
        after: Option<Keyset>,
    ) -> Result<Vec<(Row, Option<Keyset>)>, Refusal> {
        let (skip, limit) = ((page - 1) * PAGE, PAGE + 1);
        match mailbox {
            Some(mailbox) if mailbox.role == Role::Drafts => {
                let skip = if after.is_some() { 0 } else { skip };
                let drafts = self.store().drafts_with(self.id(), query, after, skip, limit).await.map_err(refused)?;
                let keyed = |draft: Draft| {
                    let key = Keyset { received_at: draft.saved_at, id: draft.id };
                    (self.draft_row(draft, mailbox), Some(key))
                };
                Ok(drafts.into_iter().map(keyed).collect())
            }
            Some(mailbox) if query.is_empty() => {
                let skip = if after.is_some() { 0 } else { skip };
                let listed = self.store().page(self.id(), mailbox.id, after, skip, limit).await.map_err(refused)?;
                Ok(listed.into_iter().map(|listed| self.keyed_row(listed, boxes)).collect())
            }
            None if query.is_empty() => Ok(Vec::new()),
            mailbox => {
                let within = mailbox.map(|mailbox| mailbox.id);
                // Found anew up to this page when it was reached without a cursor, as by "newer".
                let skip = if after.is_some() { 0 } else { skip.min(FAR) };
                let limit = skip + limit;
                let found = self.store().search(self.id(), query, within, after, limit).await.map_err(refused)?;
                Ok(found.into_iter().skip(skip as usize).map(|listed| self.keyed_row(listed, boxes)).collect())
            }
        }
    }

    fn keyed_row(&self, listed: Listed, boxes: &[Mailbox]) -> (Row, Option<Keyset>) {
        let key = Keyset { received_at: listed.received_at, id: listed.id };
        let mailbox = boxes.iter().find(|mailbox| mailbox.id == listed.mailbox_id);
        let sent = mailbox.is_some_and(|mailbox| mailbox.role == Role::Sent);
        let sender = if listed.from_name.is_empty() { listed.from_address } else { listed.from_name };
        let row = Row {
            id: listed.id,
            who: if sent { listed.to } else { sender },
            subject: listed.subject,
            preview: listed.preview,
            when: self.when(listed.received_at),
            unread: !listed.flags.has(Flags::SEEN),
            starred: listed.flags.has(Flags::FLAGGED),
            answered: listed.flags.has(Flags::ANSWERED),
            attachment: listed.has_attachment,
            draft: false,
            mailbox: mailbox.map(names::slug).unwrap_or_default(),
        };
        (row, Some(key))
    }

    fn draft_row(&self, draft: Draft, mailbox: &Mailbox) -> Row {
        let words: Vec<&str> = draft.fields.text.split_whitespace().take(PREVIEW / 2).collect();
        Row {
            id: draft.id,
            who: draft.fields.to,
            subject: draft.fields.subject,
            preview: words.join(" ").chars().take(PREVIEW).collect(),
            when: self.when(draft.saved_at),
            unread: false,
            starred: false,
            answered: false,
            attachment: !draft.attachments.is_empty(),
            draft: true,
            mailbox: names::slug(mailbox),
        }
    }
}

/// `received_at.id`, as it stands in the URL.
fn cursor(key: Keyset) -> String {
    format!("{}.{}", key.received_at, key.id)
}

/// Of a page that ends here instead.
fn newer(cursor: &str) -> Option<Keyset> {
    keyset(cursor.strip_prefix(NEWER)?)
}

/// Anything else counts as no cursor: the page is then found by its number.
fn keyset(cursor: &str) -> Option<Keyset> {
    let (received_at, id) = cursor.split_once('.')?;
    Some(Keyset { received_at: received_at.parse().ok()?, id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_url() {
        let key = Keyset { received_at: 1_763_000_000_000, id: 42 };
        assert_eq!(cursor(key), "1763000000000.42");
        assert_eq!(keyset(&cursor(key)), Some(key));
        assert_eq!((newer(&cursor(key)), newer(&format!("n{}", cursor(key)))), (None, Some(key)));
    }

    #[test]
    fn a_spoilt_cursor_is_none() {
        for spoilt in ["", "42", "a.b", "1.2.3", ".", "1."] {
            assert_eq!(keyset(spoilt), None, "{spoilt:?}");
        }
    }
}
