//! A database that somebody else has locked.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Another process that holds the database's write lock until it is told to let go.
pub struct Locker(std::process::Child);

impl Locker {
    /// None: there is no Python to do it.
    pub fn lock(database: &Path) -> Option<Locker> {
        let script = "import sqlite3, sys\n\
                      c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)\n\
                      c.execute('BEGIN EXCLUSIVE')\nprint('locked', flush=True)\nsys.stdin.readline()\nc.execute('ROLLBACK')\n";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(database).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        assert_eq!(line.trim(), "locked", "python3 could not lock the database");
        Some(Locker(child))
    }

    pub fn release(mut self) {
        drop(writeln!(self.0.stdin.take().unwrap()));
        self.0.wait().unwrap();
    }
}
