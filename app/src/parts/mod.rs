//! The parts that pages are made of: one component a file, on plain semantic HTML.

mod answered;
mod attachments;
mod brand;
mod command_line;
mod compose_button;
mod empty;
mod get_form;
mod html_body;
mod icon;
mod meter;
mod notice;
mod people;
mod postmark;
mod search_box;
mod star;
mod text_body;
mod time;
mod trouble;

pub use answered::Answered;
pub use attachments::Attachments;
pub use brand::{Brand, Mark};
pub use command_line::CommandLine;
pub use compose_button::{BeginButton, Beginning};
pub use empty::Empty;
pub use get_form::GetForm;
pub use html_body::HtmlBody;
pub use icon::Icon;
pub use meter::Meter;
pub use notice::{Notice, Tone};
pub use people::{People, PersonFull};
pub use postmark::Postmark;
pub use search_box::SearchBox;
pub use star::StarShape;
pub use text_body::TextBody;
pub use time::Time;
pub use trouble::{Missing, Trouble};
