//! Newer and older: plain links to the pages before and after.

use crate::{parts::Icon, words};
use api::ListPage;
use leptos::prelude::*;

/// The address of a page of a list. `base` holds what it is a list of, with `?` and a last `&` if need be.
fn address(base: &str, page: u32, cursor: Option<&str>) -> String {
    let number = (page > 1).then(|| format!("p={page}"));
    let place = cursor.map(|cursor| format!("c={cursor}"));
    let mut url = base.to_owned();
    for pair in [number, place].into_iter().flatten() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&pair);
    }
    url
}

/// `1–50 of 12,431`.
fn place(page: &ListPage) -> String {
    if page.rows.is_empty() {
        return String::new();
    }
    let last = page.first + page.rows.len() as i64 - 1;
    let span = format!("{}–{}", words::count(page.first), words::count(last));
    match page.total {
        Some(total) => format!("{span} of {}", words::count(total)),
        None => span,
    }
}

#[component]
pub fn Pager(page: ListPage, base: String) -> impl IntoView {
    let number = page.page.max(1);
    let newer = page.newer.as_deref().map(|newer| address(&base, number - 1, Some(newer)));
    let older = page.next.as_deref().map(|next| address(&base, number + 1, Some(next)));
    let shown = !page.rows.is_empty() || number > 1;
    shown.then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                <span class="pager-place">{place(&page)}</span>
                {newer
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="prev">
                                <Icon name="chevron-left" />
                                "Newer"
                            </a>
                        }
                    })}
                {older
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="next">
                                "Older"
                                <Icon name="chevron-right" />
                            </a>
                        }
                    })}
            </nav>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_an_address() {
        assert_eq!(address("/mail/inbox", 1, None), "/mail/inbox");
        assert_eq!(address("/mail/inbox", 2, Some("k17")), "/mail/inbox?p=2&c=k17");
        assert_eq!(address("/search?q=train", 3, None), "/search?q=train&p=3");
        // Back on the first page, but not from its top: what came meanwhile is one page further.
        assert_eq!(address("/mail/inbox", 1, Some("b17")), "/mail/inbox?c=b17");
    }
}
