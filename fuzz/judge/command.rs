//! Any bytes as one command line: what is read can be said again, and what is refused is refused in one line.

use protocol::smtp::command::Command;
use protocol::smtp::xtext;

pub fn judge(data: &[u8]) {
    let line = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let one_line = |text: &str| assert!(!text.contains(|char: char| char.is_control()), "{text:?}");
    match Command::parse(line) {
        Ok(Command::Mail { path, parameters }) => {
            one_line(&format!("{path:?}"));
            if let Some(envid) = parameters.wishes.envid {
                one_line(&envid);
                assert_eq!(xtext::decode(&xtext::encode(&envid)), Some(envid));
            }
        }
        Ok(Command::Rcpt { path, wishes, utf8 }) => {
            assert!(!utf8 || !line.is_ascii());
            one_line(&format!("{path:?}"));
            if let Some(orcpt) = wishes.orcpt {
                one_line(&orcpt);
                let said = xtext::encode_orcpt(&orcpt);
                assert!(said.is_ascii() && !said.contains(' '), "{said:?}");
                // In its longer form it may be longer than the parameter.
                assert!(said.len() > xtext::LONGEST_ORCPT || xtext::decode_orcpt(&said) == Some(orcpt), "{said:?}");
            }
        }
        Ok(_) => assert!(line.is_ascii() || line.len() > 4),
        Err(reply) => {
            let mut said = Vec::new();
            reply.write(&mut said);
            assert!(reply.is_permanent() && said.ends_with(b"\r\n"), "{reply}");
            assert_eq!(said.iter().filter(|byte| **byte == b'\n').count(), 1, "{reply}");
        }
    }
}
