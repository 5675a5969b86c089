//! What an admin does in the panel, the operator sees on the command line, and the other way round: there is one
//! truth, and no server has to be started again for it.

use crate::harness::{Browser, CAROL, House, PASSWORD, POSTMASTER, Page, Pop3};

const DORA: &str = "dora@comentum.test";

fn panel(house: &House) -> Browser {
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(POSTMASTER, PASSWORD);
    browser
}

fn can_collect(house: &House, password: &str) -> bool {
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.ok(&format!("USER {DORA}"));
    pop3.say(&format!("PASS {password}")).starts_with("+OK")
}

/// The command's line about Dora; empty when there is none.
fn listed(house: &House) -> String {
    let list = house.cli_ok(&["account", "list", "comentum.test"]);
    list.lines().find(|line| line.contains(DORA)).unwrap_or_default().to_owned()
}

/// The form was done: it leads back and says so.
fn done(page: &Page, what: &str) {
    let to = page.header("location").unwrap_or_default();
    assert!(to.contains(&format!("done={what}")), "{} {to} {}", page.status, page.text());
}

/// Adds Dora in the panel. Answers her id there and the password it shows.
fn add(browser: &mut Browser) -> (String, String) {
    let fields = [("address", DORA), ("name", "Dora"), ("password", ""), ("role", "user"), ("quota_mib", "")];
    let page = browser.post("/admin/accounts", &fields);
    let text = page.text();
    let after = |mark: &str, end: char| {
        let rest = text.split(mark).nth(1).unwrap_or_else(|| panic!("no {mark} in {text}"));
        rest.split(end).next().unwrap_or_default().to_owned()
    };
    assert_eq!(page.status, 200, "{text}");
    let password = after("class=\"secret-word\">", '<');
    (after("href=\"/admin/accounts/", '"'), password)
}

#[test]
fn an_account_of_the_panel_is_an_account_of_the_command_line() {
    let house = House::start();
    let mut browser = panel(&house);
    let (id, made) = add(&mut browser);
    assert!(listed(&house).contains("active"), "{}", listed(&house));
    assert!(can_collect(&house, &made));
    let page = |browser: &mut Browser| browser.get(&format!("/admin/accounts/{id}")).text();

    done(&browser.post("/api/v1/admin/account-active", &[("id", &id), ("active", "false")]), "suspended");
    assert!(listed(&house).contains("suspended"), "{}", listed(&house));
    assert!(!can_collect(&house, &made));
    assert!(page(&mut browser).contains("Suspended"));
    house.cli_ok(&["account", "resume", DORA]);
    assert!(!page(&mut browser).contains("Suspended"), "the panel hears of it");
    assert!(can_collect(&house, &made));

    done(&browser.post("/api/v1/admin/quota", &[("id", &id), ("quota_mib", "7")]), "quota");
    assert!(listed(&house).contains("7.0 MiB") || listed(&house).contains("7 MiB"), "{}", listed(&house));
    house.cli_ok(&["account", "quota", DORA, "9MiB"]);
    let shown = page(&mut browser);
    assert!(shown.contains("9 MB") || shown.contains("9.0 MB") || shown.contains("value=\"9\""), "{shown}");

    let set = browser.post(&format!("/admin/accounts/{id}/password"), &[("password", "a longer password of hers")]);
    assert_eq!(set.status, 200);
    assert!(can_collect(&house, "a longer password of hers") && !can_collect(&house, &made));
    assert!(house.cli_with(&["account", "password", DORA, "--password-stdin"], PASSWORD).status.success());
    assert!(can_collect(&house, PASSWORD) && !can_collect(&house, "a longer password of hers"));

    let wrong = browser.post("/api/v1/admin/remove-account", &[("id", &id), ("confirm", "dora")]);
    assert!(!wrong.header("location").unwrap_or_default().contains("done="), "the address is typed whole");
    assert!(listed(&house).contains(DORA));
    done(&browser.post("/api/v1/admin/remove-account", &[("id", &id), ("confirm", DORA)]), "removed");
    assert_eq!(listed(&house), "");
    assert!(!can_collect(&house, PASSWORD));
    assert_eq!(browser.get(&format!("/admin/accounts/{id}")).status, 404);
}

/// Signs in as `who`, whom a proxy names.
fn sign_in_behind(house: &House, client: &str, who: &str, password: &str) -> u16 {
    let mut browser = Browser::new(house.ports.http);
    let origin = format!("http://{}", house.ports.http);
    let fields = [("address", who), ("password", password), ("next", "")];
    let headers = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin"), ("x-forwarded-for", client)];
    browser.post_from("/sign-in", &fields, &headers).status
}

#[test]
fn behind_a_proxy_guessing_is_slowed_for_the_guesser_alone() {
    let slow = |proxies: &'static str| {
        House::with(move |settings| {
            settings.set("sign_in_burst", 4).set("sign_in_interval", "\"1h\"").set("trusted_proxies", proxies)
        })
    };
    let guess = |house: &House| {
        for n in 0..12 {
            // It writes another address before the proxy writes its own: that one is not believed.
            let forged = format!("203.0.113.{n}, 192.0.2.1");
            let somebody = format!("name{n}@comentum.test");
            assert_ne!(sign_in_behind(house, &forged, &somebody, "a guess of his"), 303);
        }
    };
    let house = slow("[\"127.0.0.1\"]");
    guess(&house);
    assert_ne!(sign_in_behind(&house, "192.0.2.1", CAROL, PASSWORD), 303, "the guesser has to wait");
    assert_eq!(sign_in_behind(&house, "192.0.2.2", CAROL, PASSWORD), 303, "nobody else");
    // Without a proxy that is trusted anybody can write the header, and it says nothing.
    let house = slow("[]");
    guess(&house);
    assert_ne!(sign_in_behind(&house, "192.0.2.2", CAROL, PASSWORD), 303);
}
