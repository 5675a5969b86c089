//! Keys: one table of commands. The same table writes the help, and the buttons carry its names
//! (`data-command`), so a key does exactly what the button does.

use super::{Live, dom, undo_last};
use crate::context::with_facts;
use leptos::{ev, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Presses the button with this `data-command`, for the ticked rows or else the focused one.
    Press(&'static str),
    /// Presses it, whatever is ticked.
    Open(&'static str),
    /// Puts the cursor into the field with this `data-command`.
    Enter(&'static str),
    NextRow,
    PreviousRow,
    /// Ticks the focused row.
    Pick,
    /// Ticks all rows, or none.
    PickAll,
    /// Takes back what was done last, and then what was done before it.
    Undo,
    Help,
}

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The keys in order, as `KeyboardEvent::key` names them, with a space between.
    pub keys: &'static str,
    pub says: &'static str,
    pub does: Does,
}

const fn command(keys: &'static str, says: &'static str, does: Does) -> Command {
    Command { keys, says, does }
}

/// Every command there is.
pub const COMMANDS: [Command; 22] = [
    command("j", "Next message", Does::NextRow),
    command("k", "Previous message", Does::PreviousRow),
    command("o", "Open", Does::Open("open")),
    command("u", "Back to the list", Does::Open("back")),
    command("x", "Select", Does::Pick),
    command("* a", "Select all, or none", Does::PickAll),
    command("e", "Archive", Does::Press("archive")),
    command("#", "Delete", Does::Press("delete")),
    command("Delete", "Delete", Does::Press("delete")),
    command("!", "Junk", Does::Press("junk")),
    command("s", "Star", Does::Press("star")),
    command("I", "Mark as read", Does::Press("read")),
    command("U", "Mark as unread", Does::Press("unread")),
    command("r", "Reply", Does::Open("reply")),
    command("a", "Reply to all", Does::Open("reply-all")),
    command("f", "Forward", Does::Open("forward")),
    command("c", "Write", Does::Open("compose")),
    command("/", "Search", Does::Enter("search")),
    command("z", "Undo", Does::Undo),
    command("g i", "Go to the inbox", Does::Open("go-inbox")),
    command("g d", "Go to the drafts", Does::Open("go-drafts")),
    command("?", "This help", Does::Help),
];

/// What a run of keys means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Do(Does),
    /// The beginning of something longer (`g`).
    More,
    Nothing,
}

fn hear(keys: &str) -> Heard {
    let mut begun = false;
    for command in &COMMANDS {
        if command.keys == keys {
            return Heard::Do(command.does);
        }
        begun |= command.keys.strip_prefix(keys).is_some_and(|rest| rest.starts_with(' '));
    }
    if begun { Heard::More } else { Heard::Nothing }
}

/// Keys belong to a field while somebody types in it.
fn typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return !matches!(input.type_().as_str(), "checkbox" | "radio" | "button" | "submit");
    }
    matches!(target.tag_name().as_str(), "TEXTAREA" | "SELECT") || target.is_content_editable()
}

