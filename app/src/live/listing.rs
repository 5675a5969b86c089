//! A list that is read once, and again whenever something changed. While the server does not answer, the old one stays.

use super::Live;
use crate::{
    AppError,
    calls::{list_messages, list_messages_again},
};
use api::{ListAsk, ListPage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One answer: the list, or none where nothing was asked for (an empty search).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub page: Option<ListPage>,
    /// `Live::list` when it was asked for: whatever was done before is in it.
    pub version: u32,
}

/// A list under an address that changes.
#[derive(Clone, Copy)]
pub struct Listing {
    pub answer: Resource<Result<Listed, AppError>>,
}

impl Listing {
    pub fn new(ask: Memo<ListAsk>) -> Listing {
        let live: Live = expect_context();
        // A page that is just woken holds its list; one that was gone to within the tab asks for it as a person does.
        let asked = StoredValue::new((!live.woken()).then(|| ask.get_untracked()));
        let kept = StoredValue::new(None::<(ListAsk, Listed)>);
        let answer = Resource::new(
            move || (ask.get(), live.list.get()),
            move |(ask, version)| async move {
                if ask.query.is_empty() && ask.mailbox.is_empty() {
                    return Ok(Listed { page: None, version });
                }
                let again = asked.try_update_value(|asked| asked.replace(ask.clone())).flatten().as_ref() == Some(&ask);
                let page =
                    if again { list_messages_again(ask.clone()).await } else { list_messages(ask.clone()).await };
                match page {
                    Ok(page) => {
                        if live.offline.try_get_untracked() == Some(true) {
                            live.offline.set(false);
                        }
                        Ok(Listed { page: Some(page), version })
                    }
                    Err(AppError::Unreachable) => {
                        let _ = live.offline.try_set(true);
                        let old = kept.try_with_value(|kept| kept.clone().filter(|(of, _)| *of == ask)).flatten();
                        old.map(|(_, listed)| listed).ok_or(AppError::Unreachable)
                    }
                    Err(refused) => Err(refused),
                }
            },
        );
        Effect::new(move |_| {
            if let Some(Ok(listed)) = answer.get() {
                kept.set_value(Some((ask.get_untracked(), listed)));
            }
        });
        Listing { answer }
    }

    /// The newest list, for what is drawn once and changes in its place. To be called where the answer is waited for.
    pub fn newest(self) -> Memo<Option<(ListPage, u32)>> {
        Memo::new(move |before: Option<&Option<(ListPage, u32)>>| match self.answer.get() {
            Some(Ok(Listed { page: Some(page), version })) => Some((page, version)),
            _ => before.cloned().flatten(),
        })
    }

    /// What of the answer decides which page is drawn; as long as it is the same, the same page stays.
    pub fn kind(self) -> Memo<Option<Result<Kind, AppError>>> {
        Memo::new(move |_| self.answer.get().map(kind_of))
    }
}

fn kind_of(answer: Result<Listed, AppError>) -> Result<Kind, AppError> {
    answer.map(|listed| match listed.page {
        Some(page) => Kind::List { mailbox: page.mailbox.map(|mailbox| mailbox.id), empty: page.rows.is_empty() },
        None => Kind::NotAsked,
    })
}

/// See [`Listing::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NotAsked,
    List {
        /// The mailbox's id; a search in all mail has none.
        mailbox: Option<i64>,
        empty: bool,
    },
}
