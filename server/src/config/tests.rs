//! The configuration as an operator meets it.

use super::*;

fn from_file(text: &str) -> Result<Config, String> {
    let mut config = Config::default();
    config.apply_file("restante.toml", text).map_err(|error| error.to_string())?;
    config.check().map_err(|error| error.to_string())?;
    Ok(config)
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_file_sets_what_it_names_and_leaves_the_rest() {
    let config = from_file(
        r#"
        hostname = "mail.comentum.test"
        smtp = "0.0.0.0:25"
        pop3 = "off"
        message_size = "10MiB"
        recipients = 500
        check_sender_domain = false
        dns = ["192.0.2.53", "192.0.2.54:5353"]
        lmtp = "127.0.0.1:24"
        proxy_protocol_from = ["192.0.2.0/24", "2001:db8::7"]
        retry_schedule = ["0", "1m", "1h"]
        [next_hop]
        "example.test" = "127.0.0.1:2600"
        "#,
    )
    .unwrap();
    assert_eq!(config.hostname.as_str(), "mail.comentum.test");
    assert_eq!(config.smtp.unwrap().port(), 25);
    assert_eq!(config.pop3, None);
    assert_eq!(config.submission, Config::default().submission);
    assert_eq!(config.message_size, 10 << 20);
    assert_eq!(config.recipients, 500);
    assert!(!config.check_sender_domain);
    assert_eq!(config.dns[0].port(), 53);
    assert_eq!(config.lmtp.unwrap().port(), 24);
    assert!(config.proxy_protocol_from[0].contains("192.0.2.9".parse().unwrap()));
    assert_eq!(config.proxy_protocol_from.len(), 2);
    assert_eq!(config.dns[1].port(), 5353);
    assert_eq!(config.next_hop["example.test"], ("127.0.0.1".to_owned(), 2600));
    assert_eq!(config.retry_schedule.len(), 3);
    let config = from_file(
        "smarthost = { \"*\" = \"Relay.test:587\", \"x.test\" = \"[2001:db8::1]:25\" }\n\
         outbound_tls_policy = { \"bank.test\" = \"verified\" }",
    )
    .unwrap();
    assert_eq!(config.smarthost["*"], ("relay.test".to_owned(), 587));
    assert_eq!(config.smarthost["x.test"], ("2001:db8::1".to_owned(), 25));
    assert_eq!(config.outbound_tls_policy["bank.test"], TlsDemand::Verified);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("restante.toml");
    std::fs::write(&file, "recipients = 101\nconnections = 7\nreaders = 3\n").unwrap();
    let environment = environment(&[("RESTANTE_RECIPIENTS", "102"), ("RESTANTE_CONNECTIONS", "8"), ("PATH", "/bin")]);
    let flags = [("recipients", "103".to_owned())];
    let config = Config::default().load(Some(&file), environment.into_iter(), &flags).unwrap();
    assert_eq!((config.recipients, config.connections, config.readers), (103, 8, 3));
}

#[test]
fn the_file_in_the_data_directory_is_found_without_being_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("restante.toml"), "readers = 9\n").unwrap();
    let flags = [("data", dir.path().display().to_string())];
    let config = Config::default().load(None, std::iter::empty(), &flags).unwrap();
    assert_eq!(config.readers, 9);
    assert_eq!(config.data, dir.path());
}

