//! Columns for people: as wide as they must be, two spaces between.

/// Writes `rows` under `head`, or a word when there are none.
pub fn print(head: &[&str], rows: &[Vec<String>], none: &str) {
    if rows.is_empty() {
        println!("{none}");
        return;
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    println!("{}", line(head.to_vec()));
    for row in rows {
        println!("{}", line(row.iter().map(String::as_str).collect()));
    }
}

/// A moment as people write it, in UTC.
pub fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map_or_else(|_| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// `34 KiB`.
pub fn size(octets: i64) -> String {
    const KIB: i64 = 1 << 10;
    const MIB: i64 = 1 << 20;
    const GIB: i64 = 1 << 30;
    if octets < KIB {
        format!("{octets} B")
    } else if octets < MIB {
        format!("{} KiB", octets / KIB)
    } else if octets < GIB {
        format!("{} MiB", octets / MIB)
    } else {
        format!("{} GiB", octets / GIB)
    }
}

/// What others wrote must not move the cursor of whoever reads it.
pub fn plain(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
