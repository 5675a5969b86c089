//! Web sessions.

use crate::harness::{Home, NOW};
use store::{SessionRow, StoreError};

fn row(id: u8, account: Option<i64>) -> SessionRow {
    SessionRow { id: [id; 32], account, data: vec![id], expires_at: NOW + 10 }
}

#[tokio::test]
async fn a_session_lives_until_it_expires_or_is_ended() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let store = &home.store;
    store.create_session(row(1, None)).await.unwrap();
    assert!(matches!(store.create_session(row(1, None)).await, Err(StoreError::Taken)));
    store.save_session(SessionRow { data: vec![9], ..row(1, Some(bob)) }).await.unwrap();
    let found = store.session([1; 32], NOW).await.unwrap().unwrap();
    assert_eq!((found.account, found.data, found.expires_at), (Some(bob), vec![9], NOW + 10));
    assert!(store.session([1; 32], NOW + 10).await.unwrap().is_none(), "expired");
    assert!(store.session([2; 32], NOW).await.unwrap().is_none());
    store.create_session(row(2, Some(bob))).await.unwrap();
    store.create_session(row(3, None)).await.unwrap();
    store.delete_session([2; 32]).await.unwrap();
    assert!(store.session([2; 32], NOW).await.unwrap().is_none());
    store.save_session(row(2, Some(bob))).await.unwrap();
    assert!(store.session([2; 32], NOW).await.unwrap().is_none(), "a page under way brings no ended session back");
    store.delete_sessions_of(bob).await.unwrap();
    assert!(store.session([1; 32], NOW).await.unwrap().is_none());
    assert_eq!(store.purge_sessions(NOW).await.unwrap(), 0);
    assert_eq!(store.purge_sessions(NOW + 10).await.unwrap(), 1);
}
