//! The web over real sockets: who is let in, and how it closes.

use super::Site;
use crate::doors::Encryption;
use crate::listen::Door;
use crate::web::connections::{accept, turned_away};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: mail.test\r\n\r\n";

async fn open(site: &Site) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (web, router) = (Arc::clone(&site.web), site.router.clone());
    let door = Door::of("http", listener, &web.house, turned_away());
    let serving = accept(Arc::clone(&web.house), router, door, Encryption::OnRequest, web.shutdown.clone());
    site.web.shutdown.spawn(serving);
    address
}

/// What comes until `end`, or until the other side closes.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).ends_with(end) {
        let mut chunk = [0; 1024];
        let number = stream.read(&mut chunk).await.unwrap_or(0);
        if number == 0 {
            break;
        }
        read.extend_from_slice(&chunk[..number]);
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn one_place_gets_so_many_connections_and_no_more() {
    let site = Site::with(|config| config.connections_per_peer = 2).await;
    let address = open(&site).await;
    let mut inside = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ASK).await.unwrap();
        assert!(read_to(&mut stream, "ok\n").await.starts_with("HTTP/1.1 200 OK\r\n"));
        inside.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    // It may be closed before this is written.
    let _ = third.write_all(ASK).await;
    assert!(!read_to(&mut third, "ok\n").await.contains("200 OK"), "turned away");
    drop(inside);
    for attempt in 0..100 {
        let mut again = TcpStream::connect(address).await.unwrap();
        let _ = again.write_all(ASK).await;
        if read_to(&mut again, "ok\n").await.ends_with("ok\n") {
            return;
        }
        assert!(attempt < 99, "the places were not given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_not_http_is_answered_and_let_go() {
    let site = Site::open().await;
    let address = open(&site).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"EHLO client.test\r\n\r\n").await.unwrap();
    assert!(read_to(&mut stream, "\0").await.starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

#[tokio::test]
async fn closing_ends_idle_connections_at_once() {
    let site = Site::open().await;
    let address = open(&site).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(ASK).await.unwrap();
    read_to(&mut idle, "ok\n").await;
    site.web.shutdown.begin();
    assert_eq!(site.web.shutdown.drained(Duration::from_secs(10)).await, 0);
    assert_eq!(read_to(&mut idle, "\0").await, "", "closed");
}
