//! One sheet out of `style/*.css`: in the order of the names, each minified and made plain enough for old browsers.

use crate::failure::{self, Done, Failure};
use lightningcss::error::Error;
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, StyleSheet};
use lightningcss::targets::{Browsers, Targets};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// A library's PC: browsers of early 2021. They have custom and logical properties, and no nesting or range queries,
/// which are rewritten for them.
fn old_browsers() -> Targets {
    let version = |major: u32, minor: u32| Some((major << 16) | (minor << 8));
    Targets::from(Browsers {
        chrome: version(88, 0),
        edge: version(88, 0),
        firefox: version(85, 0),
        safari: version(14, 1),
        ios_saf: version(14, 5),
        ..Browsers::default()
    })
}

/// The sheet of all files in `folder`.
pub fn sheet(folder: &Path) -> Done<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|cause| failure::file("reading", folder, &cause))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new("style: no sheet in style/", "the folder needs at least one .css file"));
    }
    let mut sheet = String::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|cause| failure::file("reading", &path, &cause))?;
        sheet.push_str(&minified(&path.display().to_string(), &text)?);
    }
    Ok(sheet)
}

/// One file, minified by itself, so that an error names the file and its line.
fn minified(name: &str, text: &str) -> Done<String> {
    let targets = old_browsers();
    let options = ParserOptions { filename: name.to_owned(), ..ParserOptions::default() };
    let mut sheet = StyleSheet::parse(text, options).map_err(wrong)?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(wrong)?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() }).map_err(wrong)?;
    Ok(printed.code)
}

fn wrong<T: fmt::Display>(error: Error<T>) -> Failure {
    // The library counts lines from 0, editors from 1.
    let place = error.loc.map_or_else(String::new, |loc| format!("{}:{}: ", loc.filename, loc.line + 1));
    Failure::new(format!("style: {place}{}", error.kind), "correct the sheet at that line")
}

#[cfg(test)]
mod tests {
    use super::{minified, sheet};
    use crate::places;

    #[test]
    fn a_sheet_gets_small_and_nesting_is_written_out_for_old_browsers() {
        let small = minified("row.css", ".row { color: #ff0000; & .from { margin-inline: 4px } }").unwrap();
        assert_eq!(small, ".row{color:red}.row .from{margin-inline:4px}");
    }

    #[test]
    fn our_own_sheet_asks_for_nothing_that_an_old_browser_cannot_draw() {
        let sheet = sheet(&places::workspace().join("style")).unwrap();
        for unknown in ["color-mix(", "oklch(", "light-dark("] {
            assert!(!sheet.contains(unknown), "{unknown} is in the sheet: browsers of 2021 leave the whole line out");
        }
    }

    #[test]
    fn an_error_names_the_file_and_the_line() {
        let failure = minified("row.css", "a { color: red }\n}").unwrap_err();
        assert!(failure.what.contains("row.css:2"), "{}", failure.what);
    }
}
