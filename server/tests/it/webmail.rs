//! The webmail's doors, without a browser: who gets in, what is refused, and what every answer carries.
//! The pages themselves are looked at by the browser tests.

use crate::harness::{BOB, Browser, CAROL, House, LISA, PASSWORD, POSTMASTER, letter};

fn signed_in(house: &House, who: &str) -> Browser {
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(who, PASSWORD);
    browser
}

#[test]
fn without_signing_in_there_is_only_the_sign_in_page() {
    let house = House::start();
    let mut browser = Browser::new(house.ports.http);
    let page = browser.get("/sign-in");
    assert_eq!(page.status, 200);
    let text = page.text();
    // A real form, before any script runs.
    assert!(
        text.contains("<form") && text.contains("name=\"address\"") && text.contains("type=\"password\""),
        "{text}"
    );
    for path in ["/mail/inbox", "/search?q=x", "/settings", "/compose/1", "/admin", "/mail/m/1"] {
        let page = browser.get(path);
        assert_eq!(page.status, 303, "{path}");
        assert!(page.header("location").unwrap().starts_with("/sign-in?next="), "{path}");
    }
    for path in ["/mail/m/1/source", "/mail/m/1/message.eml", "/mail/m/1/part/1", "/mail/m/1/html", "/mail/events"] {
        let page = browser.get(path);
        assert!([303, 401, 403, 404].contains(&page.status), "{path}: {}", page.status);
    }
    let page = browser.post("/api/v1/mail/mailboxes", &[]);
    assert!(page.status >= 400 || page.status == 302, "{}", page.status);
}

#[test]
fn every_answer_carries_the_fences_of_a_careful_house() {
    let house = House::start();
    let mut browser = signed_in(&house, BOB);
    for path in ["/mail/inbox", "/sign-in", "/no/such/page"] {
        let page = browser.get(path);
        let header = |name: &str| page.header(name).unwrap_or_default().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(!header("referrer-policy").is_empty(), "{path}");
        assert!(!header("cross-origin-opener-policy").is_empty(), "{path}");
    }
    assert!(browser.get("/mail/inbox").header("cache-control").unwrap_or_default().contains("no-store"));
    assert_eq!(browser.get("/no/such/page").status, 404);
}

#[test]
fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let house = House::start();
    let mut browser = Browser::new(house.ports.http);
    // An id brought along is not taken over.
    browser.cookies.insert("id".into(), "0123456789abcdef".into());
    let page = browser.try_sign_in(BOB, PASSWORD);
    let cookie = page.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("0123456789abcdef"), "{cookie}");
    assert_eq!(browser.get("/mail/inbox").status, 200);
    // Signing out ends it on the server, not only in this browser.
    let kept = browser.cookies.clone();
    let page = browser.post("/sign-out", &[]);
    assert_eq!((page.status, page.header("location")), (303, Some("/signed-out")));
    browser.cookies = kept;
    assert_eq!(browser.get("/mail/inbox").status, 303);
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let house = House::start();
    let mut browser = signed_in(&house, BOB);
    let wrong: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.test")],
        &[("origin", "null")],
        &[],
    ];
    for headers in wrong {
        for path in ["/sign-out", "/compose", "/api/v1/mail/empty"] {
            let page =
                browser.post_from(path, &[("how", "blank"), ("message", ""), ("to", ""), ("role", "inbox")], headers);
            assert_eq!(page.status, 403, "{path} {headers:?}");
        }
    }
    assert_eq!(browser.get("/mail/inbox").status, 200, "still signed in");
}

#[test]
fn a_wrong_password_is_refused_with_the_same_words_and_guessing_is_slowed() {
    let house = House::with(|settings| settings.set("sign_in_burst", 6).set("sign_in_interval", "\"30s\""));
    let mut browser = Browser::new(house.ports.http);
    let refusal = |browser: &mut Browser, who: &str, password: &str| {
        let page = browser.try_sign_in(who, password);
        assert!(page.header("location").is_none(), "what was typed stands in no address");
        let text = page.text();
        let said = text.split("role=\"alert\"").nth(1).expect("a refusal");
        (
            page.status,
            said.split("</form>").next().unwrap_or_default().split("<label").next().unwrap_or_default().to_owned(),
        )
    };
    let wrong = refusal(&mut browser, BOB, "wrong");
    assert_eq!(wrong, refusal(&mut browser, "nobody@comentum.test", PASSWORD));
    assert!(browser.cookies.is_empty() || browser.get("/mail/inbox").status == 303);
    let later = (0..8).map(|n| refusal(&mut browser, BOB, &format!("guess {n}"))).find(|code| *code != wrong);
    assert!(later.is_some(), "ten wrong passwords in a row were all looked at");
}

#[test]
fn a_letter_is_listed_opened_and_offered_as_it_came() {
    let house = House::start();
    let message =
        letter("lisa@far.test", BOB, "Trade show", "See you at <b>stand 7</b> & bring the <script>alert(1)</script>.");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message).is("250"));
    let mut browser = signed_in(&house, BOB);
    let inbox = browser.get("/mail/inbox").text();
    assert!(inbox.contains("Trade show") && inbox.contains("lisa@far.test"), "{inbox}");
    let ids = browser.inbox_ids();
    let page = browser.get(&format!("/mail/m/{}", ids[0])).text();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"), "{page}");
    let source = browser.get(&format!("/mail/m/{}/message.eml", ids[0]));
    assert!(source.body.ends_with(&message));
    assert!(source.header("content-disposition").unwrap_or_default().starts_with("attachment"));
    // Reading here leaves it for the desktop program.
    assert!(house.pop3(BOB).retr(1).ends_with(&message));
}

#[test]
fn nobody_reads_anothers_letters() {
    let house = House::start();
    assert!(
        house
            .smtp()
            .deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "private", "xyzzy plugh"))
            .is("250")
    );
    let id = signed_in(&house, BOB).inbox_ids().remove(0);
    let mut carol = signed_in(&house, CAROL);
    for path in ["", "/html", "/source", "/message.eml", "/part/0", "/part/1"] {
        let page = carol.get(&format!("/mail/m/{id}{path}"));
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.text().contains("plugh"), "{path}");
    }
    let page = carol.post(
        "/api/v1/mail/act",
        &[("ids[]", &id), ("act", "destroy"), ("mailbox", "inbox"), ("one", ""), ("then", "")],
    );
    assert!(page.status < 500, "{}", page.status);
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn the_admin_panel_is_for_admins() {
    let house = House::start();
    for path in ["/admin", "/admin/accounts", "/admin/domains", "/admin/queue"] {
        assert_eq!(signed_in(&house, BOB).get(path).status, 403, "{path}");
        assert_eq!(signed_in(&house, POSTMASTER).get(path).status, 200, "{path}");
    }
    let page = signed_in(&house, BOB).post("/api/v1/admin/add-domain", &[("name", "evil.test")]);
    assert!(page.status >= 400 || page.status == 302, "{}", page.status);
    assert!(!house.cli_ok(&["domain", "list"]).contains("evil.test"));
    assert!(signed_in(&house, POSTMASTER).get("/admin/accounts").text().contains(LISA));
}

#[test]
fn suspending_an_account_ends_its_sessions_at_once() {
    let house = House::start();
    let mut browser = signed_in(&house, BOB);
    assert_eq!(browser.get("/mail/inbox").status, 200);
    house.cli_ok(&["account", "suspend", BOB]);
    assert_eq!(browser.get("/mail/inbox").status, 303);
}
