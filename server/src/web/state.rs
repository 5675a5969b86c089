//! What every page needs besides the house.

use crate::config::Pop3Deletes;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::seats::Seats;
use crate::web::admin::Office;
use crate::web::assets;
use crate::web::compose::Outbox;
use crate::web::programs::Shelf;
use crate::web::raw::Archive;
use crate::web::visitor::Visitor;
use crate::web::webmail::Desk;
use app::{Assets, ProgramSettings, Security};
use jiff::tz::TimeZone;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tower_sessions::session::Id;

/// Tabs of one account that listen for changes at once, and of all accounts.
const TABS: usize = 24;
const ALL_TABS: usize = 20_000;
/// And of one browser.
const TABS_OF_ONE: usize = 3;

/// Forms of people whose session has ended that are read at once, and of one address: each is in memory meanwhile.
const WRITERS: usize = 32;
const WRITERS_FROM_ONE: usize = 4;

/// The web's room in the house. Made once.
pub struct Web {
    pub house: Arc<House>,
    pub shutdown: Shutdown,
    pub assets: Assets,
    pub programs: ProgramSettings,
    /// The server's; an account's own comes with its settings.
    pub zone: TimeZone,
    /// The host that browsers name, with a port if it is not the usual one; none: what each request says.
    pub host: Option<String>,
    /// Browsers reach us by TLS.
    pub secure: bool,
    /// Who listens for changes, by account.
    pub listening: Seats<i64>,
    /// And by session.
    pub tabs: Seats<Id>,
    /// Who writes on without a session, by address.
    pub writers: Seats<IpAddr>,
    pub outbox: Outbox,
    pub archive: Archive,
}

impl Web {
    pub fn new(house: Arc<House>, shutdown: Shutdown) -> Arc<Web> {
        let url = house.config.web_url.as_deref();
        let secure = url.is_some_and(|url| url.starts_with("https://"));
        let host = url.and_then(|url| url.split_once("://")).map(|(_, host)| host.to_owned());
        Arc::new(Web {
            programs: programs(&house),
            assets: assets::urls(),
            zone: TimeZone::system(),
            host,
            secure,
            listening: Seats::new(ALL_TABS, TABS),
            tabs: Seats::new(ALL_TABS, TABS_OF_ONE),
            writers: Seats::new(WRITERS, WRITERS_FROM_ONE),
            outbox: Outbox::default(),
            archive: Archive::new(house.store.clone()),
            house,
            shutdown,
        })
    }

    /// The desk of whoever asks.
    pub fn desk(self: &Arc<Self>, visitor: &Visitor) -> Desk {
        Desk::new(Arc::clone(self), Arc::clone(&visitor.0))
    }

    /// The programs of whoever asks.
    pub fn shelf(self: &Arc<Self>, visitor: &Visitor) -> Shelf {
        Shelf::new(Arc::clone(self), Arc::clone(&visitor.0))
    }

    /// The office, for admins only.
    pub fn office(&self, visitor: &Visitor) -> Option<Office> {
        visitor.is_admin().then(|| Office::new(Arc::clone(&self.house), Arc::clone(&visitor.0), self.zone.clone()))
    }
}

/// What a desktop program has to be told. A port of 0 says that there is no such listener.
fn programs(house: &House) -> ProgramSettings {
    let config = &house.config;
    let port = |listener: Option<SocketAddr>| listener.map_or(0, |address| address.port());
    // RFC 8314 §3: TLS from the start before STARTTLS, where there is a choice.
    let best = |encrypted: Option<SocketAddr>, on_request: Option<SocketAddr>| match encrypted {
        Some(_) => (port(encrypted), Security::Tls),
        None => (port(on_request), Security::StartTls),
    };
    let (pop3_port, pop3_tls) = best(config.pop3s, config.pop3);
    let (submission_port, submission_tls) = best(config.submissions, config.submission);
    ProgramSettings {
        host: config.hostname.to_string(),
        pop3_port,
        submission_port,
        smtp_port: port(config.smtp),
        pop3_tls,
        submission_tls,
        pop3_deletes_for_ever: config.pop3_deletes == Pop3Deletes::ForEver,
    }
}
