//! The doorkeeper as owners and guessers meet it.

use super::*;
use crate::passwords::Cost;
use mail::Domain;
use std::net::Ipv4Addr;
use std::time::Duration;
use store::{NewAccount, Options};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const THIEF: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66));
const SLOW: GuessLimit = GuessLimit {
    burst: 30,
    interval: Duration::from_secs(600),
    account_burst: 1000,
    account_interval: Duration::from_secs(600),
};

struct Doors {
    sign_in: SignIn,
    store: Store,
    passwords: Passwords,
    bob: i64,
    _dir: tempfile::TempDir,
}

const CHEAP: Cost = Cost { memory: 64, iterations: 1 };

async fn doors(limit: GuessLimit) -> Doors {
    doors_at(CHEAP, limit).await
}

async fn doors_at(cost: Cost, limit: GuessLimit) -> Doors {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Options { dir: dir.path().to_owned(), readers: 1, reserve: 0 }).await.unwrap();
    let passwords = Passwords::new(cost, Clock).unwrap();
    store.add_domain(&Domain::parse("comentum.test").unwrap(), 0).await.unwrap();
    let new = NewAccount {
        address: Address::parse("bob@comentum.test").unwrap(),
        name: "Bob".to_owned(),
        admin: false,
        password_hash: passwords.hash("correct horse").await.unwrap(),
        quota: 0,
    };
    let bob = store.add_account(new, 0).await.unwrap().id;
    let sign_in = SignIn::new(store.clone(), passwords.clone(), Clock, limit);
    Doors { sign_in, store, passwords, bob, _dir: dir }
}

impl Doors {
    async fn attempt(&self, address: &str, password: &str, from: IpAddr) -> Result<i64, SignInRefused> {
        self.sign_in.attempt(address, password, from, Via::Pop3).await.map(|signed_in| signed_in.account.id)
    }
}

#[tokio::test]
async fn the_owner_gets_in_and_everybody_else_hears_the_same_word() {
    let doors = doors(SLOW).await;
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    assert_eq!(doors.attempt(" BOB@Comentum.test ", "correct horse", HOME).await, Ok(doors.bob));
    for (address, password) in [
        ("bob@comentum.test", "wrong"),
        ("bob@comentum.test", ""),
        ("nobody@comentum.test", "correct horse"),
        ("bob@elsewhere.test", "correct horse"),
        ("not an address", "correct horse"),
        ("", ""),
    ] {
        assert_eq!(doors.attempt(address, password, HOME).await, Err(SignInRefused::Wrong), "{address}");
    }
}

