//! Figures for people: medians, and one table for the terminal and for `docs/performance.md` alike (Markdown).

use std::fmt::Write as _;

/// The middle value; of an even number of them, the upper of the two.
pub fn median(mut values: Vec<f64>) -> f64 {
    percentile(&mut values, 0.5)
}

/// The value below which `part` of the values lie. NaN when there are none.
pub fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * part) as usize;
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// A table with a title.
pub struct Table {
    title: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: &'static str, head: &[&str]) -> Self {
        Self { title, rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Markdown, with the columns aligned so that it reads well in a terminal too.
    pub fn markdown(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = format!("### {}\n\n", self.title);
        for (number, row) in self.rows.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let cell = row.get(column).map_or("", String::as_str);
                let pad = " ".repeat(width - cell.chars().count());
                // Words to the left, numbers to the right.
                let aligned = if column == 0 { format!("{cell}{pad}") } else { format!("{pad}{cell}") };
                write!(text, "| {aligned} ").expect("a String takes all");
            }
            text.push_str("|\n");
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let rule = "-".repeat(width + 1);
                    write!(text, "|{rule}{}", if column == 0 { "-" } else { ":" }).expect("a String takes all");
                }
                text.push_str("|\n");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, median, percentile};

    #[test]
    fn the_median_is_the_value_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(vec![2.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_percentile_is_taken_from_the_values_themselves() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut values, 0.99), 100.0);
        assert_eq!(percentile(&mut values, 0.5), 51.0);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("Speed", &["what", "msgs/s"]);
        table.row(vec!["4 KiB".into(), "2100".into()]);
        assert_eq!(table.markdown(), "### Speed\n\n| what  | msgs/s |\n|-------|-------:|\n| 4 KiB |   2100 |\n");
    }
}
