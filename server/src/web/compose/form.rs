//! Reading the composer's form as it comes in: fields into memory, files into the spool, and what was typed into the
//! store as soon as it is whole.

use super::upload::{Room, Upload};
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use crate::web::webmail::Desk;
use api::{DraftText, Refusal, Webmail};
use app::TakenAlong;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use std::sync::Arc;

/// Octets of the text, and of any other field, that are kept. Nobody types more.
const TEXT: usize = 4 * 1024 * 1024;
const FIELD: usize = 256 * 1024;
/// Somebody pastes more all the same: so many times as much is held in memory, to be given back.
const GIVEN_BACK: usize = 4;

/// The button that was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Also what Enter in a field means.
    #[default]
    Save,
    Attach,
    Detach(i64),
    Send,
    Discard,
}

impl Order {
    fn read(word: &str) -> Order {
        match word {
            "attach" => Order::Attach,
            "send" => Order::Send,
            "discard" => Order::Discard,
            _ => word.strip_prefix("detach-").and_then(|part| part.parse().ok()).map_or(Order::Save, Order::Detach),
        }
    }
}

/// The form, read.
pub struct Filled {
    pub order: Order,
    pub text: DraftText,
    /// The one that the page was made of.
    pub revision: i64,
    /// All of the text came.
    pub whole: bool,
    /// What became of saving the text.
    pub saved: Result<(), Refusal>,
    pub uploads: Vec<Upload>,
    /// The first thing that could not be taken in.
    pub received: Result<(), Refusal>,
}

/// The text's fields so far.
#[derive(Default)]
pub(super) struct Typed {
    text: DraftText,
    revision: Option<i64>,
    /// How many of the five fields have come.
    fields: u8,
    /// One is longer than is kept.
    too_long: bool,
}

impl Filled {
    pub async fn read(web: &Arc<Web>, visitor: &Visitor, draft: i64, mut multipart: Multipart) -> Filled {
        let desk = web.desk(visitor);
        let mut filled = Filled {
            order: Order::default(),
            text: DraftText::default(),
            revision: 0,
            whole: false,
            saved: Ok(()),
            uploads: Vec::new(),
            received: Ok(()),
        };
        let mut typed = Typed::default();
        let mut saved = None;
        let mut room = None;
        loop {
            let field = match multipart.next_field().await {
                Ok(Some(field)) => field,
                Ok(None) => break,
                Err(error) => {
                    filled.note(Err(broken_off(&error)));
                    break;
                }
            };
            let name = field.name().unwrap_or_default().to_owned();
            if name != "files" {
                let result = typed.take(&name, field, &mut filled.order).await;
                filled.note(result);
                continue;
            }
            if field.file_name().unwrap_or_default().is_empty() {
                continue;
            }
            // A file may take minutes, and the connection may break: first what was typed.
            if saved.is_none() && typed.is_whole() && filled.received.is_ok() {
                saved = Some(typed.save(&desk, draft).await);
            }
            if room.is_none() {
                room = Some(Room::beside(web, visitor, draft).await);
            }
            if let Some(room) = &mut room {
                match room.take(&web.house, field).await {
                    Ok(upload) => filled.uploads.push(upload),
                    Err(refusal) => filled.note(Err(refusal)),
                }
            }
        }
        filled.saved = match saved {
            Some(saved) => saved,
            None if typed.is_whole() => typed.save(&desk, draft).await,
            // Half a form says nothing of the other half: what is kept stays.
            None => Err(filled.received.err().unwrap_or(Refusal::TryAgain)),
        };
        filled.whole = typed.is_whole();
        filled.revision = typed.revision();
        filled.text = typed.text;
        filled
    }

    fn note(&mut self, result: Result<(), Refusal>) {
        if self.received.is_ok() {
            self.received = result;
        }
    }
}

impl Typed {
    pub(super) async fn take(&mut self, name: &str, field: Field<'_>, order: &mut Order) -> Result<(), Refusal> {
        let limit = if name == "text" { TEXT } else { FIELD };
        let value = read_text(field, limit * GIVEN_BACK).await?;
        let fits = value.len() <= limit;
        let place = match name {
            // There only for who has more than one address: the form is whole without it.
            "from" => {
                self.text.from = value;
                return Ok(());
            }
            "to" => &mut self.text.to,
            "cc" => &mut self.text.cc,
            "bcc" => &mut self.text.bcc,
            "subject" => &mut self.text.subject,
            "text" => &mut self.text.text,
            "revision" => {
                self.revision = value.parse().ok();
                return Ok(());
            }
            "do" => {
                *order = Order::read(&value);
                return Ok(());
            }
            _ => return Ok(()),
        };
        *place = value;
        self.fields += 1;
        self.too_long |= !fits;
        if fits { Ok(()) } else { Err(Refusal::TextTooLong) }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.fields >= 5 && self.revision.is_some()
    }

    fn revision(&self) -> i64 {
        self.revision.unwrap_or_default()
    }

    async fn save(&self, desk: &Desk, draft: i64) -> Result<(), Refusal> {
        if self.too_long {
            return Err(Refusal::TextTooLong);
        }
        desk.save_draft(draft, self.revision(), self.text.clone()).await.map(|_| ())
    }

    /// The form of somebody who has signed in again: saved now, and the only order is to keep it.
    pub(super) async fn resumed(self, desk: &Desk, draft: i64) -> Filled {
        let saved = self.save(desk, draft).await;
        Filled {
            order: Order::Save,
            revision: self.revision(),
            whole: self.is_whole(),
            text: self.text,
            saved,
            uploads: Vec::new(),
            received: Ok(()),
        }
    }

    pub(super) fn taken_along(self, draft: i64) -> TakenAlong {
        TakenAlong { draft, revision: self.revision(), text: self.text }
    }
}

pub(super) async fn read_text(mut field: Field<'_>, limit: usize) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    let mut whole = true;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken_off(&error))? {
        // What is too long is read to its end all the same: the answer comes after the question.
        whole &= bytes.len() + chunk.len() <= limit;
        if whole {
            bytes.extend_from_slice(&chunk);
        }
    }
    if whole { Ok(String::from_utf8_lossy(&bytes).into_owned()) } else { Err(Refusal::TextTooLong) }
}

/// The form ended early: larger than we read at all, or the connection is gone (and then nobody hears this).
pub fn broken_off(error: &MultipartError) -> Refusal {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::TryAgain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons() {
        for (word, order) in [
            ("save", Order::Save),
            ("attach", Order::Attach),
            ("detach-7", Order::Detach(7)),
            ("send", Order::Send),
            ("discard", Order::Discard),
            ("", Order::Save),
            ("detach-x", Order::Save),
            ("explode", Order::Save),
        ] {
            assert_eq!(Order::read(word), order, "{word:?}");
        }
    }
}
