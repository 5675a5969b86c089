//! The files of a message, each a link that saves it.

use super::Icon;
use crate::words;
use api::Attachment;
use leptos::prelude::*;

/// The kind of a file in a word, for the little label.
fn kind(attachment: &Attachment) -> String {
    let extension = attachment.name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let plain = (1..=4).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { extension.to_ascii_uppercase() } else { "FILE".to_owned() }
}

#[component]
pub fn Attachments(message: i64, attachments: Vec<Attachment>) -> impl IntoView {
    let count = attachments.len() as i64;
    (count > 0).then(|| {
        view! {
            <section class="attachments" aria-label="Attachments">
                <h2 class="attachments-title">
                    <Icon name="paperclip" />
                    {words::many(count, "attachment", "attachments")}
                </h2>
                <ul class="files">
                    {attachments
                        .into_iter()
                        .map(|attachment| {
                            let href = format!("/mail/m/{message}/part/{}", attachment.part);
                            view! {
                                <li>
                                    <a class="file" href=href rel="external" download=attachment.name.clone()>
                                        <span class="file-kind" aria-hidden="true">
                                            {kind(&attachment)}
                                        </span>
                                        <bdi class="file-name">{attachment.name.clone()}</bdi>
                                        <span class="file-size">{attachment.size.clone()}</span>
                                        <Icon name="download" />
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
                <p class="hint">"Saving puts a copy on this computer."</p>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Attachment {
        Attachment { part: 1, name: name.into(), media_type: "application/pdf".into(), size: "34 KB".into() }
    }

    #[test]
    fn the_label_is_the_extension_when_it_is_one() {
        assert_eq!(kind(&named("Fahrplan.pdf")), "PDF");
        assert_eq!(kind(&named("noname")), "FILE");
        assert_eq!(kind(&named("a.<b>")), "FILE");
        assert_eq!(kind(&named("v1.averylongone")), "FILE");
    }
}
