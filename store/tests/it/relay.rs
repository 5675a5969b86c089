//! What the relay remembers: keys that sign, policies of others, and how TLS went.

use crate::harness::{Home, NOW};
use store::{Algorithm, NewDkimKey, StsPolicy, TlsOutcome, TlsRule};

fn key(selector: &str, algorithm: Algorithm) -> NewDkimKey {
    NewDkimKey { selector: selector.into(), algorithm, private: vec![1, 2, 3] }
}

#[tokio::test]
async fn new_keys_sign_from_their_time_on_and_the_old_ones_until_then() {
    let home = Home::new().await;
    let pair = |n| vec![key(&format!("r{n}"), Algorithm::RsaSha256), key(&format!("e{n}"), Algorithm::Ed25519Sha256)];
    home.store.add_dkim_keys("comentum.test", pair(1), NOW, NOW).await.unwrap();
    home.store.add_dkim_keys("comentum.test", pair(2), NOW + 10, NOW + 100).await.unwrap();
    home.store.add_dkim_keys("otherisp.test", pair(1), NOW, NOW).await.unwrap();
    let keys = home.store.dkim_keys("comentum.test").await.unwrap();
    let signing = |at: i64| -> Vec<&str> {
        keys.iter().filter(|key| key.signs_at(at)).map(|key| key.selector.as_str()).collect()
    };
    assert_eq!(signing(NOW + 99), ["e1", "r1"]);
    assert_eq!(signing(NOW + 100), ["e2", "r2"]);
    // Others take their place before they ever sign.
    home.store.add_dkim_keys("comentum.test", pair(3), NOW + 20, NOW + 20).await.unwrap();
    let keys = home.store.dkim_keys("comentum.test").await.unwrap();
    let ever: Vec<&str> = keys.iter().filter(|key| key.will_sign(NOW + 20)).map(|key| key.selector.as_str()).collect();
    assert_eq!(ever, ["e3", "r3"]);
    home.store.purge_dkim_keys(NOW + 101).await.unwrap();
    assert_eq!(home.store.dkim_keys("comentum.test").await.unwrap().len(), 2);
    assert_eq!(home.store.dkim_keys("otherisp.test").await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_policy_takes_the_place_of_the_one_before_and_ends() {
    let home = Home::new().await;
    let policy = |id: &str, ends| StsPolicy {
        domain: "far.test".into(),
        id: id.into(),
        policy: "version: STSv1".into(),
        fetched_at: NOW,
        expires_at: ends,
    };
    home.store.keep_sts_policy(policy("1", NOW + 5)).await.unwrap();
    home.store.keep_sts_policy(policy("2", NOW + 10)).await.unwrap();
    assert_eq!(home.store.sts_policy("far.test").await.unwrap(), Some(policy("2", NOW + 10)));
    home.store.purge_sts(NOW + 11).await.unwrap();
    assert_eq!(home.store.sts_policy("far.test").await.unwrap(), None);
}

#[tokio::test]
async fn sessions_are_counted_by_period_and_kind() {
    let home = Home::new().await;
    let one = |failure: &str| TlsOutcome {
        begins: 20_000,
        domain: "far.test".into(),
        policy: TlsRule::Sts,
        failure: failure.into(),
        host: "mx.far.test".into(),
        sessions: 1,
    };
    for failure in ["", "", "certificate-host-mismatch"] {
        home.store.count_tls(one(failure)).await.unwrap();
    }
    let counted = home.store.tls_outcomes(20_000, "far.test", 9).await.unwrap();
    assert_eq!(counted, [TlsOutcome { sessions: 2, ..one("") }, one("certificate-host-mismatch")]);
    assert!(home.store.tls_outcomes(20_001, "far.test", 9).await.unwrap().is_empty());
}
