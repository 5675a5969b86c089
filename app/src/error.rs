//! Why a call did not work, as the pages see it.

use api::Refusal;
use http::StatusCode;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A refusal, or a server that was not reached. Codes only: `words` has the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppError {
    Refused(Refusal),
    /// No answer: the network, or the server is being restarted.
    Unreachable,
}

impl AppError {
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            AppError::Refused(refusal) => Some(refusal),
            AppError::Unreachable => None,
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        AppError::Refused(refusal)
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppError::Refused(refusal) => refusal.fmt(f),
            AppError::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => AppError::Unreachable,
            // A form with a field missing or garbled: what it names is not there.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Refusal::NotFound.into(),
            _ => Refusal::Broken.into(),
        }
    }

    fn status_code(&self) -> StatusCode {
        let code = self.refusal().map_or(503, Refusal::status);
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
