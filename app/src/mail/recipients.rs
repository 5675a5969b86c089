//! Whom a letter is for: a plain field, written in by people. Awake and left, it shows each recipient by themselves, and
//! says why one of them cannot be right. The server judges (`mail::message::recipients`); this only sees it sooner.

use crate::parts::Icon;
use leptos::{ev::MouseEvent, html, prelude::*};
use web_sys::{Event, EventInit, HtmlInputElement};

/// Split as the server does: at commas, semicolons and line ends outside quotes and brackets.
fn pieces(field: &str) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    for char in field.chars() {
        let literal = std::mem::take(&mut escaped);
        match char {
            '\\' if quoted && !literal => escaped = true,
            '"' if !literal => quoted = !quoted,
            '<' if !quoted => bracket = true,
            '>' if !quoted => bracket = false,
            ',' | ';' if !quoted && !bracket => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            _ => {}
        }
        piece.push(char);
    }
    pieces.push(piece);
    let trimmed = pieces.into_iter().map(|piece| piece.trim().to_owned());
    trimmed.filter(|piece| !piece.is_empty()).collect()
}

/// Why it cannot be an address.
fn wrong(piece: &str) -> Option<&'static str> {
    let address = match piece.rsplit_once('<') {
        Some((_, rest)) => match rest.strip_suffix('>') {
            Some(address) => address.trim(),
            None => return Some("the > at its end is missing"),
        },
        None => piece,
    };
    let Some((local, domain)) = address.rsplit_once('@') else { return Some("it has no @") };
    match (local, domain) {
        ("", _) => Some("nothing stands before its @"),
        (_, "") => Some("nothing stands after its @"),
        (local, domain) if domain.contains(char::is_whitespace) || (!local.starts_with('"') && local.contains(' ')) => {
            Some("an address has no spaces; a name goes before <…>")
        }
        _ => None,
    }
}

/// What a chip says: the name, or else the address.
fn shown(piece: &str) -> String {
    let name = piece.rsplit_once('<').map(|(name, _)| name.trim().trim_matches('"').trim());
    name.filter(|name| !name.is_empty()).unwrap_or(piece).to_owned()
}

#[component]
pub fn Recipients(
    label: &'static str,
    name: &'static str,
    value: String,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let field: NodeRef<html::Input> = NodeRef::new();
    // Nothing while somebody writes in it.
    let settled = RwSignal::new(Vec::<String>::new());
    let settle = move || {
        if let Some(field) = field.get_untracked() {
            settled.set(pieces(&field.value()));
        }
    };
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        let here = document().active_element();
        if here.as_ref() != Some(field.as_ref()) {
            settle();
        }
    });
    let remove = move |at: usize| {
        let left = settled.try_update(|pieces| {
            pieces.remove(at);
            pieces.join(", ")
        });
        if let Some((field, left)) = field.get_untracked().zip(left) {
            write(&field, &left);
        }
    };
    let bad = move || settled.with(|pieces| pieces.iter().any(|piece| wrong(piece).is_some()));
    let id = format!("field-{name}");
    view! {
        <div class="line">
            <label class="line-label" for=id.clone()>
                {label}
            </label>
            <div class="recipients" class:settled=move || settled.with(|pieces| !pieces.is_empty())>
                <input
                    class="line-field"
                    name=name
                    value=value
                    id=id
                    node_ref=field
                    dir="auto"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    inputmode="email"
                    placeholder=placeholder
                    autofocus=autofocus
                    aria-invalid=move || bad().then_some("true")
                    on:focus=move |_| settled.set(Vec::new())
                    on:blur=move |_| settle()
                />
                <Chips settled remove />
            </div>
        </div>
        <p class="bad-recipients" role="status">
            {move || settled.with(|pieces| complaints(pieces))}
        </p>
    }
    .into_any()
}

fn complaints(pieces: &[String]) -> String {
    let all = pieces.iter().filter_map(|piece| Some(format!("“{piece}” is not an address: {}.", wrong(piece)?)));
    all.collect::<Vec<_>>().join(" ")
}

/// For eyes and pointers: who hears or types has the field itself, which the chips lie on.
#[component]
fn Chips(settled: RwSignal<Vec<String>>, remove: impl Fn(usize) + Copy + Send + 'static) -> impl IntoView {
    let chips = move || {
        let pieces = settled.get().into_iter().enumerate();
        let chip = move |(at, piece): (usize, String)| {
            let bad = wrong(&piece).is_some();
            let away = move |event: MouseEvent| {
                event.prevent_default();
                remove(at);
            };
            view! {
                <li class="chip" class:bad=bad>
                    <bdi title=piece.clone()>{shown(&piece)}</bdi>
                    <button type="button" tabindex="-1" title="Remove" on:click=away>
                        <Icon name="x" />
                    </button>
                </li>
            }
        };
        pieces.map(chip).collect_view()
    };
    view! {
        <ul class="chips" aria-hidden="true">
            {chips}
        </ul>
    }
    .into_any()
}

/// As if it had been typed: the draft is saved.
fn write(field: &HtmlInputElement, text: &str) {
    field.set_value(text);
    let bubbling = EventInit::new();
    bubbling.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict("input", &bubbling) {
        let _ = field.dispatch_event(&event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_told_apart_as_the_server_tells_them_apart() {
        let all = r#"anna@x.test, "Miller, Bob" <bob@x.test>; Carol <carol@x.test> ,, dora"#;
        let found = pieces(all);
        assert_eq!(found, ["anna@x.test", "\"Miller, Bob\" <bob@x.test>", "Carol <carol@x.test>", "dora"]);
        let names: Vec<String> = found.iter().map(|piece| shown(piece)).collect();
        assert_eq!(names, ["anna@x.test", "Miller, Bob", "Carol", "dora"]);
        assert!(pieces(" , ;").is_empty());
    }

    #[test]
    fn what_cannot_be_an_address_is_told_why() {
        for good in ["anna@x.test", "Bob <bob@x.test>", "<b@x.test>", "\"a b\"@x.test", "用户@例子.test"] {
            assert_eq!(wrong(good), None, "{good}");
        }
        for bad in ["anna", "@x.test", "anna@", "anna miller@x.test", "Bob <bob@x.test", "Bob <bob>"] {
            assert!(wrong(bad).is_some(), "{bad}");
        }
    }
}
