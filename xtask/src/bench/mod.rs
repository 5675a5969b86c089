//! `cargo xtask bench`: what the release build does in a second and what it costs, measured over real sockets.

mod accept;
mod collect;
mod idle;
mod inbox;
mod load;
mod meter;
mod page;
mod postfix;
mod relay;
mod report;
mod server;
mod sink;
mod words;

use crate::failure::{Done, Failure};
use crate::site::{self, Effort};
use crate::{places, stopwatch, tools};
use report::Table;
use words::Words;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Runs of which the median is told.
    runs: usize,
    /// All numbers of messages are divided by this.
    divisor: usize,
}

const SECTIONS: [&str; 6] = ["accept", "fsyncs", "collect", "inbox", "relay", "idle"];

/// `cargo xtask bench [--quick] [--as-built] [section…]`.
///
/// # Errors
/// A word it does not know, a build that failed, or a server that did not do what was asked: then there is no figure.
pub fn bench(words: &[String]) -> Done {
    let quick = words.iter().any(|word| word == "--quick");
    let as_built = words.iter().any(|word| word == "--as-built");
    let named: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    let known = |word: &String| SECTIONS.contains(&word.as_str()) || ["--quick", "--as-built"].contains(&word.as_str());
    if let Some(unknown) = words.iter().find(|word| !known(word)) {
        let remedy = format!("it knows --quick, --as-built, {}", SECTIONS.join(", "));
        return Err(Failure::new(format!("bench: unknown word {unknown:?}"), remedy));
    }
    let wanted = |section: &str| named.is_empty() || named.contains(&section);
    let effort = if quick { Extent { runs: 1, divisor: 10 } } else { Extent { runs: 3, divisor: 1 } };
    if !as_built {
        build()?;
    }

    let watch = stopwatch::Stopwatch::start();
    let words = Words::new();
    let mut text = String::new();
    let mut show = |table: Table| {
        let table = table.markdown();
        println!("\n{table}");
        text.push_str(&table);
        text.push('\n');
    };
    if wanted("accept") {
        show(accept::accept(&words, effort)?);
    }
    if wanted("fsyncs") {
        show(accept::fsyncs(&words, effort)?);
    }
    if wanted("collect") {
        show(collect::collect(&words, effort)?);
    }
    if wanted("inbox") {
        show(inbox::inbox(&words, effort)?);
    }
    if wanted("relay") {
        show(relay::relay(&words, effort)?);
    }
    if wanted("idle") {
        show(idle::idle(effort)?);
    }
    let file = places::target().join("bench.md");
    std::fs::write(&file, text).map_err(|cause| crate::failure::file("writing", &file, &cause))?;
    println!("bench: done in {}; the tables are in {}", stopwatch::words(watch.read()), file.display());
    Ok(())
}

fn build() -> Done {
    // What browsers download is not measured here, so it need not be small.
    site::build(Effort::Quick)?;
    println!("bench: building the server as it is released");
    let words = ["build", "--release", "--package", "server", "--bin", "restante", "--example", "fill"];
    tools::go("building the server", &mut tools::cargo(&words), "correct what the compiler names above")
}
