//! Reading the composer's form as it comes in: fields into memory, files into the spool, and what was typed into the
//! store as soon as it is whole.

use super::upload::{Room, Upload};
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use api::{DraftText, Refusal, Webmail};
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use std::sync::Arc;

/// Octets of the text, and of any other field. Nobody types more, and it is held in memory.
const TEXT: usize = 4 * 1024 * 1024;
const FIELD: usize = 256 * 1024;

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
    /// What became of saving the text.
    pub saved: Result<(), Refusal>,
    pub uploads: Vec<Upload>,
    /// The first thing that could not be taken in.
    pub received: Result<(), Refusal>,
}

/// The text's fields so far.
#[derive(Default)]
struct Typed {
    text: DraftText,
    revision: Option<i64>,
    /// How many of the five fields have come.
    fields: u8,
}

impl Filled {
    pub async fn read(web: &Arc<Web>, visitor: &Visitor, draft: i64, mut multipart: Multipart) -> Filled {
        let desk = web.desk(visitor);
        let mut filled = Filled {
            order: Order::default(),
            text: DraftText::default(),
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
                saved = Some(desk.save_draft(draft, typed.revision(), typed.text.clone()).await.map(|_| ()));
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
            None if typed.is_whole() => desk.save_draft(draft, typed.revision(), typed.text.clone()).await.map(|_| ()),
            // Half a form says nothing of the other half: what is kept stays.
            None => Err(filled.received.err().unwrap_or(Refusal::TryAgain)),
        };
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
    async fn take(&mut self, name: &str, field: Field<'_>, order: &mut Order) -> Result<(), Refusal> {
        let limit = if name == "text" { TEXT } else { FIELD };
        let value = read_text(field, limit).await?;
        let place = match name {
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
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.fields >= 5 && self.revision.is_some()
    }

    fn revision(&self) -> i64 {
        self.revision.unwrap_or_default()
    }
}

async fn read_text(mut field: Field<'_>, limit: usize) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    let mut whole = true;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken_off(&error))? {
        // What is too long is read to its end all the same: the answer comes after the question.
        whole &= bytes.len() + chunk.len() <= limit;
        if whole {
            bytes.extend_from_slice(&chunk);
        }
    }
    if whole { Ok(String::from_utf8_lossy(&bytes).into_owned()) } else { Err(Refusal::TooLarge) }
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
