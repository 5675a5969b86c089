//! A text message: paragraphs as they came, quotations by depth, the last long one folded.

use super::{BeginButton, Beginning};
use api::{Piece, TextBlock};
use leptos::prelude::*;

/// A run of blocks that are shown, or folded, together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    Plain(Vec<Piece>),
    Quoted { blocks: Vec<TextBlock>, folded: bool },
}

/// Quotations are gathered; the one that ends the message is folded when something of one's own stands before it.
fn runs(blocks: Vec<TextBlock>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for block in blocks {
        match (runs.last_mut(), block.depth) {
            (Some(Run::Quoted { blocks, .. }), 1..) => blocks.push(block),
            (_, 0) => runs.push(Run::Plain(block.pieces)),
            (_, _) => runs.push(Run::Quoted { blocks: vec![block], folded: false }),
        }
    }
    let own = runs.iter().any(|run| matches!(run, Run::Plain(pieces) if !blank(pieces)));
    while runs.len() > 1 && matches!(runs.last(), Some(Run::Plain(pieces)) if blank(pieces)) {
        runs.pop();
    }
    if let Some(Run::Quoted { folded, .. }) = runs.last_mut() {
        *folded = own;
    }
    runs
}

fn blank(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| matches!(piece, Piece::Text(text) if text.trim().is_empty()))
}

#[component]
fn Pieces(pieces: Vec<Piece>) -> impl IntoView {
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.into_any(),
            Piece::Link { text, href } => match href.strip_prefix("mailto:") {
                // The composer is here; a stranger's computer would open a mail program that is not set up.
                Some(address) => {
                    let to = address.split('?').next().unwrap_or_default().to_owned();
                    view! { <BeginButton beginning=Beginning::To(to) icon="pencil" says=text class="inline-write" /> }
                        .into_any()
                }
                None => view! {
                    <a href=href target="_blank" rel="noopener noreferrer nofollow">
                        {text}
                    </a>
                }
                .into_any(),
            },
        })
        .collect_view()
}

#[component]
fn Quotation(blocks: Vec<TextBlock>) -> impl IntoView {
    blocks
        .into_iter()
        .map(|block| {
            // Deeper than this no reader follows, and the margins would eat a small screen.
            let depth = block.depth.min(5);
            view! {
                <blockquote class="quote" data-depth=depth.to_string() dir="auto">
                    <Pieces pieces=block.pieces />
                </blockquote>
            }
        })
        .collect_view()
}

#[component]
pub fn TextBody(blocks: Vec<TextBlock>) -> impl IntoView {
    view! {
        <div class="text-body">
            {runs(blocks)
                .into_iter()
                .map(|run| match run {
                    Run::Plain(pieces) => view! {
                        <div class="paragraphs" dir="auto">
                            <Pieces pieces />
                        </div>
                    }
                    .into_any(),
                    Run::Quoted { blocks, folded: true } => view! {
                        <details class="fold">
                            <summary>
                                <span class="fold-dots" aria-hidden="true">
                                    "•••"
                                </span>
                                <span class="vh">"Quoted text"</span>
                            </summary>
                            <Quotation blocks />
                        </details>
                    }
                    .into_any(),
                    Run::Quoted { blocks, folded: false } => view! { <Quotation blocks /> }.into_any(),
                })
                .collect_view()}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(depth: u8, text: &str) -> TextBlock {
        TextBlock { depth, pieces: vec![Piece::Text(text.into())] }
    }

    fn shape(blocks: Vec<TextBlock>) -> Vec<&'static str> {
        runs(blocks)
            .iter()
            .map(|run| match run {
                Run::Plain(_) => "plain",
                Run::Quoted { folded: true, .. } => "folded",
                Run::Quoted { folded: false, .. } => "quoted",
            })
            .collect()
    }

    #[test]
    fn the_quotation_under_an_answer_is_folded() {
        assert_eq!(shape(vec![block(0, "Yes.\n"), block(1, "Will you come?\n"), block(2, "?\n")]), ["plain", "folded"]);
        assert_eq!(
            shape(vec![block(0, "Yes.\n"), block(1, "Will you come?\n"), block(0, "\n\n")]),
            ["plain", "folded"]
        );
    }

    #[test]
    fn answers_between_the_lines_stay_open() {
        let talk = vec![block(1, "Monday?\n"), block(0, "Yes.\n"), block(1, "Noon?\n"), block(0, "No.\n")];
        assert_eq!(shape(talk), ["quoted", "plain", "quoted", "plain"]);
    }

    #[test]
    fn a_message_that_is_all_quotation_is_not_hidden() {
        assert_eq!(shape(vec![block(1, "Forwarded.\n")]), ["quoted"]);
    }
}
