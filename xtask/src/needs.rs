//! What a fresh machine may lack: the wasm target, npm's packages, a browser. Installed when that is ours to do, else
//! named together with the command that does it.

use crate::failure::{self, Done, Failure};
use crate::{places, tools};
use std::env;
use std::fs;
use std::path::PathBuf;

const WASM: &str = "wasm32-unknown-unknown";
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Programs, and the packages that have them.
const INTEROP: [(&str, &str); 11] = [
    ("swaks", "swaks"),
    ("fetchmail", "fetchmail"),
    ("mpop", "mpop"),
    ("pebble", "pebble"),
    ("strace", "strace"),
    ("mkfs.xfs", "xfsprogs"),
    ("postfix", "postfix"),
    ("opendkim-testmsg", "opendkim-tools"),
    (NET_SSLEAY, "libnet-ssleay-perl"),
    (DKIMPY, "python3-dkim"),
    (DKIMPY, "python3-nacl"),
];
/// No programs but modules: swaks speaks TLS with one, and the other checks what we sign.
const NET_SSLEAY: &str = "Net::SSLeay";
const DKIMPY: &str = "dkim";

/// The compiler's target for the browser.
pub fn wasm_target() -> Done {
    let there = || {
        tools::ask(tools::program("rustc").args(["--print", "sysroot"]))
            .is_some_and(|sysroot| PathBuf::from(sysroot).join("lib/rustlib").join(WASM).is_dir())
    };
    if there() {
        return Ok(());
    }
    println!("site: adding the target {WASM}");
    let remedy =
        format!("with rustup: `rustup target add {WASM}`; else the package of your distribution with that target");
    tools::go("adding the wasm target", tools::program("rustup").args(["target", "add", WASM]), &remedy)?;
    if there() { Ok(()) } else { Err(Failure::new("the wasm target is still missing", remedy)) }
}

/// The browser tests' packages, as `package-lock.json` names them.
pub fn npm_packages() -> Done {
    let node = "install Node.js 20 or newer with npm: `apt-get install nodejs npm` where the distribution has it (as Debian 13), \
                else as https://nodejs.org says";
    if tools::may_install() && (tools::find("node").is_none() || tools::find("npm").is_none()) {
        install(&["nodejs", "npm"], node)?;
    }
    let version = tools::ask(tools::program("node").arg("--version"))
        .ok_or_else(|| Failure::new("the browser tests need Node.js, which is missing", node))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        return Err(Failure::new(format!("the browser tests need Node.js 20; here is {version}"), node));
    }
    let end2end = places::workspace().join("end2end");
    let (lock, stamp) = (end2end.join("package-lock.json"), end2end.join("node_modules/.installed-lock"));
    let wanted = fs::read(&lock).map_err(|cause| failure::file("reading", &lock, &cause))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing the browser tests' npm packages");
    tools::go(
        "npm ci in end2end",
        // The browser is the distribution's: npm's packages shall not fetch one.
        tools::program("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&end2end)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        "look whether npm reaches its registry, then `cd end2end && npm ci`",
    )?;
    fs::write(&stamp, wanted).map_err(|cause| failure::file("writing", &stamp, &cause))
}

/// The browser that the tests drive: `$CHROMIUM`, or the distribution's, installed when it is missing and we may.
pub fn chromium() -> Done<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    let there = || BROWSERS.iter().find_map(|name| tools::find(name));
    if let Some(found) = there() {
        return Ok(found);
    }
    let remedy = "`apt-get install chromium` as root (Ubuntu has none: `snap install chromium`), or CHROMIUM=/path/to/a/chromium";
    if !tools::may_install() {
        return Err(Failure::new("the browser tests need Chromium, which is missing", remedy));
    }
    install(&["chromium"], remedy)?;
    there().ok_or_else(|| Failure::new("Chromium was installed, but is not on the PATH", remedy))
}

/// `python3`, whose smtplib and poplib are the desktop program of the tests.
pub fn python() -> Done {
    if tools::find("python3").is_some() {
        return Ok(());
    }
    let remedy = "`apt-get install python3` as root";
    if tools::may_install() {
        return install(&["python3"], remedy);
    }
    Err(Failure::new("the tests need python3, which is missing", remedy))
}

/// Other people's mail programs, and strace, which plays a broken disk; tests that drive them are left out where they are
/// missing, so this never fails.
pub fn interop_programs() {
    let missing: Vec<&str> =
        INTEROP.into_iter().filter(|(name, _)| !is_there(name)).map(|(_, package)| package).collect();
    if missing.is_empty() {
        return;
    }
    let remedy = format!("`apt-get install {}` as root; without them their tests are left out", missing.join(" "));
    if !tools::may_install() {
        println!("not here: {}. {remedy}", missing.join(", "));
        return;
    }
    if let Err(failure) = install(&missing, &remedy) {
        println!("{failure}");
    }
}

/// Programs of a mail server lie where a user's PATH may not look.
fn is_there(name: &str) -> bool {
    match name {
        NET_SSLEAY => tools::ask(tools::program("perl").args(["-MNet::SSLeay", "-e", "1"])).is_some(),
        DKIMPY => ["python3", "/usr/bin/python3"]
            .iter()
            .any(|python| tools::ask(tools::program(python).args(["-c", "import dkim, nacl"])).is_some()),
        _ => tools::find(name).is_some() || PathBuf::from("/usr/sbin").join(name).is_file(),
    }
}

fn install(packages: &[&str], remedy: &str) -> Done {
    println!("installing {} from the distribution", packages.join(", "));
    let apt = |words: &[&str]| {
        let mut command = tools::program("apt-get");
        // Nothing that is installed for a test shall run as a service: RUNLEVEL for those that invoke-rc.d starts.
        command.arg("-qq").args(words).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        command
    };
    if packages.contains(&"postfix") {
        leave_postfix_alone(remedy)?;
    }
    tools::go("apt-get update", &mut apt(&["update"]), remedy)?;
    tools::go("apt-get install", apt(&["install", "--yes", "--no-install-recommends"]).args(packages), remedy)
}

/// Postfix without a configuration of its own, which its service does not start without: the tests bring theirs.
fn leave_postfix_alone(remedy: &str) -> Done {
    let answer = "echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections";
    tools::go("debconf-set-selections", tools::program("sh").args(["-c", answer]), remedy)
}