#[tokio::test]
async fn an_unknown_name_takes_as_long_as_a_wrong_password() {
    // At the cost of earnest, or there would be nothing to measure.
    let doors = doors_at(Cost { memory: 19 * 1024, iterations: 2 }, SLOW).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..15 {
        let from = IpAddr::V4(Ipv4Addr::new(198, 51, 100, round));
        for (name, times) in [("bob@comentum.test", &mut known), ("nobody@comentum.test", &mut unknown)] {
            let before = doors.sign_in.clock.instant();
            let result = doors.attempt(name, &format!("guess {round}"), from).await;
            times.push(doors.sign_in.clock.instant() - before);
            assert_eq!(result, Err(SignInRefused::Wrong));
        }
    }
    // What each takes when nothing else is at work: whoever measures from outside takes the least of many, too.
    let least = |times: Vec<Duration>| times.into_iter().min().unwrap_or_default();
    let (known, unknown) = (least(known), least(unknown));
    let bound = (known.max(unknown) / 4).max(Duration::from_millis(15));
    assert!(known.abs_diff(unknown) <= bound, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn guessing_is_slowed_and_the_owner_elsewhere_notices_nothing() {
    let doors = doors(SLOW).await;
    let mut wrong = 0;
    for guess in 0..100 {
        match doors.attempt("bob@comentum.test", &format!("guess {guess}"), THIEF).await {
            Err(SignInRefused::Wrong) => wrong += 1,
            Err(SignInRefused::Throttled) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(wrong, 10, "a third of the burst at one account");
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", THIEF).await, Err(SignInRefused::Throttled));
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
}

#[tokio::test]
async fn who_guesses_from_the_owners_own_network_does_not_lock_the_owner_out() {
    let doors = doors(GuessLimit { interval: Duration::from_secs(2), ..SLOW }).await;
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    for guess in 0..10 {
        let result = doors.attempt("bob@comentum.test", &format!("guess {guess}"), HOME).await;
        assert_eq!(result, Err(SignInRefused::Wrong));
    }
    assert_eq!(doors.attempt("bob@comentum.test", "one too many", HOME).await, Err(SignInRefused::Throttled));
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    // No quick way to guess: the line moves once an interval.
    let before = doors.sign_in.clock.instant();
    for guess in 0..2 {
        let result = doors.attempt("bob@comentum.test", &format!("in line {guess}"), HOME).await;
        assert_eq!(result, Err(SignInRefused::Throttled));
    }
    assert!(doors.sign_in.clock.instant() - before >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_crowd_that_guesses_at_one_account_is_slowed_and_its_owner_gets_in_from_known_places() {
    let doors = doors(GuessLimit { account_burst: 20, ..SLOW }).await;
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    let mut looked_at = 0;
    for bot in 0..60 {
        let from = IpAddr::V4(Ipv4Addr::new(203, 0, 113, bot));
        let result = doors.attempt("bob@comentum.test", &format!("guess {bot}"), from).await;
        looked_at += usize::from(result == Err(SignInRefused::Wrong));
    }
    assert_eq!(looked_at, 20);
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
    let strange = doors.attempt("bob@comentum.test", "correct horse", elsewhere).await;
    assert_eq!(strange, Err(SignInRefused::Throttled), "nobody knows that it is Bob");
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    assert_eq!(doors.attempt("bob@comentum.test", "mistyped", HOME).await, Err(SignInRefused::Wrong));
    assert_eq!(doors.attempt("carol@comentum.test", "x", elsewhere).await, Err(SignInRefused::Wrong), "only at Bob's");
}

#[tokio::test]
async fn one_guess_at_each_of_many_accounts_is_slowed_too() {
    let doors = doors(SLOW).await;
    let mut wrong = 0;
    for guess in 0..60 {
        let result = doors.attempt(&format!("person{guess}@comentum.test"), "summer", THIEF).await;
        wrong += usize::from(result == Err(SignInRefused::Wrong));
    }
    assert_eq!(wrong, 30);
}

#[tokio::test]
async fn a_program_with_a_stale_password_counts_once_and_does_not_shut_its_owner_out() {
    let doors = doors(SLOW).await;
    for _ in 0..100 {
        assert_eq!(doors.attempt("bob@comentum.test", "last year's", HOME).await, Err(SignInRefused::Wrong));
    }
    for _ in 0..100 {
        assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    }
}

#[tokio::test]
async fn a_new_password_and_a_suspended_account_count_at_once() {
    let doors = doors(SLOW).await;
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    assert_eq!(doors.attempt("bob@comentum.test", "battery staple", HOME).await, Err(SignInRefused::Wrong));
    let hash = doors.passwords.hash("battery staple").await.unwrap();
    doors.store.set_password(doors.bob, hash).await.unwrap();
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Err(SignInRefused::Wrong));
    assert_eq!(doors.attempt("bob@comentum.test", "battery staple", HOME).await, Ok(doors.bob));
    doors.store.set_account_active(doors.bob, false).await.unwrap();
    assert_eq!(doors.attempt("bob@comentum.test", "battery staple", HOME).await, Err(SignInRefused::Wrong));
}

#[tokio::test]
async fn a_sign_in_hashes_a_password_of_another_cost_anew() {
    let doors = doors(SLOW).await;
    let old = Passwords::new(Cost { memory: 128, iterations: 2 }, Clock).unwrap();
    doors.store.set_password(doors.bob, old.hash("correct horse").await.unwrap()).await.unwrap();
    let signed_in = doors.sign_in.attempt("bob@comentum.test", "correct horse", HOME, Via::Pop3).await.unwrap();
    let kept = doors.store.account(doors.bob).await.unwrap().password_hash;
    assert!(kept.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{kept}");
    assert_eq!(signed_in.account.password_hash, kept, "a session that this opens is one of the new hash");
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    assert_eq!(doors.attempt("bob@comentum.test", "wrong", HOME).await, Err(SignInRefused::Wrong));
    // A password that was set meanwhile is not overwritten by the old one.
    let renewed = doors.store.renew_password(doors.bob, "another".to_owned(), kept).await;
    assert!(matches!(renewed, Err(store::StoreError::NotFound)));
}

#[tokio::test]
async fn who_comes_a_little_too_fast_waits_instead_of_being_refused() {
    let doors = doors(GuessLimit { burst: 3, interval: Duration::from_millis(50), ..SLOW }).await;
    for guess in 0..5 {
        let result = doors.attempt("bob@comentum.test", &format!("guess {guess}"), HOME).await;
        assert_eq!(result, Err(SignInRefused::Wrong), "guess {guess} waits its turn");
    }
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
}

#[tokio::test]
async fn a_programs_password_is_never_slowed_and_opens_no_page() {
    let doors = doors(SLOW).await;
    let made = doors.sign_in.devices().make(doors.bob, "laptop".into(), Scopes::POP3, Limits::default()).await;
    let (id, password) = made.unwrap();
    for guess in 0..40 {
        let _ = doors.attempt("bob@comentum.test", &format!("guess {guess}"), HOME).await;
    }
    assert_eq!(doors.attempt("bob@comentum.test", &password, HOME).await, Ok(doors.bob));
    let via = async |via| doors.sign_in.attempt("bob@comentum.test", &password, THIEF, via).await.map(|_| ());
    assert_eq!(via(Via::Submission).await, Err(SignInRefused::Wrong), "made for collecting alone");
    assert_eq!(via(Via::Webmail).await, Err(SignInRefused::Wrong));
    doors.store.revoke_credential(doors.bob, id, 1).await.unwrap();
    assert_eq!(doors.attempt("bob@comentum.test", &password, THIEF).await, Err(SignInRefused::Wrong));
}

#[tokio::test]
async fn an_owner_who_is_signed_in_there_gets_a_turn_whatever_a_neighbour_does() {
    let doors = doors(SLOW).await;
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    for guess in 0..100 {
        let _ = doors.attempt(&format!("person{guess}@comentum.test"), "summer", HOME).await;
    }
    assert_eq!(doors.attempt("person@comentum.test", "summer", HOME).await, Err(SignInRefused::Throttled));
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", HOME).await, Ok(doors.bob));
    assert_eq!(doors.attempt("bob@comentum.test", "correct horse", THIEF).await, Ok(doors.bob), "from elsewhere");
}

/// The client's side, as far as it needs the password: whether these keys are of it.
fn fits(password: &str, asked: &scram::Asked) -> Option<usize> {
    let own = scram::keys(password, &asked.salt, asked.iterations);
    asked.candidates.iter().position(|candidate| candidate.keys == own)
}

#[tokio::test]
async fn scram_knows_the_accounts_password_and_its_programs_by_one_salt() {
    let doors = doors(SLOW).await;
    let begin = async |address: &str| doors.sign_in.scram(address, HOME, Via::Pop3).await.ok().unwrap();
    let strange = begin("bob@comentum.test").await;
    assert_eq!(fits("correct horse", &strange.asked), None, "not known until it is set or used again");
    let account = doors.store.account(doors.bob).await.unwrap();
    scram::learn(&doors.store, Clock, doors.bob, &account.password_hash, "correct horse").await;
    let made = doors.sign_in.devices().make(doors.bob, "laptop".into(), Scopes::BOTH, Limits::default()).await;
    let (_, laptop) = made.unwrap();
    for password in ["correct horse", &laptop] {
        let awaited = begin("Bob@Comentum.test").await;
        let which = fits(password, &awaited.asked);
        assert!(which.is_some(), "{password}");
        let signed_in = doors.sign_in.scram_proven(awaited, which, HOME, Via::Pop3).unwrap();
        assert_eq!((signed_in.account.id, signed_in.program.is_some()), (doors.bob, password == laptop));
    }
    let awaited = begin("bob@comentum.test").await;
    assert_eq!(fits("wrong", &awaited.asked), None);
    let refused = doors.sign_in.scram_proven(awaited, None, HOME, Via::Pop3).err();
    assert_eq!(refused, Some(SignInRefused::Wrong));
}

#[tokio::test]
async fn scram_asks_nobody_the_same_question_each_time_and_slows_guessing() {
    let doors = doors(SLOW).await;
    let ask = async |address: &str| doors.sign_in.scram(address, THIEF, Via::Submission).await;
    let first = ask("nobody@comentum.test").await.ok().unwrap().asked;
    let again = ask("Nobody@comentum.test").await.ok().unwrap().asked;
    assert_eq!((first.salt.len(), &first.salt, first.iterations), (16, &again.salt, again.iterations));
    assert_eq!(first.candidates.len(), 1);
    assert_ne!(first.salt, ask("somebody@comentum.test").await.ok().unwrap().asked.salt);
    let taken = async |_| ask("bob@comentum.test").await.is_ok();
    let mut asked = 0;
    for turn in 0..40 {
        asked += usize::from(taken(turn).await);
    }
    assert_eq!(asked, 10, "each counts as a guess until it is proven");
}
