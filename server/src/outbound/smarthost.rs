//! Smarthosts: servers that take our mail for others, and who we are to them.

use crate::config::Config;
use protocol::sasl::Password;
use protocol::smtp::client::Login;
use std::collections::HashMap;
use std::path::Path;

/// By host name.
#[derive(Debug, Default)]
pub struct Logins(HashMap<String, Login>);

impl Logins {
    /// Reads the file of the configuration. The error is one line for the operator.
    pub fn read(config: &Config) -> Result<Logins, String> {
        let Some(file) = &config.smarthost_passwords else { return Ok(Logins::default()) };
        let told = |what: &str| format!("smarthost_passwords: {}: {what}", Path::display(file));
        let text = std::fs::read_to_string(file).map_err(|error| told(&error.to_string()))?;
        let mut logins = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let login = parse(line).ok_or_else(|| {
                told(&format!("line {} is not a host, a user and a password with spaces between", number + 1))
            })?;
            logins.insert(login.0, login.1);
        }
        Ok(Logins(logins))
    }

    pub fn of(&self, host: &str) -> Option<Login> {
        self.0.get(host).cloned()
    }
}

/// The password is the rest of the line: it may have spaces.
fn parse(line: &str) -> Option<(String, Login)> {
    let (host, rest) = line.trim().split_once(char::is_whitespace)?;
    let (user, password) = rest.trim_start().split_once(char::is_whitespace)?;
    let password = Password::new(password.trim_start().to_owned());
    let login = Login { user: user.to_owned(), password, in_the_clear: false };
    (!line.contains('\0')).then(|| (host.to_ascii_lowercase(), login))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Logins, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Logins::read(&Config { smarthost_passwords: Some(file.path().to_owned()), ..Config::default() })
    }

    #[test]
    fn each_line_is_a_host_a_user_and_the_rest_its_password() {
        let logins = read("# ours\n\nRelay.test  us@x.test  pass word \n").unwrap();
        let login = logins.of("relay.test").unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.expose(), login.in_the_clear),
            ("us@x.test", "pass word", false)
        );
        assert!(logins.of("other.test").is_none());
        let error = read("relay.test us\n").unwrap_err();
        assert!(error.contains("line 1") && !error.contains("us\n"), "{error}");
    }
}
