//! Pages of a mailbox, of the drafts, and of what was found.

use super::{Desk, names};
use crate::web::refused::refused;
use api::{ListAsk, ListPage, Refusal, Row};
use store::{Draft, Edge, Flags, Keyset, Listed, Mailbox, Role};

/// Rows on a page.
const PAGE: i64 = 50;
/// Rows of a search that are passed over at most.
const FAR: i64 = 2000;
/// Of a draft's text, for its row.
const PREVIEW: usize = 140;

/// What is listed: a mailbox, what was found in it, or what was found anywhere.
#[derive(Clone, Copy)]
struct List<'a> {
    boxes: &'a [Mailbox],
    mailbox: Option<&'a Mailbox>,
    query: &'a str,
}

/// A page of a list, and the cursors of its neighbours.
struct Sheet {
    page: i64,
    newer: Option<String>,
    next: Option<String>,
    rows: Vec<(Row, Keyset)>,
}

impl Desk {
    pub(super) async fn list_page(&self, ask: ListAsk) -> Result<ListPage, Refusal> {
        let boxes = self.boxes().await?;
        let mailbox = match ask.mailbox.as_str() {
            "" => None,
            slug => Some(boxes.iter().find(|mailbox| names::slug(mailbox) == slug).ok_or(Refusal::NotFound)?),
        };
        let query = ask.query.trim();
        let total = if query.is_empty() { mailbox.map(|mailbox| mailbox.total) } else { None };
        let list = List { boxes: &boxes, mailbox, query };
        let page = i64::from(ask.page.max(1));
        let mut sheet = self.sheet(&list, page, edge(&ask.cursor)).await?;
        if sheet.rows.is_empty() && page > 1 {
            // The last page has been emptied: the one that is last now. Of a search nobody counted the pages.
            let page = total.map_or(1, |total| (total - 1).max(0) / PAGE + 1);
            sheet = self.sheet(&list, page, None).await?;
        } else if sheet.rows.is_empty() && !ask.cursor.is_empty() {
            sheet = self.sheet(&list, 1, None).await?;
        }
        let incomplete = !query.is_empty() && !self.store().search_is_complete().await.map_err(refused)?;
        let rows: Vec<Row> = sheet.rows.into_iter().map(|(row, _)| row).collect();
        Ok(ListPage {
            mailbox: mailbox.map(names::line),
            total,
            page: u32::try_from(sheet.page).unwrap_or(1),
            first: if rows.is_empty() { 0 } else { (sheet.page - 1) * PAGE + 1 },
            next: sheet.next,
            newer: sheet.newer,
            incomplete,
            rows,
        })
    }

    /// A page, and where its neighbours are.
    async fn sheet(&self, list: &List<'_>, page: i64, edge: Option<Edge>) -> Result<Sheet, Refusal> {
        let mut rows = self.rows(list, page, edge).await?;
        let more = rows.len() as i64 > PAGE;
        if matches!(edge, Some(Edge::Before(_))) {
            // One row too many stands at the newer end. Without it this is the first page, whatever its number was.
            if more {
                rows.remove(0);
            }
            let page = if more { page.max(2) } else { 1 };
            let (newer, next) = (more.then(|| newer(&rows)).flatten(), older(&rows));
            return Ok(Sheet { page, newer, next, rows });
        }
        rows.truncate(PAGE as usize);
        let newer = (page > 1).then(|| newer(&rows)).flatten();
        let next = more.then(|| older(&rows)).flatten();
        Ok(Sheet { page, newer, next, rows })
    }

    /// The rows of a page, and one more if there is another page.
    async fn rows(&self, list: &List<'_>, page: i64, edge: Option<Edge>) -> Result<Vec<(Row, Keyset)>, Refusal> {
        let List { boxes, mailbox, query } = *list;
        let (skip, limit) = (if edge.is_some() { 0 } else { (page - 1) * PAGE }, PAGE + 1);
        let beside = edge.unwrap_or(Edge::TOP);
        let listed = match (mailbox, edge) {
            (Some(mailbox), _) if mailbox.role == Role::Drafts => {
                let drafts = self.store().drafts_with(self.id(), query, beside, skip, limit).await.map_err(refused)?;
                return Ok(drafts.into_iter().map(|draft| self.draft_row(draft, mailbox)).collect());
            }
            (None, _) if query.is_empty() => return Ok(Vec::new()),
            (Some(mailbox), Some(Edge::Before(key))) if query.is_empty() => {
                self.store().page_before(self.id(), mailbox.id, key, limit).await
            }
            (Some(mailbox), edge) if query.is_empty() => {
                let after = edge.map(Edge::key);
                self.store().page(self.id(), mailbox.id, after, skip, limit).await
            }
            (mailbox, _) => {
                let within = mailbox.map(|mailbox| mailbox.id);
                // Without a cursor it is found anew up to this page.
                let skip = skip.min(FAR);
                let found = self.store().search_beside(self.id(), query, within, beside, skip + limit).await;
                found.map(|found| found.into_iter().skip(skip as usize).collect())
            }
        };
        Ok(listed.map_err(refused)?.into_iter().map(|listed| self.keyed_row(listed, boxes)).collect())
    }

    fn keyed_row(&self, listed: Listed, boxes: &[Mailbox]) -> (Row, Keyset) {
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
        (row, key)
    }

    fn draft_row(&self, draft: Draft, mailbox: &Mailbox) -> (Row, Keyset) {
        let key = Keyset { received_at: draft.saved_at, id: draft.id };
        let words: Vec<&str> = draft.fields.text.split_whitespace().take(PREVIEW / 2).collect();
        let row = Row {
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
        };
        (row, key)
    }
}

fn older(rows: &[(Row, Keyset)]) -> Option<String> {
    rows.last().map(|(_, key)| cursor(Edge::After(*key)))
}

fn newer(rows: &[(Row, Keyset)]) -> Option<String> {
    rows.first().map(|(_, key)| cursor(Edge::Before(*key)))
}

/// `received_at.id` of the row above the page, as it stands in the URL; with a `b`, of the row below it.
fn cursor(edge: Edge) -> String {
    let (side, key) = match edge {
        Edge::After(key) => ("", key),
        Edge::Before(key) => ("b", key),
    };
    format!("{side}{}.{}", key.received_at, key.id)
}

/// Anything else counts as no cursor: the page is then found by its number.
fn edge(cursor: &str) -> Option<Edge> {
    let below = cursor.strip_prefix('b');
    let (received_at, id) = below.unwrap_or(cursor).split_once('.')?;
    let key = Keyset { received_at: received_at.parse().ok()?, id: id.parse().ok()? };
    Some(if below.is_some() { Edge::Before(key) } else { Edge::After(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_url() {
        let key = Keyset { received_at: 1_763_000_000_000, id: 42 };
        assert_eq!(cursor(Edge::After(key)), "1763000000000.42");
        for side in [Edge::After(key), Edge::Before(key)] {
            assert_eq!(edge(&cursor(side)), Some(side));
        }
    }

    #[test]
    fn a_spoilt_cursor_is_none() {
        for spoilt in ["", "42", "a.b", "1.2.3", ".", "1.", "b", "b1", "bb1.2", "x1.2"] {
            assert_eq!(edge(spoilt), None, "{spoilt:?}");
        }
    }
}
