//! The fuzz targets of this crate as plain tests: the seeds in `fuzz/seeds` and a bounded number of changes to them, the
//! same ones in every run. `fuzz/judge` has what must hold.

#[path = "../../fuzz/judge/address.rs"]
mod address;
#[path = "../../fuzz/judge/corpus.rs"]
mod corpora;
#[path = "../../fuzz/judge/header.rs"]
mod header;

#[test]
fn addresses() {
    corpora::run("address", 300_000, address::judge);
}

#[test]
fn headers() {
    corpora::run("header", 30_000, header::judge);
}
