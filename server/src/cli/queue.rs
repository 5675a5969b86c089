//! `restante queue …`

use super::{Desk, Failure, failed, table};
use store::{Held, StoreError, Waiting};

/// Rows shown, and rows acted on by `all`.
const MOST: i64 = 10_000;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Every recipient that waits, oldest first.
    List,
    /// Try again now: a number from the list, or all.
    Retry { which: String },
    /// Messages that are held, since their sender sent more than usual.
    Held,
    /// Let held mail go: a message from that list, or all.
    Release { which: String },
    /// Return held mail to its sender: a message from that list, or all.
    Return { which: String },
    /// Give up and return the message to its sender: a number from the list, or all.
    Cancel { which: String },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    let now = desk.clock.now_ms();
    match command {
        Command::List => {
            let waiting = desk.store.waiting(MOST).await.map_err(|error| failed("queue", error))?;
            let rows: Vec<Vec<String>> = waiting.iter().map(row).collect();
            let head = ["ID", "FROM", "TO", "TRIES", "SIZE", "SINCE", "NEXT", "LAST ANSWER", "TLS"];
            table::print(&head, &rows, "the queue is empty");
        }
        Command::Retry { which } => {
            let mut tried = 0;
            for id in which_ones(desk, &which).await? {
                match desk.store.retry_now(id, now).await {
                    Ok(()) => tried += 1,
                    // Of all that waited, some have gone meanwhile: so much the better.
                    Err(StoreError::NotFound) if which == "all" => {}
                    Err(error) => return Err(gone(id, error)),
                }
            }
            println!("{tried} will be tried now");
        }
        Command::Held => {
            let held = desk.store.held(MOST).await.map_err(|error| failed("queue", error))?;
            let rows: Vec<Vec<String>> = held.iter().map(held_row).collect();
            table::print(&["MESSAGE", "FROM", "TO", "RECIPIENTS", "SIZE", "SINCE"], &rows, "nothing is held");
        }
        Command::Release { which } => {
            let rows = held_ones(desk, &which).await?;
            let freed = desk.store.let_go(rows, now).await.map_err(|error| failed("queue", error))?;
            println!("{freed} will be tried now");
        }
        Command::Return { which } => {
            let rows = held_ones(desk, &which).await?;
            for id in &rows {
                desk.store.cancel(*id, now).await.map_err(|error| gone(*id, error))?;
            }
            println!("{} will be returned to the sender", rows.len());
        }
        Command::Cancel { which } => {
            let ids = which_ones(desk, &which).await?;
            for id in &ids {
                desk.store.cancel(*id, now).await.map_err(|error| gone(*id, error))?;
            }
            println!("{} will be returned to the sender", ids.len());
        }
    }
    Ok(())
}

fn row(waiting: &Waiting) -> Vec<String> {
    vec![
        waiting.id.to_string(),
        if waiting.sender.is_empty() { "<>".to_owned() } else { waiting.sender.clone() },
        waiting.recipient.clone(),
        waiting.attempts.to_string(),
        table::size(waiting.size),
        table::moment(waiting.queued_at),
        if waiting.held { "held".to_owned() } else { table::moment(waiting.next_at) },
        table::plain(&waiting.last_reply),
        waiting.last_tls.clone(),
    ]
}

fn held_row(held: &Held) -> Vec<String> {
    vec![
        held.queue.to_string(),
        held.sender.clone(),
        held.recipient.clone(),
        held.recipients.to_string(),
        table::size(held.size),
        table::moment(held.queued_at),
    ]
}

/// The held recipients of one message, or of all.
async fn held_ones(desk: &Desk, which: &str) -> Result<Vec<i64>, Failure> {
    let told = |error| failed("queue", error);
    let messages =
        match which {
            "all" => desk.store.held(MOST).await.map_err(told)?.iter().map(|held| held.queue).collect(),
            one => vec![one.parse().map_err(|_| {
                Failure::Usage(format!("{} is not a message from the list, nor all", table::plain(which)))
            })?],
        };
    let mut rows = Vec::new();
    for message in messages {
        rows.extend(desk.store.held_rows(message).await.map_err(told)?);
    }
    if rows.is_empty() {
        return Err(Failure::Failed("nothing of that is held (any more)".to_owned()));
    }
    Ok(rows)
}

async fn which_ones(desk: &Desk, which: &str) -> Result<Vec<i64>, Failure> {
    if which == "all" {
        let waiting = desk.store.waiting(MOST).await.map_err(|error| failed("queue", error))?;
        return Ok(waiting.iter().map(|waiting| waiting.id).collect());
    }
    let id = which.parse();
    Ok(vec![id.map_err(|_| Failure::Usage(format!("{} is not a number from the list, nor all", table::plain(which))))?])
}

fn gone(id: i64, error: StoreError) -> Failure {
    match error {
        StoreError::NotFound => Failure::Failed(format!("{id} is not in the queue (any more)")),
        error => failed("queue", error),
    }
}