/// Listens for keys for as long as the owner lives.
fn listen(help: NodeRef<leptos::html::Dialog>, live: Live) {
    Effect::new(move |_| {
        let before = RefCell::new(String::new());
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() || typing(&event) {
                return;
            }
            // A dialog is not looked behind, and beside a letter that is being written a slip of the hand does nothing.
            if dom::there("dialog[open], form.composer") {
                return;
            }
            let key = event.key();
            if key == "Shift" {
                return;
            }
            let mut before = before.borrow_mut();
            let keys = if before.is_empty() { key } else { format!("{} {key}", *before) };
            before.clear();
            match hear(&keys) {
                Heard::More => *before = keys,
                Heard::Do(does) => {
                    if obey(does, help.get_untracked(), live) {
                        event.prevent_default();
                    }
                }
                Heard::Nothing => {}
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Does it; answers whether there was anything to do.
fn obey(does: Does, help: Option<HtmlDialogElement>, live: Live) -> bool {
    match does {
        Does::Press(name) => press_for_row(name),
        Does::Open("open") => dom::focused_row().and_then(|row| dom::link_of(&row)).map(|link| link.click()).is_some(),
        Does::Open(name) => press(name),
        Does::Enter(name) => match dom::visible(&format!("[data-command={name}]")) {
            Some(field) => field.focus().is_ok(),
            None => press("go-search"),
        },
        Does::NextRow => step(1) || press("older"),
        Does::PreviousRow => step(-1) || press("newer"),
        Does::Pick => dom::focused_row()
            .and_then(|row| row.query_selector(".pick input").ok().flatten())
            .and_then(|input| input.dyn_into::<HtmlElement>().ok())
            .map(|input| input.click())
            .is_some(),
        Does::PickAll => press("pick-all"),
        // What was done before this page was loaded is taken back where the page says that it was done.
        Does::Undo => undo_last(live) || press("undo"),
        Does::Help => help.is_some_and(|dialog| dialog.show_modal().is_ok()),
    }
}

fn press(name: &str) -> bool {
    dom::visible(&format!("[data-command={name}]")).map(|button| button.click()).is_some()
}

/// Presses a list's button. With nothing ticked it is for the focused row, and the focus goes on to the next. The row is
/// named beside the button and not ticked for it: a tick would stay, and the next key would be for that row.
fn press_for_row(name: &str) -> bool {
    let Some(row) = dom::focused_row() else { return press(name) };
    if name == "star" {
        let star = row.query_selector(".star").ok().flatten().and_then(|star| star.dyn_into::<HtmlElement>().ok());
        return star.map(|star| star.click()).is_some();
    }
    let next = row.next_element_sibling().or_else(|| row.previous_element_sibling());
    let named = if dom::there(".pick input:checked") { None } else { name_row(&row, name) };
    let pressed = press(name);
    if let Some(named) = named {
        named.remove();
    }
    if let Some(link) = next.and_then(|row| dom::link_of(&row)) {
        // A link that left with its row takes no focus, and needs none.
        let _ = link.focus();
    }
    pressed
}

/// Puts the row's own order (`one` = `delete-17`) into its form.
fn name_row(row: &Element, verb: &str) -> Option<HtmlInputElement> {
    let id = row.query_selector(".pick input").ok()??.dyn_into::<HtmlInputElement>().ok()?.value();
    let field: HtmlInputElement = document().create_element("input").ok()?.dyn_into().ok()?;
    field.set_type("hidden");
    field.set_name("one");
    field.set_value(&format!("{verb}-{id}"));
    row.closest("form").ok()??.append_child(&field).ok()?;
    Some(field)
}

fn step(by: i32) -> bool {
    let links = dom::all(".row .what");
    let here = dom::focused_row()
        .and_then(|row| dom::link_of(&row))
        .and_then(|link| links.iter().position(|other| *other == link));
    let to = match here {
        Some(at) => at.checked_add_signed(by as isize),
        None => Some(0),
    };
    to.and_then(|to| links.get(to)).is_some_and(|link| link.focus().is_ok())
}

/// The keys, and the dialog that lists them.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let help = NodeRef::new();
    if with_facts(|facts| facts.habits.single_keys) {
        listen(help, expect_context());
    }
    view! {
        <dialog class="keys" node_ref=help aria-labelledby="keys-title">
            <form method="dialog">
                <header class="keys-head">
                    <h2 id="keys-title">"Keys"</h2>
                    <button class="button" autofocus="autofocus">
                        "Close"
                    </button>
                </header>
                <dl class="keys-list">
                    {COMMANDS
                        .iter()
                        .map(|command| {
                            view! {
                                <div>
                                    <dt>
                                        {command
                                            .keys
                                            .split(' ')
                                            .map(|key| view! { <kbd>{key.to_owned()}</kbd> })
                                            .collect_view()}
                                    </dt>
                                    <dd>{command.says}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
            </form>
        </dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_what_it_does() {
        assert_eq!(hear("e"), Heard::Do(Does::Press("archive")));
        assert_eq!(hear("g"), Heard::More);
        assert_eq!(hear("g i"), Heard::Do(Does::Open("go-inbox")));
        assert_eq!(hear("g x"), Heard::Nothing);
        assert_eq!(hear("q"), Heard::Nothing);
    }

    #[test]
    fn no_two_commands_share_their_keys() {
        let mut keys: Vec<_> = COMMANDS.iter().map(|command| command.keys).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), COMMANDS.len());
    }
}
