//! What load generators make of our datasets: AIPerf sends them (`peer.py`), and the modules of vLLM's, SGLang's and GuideLLM's read
//! them (`readers.py`). The packages are of hundreds of megabytes, so that `make peer-test` and `make reader-test` install them; where
//! they are not there that is reported as ignored, with `MASQUE_REQUIRE_PEER=1` or `MASQUE_REQUIRE_READERS=1` as a failure.

use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

/// A script that judges with packages of its own.
#[derive(Clone, Copy)]
struct Judge {
    script: &'static str,
    python: &'static str,
    /// What installs the packages.
    make: &'static str,
    required: &'static str,
}

const JUDGES: [Judge; 2] = [
    Judge {
        script: "tests/peer.py",
        python: "target/peer/bin/python",
        make: "make peer-test",
        required: "MASQUE_REQUIRE_PEER",
    },
    Judge {
        script: "tests/readers.py",
        python: "target/readers/venv/bin/python",
        make: "make reader-test",
        required: "MASQUE_REQUIRE_READERS",
    },
];

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // AIPerf starts a process for each core
    libtest_mimic::run(&arguments, JUDGES.into_iter().flat_map(trials).collect()).exit();
}

fn trials(judge: Judge) -> Vec<Trial> {
    match judge.run(&[]) {
        Ok(cases) => {
            let cases = cases.lines().map(str::to_owned);
            cases.map(|case| Trial::test(case.clone(), move || judge.run(&[&case]).map(|_| ()))).collect()
        }
        Err(why) => {
            let required = std::env::var_os(judge.required).is_some();
            let name = format!("{}: not there: {}", judge.script, judge.make);
            vec![Trial::test(name, || Err(why)).with_ignored_flag(!required)]
        }
    }
}

impl Judge {
    /// Runs the script; gives back its standard output.
    fn run(&self, arguments: &[&str]) -> Result<String, Failed> {
        let output = Command::new(self.python)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg(self.script)
            .args(["--masque", env!("CARGO_BIN_EXE_masque")])
            .args(arguments)
            .output()
            .map_err(|why| format!("{}: {why}", self.python))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
