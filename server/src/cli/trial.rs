//! `restante serve --trial`: two domains and three people to try everything with, made when they are not there.

use crate::house::House;
use crate::sign_in::scram::learn;
use mail::{Address, Domain};
use std::net::SocketAddr;
use store::{NewAccount, StoreError};

const DOMAINS: [&str; 2] = ["otherisp.test", "comentum.test"];
/// Address, name, admin.
const PEOPLE: [(&str, &str, bool); 3] = [
    ("lisa@otherisp.test", "Lisa", false),
    ("bob@comentum.test", "Bob", false),
    ("admin@comentum.test", "Admin", true),
];

/// Makes whatever is missing of it, and says what is there already. The error is one line.
pub async fn prepare(house: &House, doors: &[(&'static str, SocketAddr)]) -> Result<(), String> {
    let told = |error: store::StoreError| format!("the trial cannot be prepared: {error}");
    let certificate = if house.config.tls_certificate.is_empty() { ", self-signed" } else { "" };
    println!();
    for (name, address) in doors {
        let shown = match *name {
            "http" | "https" => format!("{name}://{address}/"),
            "submissions" | "pop3s" => address.to_string(),
            _ => format!("{address}   STARTTLS{certificate}"),
        };
        println!("  {:<17}{shown}", label(name));
    }
    println!();
    for name in DOMAINS {
        let domain = Domain::parse(name).map_err(|error| error.to_string())?;
        match house.store.add_domain(&domain, house.clock.now_ms()).await {
            Ok(_) | Err(StoreError::Taken) => {}
            Err(error) => return Err(told(error)),
        }
    }
    let mut made = 0;
    for (address, name, admin) in PEOPLE {
        let address = Address::parse(address).map_err(|error| error.to_string())?;
        // A first start that was killed has made some of them, or none.
        if house.store.account_by_address(&address).await.map_err(told)?.is_some() {
            continue;
        }
        let password = house.passwords.generate();
        let password_hash = house.passwords.hash(&password).await.map_err(|error| error.to_string())?;
        let quota = i64::try_from(house.config.quota).unwrap_or(i64::MAX);
        let new = NewAccount { address, name: name.to_owned(), admin, password_hash, quota };
        let account = house.store.add_account(new, house.clock.now_ms()).await.map_err(told)?;
        learn(&house.store, house.clock, account.id, &account.password_hash, &password).await;
        println!("  {:<22}{password}{}", account.address, if admin { "   (admin)" } else { "" });
        made += 1;
    }
    let data = house.config.data.display();
    if made > 0 {
        println!("\n  These passwords are shown this once. Data: {data}");
    }
    if made < PEOPLE.len() {
        println!("  The data in {data} was kept, with its accounts and passwords.");
        println!("  A forgotten password: restante account password bob@comentum.test");
    }
    println!();
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
