//! An icon of the sprite. It never stands alone: text or a label is beside it.

use crate::context::with_facts;
use leptos::{prelude::*, svg};

#[component]
pub fn Icon(
    /// The file's stem in `public/icons`.
    name: &'static str,
) -> impl IntoView {
    let href = with_facts(|facts| format!("{}#{name}", facts.icons_svg));
    svg::svg().attr("class", "icon").attr("aria-hidden", "true").child(svg::r#use().attr("href", href))
}
