//! `restante queue …`

use super::{Desk, Failure, failed, table};
use store::{StoreError, Waiting};

/// Rows shown, and rows acted on by `all`.
const MOST: i64 = 10_000;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Every recipient that waits, oldest first.
    List,
    /// Try again now: a number from the list, or all.
    Retry { which: String },
    /// Give up and return the message to its sender: a number from the list, or all.
    Cancel { which: String },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    let now = desk.clock.now_ms();
    match command {
        Command::List => {
            let waiting = desk.store.waiting(MOST).await.map_err(|error| failed("queue", error))?;
            let rows: Vec<Vec<String>> = waiting.iter().map(row).collect();
            let head = ["ID", "FROM", "TO", "TRIES", "SIZE", "SINCE", "NEXT", "LAST ANSWER"];
            table::print(&head, &rows, "the queue is empty");
        }
        Command::Retry { which } => {
            let ids = which_ones(desk, &which).await?;
            for id in &ids {
                desk.store.retry_now(*id, now).await.map_err(|error| gone(*id, error))?;
            }
            println!("{} will be tried now", ids.len());
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
        table::moment(waiting.next_at),
        table::plain(&waiting.last_reply),
    ]
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
