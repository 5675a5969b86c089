//! Tells an owner and the postmaster that mail of theirs is held: a message in their inboxes, once for each time.

use super::{Origin, Submission, submit};
use crate::house::House;
use mail::Address;
use mail::message::compose::Outgoing;
use store::{Account, Recipient, StoreError};

/// Both get the same letter. Failing to tell must not fail the message that is held: it is on disk already.
pub async fn tell(house: &House, account: &Account) {
    match write(house, account).await {
        Ok(Some((recipients, bytes))) => send(house, recipients, bytes).await,
        Ok(None) => {}
        Err(error) => tracing::error!(%error, account = account.address, "nobody was told that mail is held"),
    }
}

async fn write(house: &House, account: &Account) -> Result<Option<(Vec<Address>, Vec<u8>)>, StoreError> {
    let Ok(owner) = Address::parse(&account.address) else { return Ok(None) };
    let Ok(postmaster) = Address::parse(&format!("postmaster@{}", owner.domain())) else { return Ok(None) };
    let mut recipients = vec![owner.clone()];
    if let Recipient::Reaches(admin) = house.store.postmaster().await? {
        recipients
            .extend(admin.locals.into_iter().filter(|admin| admin.account != account.id).map(|admin| admin.address));
    }
    let letter = Outgoing {
        from_name: "Postmaster".to_owned(),
        from: postmaster,
        to: vec![(account.name.clone(), owner)],
        cc: Vec::new(),
        subject: "Your mail is held: more than usual was sent today".to_owned(),
        text: words(account),
        attachments: Vec::new(),
        in_reply_to: None,
        references: Vec::new(),
        date: house.clock.now(),
        message_id: house.clock.message_id(&house.config.hostname),
        boundary: house.clock.boundary(),
    };
    // RFC 3834 §5: no machine is to answer this.
    Ok(Some((recipients, [b"Auto-Submitted: auto-generated\r\n", letter.write().as_slice()].concat())))
}

fn words(account: &Account) -> String {
    format!(
        "{address} has sent more today, or to more people for the first time, than an account may without being asked.\n\
         \n\
         What was sent beyond that is held here. Nothing is lost, and nobody was told that it failed.\n\
         \n\
         If it was you: ask the admin to let it go.\n\
         If it was not you: somebody else may know your password. Ask the admin for a new one now, and look in\n\
         Settings, Programs, for a program that you do not know.\n\
         \n\
         For the admin: the queue's page shows what is held, to be released or returned. As commands:\n\
         \n\
         \x20   restante queue held\n\
         \x20   restante queue release all\n",
        address = account.address
    )
}

async fn send(house: &House, recipients: Vec<Address>, bytes: Vec<u8>) {
    let message = match house.spool.keep(bytes).await {
        Ok(message) => message,
        Err(error) => return tracing::error!(%error, "nobody was told that mail is held"),
    };
    let submission = Submission::of_the_house(recipients, message, Origin::Notice);
    // Not `submit(…).await` as it stands: it may tell in its turn, and a future cannot hold itself.
    if let Err(refused) = Box::pin(submit(house, submission)).await {
        tracing::error!(?refused, "nobody was told that mail is held");
    }
}