#[test]
fn every_wrong_value_is_told_on_one_line_with_key_meaning_and_remedy() {
    for (text, key, says) in [
        ("smtp = \"banana\"", "smtp", "or off"),
        ("smtp = \"127.0.0.1\"", "smtp", "with a port"),
        ("lmtp = \"127.0.0.1\"", "lmtp", "or off"),
        ("proxy_protocol_from = [\"192.0.2.7/24\"]", "proxy_protocol_from", "networks"),
        ("smtp = \"a\\nb\"", "smtp", "or off"),
        ("hostname = \"-bad-\"", "hostname", "a domain name"),
        ("expiry = \"5 days\"", "expiry", "length of time"),
        ("expiry = 5", "expiry", "length of time"),
        ("expiry = \"99999999999999d\"", "expiry", "length of time"),
        ("message_size = \"25MB\"", "message_size", "25MiB"),
        ("message_size = 1", "message_size", "25MiB"),
        ("message_size = 1", "message_size", "from 64KiB"),
        ("expiry = \"0\"", "expiry", "above 0"),
        ("sign_in_burst = 5000000000", "sign_in_burst", "from 1 to 4294967295"),
        ("recipients = 10", "recipients", "from 100"),
        ("check_sender_domain = \"perhaps\"", "check_sender_domain", "true or false"),
        ("dns = [\"dns.example\"]", "dns", "IP addresses"),
        ("dmarc_reject = \"perhaps\"", "dmarc_reject", "refuse, or junk"),
        ("dns_failure = \"pass\"", "dns_failure", "defer, or accept"),
        ("dnsbl = [\"192.0.2.1\"]", "dnsbl", "domain names"),
        ("helo = \"on\"", "helo", "off, note, or refuse"),
        ("next_hop = { \"x.test\" = \"nowhere\" }", "next_hop", "domain=host:port"),
        ("smarthost = { \"*\" = \"relay.test\" }", "smarthost", "*=host:port"),
        ("outbound_tls_policy = { \"x.test\" = \"sometimes\" }", "outbound_tls_policy", "or verified"),
        ("delay_warning = \"late\"", "delay_warning", "length of time"),
        ("allow_plaintext_auth = \"http\"", "allow_plaintext_auth", "submission or pop3"),
        ("retry_schedule = []", "retry_schedule", "lengths of time"),
        ("retry_schedule = [\"0\"]", "retry_schedule", "lengths of time"),
        ("log_format = \"xml\"", "log_format", "text or json"),
        ("web_url = \"ftp://x.test\"", "web_url", "a URL"),
        ("tls_key = \"key.pem\"", "tls_certificate", "a path"),
        ("tls_certificate = \"cert.pem\"", "tls_key", "a path"),
        ("smpt = \"off\"", "smpt", "not a key"),
        ("smtp_listen = \"off\"", "smtp_listen", "perhaps smtp"),
        ("smtp = ", "line 1", "not TOML"),
    ] {
        let error = from_file(text).unwrap_err();
        assert!(!error.contains('\n'), "{text}: {error}");
        assert!(error.contains(key) && error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_wrong_variable_or_flag_names_itself() {
    let wrong = environment(&[("RESTANTE_SMTP", "banana")]);
    let error = Config::default()
        .load(None, wrong.into_iter(), &[("data", "/nonexistent".to_owned())])
        .unwrap_err()
        .to_string();
    assert!(error.contains("RESTANTE_SMTP") && error.contains("banana"), "{error}");
    let unknown = environment(&[("RESTANTE_SMPT", "off")]);
    let error = Config::default().load(None, unknown.into_iter(), &[]).unwrap_err().to_string();
    assert!(error.contains("RESTANTE_SMPT"), "{error}");
    let flags = [("data", "/nonexistent".to_owned()), ("outbound_port", "0".to_owned())];
    let error = Config::default().load(None, std::iter::empty(), &flags).unwrap_err().to_string();
    assert!(error.contains("--outbound-port"), "{error}");
}

#[test]
fn the_default_schedule_waits_longer_each_time_and_then_the_same() {
    let config = Config::default();
    let waits: Vec<u64> = (0..11).map(|attempts| config.retry_after(attempts).as_secs() / 60).collect();
    assert_eq!(waits, [0, 1, 5, 15, 30, 60, 120, 240, 480, 480, 480]);
}

#[test]
fn each_key_is_named_once_and_its_default_could_be_written_down() {
    let mut names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(KEYS.iter().all(|key| !key.what.is_empty() && !key.may_be.is_empty()));
}
