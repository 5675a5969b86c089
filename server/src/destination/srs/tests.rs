use super::*;

const KEY: [u8; 32] = [7; 32];
const TODAY: i64 = 1_790_000_000_000;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn ours() -> Domain {
    Domain::parse("comentum.test").unwrap()
}

fn written(sender: &str) -> Address {
    Srs::at(&KEY, TODAY).write(&address(sender), &ours()).unwrap()
}

fn read(address: &Address, now: i64) -> Result<Returning, Wrong> {
    Srs::at(&KEY, now).read(address).expect("a return address")
}

#[test]
fn a_sender_goes_out_as_ours_and_comes_back_as_it_was() {
    for sender in ["lisa@far.test", "Lisa.Marsh@far.test", "a=b=c@far.test", "news+bob=x@lists.far.test"] {
        let out = written(sender);
        assert_eq!(out.domain(), &ours());
        assert!(out.local().starts_with("SRS0="), "{out}");
        assert_eq!(read(&out, TODAY), Ok(Returning::To(address(sender))));
        let shouted = address(&out.to_string().to_ascii_uppercase());
        assert!(read(&shouted, TODAY).is_ok(), "some servers change the case: {shouted}");
    }
}

#[test]
fn every_changed_sign_is_a_forgery() {
    let out = written("lisa@far.test").local().to_owned();
    for at in 5..out.len() {
        let mut forged = out.clone().into_bytes();
        forged[at] = if forged[at].eq_ignore_ascii_case(&b'x') { b'y' } else { b'x' };
        let forged = String::from_utf8(forged).unwrap();
        if let Ok(forged) = Address::parse(&format!("{forged}@comentum.test")) {
            assert_eq!(read(&forged, TODAY), Err(Wrong::Forged), "{forged}");
        }
    }
    for nonsense in
        ["SRS0=", "SRS0=a", "SRS0=a=b", "SRS0=a=b=c", "SRS1=", "SRS1=a", "SRS1=a=far.test", "SRS0+a=b=far.test=c"]
    {
        let nonsense = address(&format!("{nonsense}@comentum.test"));
        assert_eq!(read(&nonsense, TODAY), Err(Wrong::Forged), "{nonsense}");
    }
    let other = Srs::at(&[8; 32], TODAY).write(&address("lisa@far.test"), &ours()).unwrap();
    assert_eq!(read(&other, TODAY), Err(Wrong::Forged), "another server's key");
}

#[test]
fn it_leads_back_for_three_weeks_and_not_longer() {
    let out = written("lisa@far.test");
    let days = |days: i64| read(&out, TODAY + days * DAY);
    assert!(days(-1).is_ok() && days(0).is_ok() && days(DAYS).is_ok());
    assert_eq!(days(DAYS + 1), Err(Wrong::Expired));
    assert_eq!(days(400), Err(Wrong::Expired));
    assert_eq!(days(-2), Err(Wrong::Expired));
}

#[test]
fn from_a_forwarder_to_a_forwarder_only_the_first_and_the_last_are_named() {
    let second = written("SRS0=abcd=XY=far.test=lisa@first.test");
    assert!(second.local().starts_with("SRS1=") && second.local().contains("=first.test==abcd=XY="), "{second}");
    let back = Returning::To(address("SRS0=abcd=XY=far.test=lisa@first.test"));
    assert_eq!(read(&second, TODAY), Ok(back.clone()));
    let third = written("SRS1=zzzz=first.test==abcd=XY=far.test=lisa@second.test");
    assert!(!third.to_string().contains("second"), "{third}");
    assert_eq!(read(&third, TODAY), Ok(back));
    let plus = written("SRS0+abcd=XY=far.test=lisa@first.test");
    assert_eq!(read(&plus, TODAY), Ok(Returning::To(address("SRS0+abcd=XY=far.test=lisa@first.test"))));
    let forged = address(&second.to_string().replace("first.test", "other.test"));
    assert_eq!(read(&forged, TODAY), Err(Wrong::Forged));
}

#[test]
fn what_does_not_fit_is_kept_under_a_word() {
    let srs = Srs::at(&KEY, TODAY);
    let long = address("bounces+1234567-89ab-bob=comentum.test@em1234.mail.far.test");
    assert_eq!(srs.write(&long, &ours()), None);
    assert_eq!(srs.write(&address(r#""Lisa M"@far.test"#), &ours()), None, "quotes do not go into a word");
    let word = srs.word(&long);
    assert_eq!(word, srs.word(&long));
    assert_ne!(word, srs.word(&address("lisa@far.test")));
    let out = Srs::kept(&word, &ours()).unwrap();
    assert_eq!(srs.read(&address(&out.to_string().to_lowercase())), Some(Ok(Returning::Kept(word))));
}

#[test]
fn an_address_like_any_other_is_none() {
    for plain in [
        "bob@comentum.test",
        "srs@comentum.test",
        "SRS0@comentum.test",
        "SRS01=x@comentum.test",
        "SRS2=x@comentum.test",
    ] {
        assert_eq!(Srs::at(&KEY, TODAY).read(&address(plain)), None, "{plain}");
        assert!(!is_return_address(&address(plain)));
    }
}
