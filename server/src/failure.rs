//! Why the program ends without having done what it was asked.

/// One line for the operator.
#[derive(Debug)]
pub enum Failure {
    /// The configuration or the command line is wrong: exit 2.
    Usage(String),
    /// Anything else: exit 1.
    Failed(String),
}
