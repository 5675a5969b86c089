//! One file out of `public/icons/*.svg`: each becomes a `<symbol>` named after its file, used with `<use href="…#name">`.

use crate::failure::{self, Done, Failure};
use std::fs;
use std::path::Path;

/// How the icons are drawn; on each symbol, because a `<use>` sees nothing of the sprite's root.
const DRAWN: &str =
    r#"fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round""#;

/// The sprite of all icons in `folder`, in the order of their names.
pub fn sprite(folder: &Path) -> Done<String> {
    let mut icons = Vec::new();
    for entry in fs::read_dir(folder).map_err(|cause| failure::file("reading", folder, &cause))? {
        let path = entry.map_err(|cause| failure::file("reading", folder, &cause))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".svg"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|cause| failure::file("reading", &path, &cause))?;
        let symbol = symbol(name, &text).ok_or_else(|| {
            Failure::new(format!("icons: {} is not one <svg>", path.display()), "take the icon as lucide-static has it")
        })?;
        icons.push((name.to_owned(), symbol));
    }
    icons.sort();
    let symbols: String = icons.into_iter().map(|(_, symbol)| symbol).collect();
    Ok(format!(r#"<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>"#))
}

/// One icon as a symbol; None when the file is no svg.
fn symbol(name: &str, text: &str) -> Option<String> {
    let text = without_comments(text);
    let opened = text.find("<svg")?;
    let inner = opened + text[opened..].find('>')? + 1;
    let closed = text.rfind("</svg>").filter(|end| *end >= inner)?;
    let drawing: Vec<&str> = text[inner..closed].split_whitespace().collect();
    let drawing = drawing.join(" ").replace("> <", "><").replace(" />", "/>");
    Some(format!(r#"<symbol id="{name}" viewBox="0 0 24 24" {DRAWN}>{drawing}</symbol>"#))
}

/// The licence stands once in `public/icons/LICENSE`, not in each icon that is sent.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::symbol;

    #[test]
    fn an_icon_becomes_a_symbol_with_its_name_and_its_strokes() {
        let icon = "<!-- licence -->\n<svg class=\"lucide\" width=\"24\"\n>\n  <path\n    d=\"M1 2\" />\n  <path d=\"m3 4\"/>\n</svg>\n";
        let symbol = symbol("inbox", icon).unwrap();
        assert!(symbol.starts_with(r#"<symbol id="inbox" viewBox="0 0 24 24" fill="none" stroke="currentColor""#));
        assert!(symbol.ends_with(r#"><path d="M1 2"/><path d="m3 4"/></symbol>"#), "{symbol}");
    }

    #[test]
    fn what_is_no_svg_is_refused() {
        assert_eq!(symbol("inbox", "<html></html>"), None);
    }
}
