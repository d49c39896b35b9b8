//! What AIPerf sends of our datasets: runs each case of `peer.py`. AIPerf is a package of a few hundred megabytes, so that `make
//! peer-test` installs it; where it is not there that is reported as ignored, with `MASQUE_REQUIRE_PEER=1` as a failure.

use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peer/bin/python");

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // AIPerf starts a process for each core
    libtest_mimic::run(&arguments, trials()).exit();
}

fn trials() -> Vec<Trial> {
    match peer(&[]) {
        Ok(cases) => {
            let cases = cases.lines().map(str::to_owned);
            cases.map(|case| Trial::test(case.clone(), move || peer(&[&case]).map(|_| ()))).collect()
        }
        Err(why) => {
            let required = std::env::var_os("MASQUE_REQUIRE_PEER").is_some();
            vec![Trial::test("no AIPerf: make peer-test", || Err(why)).with_ignored_flag(!required)]
        }
    }
}

/// Runs `peer.py`; gives back its standard output.
fn peer(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(PYTHON)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer.py"))
        .args(["--masque", env!("CARGO_BIN_EXE_masque")])
        .args(arguments)
        .output()
        .map_err(|why| format!("{PYTHON}: {why}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
