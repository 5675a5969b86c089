//! The postmark of a message: its date, stamped. Decoration; the date is written beside it as text.

use api::When;
use leptos::prelude::*;

/// The date as a postmark has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamped {
    /// `12 NOV`
    day: String,
    /// `2026`
    year: String,
    /// `14:05`, may be empty.
    time: String,
}

impl Stamped {
    /// Reads `Thu 12 Nov 2026, 14:05`; none when it is written otherwise.
    fn read(long: &str) -> Option<Stamped> {
        let (date, time) = long.split_once(',').unwrap_or((long, ""));
        let mut words = date.split_whitespace().rev();
        let (year, month, day) = (words.next()?, words.next()?, words.next()?);
        let plain = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) && day.parse::<u8>().is_ok();
        plain.then(|| Stamped {
            day: format!("{day} {}", month.to_ascii_uppercase()),
            year: year.to_owned(),
            time: time.trim().to_owned(),
        })
    }
}

#[component]
pub fn Postmark(when: When) -> impl IntoView {
    Stamped::read(&when.long).map(|Stamped { day, year, time }| {
        view! {
            <svg class="postmark" viewBox="0 0 168 92" aria-hidden="true" focusable="false">
                <g fill="none" stroke="currentColor">
                    <path
                        stroke-width="1.6"
                        stroke-linecap="round"
                        d="M2 22q8-6 16 0t16 0 16 0 16 0 16 0M2 34q8-6 16 0t16 0 16 0 16 0 8 0M2 46q8-6 16 0t16 0 16 0 16 0 8 0M2 58q8-6 16 0t16 0 16 0 16 0 8 0M2 70q8-6 16 0t16 0 16 0 16 0 16 0"
                    ></path>
                    <circle cx="122" cy="46" r="43" stroke-width="2" class="postmark-face"></circle>
                    <circle cx="122" cy="46" r="36" stroke-width="1"></circle>
                </g>
                <g fill="currentColor" text-anchor="middle">
                    <text x="122" y="32" class="postmark-small">
                        {time}
                    </text>
                    <text x="122" y="52" class="postmark-day">
                        {day}
                    </text>
                    <text x="122" y="67" class="postmark-small">
                        {year}
                    </text>
                </g>
            </svg>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_stamped() {
        let stamped = Stamped::read("Thu 12 Nov 2026, 14:05").unwrap();
        assert_eq!(stamped, Stamped { day: "12 NOV".into(), year: "2026".into(), time: "14:05".into() });
    }

    #[test]
    fn what_is_not_a_date_is_not_stamped() {
        for odd in ["", "yesterday", "2026-11-12 14:05", "Thu 12 Nov"] {
            assert_eq!(Stamped::read(odd), None, "{odd}");
        }
    }
}
