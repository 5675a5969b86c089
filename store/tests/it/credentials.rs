//! Passwords of programs, and what SCRAM needs to know.

use crate::harness::{Home, NOW};
use store::{CREDENTIALS, NewCredential, Scopes, ScramKeys, StoreError};

fn keys(of: u8) -> ScramKeys {
    ScramKeys { stored: [of; 32], server: [of + 1; 32] }
}

fn new(account: i64, name: &str, of: u8) -> NewCredential {
    NewCredential {
        account,
        name: name.into(),
        hash: [of; 32],
        scopes: Scopes::POP3,
        networks: String::new(),
        keys: keys(of),
        expires_at: Some(NOW + 9),
    }
}

#[tokio::test]
async fn a_programs_password_is_kept_with_its_use_until_it_is_revoked() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let laptop = home.store.add_credential(new(bob, "laptop", 1), NOW).await.unwrap();
    home.store.add_credential(new(anna, "laptop", 2), NOW).await.unwrap();
    assert!(matches!(home.store.add_credential(new(bob, "laptop", 3), NOW).await, Err(StoreError::Taken)));
    home.store.credential_used(laptop, "192.0.2.7".into(), NOW + 5).await.unwrap();
    let kept = home.store.credentials(bob).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].name.as_str(), kept[0].hash, kept[0].keys.clone()), ("laptop", [1; 32], keys(1)));
    assert_eq!((kept[0].last_used_at, kept[0].last_peer.as_str()), (Some(NOW + 5), "192.0.2.7"));
    assert_eq!((kept[0].created_at, kept[0].expires_at), (NOW, Some(NOW + 9)));
    assert!(kept[0].scopes.has(Scopes::POP3) && !kept[0].scopes.has(Scopes::SMTP));

    assert!(matches!(home.store.revoke_credential(anna, laptop, NOW).await, Err(StoreError::NotFound)));
    home.store.revoke_credential(bob, laptop, NOW).await.unwrap();
    assert!(matches!(home.store.revoke_credential(bob, laptop, NOW).await, Err(StoreError::NotFound)));
    assert!(home.store.credentials(bob).await.unwrap().is_empty());
    home.store.add_credential(new(bob, "laptop", 4), NOW).await.unwrap();
    assert_eq!(home.store.credentials(anna).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_has_so_many_and_takes_them_with_it() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for number in 0..CREDENTIALS {
        home.store.add_credential(new(bob, &format!("program {number}"), 1), NOW).await.unwrap();
    }
    let one_more = home.store.add_credential(new(bob, "one more", 1), NOW).await;
    assert!(matches!(one_more, Err(StoreError::NotEmpty)));
    assert!(matches!(home.store.add_credential(new(99, "nobody's", 1), NOW).await, Err(StoreError::NotFound)));
    home.store.scram_salt(bob, [1; 16], 4096).await.unwrap();
    home.store.remove_account(bob).await.unwrap();
    assert_eq!(home.ask("SELECT count(*), (SELECT count(*) FROM scram) FROM credential").await, [(0, 0)]);
}

#[tokio::test]
async fn scram_keys_are_forgotten_with_the_password_they_were_made_of() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    assert!(home.store.scram(bob).await.unwrap().is_none());
    let made = home.store.scram_salt(bob, [7; 16], 4096).await.unwrap();
    assert_eq!((made.salt, made.iterations, made.keys), (vec![7; 16], 4096, None));
    let again = home.store.scram_salt(bob, [8; 16], 9999).await.unwrap();
    assert_eq!((again.salt, again.iterations), (vec![7; 16], 4096), "the first one stays");
    home.store.set_scram_keys(bob, "another hash".into(), keys(1)).await.unwrap();
    assert_eq!(home.store.scram(bob).await.unwrap().unwrap().keys, None, "of a password that was changed meanwhile");
    home.store.set_scram_keys(bob, "$argon2id$".into(), keys(1)).await.unwrap();
    assert_eq!(home.store.scram(bob).await.unwrap().unwrap().keys, Some(keys(1)));
    home.store.set_password(bob, "a new hash".into()).await.unwrap();
    assert_eq!(home.store.scram(bob).await.unwrap().unwrap().keys, None);
    assert!(matches!(home.store.scram_salt(99, [1; 16], 4096).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_secret_is_made_once() {
    let home = Home::new().await;
    assert_eq!(home.store.secret("credentials", [1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(home.store.secret("credentials", [2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(home.store.secret("other", [2; 32]).await.unwrap(), [2; 32]);
    let home = home.reopened().await;
    assert_eq!(home.store.secret("credentials", [3; 32]).await.unwrap(), [1; 32]);
}
