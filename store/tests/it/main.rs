//! The store from outside: a real directory, a real database, and the promises one by one.

mod accounts;
mod aliases;
mod allowances;
mod backup;
mod blobs;
mod counters;
mod credentials;
mod destinations;
mod drafts;
mod faults;
mod harness;
mod held;
mod messages;
mod pages;
mod queue;
mod relay;
mod restart;
mod search;
mod sessions;
mod trace;
mod writer;
