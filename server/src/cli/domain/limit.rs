//! `restante domain limit …`: what a domain may have.

use super::find;
use crate::cli::{Desk, Failure, failed, table};
use crate::config::parse_size;
use store::DomainLimits;

/// Each as a number or a size, or `none`; what is not named stays as it is.
#[derive(clap::Args)]
pub struct Limits {
    pub domain: String,
    /// Accounts at most.
    #[arg(long, value_name = "NUMBER")]
    most_accounts: Option<String>,
    /// Aliases at most.
    #[arg(long, value_name = "NUMBER")]
    most_aliases: Option<String>,
    /// What the quotas of all accounts may come to, as 100GiB.
    #[arg(long, value_name = "SIZE")]
    most_quota: Option<String>,
    /// What a new account may hold, as 2GiB.
    #[arg(long, value_name = "SIZE")]
    default_quota: Option<String>,
    /// The largest message it takes, as 10MiB.
    #[arg(long, value_name = "SIZE")]
    largest_message: Option<String>,
}

pub async fn obey(wanted: Limits, desk: &Desk) -> Result<(), Failure> {
    let row = find(desk, &wanted.domain).await?;
    let mut limits = row.limits;
    change(&mut limits.most_accounts, wanted.most_accounts.as_deref(), number)?;
    change(&mut limits.most_aliases, wanted.most_aliases.as_deref(), number)?;
    change(&mut limits.most_quota, wanted.most_quota.as_deref(), size)?;
    change(&mut limits.default_quota, wanted.default_quota.as_deref(), size)?;
    change(&mut limits.message_size, wanted.largest_message.as_deref(), size)?;
    if limits != row.limits {
        desk.store.set_domain_limits(row.id, limits).await.map_err(|error| failed(&row.name, error))?;
    }
    print(&row.name, &limits);
    Ok(())
}

fn change(limit: &mut Option<i64>, text: Option<&str>, read: fn(&str) -> Option<i64>) -> Result<(), Failure> {
    match text {
        None => {}
        Some("none") => *limit = None,
        Some(text) => {
            let wrong = || Failure::Usage(format!("{} is not a limit: a number, a size, or none", table::plain(text)));
            *limit = Some(read(text).ok_or_else(wrong)?);
        }
    }
    Ok(())
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 0)
}

fn size(text: &str) -> Option<i64> {
    parse_size(text).and_then(|size| i64::try_from(size).ok())
}

fn print(domain: &str, limits: &DomainLimits) {
    let count = |limit: Option<i64>| limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
    let octets = |limit: Option<i64>| limit.map_or_else(|| "-".to_owned(), table::size);
    let row = vec![
        domain.to_owned(),
        count(limits.most_accounts),
        count(limits.most_aliases),
        octets(limits.most_quota),
        octets(limits.default_quota),
        octets(limits.message_size),
    ];
    table::print(&["DOMAIN", "ACCOUNTS", "ALIASES", "QUOTA SUM", "NEW ACCOUNT", "MESSAGE"], &[row], "");
}
