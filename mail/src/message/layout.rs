//! Which parts are the message one reads, and which hang on it.

use crate::message::html;
use crate::message::mime::{Part, Parts};
use std::collections::HashSet;

/// Indexes into `Parts::all`.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The body to read as text; may hold HTML parts where there is no text.
    pub plain: Vec<usize>,
    /// The body to show with HTML; may hold text parts between.
    pub rich: Vec<usize>,
    /// All else, in order.
    pub rest: Vec<usize>,
}

/// Images larger than this are not shown inside the message.
pub(crate) const INLINE_IMAGE_MAX: usize = 2 * 1024 * 1024;

impl Layout {
    pub fn of(parts: &Parts<'_>) -> Layout {
        let mut layout = Layout::default();
        collect(parts, 0, &mut layout);
        layout.rest.sort_unstable();
        layout
    }

    pub fn has_html(&self, parts: &Parts<'_>) -> bool {
        self.rich.iter().any(|index| parts.all[*index].is("text", "html"))
    }

    /// What is listed below the message: all that is not body, without the pictures that the HTML shows.
    pub fn attachments(&self, parts: &Parts<'_>) -> Vec<usize> {
        let shown = self.inline_images(parts);
        self.rest.iter().copied().filter(|index| !shown.contains(index)).collect()
    }

    /// Parts that are pictures a browser may show, named by the HTML with `cid:` (RFC 2392).
    pub fn inline_images(&self, parts: &Parts<'_>) -> HashSet<usize> {
        let mut images: Vec<usize> = self.rest.clone();
        images.retain(|index| {
            let part = &parts.all[*index];
            part.content_id.is_some() && is_picture(part) && part.body.len() / 4 * 3 <= INLINE_IMAGE_MAX
        });
        if images.is_empty() {
            return HashSet::new();
        }
        let named: HashSet<String> = self
            .rich
            .iter()
            .filter(|index| parts.all[**index].is("text", "html"))
            .flat_map(|index| html::content_ids(&parts.all[*index].text(html::INPUT_MAX).0))
            .collect();
        images.retain(|index| parts.all[*index].content_id.as_ref().is_some_and(|id| named.contains(id)));
        images.into_iter().collect()
    }
}

/// Types every browser draws without running anything in them (no SVG).
pub(crate) fn is_picture(part: &Part<'_>) -> bool {
    ["png", "jpeg", "jpg", "gif", "webp"].iter().any(|sub| part.is("image", sub))
}

fn collect(parts: &Parts<'_>, index: usize, layout: &mut Layout) {
    let part = &parts.all[index];
    if !part.is_multipart() {
        let readable = part.is("text", "plain") || part.is("text", "html");
        let alone = index == 0 && part.media_type().0 == "text";
        // A text that has a file name was attached, even where its disposition says inline (Apple Mail).
        if alone || readable && !part.is_attachment() && part.file_name().is_none() {
            layout.plain.push(index);
            layout.rich.push(index);
        } else {
            layout.rest.push(index);
        }
        return;
    }
    if part.is("multipart", "alternative") {
        return choose(parts, part, layout);
    }
    if part.is("multipart", "related") {
        // RFC 2387: the first part is the document, the others are what it is made of.
        collect(parts, part.children[0], layout);
        for child in &part.children[1..] {
            attach(parts, *child, layout);
        }
        return;
    }
    for child in &part.children {
        collect(parts, *child, layout);
    }
}

/// RFC 2046 §5.1.4: the same thing in several forms, the best one last.
fn choose(parts: &Parts<'_>, part: &Part<'_>, layout: &mut Layout) {
    let mut forms: Vec<Layout> = Vec::new();
    for child in &part.children {
        let mut form = Layout::default();
        collect(parts, *child, &mut form);
        layout.rest.append(&mut form.rest);
        if !form.plain.is_empty() {
            forms.push(form);
        }
    }
    let best = forms.iter().rposition(|form| form.has_html(parts)).or(forms.len().checked_sub(1));
    if let Some(best) = best {
        layout.rich.append(&mut forms[best].rich);
    }
    // A text form may be there and be empty: then the HTML is read as text.
    let says_something = |form: &Layout| {
        form.plain.iter().any(|index| !parts.all[*index].text(4_096).0.trim().is_empty())
            && !form.plain.iter().any(|index| parts.all[*index].is("text", "html"))
    };
    let plain = forms.iter().position(says_something).or(best);
    if let Some(plain) = plain {
        layout.plain.append(&mut forms[plain].plain);
    }
}

fn attach(parts: &Parts<'_>, index: usize, layout: &mut Layout) {
    let part = &parts.all[index];
    if part.is_multipart() {
        part.children.iter().for_each(|child| attach(parts, *child, layout));
    } else {
        layout.rest.push(index);
    }
}
