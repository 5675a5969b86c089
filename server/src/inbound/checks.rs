//! Checks find; they never decide. What follows from a finding is `verdict`'s business.

pub mod sender_domain;
