//! `restante serve --trial`: two domains and three people to try everything with, made on the first start only.

use crate::house::House;
use crate::sign_in::scram::learn;
use mail::{Address, Domain};
use std::net::SocketAddr;
use store::NewAccount;

const DOMAINS: [&str; 2] = ["otherisp.test", "comentum.test"];
/// Address, name, admin.
const PEOPLE: [(&str, &str, bool); 3] = [
    ("lisa@otherisp.test", "Lisa", false),
    ("bob@comentum.test", "Bob", false),
    ("admin@comentum.test", "Admin", true),
];

/// Makes what is needed, or says that it is there already. The error is one line.
pub async fn prepare(house: &House, doors: &[(&'static str, SocketAddr)]) -> Result<(), String> {
    let told = |error: store::StoreError| format!("the trial cannot be prepared: {error}");
    let first = house.store.domains().await.map_err(told)?.is_empty();
    println!();
    for (name, address) in doors {
        let shown = match *name {
            "http" | "https" => format!("{name}://{address}/"),
            _ => address.to_string(),
        };
        println!("  {:<17}{shown}", label(name));
    }
    println!();
    if !first {
        println!("  The data in {} was kept, with its accounts and passwords.", house.config.data.display());
        println!("  A forgotten password: restante account password bob@comentum.test\n");
        return Ok(());
    }
    for name in DOMAINS {
        let domain = Domain::parse(name).map_err(|error| error.to_string())?;
        house.store.add_domain(&domain, house.clock.now_ms()).await.map_err(told)?;
    }
    for (address, name, admin) in PEOPLE {
        let password = house.passwords.generate();
        let password_hash = house.passwords.hash(&password).await.map_err(|error| error.to_string())?;
        let address = Address::parse(address).map_err(|error| error.to_string())?;
        let quota = i64::try_from(house.config.quota).unwrap_or(i64::MAX);
        let new = NewAccount { address, name: name.to_owned(), admin, password_hash, quota };
        let account = house.store.add_account(new, house.clock.now_ms()).await.map_err(told)?;
        learn(&house.store, house.clock, account.id, &account.password_hash, &password).await;
        println!("  {:<22}{password}{}", account.address, if admin { "   (admin)" } else { "" });
    }
    println!("\n  These passwords are shown this once. Data: {}\n", house.config.data.display());
    Ok(())
}

fn label(door: &str) -> &str {
    match door {
        "smtp" => "SMTP",
        "submission" => "Submission",
        "submissions" => "Submission, TLS",
        "pop3" => "POP3",
        "pop3s" => "POP3, TLS",
        "http" => "Webmail",
        "https" => "Webmail, TLS",
        other => other,
    }
}
