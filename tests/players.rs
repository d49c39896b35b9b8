//! What players make of clips of masque_h264, and fuzzing for a few seconds: seeks with PyAV and OpenCV (`seeks.py`), a headless Chromium
//! (`browser.py`), and the targets of `fuzz/` (`fuzz.sh`). What they need is of hundreds of megabytes, so that `make player-test` and
//! `make fuzz` install it; where it is not there that is reported as ignored, with `MASQUE_REQUIRE_PLAYERS=1` as a failure.

use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

/// A script that lists its cases, and judges one that is named.
#[derive(Clone, Copy)]
struct Judge {
    script: &'static str,
    /// What runs it.
    program: &'static str,
    /// What installs what it needs.
    make: &'static str,
}

const JUDGES: [Judge; 3] = [
    Judge { script: "tests/seeks.py", program: "target/players/bin/python", make: "make player-test" },
    Judge { script: "tests/browser.py", program: "python3", make: "make player-test" },
    Judge { script: "tests/fuzz.sh", program: "sh", make: "make fuzz" },
];

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // a browser is many threads, and plays in real time
    libtest_mimic::run(&arguments, JUDGES.into_iter().flat_map(trials).collect()).exit();
}

fn trials(judge: Judge) -> Vec<Trial> {
    match judge.run(&[]) {
        Ok(cases) => {
            let cases = cases.lines().map(str::to_owned);
            cases.map(|case| Trial::test(case.clone(), move || judge.run(&[&case]).map(|_| ()))).collect()
        }
        Err(why) => {
            let required = std::env::var_os("MASQUE_REQUIRE_PLAYERS").is_some();
            let reason = why.message().unwrap_or_default().lines().last().unwrap_or_default().to_owned();
            let name = format!("{}: {reason}: {}", judge.script, judge.make);
            vec![Trial::test(name, || Err(why)).with_ignored_flag(!required)]
        }
    }
}

impl Judge {
    /// Runs the script; gives back its standard output.
    fn run(&self, arguments: &[&str]) -> Result<String, Failed> {
        let output = Command::new(self.program)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg(self.script)
            .args(["--masque", env!("CARGO_BIN_EXE_masque")])
            .args(arguments)
            .output()
            .map_err(|why| format!("{}: {why}", self.program))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
